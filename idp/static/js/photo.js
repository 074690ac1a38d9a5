// Shows the chosen photo at once, before it is sent.
const input = document.getElementById("photo");
const frame = document.querySelector("[data-portrait]");

input?.addEventListener("change", () => {
  const [file] = input.files;
  if (!file?.type.startsWith("image/")) return;
  const picture = new Image();
  picture.alt = input.labels[0]?.textContent ?? "";
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
  picture.src = URL.createObjectURL(file);
  frame.replaceChildren(picture);
});
