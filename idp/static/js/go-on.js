// Follows the page's link once every frame has loaded, or after a few seconds.
const link = document.querySelector("a[data-go-on]");
const frames = [...document.querySelectorAll("iframe")];
const loaded = frames.map((frame) => new Promise((done) => {
  frame.addEventListener("load", done);
  frame.addEventListener("error", done);
}));
const patience = new Promise((done) => setTimeout(done, 4000));
Promise.race([Promise.all(loaded), patience]).then(() => location.replace(link.href));
