// Suggestions are narrowed by the choice that they belong to. Without this those of the stored choice stand first.
document.querySelectorAll("datalist[data-by]").forEach((list) => {
  const choice = document.querySelector(`select[name="${list.dataset.by}"]`);
  const all = [...list.options];
  const narrow = () => list.replaceChildren(...all.filter((one) => !choice.value || one.dataset.of === choice.value));
  choice.addEventListener("change", narrow);
  narrow();
});
