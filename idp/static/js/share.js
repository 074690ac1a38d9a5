// The address of a link is copied, or given to another app of the phone, by one press. Without this it can be marked by hand.
const box = document.querySelector("[data-share]");
const address = box?.querySelector("input");
const said = box?.querySelector("[role=status]");

const offer = (name, deed) => {
  const button = box.querySelector(`[data-${name}]`);
  button.hidden = false;
  button.addEventListener("click", deed);
};

if (box && navigator.clipboard) {
  offer("copy", async () => {
    try {
      await navigator.clipboard.writeText(address.value);
      said.textContent = box.dataset.copied;
    } catch {
      address.select();
    }
  });
}

if (box && navigator.share) {
  offer("send", () => navigator.share({ title: document.title, url: address.value }).catch(() => {}));
}
