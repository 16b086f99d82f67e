import { all, first, mount, reveal } from "./dom";
import { onKey } from "./keys";

/** Small habits of every page: theme, menu on phones, printing, tables by arrow keys, focus on errors. */
export function startPage(): void {
  document.documentElement.classList.add("js");
  startTheme();
  startNav();
  startRows();
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-print]")) print();
    if (event.target.closest("[data-reload]")) location.reload();
  });
  // `form[data-also="#field"]` sends a field of another form along.
  document.addEventListener("formdata", (event) => {
    const also = event.target instanceof HTMLFormElement ? event.target.dataset["also"] : undefined;
    const field = also ? first<HTMLInputElement>(also) : null;
    if (field) event.formData.set(field.name, field.value);
  }, { capture: true });
  // Fields that send their form themselves: store switch, filters.
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("[data-submit]")) event.target.closest("form")?.requestSubmit();
  });
  mount("[data-errors]", (summary) => summary.childElementCount > 0 && summary.focus());
}

/** The server writes `data-theme`; the picker shows the choice at once while its form saves it. */
function startTheme(): void {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if ((field instanceof HTMLSelectElement || field instanceof HTMLInputElement) && field.matches("[data-theme-pick]")) {
      document.documentElement.dataset["theme"] = field.value;
    }
  });
}

function startNav(): void {
  const button = first("[data-nav-toggle]");
  const shell = first(".shell");
  if (!button || !shell) return;
  const open = (shown: boolean): void => {
    shell.classList.toggle("nav-open", shown);
    button.setAttribute("aria-expanded", String(shown));
    reveal("[data-nav-shade]", shown);
  };
  button.addEventListener("click", () => open(!shell.classList.contains("nav-open")));
  for (const shade of all("[data-nav-shade]")) shade.addEventListener("click", () => open(false));
  onKey((key) => {
    if (key !== "escape" || !shell.classList.contains("nav-open")) return false;
    open(false);
    button.focus();
    return true;
  });
}

/** `table[data-rows]`: J, K and the arrows move `tr.sel`, Enter opens its first link. */
function startRows(): void {
  onKey((key, event) => {
    const table = first("table[data-rows]");
    const busy = event.target instanceof Element && event.target.closest("a,button,input,select,summary,dialog[open]");
    const step = { j: 1, arrowdown: 1, k: -1, arrowup: -1 }[key];
    if (!table || busy || event.altKey || (step === undefined && key !== "enter")) return false;
    const rows = all("tbody tr", table).filter((row) => first("a[href]", row));
    const place = rows.findIndex((row) => row.classList.contains("sel"));
    if (step === undefined) {
      const link = place < 0 ? null : first("a[href]", rows[place]);
      // A page may give Enter to its main button; the row wins only once it was chosen by key.
      if (!link || !table.hasAttribute("data-moved")) return false;
      link.click();
      return true;
    }
    const next = rows[Math.min(Math.max(place + step, 0), rows.length - 1)];
    for (const row of rows) row.classList.toggle("sel", row === next);
    table.setAttribute("data-moved", "");
    next?.scrollIntoView({ block: "nearest" });
    return next !== undefined;
  });
}
