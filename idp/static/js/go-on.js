// Follows the page's link once every frame has loaded, or after a few seconds. Written for every browser there is.
(function () {
  "use strict";
  var link = document.querySelector("a[data-go-on]");
  var frames = document.querySelectorAll("iframe");
  var waiting = frames.length;
  var gone = false;

  function go() {
    if (gone) return;
    gone = true;
    window.location.replace(link.href);
  }

  function one() {
    waiting -= 1;
    if (waiting === 0) go();
  }

  for (var i = 0; i < frames.length; i++) {
    frames[i].addEventListener("load", one);
    frames[i].addEventListener("error", one);
  }
  setTimeout(go, 4000);
})();
