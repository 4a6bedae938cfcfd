/**
 * The script of a report: a switch of themes, and tables sorted by a click on a heading. Without it
 * the page shows the same, in the reader's own theme.
 */
export const SCRIPT = `
"use strict";
const root = document.documentElement, theme = document.querySelector(".theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
const name = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
try { const kept = localStorage.getItem("longtail-theme"); if (kept) root.dataset.theme = kept; }
catch { /* a file may not be allowed to keep anything */ }
theme.hidden = false;
name();
dark.addEventListener("change", name);
theme.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  try { localStorage.setItem("longtail-theme", root.dataset.theme); } catch { /* as above */ }
  name();
});
for (const table of document.querySelectorAll("table.sorted")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const number = head.classList.contains("number");
      const was = head.getAttribute("aria-sort");
      const down = was ? was === "ascending" : number;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = [...body.rows].map((row) => {
        const { dataset: { value }, textContent } = row.cells[column];
        const key = value === undefined ? textContent.trim() : value === "" ? null : Number(value);
        return { row, key };
      });
      keyed.sort((a, b) => {
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
        const order = typeof a.key === "number" && typeof b.key === "number"
          ? a.key - b.key
          : String(a.key).localeCompare(String(b.key), undefined, { numeric: true });
        return down ? -order : order;
      });
      body.append(...keyed.map(({ row }) => row));
    });
  });
}
`;
