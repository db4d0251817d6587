// One menu at a time; a click elsewhere or Escape closes it.
const close = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });
// A filter row sends itself when a choice changes.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", (event) => { if (event.target.matches("select, input[type=date]")) form.requestSubmit(); });
}
