// Relative times keep up while the page stays open. The server wrote them once; the exact time is in the title.
const marks = document.querySelectorAll("time[data-relative]");
if (marks.length) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "short" });
  const opened = Date.now();
  // The browser's clock may be wrong: count from the server's "now".
  const offset = Number(document.documentElement.dataset.now) * 1000 - opened;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  setInterval(() => {
    for (const mark of marks) {
      const past = (Date.now() + offset - Date.parse(mark.dateTime)) / 1000;
      const found = units.find(([, size]) => Math.abs(past) >= size);
      if (!found || Math.abs(past) >= 86400 * 7) continue;
      mark.textContent = words.format(-Math.trunc(past / found[1]), found[0]);
    }
  }, 30000);
}
