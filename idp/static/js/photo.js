// The chosen photo is shown at once and made smaller; where there is a camera, it can be taken here.
import { painted, put, smaller } from "./scale.js";

const LONGEST = 1600;
const input = document.getElementById("photo");
const frame = document.querySelector("[data-portrait]");
const camera = document.querySelector("[data-camera]");

function show(file) {
  const picture = new Image();
  picture.alt = input.labels[0]?.textContent ?? "";
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
  picture.src = URL.createObjectURL(file);
  frame.replaceChildren(picture);
}

input?.addEventListener("change", async () => {
  const [file] = input.files;
  if (!file?.type.startsWith("image/")) return;
  show(file);
  const small = await smaller(file, LONGEST);
  if (small !== file && input.files[0] === file) put(input, small);
});

if (camera && input && navigator.mediaDevices?.getUserMedia) {
  const video = camera.querySelector("video");
  const finder = camera.querySelector("[data-finder]");
  const [open, shoot, close] = ["open", "shoot", "close"].map((name) => camera.querySelector(`[data-${name}]`));
  const said = camera.querySelector("[data-said]");
  let stream = null;
  camera.hidden = false;

  const running = (now) => {
    finder.hidden = shoot.hidden = close.hidden = !now;
    open.hidden = now;
    frame.hidden = now;
  };

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    running(false);
    open.focus();
  };

  open.addEventListener("click", async () => {
    said.textContent = "";
    try {
      const wanted = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 1280 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      video.srcObject = stream;
      await video.play();
      running(true);
      shoot.focus();
    } catch {
      said.textContent = camera.dataset.refused;
    }
  });
  close.addEventListener("click", stop);
  shoot.addEventListener("click", async () => {
    const file = await painted(video, video.videoWidth, video.videoHeight, "kamera.jpg");
    stop();
    if (!file) return;
    put(input, file);
    show(file);
  });
  addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
}
