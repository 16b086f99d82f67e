import { all, first, isTextField, isVisible, meta, words } from "./dom";
import { preferences, shortcut } from "./keymap";

/** Returns true when the key is dealt with. */
type Handler = (key: string, event: KeyboardEvent) => boolean;

const handlers: Handler[] = [];
const prefs = preferences(meta("zy-keys"));

/** Pages with keys of their own (the call) are asked before the declared ones. */
export function onKey(handler: Handler): void {
  handlers.push(handler);
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229;
    const press = { key: event.key, code: event.code, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey, composing };
    const inText = isTextField(event.target);
    const key = shortcut(press, inText, prefs);
    if (key === null || event.defaultPrevented) return;
    if (handlers.some((handler) => handler(key, event)) || builtIn(key, event, inText) || act(key, event)) event.preventDefault();
  });
  annotate();
  document.addEventListener("htmx:after:settle", annotate);
}

function builtIn(key: string, event: KeyboardEvent, inText: boolean): boolean {
  if (key === "escape" && inText && !openDialog() && event.target instanceof HTMLElement) {
    event.target.blur();
    return true;
  }
  const help = key === "?" ? first<HTMLDialogElement>("dialog[data-keys-help]") : null;
  if (!help || help.open) return false;
  listKeys(help);
  help.showModal();
  return true;
}

function openDialog(): HTMLDialogElement | null {
  return all<HTMLDialogElement>("dialog[open]").findLast((dialog) => dialog.matches(":modal")) ?? null;
}

/** Elements whose key works at this moment: seen, enabled, in the open dialog, in the current question. */
function live(): HTMLElement[] {
  return all("[data-key]", openDialog() ?? document).filter((element) => {
    const question = element.closest("[data-q]");
    const off = element.matches(":disabled,[aria-disabled='true']");
    return !off && (!question || question.classList.contains("now")) && isVisible(shownPart(element));
  });
}

/** Radio buttons inside a label are drawn by the label. */
function shownPart(element: HTMLElement): Element {
  return element.closest("label") ?? element;
}

function keysOf(element: HTMLElement): string[] {
  return (element.dataset["key"] ?? "").toLowerCase().split(/\s+/).filter(Boolean);
}

const LAST = "zy-last-key";
const ECHO_MS = 1500;

/** The second half of a double press, come to the next page: it was not meant for the customer who stands there. */
function isEcho(key: string): boolean {
  const [last, at] = (stored(() => sessionStorage.getItem(LAST)) ?? "").split(" ");
  return last === key && Number(at) < performance.timeOrigin && Date.now() - Number(at) < ECHO_MS;
}

/** A browser without storage keeps its keyboard. */
function stored<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

function act(key: string, event: KeyboardEvent): boolean {
  if (event.repeat) return false;
  // Enter and space on a focused link or button are its own.
  const own = event.target instanceof Element && event.target.closest("a[href],button,summary,input,label");
  if ((key === "enter" || key === "space") && own) return false;
  const element = live().find((candidate) => keysOf(candidate).includes(key));
  if (!element) return false;
  if (element instanceof HTMLButtonElement && element.name === "outcome") {
    if (isEcho(key)) return true;
    stored(() => sessionStorage.setItem(LAST, `${key} ${Date.now()}`));
  }
  if (element instanceof HTMLFormElement) element.requestSubmit();
  else if (isTextField(element)) element.focus();
  else element.click();
  return true;
}

/** The user's own keys are shown on the page and told to screen readers. */
function annotate(): void {
  for (const element of all("[data-key]")) {
    const declared = keysOf(element);
    const own = declared.map((key) => prefs.remap[key] ?? key).filter(Boolean);
    const reach = own.flatMap((key) => (key.includes("+") ? [key] : prefs.off ? [`alt+${key}`] : [key, `alt+${key}`]));
    element.setAttribute("aria-keyshortcuts", reach.join(" "));
    const hint = declared[0] && declared[0] in prefs.remap ? first("kbd", element) : null;
    if (hint) {
      hint.textContent = own[0]?.toUpperCase() ?? "";
      hint.hidden = own.length === 0;
    }
  }
}

function listKeys(help: HTMLDialogElement): void {
  const list = first("[data-keys-list]", help);
  if (!list) return;
  const rows = new Map<string, string>();
  for (const element of live()) {
    const key = keysOf(element)[0];
    const shown = key === undefined ? "" : (prefs.remap[key] ?? key);
    const label = element.dataset["keyLabel"] ?? element.getAttribute("aria-label") ?? words(shownPart(element));
    if (shown && label && !rows.has(shown)) rows.set(shown, label);
  }
  list.replaceChildren(
    ...[...rows].flatMap(([key, label]) => {
      const [term, text, hint] = [document.createElement("dt"), document.createElement("dd"), document.createElement("kbd")];
      hint.textContent = key.split("+").map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(" ");
      term.append(hint);
      text.textContent = label;
      return [term, text];
    }),
  );
}
