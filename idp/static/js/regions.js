// Narrows each list of regions by the one above it as soon as something is chosen. Without this the page has buttons.
const LEVELS = ["province", "city", "district", "village"];
const form = document.querySelector("form[data-regions]");

const fill = (list, regions) => {
  list.replaceChildren(new Option(form.dataset.choose, ""), ...regions.map((one) => new Option(one.label, one.code)));
};

const below = async (code) => {
  const answer = await fetch(`${form.dataset.regions}?induk=${encodeURIComponent(code)}`);
  if (!answer.ok) throw new Error(`regions: ${answer.status}`);
  return answer.json();
};

if (form) {
  form.classList.add("scripted");
  const lists = LEVELS.map((name) => form.elements[name]);
  const codes = new Map();
  let latest = 0;

  const offer = (code) => {
    if (!code) return;
    const { postal_code: typed, offered_postal_code: offered } = form.elements;
    if (!typed.value || typed.value === offered.value) typed.value = code;
    offered.value = code;
  };

  const narrow = async (depth) => {
    const mine = (latest += 1);
    lists.slice(depth + 1).forEach((list) => fill(list, []));
    const code = lists[depth].value;
    if (!code || depth + 1 === lists.length) return;
    const next = lists[depth + 1];
    next.setAttribute("aria-busy", "true");
    try {
      const regions = await below(code);
      if (mine !== latest) return;
      fill(next, regions);
      regions.forEach((one) => one.postal_code && codes.set(one.code, one.postal_code));
    } catch {
      // No answer: the button that works without us comes back.
      form.classList.remove("scripted");
    } finally {
      next.removeAttribute("aria-busy");
    }
  };

  lists.forEach((list, depth) => list.addEventListener("change", () => narrow(depth)));
  lists.at(-1).addEventListener("change", async (event) => {
    const code = event.target.value;
    if (code && !codes.has(code)) {
      (await below(form.elements.district.value)).forEach((one) => codes.set(one.code, one.postal_code));
    }
    offer(codes.get(code));
  });
}
