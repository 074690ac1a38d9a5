// Ticks the rules of a password while it is typed. The server has the last word: it knows more rules than these.
const RULES = {
  length: (text) => [...text].length >= 8,
  lower: (text) => /\p{Ll}/u.test(text),
  upper: (text) => /\p{Lu}/u.test(text),
  digit: (text) => /[0-9]/.test(text),
  symbol: (text) => /[!@#$%^&*]/.test(text),
};

function mark(item, met, words) {
  item.classList.remove("broken");
  item.classList.toggle("met", met);
  let said = item.querySelector("[data-said]");
  if (!said) {
    said = document.createElement("span");
    said.className = "visually-hidden";
    said.dataset.said = "";
    item.append(said);
  }
  said.textContent = ` (${met ? words.met : words.unmet})`;
}

for (const list of document.querySelectorAll("[data-password-rules]")) {
  const input = document.getElementById(list.dataset.passwordRules);
  const check = () => {
    for (const item of list.querySelectorAll("[data-rule]")) {
      mark(item, RULES[item.dataset.rule](input.value), list.dataset);
    }
  };
  input.addEventListener("input", check);
  // What the server found broken in the last password stays marked until another one is typed.
  if (!list.querySelector(".broken")) check();
}
