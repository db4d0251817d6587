// The button that adds a line to a new order works by a round trip; this saves the trip.
// Choosing a product fills its line in; the server does the same with what is left empty.
const table = document.querySelector("[data-lines]");
table?.addEventListener("change", (event) => {
  if (!event.target.name?.endsWith("-name")) return;
  const offers = [...document.querySelectorAll("#products option")];
  const offer = offers.find((it) => it.value === event.target.value);
  if (!offer) return;
  const row = event.target.closest("tr");
  for (const [member, key] of [["tax_code", "code"], ["spec", "spec"], ["unit", "unit"], ["unit_price", "price"], ["rate", "rate"]]) {
    const field = row.querySelector(`[name$="-${member}"]`);
    if (field && !field.value) field.value = offer.dataset[key];
  }
});
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
