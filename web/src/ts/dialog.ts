import { all, first, mount } from "./dom";

/** `data-dialog="#later"` opens, `data-close` closes, a click beside closes; menus close when left. */
export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest<HTMLElement>("[data-dialog]");
    const wanted = opener?.dataset["dialog"];
    if (wanted) {
      event.preventDefault();
      openDialog(wanted);
    }
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target.closest("[data-close]") || outside(dialog, event))) dialog.close();
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
      menu.open = false;
      first("summary", menu)?.focus();
    }
  });
  // A fragment that brings `<dialog data-open>` opens it as a modal.
  mount<HTMLDialogElement>("dialog[data-open]", (dialog) => dialog.showModal());
}

export function openDialog(selector: string): HTMLDialogElement | null {
  const dialog = first<HTMLDialogElement>(selector);
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
}

/** The backdrop itself, and never where something could have been filled in. */
function outside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  if (event.target !== dialog || event.detail === 0 || first("input,textarea,select", dialog)) return false;
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
