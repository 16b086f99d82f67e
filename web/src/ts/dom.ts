/** The few things every module needs from the page. */

export function first<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** Content of `<meta name="…">`, or "" when the page has none. */
export function meta(name: string): string {
  return first<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

/** Words come from the page: `fill("已答 {n} / {m}", {n: 3, m: 7})`. */
export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** 128 random bits in hex. `crypto.randomUUID` does not exist on plain HTTP. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether typing belongs to this element and not to the shortcuts. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !["checkbox", "radio", "button", "submit", "reset", "file", "image", "range", "color"].includes(target.type);
}

export function isVisible(element: Element): boolean {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
}

/** Text of an element without its `<kbd>` hints. */
export function words(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const hint of copy.querySelectorAll("kbd")) hint.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Shows or hides every element with this attribute. */
export function reveal(selector: string, shown: boolean, root: ParentNode = document): void {
  for (const element of all(selector, root)) element.hidden = !shown;
}

/** Runs `init` once for each matching element, now and whenever a fragment brings new ones. */
export function mount<T extends HTMLElement>(selector: string, init: (element: T) => void): void {
  const seen = new WeakSet<T>();
  const scan = (): void => {
    for (const element of all<T>(selector)) {
      if (seen.has(element)) continue;
      seen.add(element);
      init(element);
    }
  };
  scan();
  document.addEventListener("htmx:after:settle", scan);
}

/** Tells the page something; `bubbles`, so that htmx can say `hx-trigger="zy:live from:body"`. */
export function tell(name: string, detail: unknown, target: EventTarget = document.body): void {
  target.dispatchEvent(new CustomEvent(`zy:${name}`, { detail, bubbles: true }));
}
