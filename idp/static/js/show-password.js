// "Lihat" beside a password. The button is hidden where this script does not run.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const input = document.getElementById(button.dataset.showPassword);
  const showText = button.textContent;
  const set = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hideText : showText;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    set(input.type === "password");
    input.focus();
  });
  // A password manager stores what is in a password field.
  input.form?.addEventListener("submit", () => set(false));
}
