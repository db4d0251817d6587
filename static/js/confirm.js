// Asks once more before something is done. It is a help only: what cannot be undone asks for a typed word, which the
// server compares.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (!question || form.dataset.agreed) {
    // A second click must not send the same form twice.
    for (const button of form.querySelectorAll("button[type=submit]")) setTimeout(() => { button.disabled = true; }, 0);
    return;
  }
  event.preventDefault();
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = question;
  const acts = document.createElement("div");
  acts.className = "acts-row";
  const no = document.createElement("button");
  no.className = "button";
  no.textContent = document.body.dataset.cancel;
  const yes = document.createElement("button");
  yes.className = event.submitter?.classList.contains("danger") ? "button danger solid" : "button primary";
  yes.textContent = event.submitter?.textContent.trim() || document.body.dataset.yes;
  acts.append(no, yes);
  dialog.append(text, acts);
  document.body.append(dialog);
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  yes.addEventListener("click", () => {
    form.dataset.agreed = "yes";
    dialog.close();
    form.requestSubmit(event.submitter || undefined);
  });
  dialog.showModal();
});
// Coming back by the browser's history gives usable buttons again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[type=submit][disabled]")) button.disabled = false;
});
