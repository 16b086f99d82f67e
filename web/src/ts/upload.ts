import { first, mount } from "./dom";

/**
 * `form[data-upload]`: a file may be dropped on `[data-drop]`, its name is shown, and the way up is drawn
 * in `progress[data-upload-progress]`. Without this script the form still uploads.
 */
export function startUploads(): void {
  mount<HTMLFormElement>("form[data-upload]", (form) => {
    const input = first<HTMLInputElement>("input[type=file]", form);
    const drop = first("[data-drop]", form);
    if (!input) return;
    const name = (): void => {
      const shown = first("[data-drop-name]", form);
      if (shown) shown.textContent = [...(input.files ?? [])].map((file) => file.name).join(" · ");
    };
    input.addEventListener("change", name);
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
      drop?.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
        if (kind !== "drop" || !event.dataTransfer?.files.length) return;
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    form.addEventListener("submit", (event) => {
      const bar = first<HTMLProgressElement>("progress[data-upload-progress]", form);
      if (!bar || !input.files?.length) return;
      event.preventDefault();
      send(form, bar);
    });
  });
}

/** XMLHttpRequest, since fetch tells nothing about the way up. */
function send(form: HTMLFormElement, bar: HTMLProgressElement): void {
  const request = new XMLHttpRequest();
  const failed = first("[data-upload-failed]", form);
  bar.hidden = false;
  if (failed) failed.hidden = true;
  form.toggleAttribute("data-busy", true);
  request.upload.addEventListener("progress", (event) => {
    bar.max = event.total;
    bar.value = event.loaded;
  });
  const end = (): void => {
    bar.hidden = true;
    form.toggleAttribute("data-busy", false);
    if (failed) failed.hidden = false;
  };
  request.addEventListener("error", end);
  request.addEventListener("load", () => {
    const slot = first("[data-errors]", form);
    const next = request.getResponseHeader("Zy-Next") ?? (request.status < 300 ? request.responseURL : "");
    if (next) return location.assign(next);
    end();
    if (!slot || !request.responseText) return;
    if (failed) failed.hidden = true;
    slot.innerHTML = request.responseText;
    slot.focus();
  });
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.send(new FormData(form));
}
