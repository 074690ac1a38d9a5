// A service's logo that does not come gives way to the service's letter.
document.querySelectorAll("img[data-logo]").forEach((image) => {
  image.decode().catch(() => {
    image.hidden = true;
    image.nextElementSibling.removeAttribute("hidden");
  });
});
