// Counts down to the moment when a code may be asked for again, and holds the button back until then.
function text(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

for (const box of document.querySelectorAll("[data-countdown]")) {
  const until = Date.now() + Number(box.dataset.countdown) * 1000;
  const clock = box.querySelector("[data-countdown-clock]");
  const waiting = box.querySelector("[data-countdown-wait]");
  const buttons = box.querySelectorAll("button");
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    for (const button of buttons) button.disabled = left > 0;
    if (clock) clock.textContent = text(left);
    if (waiting) waiting.hidden = left === 0;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}
