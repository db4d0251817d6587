// A page that waits for something looks again by itself, unless somebody is typing, reading a fold or away.
const waiting = document.querySelector("[data-refresh]");
if (waiting) {
  const seconds = Math.max(2, Number(waiting.dataset.refresh) || 10);
  let touched = false;
  document.addEventListener("input", () => { touched = true; });
  setInterval(() => {
    const busy = touched || document.hidden || document.querySelector("dialog[open], details[open]");
    if (!busy && !String(window.getSelection())) window.location.reload();
  }, seconds * 1000);
}
