// Keeps a preview in step with the form beside it. Without script the Preview button does the same by a round trip.
const form = document.querySelector("form[data-preview]");
const field = (name) => form.elements.namedItem(name);
const update = () => {
  for (const row of document.querySelectorAll("[data-ask]")) {
    const ask = field(row.dataset.ask)?.value;
    row.hidden = ask === "hidden";
    const value = row.querySelector(".value");
    const word = ask === "required" ? row.dataset.required : row.dataset.optional;
    if (value && word) value.textContent = word;
  }
  for (const row of document.querySelectorAll("[data-own]")) {
    const name = field(`${row.dataset.own}_name`)?.value.trim() ?? "";
    row.hidden = name === "";
    row.querySelector(".label").textContent = name;
    const must = field(`${row.dataset.own}_required`)?.checked;
    row.querySelector(".value").textContent = field(`${row.dataset.own}_hint`)?.value.trim() || (must ? row.dataset.required : row.dataset.optional);
  }
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = field(place.dataset.text)?.value.trim() || place.dataset.otherwise || "";
  }
  for (const row of document.querySelectorAll("[data-entry]")) {
    row.hidden = !field(`${row.dataset.entry}_name`)?.value.trim();
  }
};
if (form) {
  form.addEventListener("input", update);
  form.addEventListener("change", (event) => {
    const picture = document.querySelector("[data-logo]");
    const file = event.target.type === "file" ? event.target.files[0] : undefined;
    if (!picture || !file || file.size > 1024 * 1024) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => { picture.src = reader.result; });
    reader.readAsDataURL(file);
  });
  update();
}
