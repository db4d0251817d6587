// Light, dark or as the system: set at once. The links do the same by a round trip without script.
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  event.preventDefault();
  const theme = choice.dataset.themeChoice;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax` + (location.protocol === "https:" ? ";secure" : "");
  for (const other of document.querySelectorAll("[data-theme-choice]")) {
    if (other === choice) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  choice.closest("details")?.removeAttribute("open");
});
