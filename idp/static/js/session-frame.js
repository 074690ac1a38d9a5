// Answers "changed", "unchanged" or "error" to the page that frames this one (Session Management 1.0, 3.2).
const name = document.body.dataset.cookie;

const browserState = () =>
  document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

async function hashOf(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

addEventListener("message", async (event) => {
  if (event.source !== parent || typeof event.data !== "string") return;
  const space = event.data.lastIndexOf(" ");
  const [client, state] = [event.data.slice(0, space), event.data.slice(space + 1)];
  const dot = state.lastIndexOf(".");
  if (space < 1 || dot < 1) {
    event.source.postMessage("error", event.origin);
    return;
  }
  const salt = state.slice(dot + 1);
  const expected = `${await hashOf(`${client} ${event.origin} ${browserState()} ${salt}`)}.${salt}`;
  event.source.postMessage(expected === state ? "unchanged" : "changed", event.origin);
});
