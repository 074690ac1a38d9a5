// A small editor for descriptions. Without it the field is a plain one; the server keeps what both can say.
const INLINE = { B: "b", STRONG: "b", I: "i", EM: "i", U: "u", S: "s", STRIKE: "s", DEL: "s" };
const BLOCKS = { P: "p", DIV: "p", UL: "ul", OL: "ol", LI: "li", BLOCKQUOTE: "blockquote" };
const ALIGNED = ["align-center", "align-right", "align-justify"];

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function written(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data.replaceAll("\u00a0", " "));
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.tagName === "BR") return "<br>";
  const inner = [...node.childNodes].map(written).join("");
  const tag = INLINE[node.tagName] ?? BLOCKS[node.tagName];
  if (!tag) return inner;
  const align = ALIGNED.find((name) => node.classList.contains(name));
  return `<${tag}${align ? ` class="${align}"` : ""}>${inner}</${tag}>`;
}

function start(box) {
  const area = box.querySelector("textarea");
  const tools = box.querySelector(".editor-tools");
  const paper = document.createElement("div");
  const label = area.labels[0];
  label.id ||= `${area.id}-label`;
  paper.className = "form-control editor-paper";
  paper.contentEditable = "true";
  const described = area.getAttribute("aria-describedby");
  const facts = { role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id, id: area.id };
  for (const [name, value] of Object.entries(described ? { ...facts, "aria-describedby": described } : facts)) paper.setAttribute(name, value);
  // What the server sends here was cleaned; it is parsed into a document of its own, in which nothing runs.
  const source = area.dataset.html ?? area.value.split("\n").filter(Boolean).map((line) => `<p>${escaped(line)}</p>`).join("");
  paper.append(...new DOMParser().parseFromString(source, "text/html").body.childNodes);
  area.removeAttribute("id");
  area.hidden = true;
  area.before(tools); // after the label, which names both
  area.after(paper);
  tools.hidden = false;
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.execCommand("styleWithCSS", false, false);
  label.addEventListener("click", () => paper.focus());

  const blocks = () => {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    if (!range || !paper.contains(range.commonAncestorContainer)) return [];
    return [...paper.querySelectorAll("p, div, li, blockquote")].filter((one) => range.intersectsNode(one) && !one.querySelector("p, li"));
  };

  const refresh = () => {
    for (const button of tools.children) {
      const { command, block, align } = button.dataset;
      const inside = blocks();
      let on = false;
      if (command) on = document.queryCommandState(command);
      else if (block) on = inside.some((one) => one.closest("blockquote"));
      else on = Boolean(align) && inside.some((one) => one.classList.contains(align));
      button.setAttribute("aria-pressed", String(on));
    }
  };

  const press = ({ command, block, align }) => {
    paper.focus();
    if (command) document.execCommand(command);
    else if (block) document.execCommand(blocks().some((one) => one.closest("blockquote")) ? "outdent" : "formatBlock", false, block);
    else {
      if (!paper.querySelector("p, div, li, blockquote")) document.execCommand("formatBlock", false, "p");
      for (const one of blocks()) {
        one.classList.remove(...ALIGNED);
        if (align) one.classList.add(align);
      }
    }
    refresh();
  };

  tools.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays where it is
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) press(button.dataset);
  });
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...tools.children];
    all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
    event.preventDefault();
  });
  paper.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  paper.addEventListener("drop", (event) => event.preventDefault());
  document.addEventListener("selectionchange", () => document.activeElement === paper && refresh());
  area.form.addEventListener("formdata", (event) => event.formData.set(`${area.name}_html`, [...paper.childNodes].map(written).join("")));
}

document.querySelectorAll("[data-editor]").forEach(start);
