// Waiting is visible: a form that takes longer than half a second says so, and a second press sends nothing twice.
const SHOWN_AFTER = 500;
const GIVEN_UP_AFTER = 15000; // an answer that is a download leaves the page standing

function announce(text) {
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);
  said.textContent = text;
  return said;
}

function begin(form, button) {
  form.dataset.sent = "yes";
  let said = null;
  const shown = setTimeout(() => {
    form.setAttribute("aria-busy", "true");
    if (button) button.classList.add("busy");
    said = announce(document.body.dataset.busyText);
  }, SHOWN_AFTER);
  const end = () => {
    clearTimeout(shown);
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    if (button) button.classList.remove("busy");
    if (said) said.remove();
  };
  setTimeout(end, GIVEN_UP_AFTER);
  // A page that comes back from the browser's memory is ready to be sent again.
  addEventListener("pageshow", end, { once: true });
}

addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  else begin(event.target, event.submitter);
});
