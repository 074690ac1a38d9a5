// Search as you type, tags without a round trip. Without this the page has buttons; both send the same fields.
const form = document.querySelector("form[data-skills]");
const PAUSE_MS = 150;

const element = (tag, attributes, ...content) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
};

const spelling = (text) =>
  text.toLowerCase().normalize("NFKD").replaceAll("+", "plus").replaceAll("#", "sharp").replace(/[^\p{L}\p{N}]/gu, "");

if (form) {
  form.classList.add("scripted");
  const search = form.elements.search;
  const tags = form.querySelector("[data-tags]");
  const said = form.querySelector("[data-said]");
  const list = element("ul", { class: "suggestions", id: "suggestions", role: "listbox", "aria-label": search.labels[0].textContent });
  list.hidden = true;
  search.parentElement.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    search.setAttribute(name, value);
  }
  let waiting;
  let latest = 0;
  let current = -1;

  const options = () => [...list.children];

  const close = () => {
    list.hidden = true;
    current = -1;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
  };

  const point = (place) => {
    current = place;
    options().forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    const chosen = options()[place];
    if (!chosen) return search.removeAttribute("aria-activedescendant");
    search.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  };

  const names = () => [...tags.querySelectorAll("input")].map((one) => spelling(one.value));

  const remove = (tag) => {
    said.textContent = `${tag.querySelector("input").value} ${form.dataset.removed}`;
    tag.remove();
    search.focus();
  };

  const add = (text) => {
    const name = text.trim().replace(/\s+/g, " ");
    search.value = "";
    close();
    if (!spelling(name)) return;
    if (names().includes(spelling(name))) {
      said.textContent = `${name} ${form.dataset.known}`;
      return;
    }
    const button = element("button", { type: "button", "aria-label": `${form.dataset.remove} ${name}` }, "✕");
    const tag = element("li", { class: "tag" }, element("input", { type: "hidden", name: "skill", value: name }), name, button);
    button.addEventListener("click", () => remove(tag));
    tags.append(tag);
    form.querySelectorAll("[data-no-skills], #search-error").forEach((one) => one.remove());
    search.removeAttribute("aria-invalid");
    said.textContent = `${name} ${form.dataset.added}`;
  };

  const show = (found) => {
    const items = found.map((one, at) => element("li", { role: "option", id: `suggestion-${at}`, "aria-selected": "false" }, one.name));
    items.forEach((item) => item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      add(item.textContent);
    }));
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
    current = -1;
    search.setAttribute("aria-expanded", String(items.length > 0));
  };

  const suggest = async () => {
    const mine = (latest += 1);
    const query = search.value.trim();
    if (!query) return close();
    try {
      const answer = await fetch(`${form.dataset.skills}?cari=${encodeURIComponent(query)}`);
      const found = await answer.json();
      if (mine === latest && search.value.trim() === query) show(found);
    } catch {
      close();
    }
  };

  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, PAUSE_MS);
  });
  search.addEventListener("blur", close);
  search.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" && count) point((current + 1) % count);
    else if (event.key === "ArrowUp" && count) point((current - 1 + count) % count);
    else if ((event.key === "Enter" || event.key === ",") && search.value.trim()) add(options()[current]?.textContent ?? search.value);
    else return;
    event.preventDefault();
  });
  form.querySelector("button[value=add]").addEventListener("click", (event) => {
    event.preventDefault();
    search.value.split(",").forEach(add);
  });
  tags.querySelectorAll(".tag").forEach((tag) => {
    tag.querySelector("button").addEventListener("click", (event) => {
      event.preventDefault();
      remove(tag);
    });
  });
}
