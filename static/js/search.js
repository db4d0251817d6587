// "/" puts the cursor into the search; Escape leaves it; Ctrl-Enter sends the form one is in.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-search]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && event.target === field) {
    field.blur();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = (typing && typing.form) || document.querySelector("form[data-main]");
    if (form && form.method === "post") form.requestSubmit();
  }
});
