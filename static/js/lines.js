// The button that adds a line to a new order works by a round trip; this saves the trip.
const table = document.querySelector("[data-lines]");
document.querySelector("[data-add-line]")?.addEventListener("click", (event) => {
  const rows = table.querySelectorAll("tbody tr");
  if (rows.length >= Number(table.dataset.lines)) return;
  event.preventDefault();
  const last = rows[rows.length - 1];
  const fresh = last.cloneNode(true);
  const index = rows.length;
  for (const field of fresh.querySelectorAll("input, select")) {
    field.name = field.name.replace(/-\d+-/, `-${index}-`);
    field.id = field.name;
    field.classList.remove("bad");
    if (field.tagName === "INPUT") field.value = "";
  }
  for (const wrong of fresh.querySelectorAll(".wrong")) wrong.remove();
  fresh.querySelector(".c-no").textContent = index + 1;
  last.after(fresh);
  fresh.querySelector("input").focus();
});
