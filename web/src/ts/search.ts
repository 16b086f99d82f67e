import { all, first, mount } from "./dom";

/**
 * The box that `/` reaches. htmx brings the results, this gives them the keyboard:
 * arrows choose, Enter opens, Esc closes. While an input method is composing, htmx hears nothing.
 */
export function startSearch(): void {
  mount<HTMLFormElement>("form[data-search]", (form) => {
    const input = first<HTMLInputElement>("input", form);
    const list = first("[role=listbox]", form);
    if (!input || !list) return;

    const options = (): HTMLElement[] => all("[role=option]", list);
    const chosen = (): number => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
    const open = (shown: boolean): void => {
      list.hidden = !shown;
      input.setAttribute("aria-expanded", String(shown));
      if (!shown) choose(-1);
    };
    const choose = (index: number): void => {
      input.removeAttribute("aria-activedescendant");
      options().forEach((option, place) => {
        option.id ||= `${list.id}-${place}`;
        option.setAttribute("aria-selected", String(place === index));
        if (place !== index) return;
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      });
    };

    let composing = false;
    let again = false;
    input.addEventListener("compositionstart", () => (composing = true));
    input.addEventListener("compositionend", () => {
      composing = again = false;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    input.addEventListener("input", (event) => composing && event.stopImmediatePropagation(), { capture: true });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      const count = options().length;
      if (event.key === "Escape") {
        open(false);
        input.blur();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        open(true);
        choose((chosen() + step + count) % count);
      } else if (event.key === "Enter" && !list.hidden && count > 0) {
        const option = options()[Math.max(chosen(), 0)];
        const inbound = option?.dataset["inbound"];
        // Whoever is on the line: straight on with their follow-up.
        if (event.shiftKey && inbound) location.assign(inbound);
        else option?.click();
      } else return;
      event.preventDefault();
    });
    input.addEventListener("focus", () => open(options().length > 0 && input.value !== ""));
    // The last words win (hx-sync). An answer that never comes is asked for once more, then the list says so.
    input.addEventListener("input", (event) => event.isTrusted && (again = false));
    const unanswered = (): void => {
      if (input.value.trim() === "") return;
      if (!again) {
        again = true;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        return;
      }
      const away = first("[data-search-away]", form)?.cloneNode(true);
      if (!(away instanceof HTMLElement)) return;
      away.hidden = false;
      away.className = "none";
      list.replaceChildren(away);
      open(document.activeElement === input);
    };
    input.addEventListener("htmx:error", unanswered);
    // A server that is overloaded or starting says so with a page: no list of hits.
    input.addEventListener("htmx:before:response", (event) => {
      const status = (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail.ctx?.response?.status ?? 0;
      if (status < 500) return;
      event.preventDefault();
      unanswered();
    });
    document.addEventListener("htmx:after:settle", () => {
      if (document.activeElement === input) open(input.value.trim() !== "" && list.childElementCount > 0);
    });
    document.addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !form.contains(event.target)) open(false);
    });
    form.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && form.contains(event.relatedTarget)) return;
      // Whoever is back by then (another window's turn, a page that took the focus for a moment) keeps the list.
      setTimeout(() => form.contains(document.activeElement) || open(false), 150);
    });
  });
}
