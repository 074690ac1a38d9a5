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

  // A place that was searched for: every level is chosen, one after the other.
  const settle = async (chosen) => {
    const mine = (latest += 1);
    lists[0].value = chosen[0];
    for (let depth = 1; depth < lists.length; depth += 1) {
      const regions = depth <= chosen.length ? await below(chosen[depth - 1]) : [];
      if (mine !== latest) return;
      fill(lists[depth], regions);
      regions.forEach((one) => one.postal_code && codes.set(one.code, one.postal_code));
      lists[depth].value = chosen[depth] ?? "";
    }
    offer(codes.get(chosen[3]));
    (lists[chosen.length] ?? form.elements.street).focus();
  };

  const search = form.elements.place;
  const places = form.querySelector("[data-places]");
  let typing;

  const offered = (one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet";
    button.textContent = one.label;
    button.addEventListener("click", () => {
      search.value = one.label;
      places.replaceChildren();
      settle(one.codes).catch(() => form.classList.remove("scripted"));
    });
    return button;
  };

  const find = async () => {
    const words = search.value.trim();
    if (words.length < 3) return places.replaceChildren();
    const answer = await fetch(`${form.dataset.regions}?cari=${encodeURIComponent(words)}`).catch(() => null);
    if (!answer?.ok || search.value.trim() !== words) return;
    const found = (await answer.json()).map(offered);
    places.replaceChildren(...(found.length ? found : [places.dataset.none]));
  };

  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(find, 250);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    find();
  });

  lists.forEach((list, depth) => list.addEventListener("change", () => narrow(depth)));
  lists.at(-1).addEventListener("change", async (event) => {
    const code = event.target.value;
    if (code && !codes.has(code)) {
      (await below(form.elements.district.value)).forEach((one) => codes.set(one.code, one.postal_code));
    }
    offer(codes.get(code));
  });
}
