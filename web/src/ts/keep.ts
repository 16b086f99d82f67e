import { all, isTextField, meta, mount } from "./dom";

const PREFIX = "zy-keep:";

/**
 * `form[data-keep="name"]`: what is being written stays when another form of the page is saved, on a reload and on a line
 * that broke; in this tab alone and for this person alone. The name ends with the step that the form belongs to, so that
 * the next one begins empty.
 */
export function startKeep(): void {
  try {
    begin();
  } catch {
    // A browser without storage still saves; it only cannot keep.
  }
}

function begin(): void {
  const mine = `${PREFIX}${meta("zy-user")}:`;
  forget((key) => !meta("zy-user") || !key.startsWith(mine));
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.matches("[data-signout]")) forget(() => true);
  });
  mount<HTMLFormElement>("form[data-keep]", (form) => {
    const key = mine + (form.dataset["keep"] ?? "");
    restore(form, sessionStorage.getItem(key));
    const save = (): void => {
      try {
        sessionStorage.setItem(key, JSON.stringify(written(form)));
      } catch {
        // Full: what stands on the page can still be sent.
      }
    };
    form.addEventListener("input", save);
    form.addEventListener("change", save);
  });
}

function forget(which: (key: string) => boolean): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && which(key)) sessionStorage.removeItem(key);
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function controls(form: HTMLFormElement): Control[] {
  return all<Control>("input:not([type=hidden]), textarea, select", form).filter((control) => control.name !== "");
}

function isRadio(control: Control): control is HTMLInputElement {
  return control instanceof HTMLInputElement && control.type === "radio";
}

function written(form: HTMLFormElement): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const control of controls(form)) {
    if (isRadio(control) ? control.checked : isTextField(control) && control.value !== "") kept[control.name] = control.value;
  }
  return kept;
}

/** Only where nothing stands: what the server shows is newer. */
function restore(form: HTMLFormElement, text: string | null): void {
  if (!text) return;
  const kept = JSON.parse(text) as Record<string, string>;
  for (const control of controls(form)) {
    const value = kept[control.name];
    if (value === undefined) continue;
    if (isRadio(control)) {
      const chosen = controls(form).some((other) => isRadio(other) && other.name === control.name && other.checked);
      if (!chosen && control.value === value) control.checked = true;
    } else if (isTextField(control) && control.value === "") control.value = value;
  }
}
