import { all, first } from "./dom";
import { isEmpty, type Draft } from "./draft-model";
import { draftsOf, drop } from "./draft-store";
import { changed, retry } from "./outbox";
import { signedIn } from "./session";

/** The page of calls that have not arrived: each with its state, why it was not taken, and what can be done. */
export function startDraftList(): void {
  const page = first("[data-drafts]");
  if (!page) return;
  const paint = async (): Promise<void> => {
    const mine = (await draftsOf(signedIn())).filter((draft) => !isEmpty(draft));
    const list = first("[data-drafts-list]", page);
    list?.replaceChildren(...mine.flatMap((draft) => row(page, draft) ?? []));
    for (const none of all("[data-drafts-none]", page)) none.hidden = mine.length > 0;
  };
  page.addEventListener("click", (event) => void clicked(page, event).then(paint));
  document.body.addEventListener("zy:sent", () => void paint());
  void paint().catch(() => undefined);
}

function row(page: HTMLElement, draft: Draft): HTMLElement | null {
  const template = first<HTMLTemplateElement>("template[data-drafts-row]", page);
  const item = template?.content.firstElementChild?.cloneNode(true);
  if (!(item instanceof HTMLElement)) return null;
  item.dataset["client"] = draft.client;
  const set = (selector: string, text: string): void => {
    const element = first(selector, item);
    if (element) element.textContent = text;
  };
  const state = first("[data-state]", item);
  if (state) {
    state.textContent = state.dataset[draft.state] ?? "";
    state.classList.add(draft.state === "refused" ? "bad" : "warn");
  }
  set("[data-what]", first("[data-drafts-words]", page)?.dataset["call"] ?? "");
  set("[data-when]", new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }));
  const reason = first("[data-reason]", item);
  if (reason && draft.reason) {
    reason.textContent = draft.reason;
    reason.hidden = false;
  }
  for (const advice of all("[data-advice]", item)) advice.hidden = draft.state !== "refused";
  const open = first<HTMLAnchorElement>("a[data-open]", item);
  // `/calls/7/attempts` → `/calls/7`: the page brings the draft back.
  if (open) open.href = draft.post.replace(/\/[^/]+$/, "");
  for (const again of all("[data-again]", item)) again.hidden = draft.state === "draft";
  return item;
}

async function clicked(page: HTMLElement, event: Event): Promise<void> {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-again],[data-drop]") : null;
  const client = button?.closest<HTMLElement>("[data-client]")?.dataset["client"];
  const draft = (await draftsOf(signedIn())).find((known) => known.client === client);
  if (!button || !draft) return;
  if ("again" in button.dataset) return retry(draft);
  if (await sure(page)) {
    await drop(draft.client);
    await changed();
  }
}

async function sure(page: HTMLElement): Promise<boolean> {
  const dialog = first<HTMLDialogElement>("dialog[data-drafts-sure]", page);
  if (!dialog) return false;
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "drop";
}
