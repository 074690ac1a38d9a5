// An inbox page that looks after itself: asks its JSON twin each second and reloads when something arrived.
const live = document.getElementById("live");
live.textContent = "Halaman ini memperbarui dirinya sendiri.";

async function look() {
  try {
    const answer = await fetch(live.dataset.twin, { cache: "no-store" });
    const messages = await answer.json();
    const newest = messages.at(-1)?.at;
    look.seen ??= { count: Number(live.dataset.count), newest };
    if (messages.length !== look.seen.count || newest !== look.seen.newest) {
      location.reload();
      return;
    }
  } catch {
    // The sandbox is being restarted: the next look will tell.
  }
  setTimeout(look, document.hidden ? 5000 : 1000);
}
look();
