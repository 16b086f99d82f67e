import { all } from "./dom";

/**
 * `button[data-copy="ID"]` copies the field with that id and says so in the element it names by `data-copy-told`.
 * Without the right to write to the clipboard (plain HTTP in a shop's network, say) the older command does it; where
 * that is refused too, the text stands selected for Ctrl C.
 */
export function startCopy(): void {
  for (const button of all("button[data-copy]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-copy]") : null;
    if (button) void copy(button);
  });
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const field = document.getElementById(button.dataset["copy"] ?? "");
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const done = await written(field);
  const told = document.getElementById(button.dataset["copyTold"] ?? "");
  if (told) told.textContent = (done ? button.dataset["copied"] : button.dataset["selected"]) ?? "";
}

async function written(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  field.focus();
  field.select();
  field.setSelectionRange(0, field.value.length);
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
