// A document is sent as soon as it is chosen or dropped, with its progress; when the line breaks it can be sent again,
// and nothing else that was typed is touched. Without this the file goes along with the form.
import { smaller } from "./scale.js";

const LONGEST = 2340;
const MOST_BYTES = 5 * 1024 * 1024;
const box = document.querySelector("[data-attach]");

if (box) {
  box.classList.add("scripted");
  const find = (name) => box.querySelector(`[data-${name}]`);
  const input = box.querySelector("input[type=file]");
  const kept = box.querySelector("input[name=kept]");
  const bar = box.querySelector("progress");
  const drop = box.querySelector(".attach-drop");
  const [held, title, weight, said, fault, again] = ["held", "title", "weight", "said", "fault", "again"].map(find);
  let waiting = null;
  let sending = null;
  find("drop-hint").hidden = false;

  const complain = (text) => {
    bar.hidden = true;
    said.textContent = "";
    fault.lastElementChild.textContent = text;
    fault.hidden = !text;
    fault.toggleAttribute("role", false);
    if (text) fault.setAttribute("role", "alert");
    input.toggleAttribute("aria-invalid", false);
    again.hidden = true;
  };

  const arrived = (answer) => {
    complain("");
    kept.value = answer.name;
    title.textContent = answer.title;
    title.href = answer.address;
    weight.textContent = "";
    held.hidden = false;
    input.value = "";
    waiting = null;
    said.textContent = box.dataset.done;
    document.getElementById("document-error")?.remove();
    input.classList.remove("is-invalid");
  };

  const broken = () => {
    complain(box.dataset.failed);
    again.hidden = false;
  };

  const read = (request) => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      return broken();
    }
    if (request.status === 201) arrived(answer);
    else if (typeof answer.error === "string") complain(answer.error);
    else broken();
  };

  const send = () => {
    complain("");
    const form = new FormData();
    form.append("csrf_token", box.dataset.token);
    form.append("document", waiting);
    sending?.abort();
    sending = new XMLHttpRequest();
    sending.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    sending.addEventListener("load", (event) => read(event.target));
    for (const end of ["error", "timeout"]) sending.addEventListener(end, broken);
    sending.addEventListener("loadend", () => (sending = null));
    sending.timeout = 180_000;
    sending.open("POST", box.dataset.attach);
    sending.setRequestHeader("Accept", "application/json");
    bar.value = 0;
    bar.hidden = false;
    said.textContent = box.dataset.sending;
    sending.send(form);
  };

  const take = async (file) => {
    if (!file) return;
    waiting = await smaller(file, LONGEST);
    if (waiting.size <= MOST_BYTES) return send();
    waiting = null;
    input.value = ""; // it would only be carried over the line to be refused
    complain(box.dataset.tooLong);
  };

  input.addEventListener("change", () => take(input.files[0]));
  again.addEventListener("click", send);
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  // Who saves before it has arrived sends it with the form, if it was chosen there.
  input.form.addEventListener("submit", () => sending?.abort());
}
