import { all, fill, first, meta, randomId, tell } from "./dom";
import { body, isEmpty, leftTo, outcome, pauseAfter, type Draft, type Field, type Outcome } from "./draft-model";
import { draftsOf, drop, dropExpired, keep } from "./draft-store";
import { lastUser, rememberUser, signedIn } from "./session";

/** Submissions on their way: sent in order until the server has them, from any page of any tab. */

export interface Answer {
  outcome: Outcome;
  /** Where the server wants the page to go. */
  next: string | null;
  html: string;
}

/** What was sent by which tab; null: only the number changed. */
type Sent = { client: string; next: string | null } | null;

const channel = "BroadcastChannel" in window ? new BroadcastChannel("zy-outbox") : null;
const onTheWay = new Set<string>();
/** This tab; and what it alone knows of submissions on their way: numbers and names, which are sent and never kept. */
export const tab = randomId();
const extras = new Map<string, Field[]>();
let timer = 0;
let failures = 0;

export function carry(client: string, fields: Field[]): void {
  if (fields.length > 0) extras.set(client, fields);
  else extras.delete(client);
}

export async function send(draft: Draft): Promise<Answer> {
  if (onTheWay.has(draft.client)) return { outcome: "later", next: null, html: "" };
  onTheWay.add(draft.client);
  try {
    const answer = await fetch(draft.post, {
      method: "POST",
      body: body(draft, extras.get(draft.client)),
      redirect: "manual",
      headers: { Accept: "text/html", "HX-Request": "true", "Zy-Client": draft.client, "Zy-User": draft.user },
      signal: AbortSignal.timeout(15_000),
    });
    const result = outcome(answer.status, answer.headers.get("Zy-Client"), draft.client);
    if (result === "done") {
      carry(draft.client, []);
      await drop(draft.client);
    }
    return { outcome: result, next: answer.headers.get("Zy-Next"), html: result === "refused" ? await answer.text() : "" };
  } catch {
    return { outcome: "later", next: null, html: "" };
  } finally {
    onTheWay.delete(draft.client);
  }
}

/** Shows what waits and tries again soon. */
export async function changed(): Promise<void> {
  announce(null);
  await paint();
}

/** Tells the other tabs what this page has sent by itself. */
export function sentHere(client: string, next: string | null): void {
  announce({ client, next });
}

function announce(sent: Sent): void {
  channel?.postMessage(sent);
}

async function paint(needsSignIn = false): Promise<void> {
  const drafts = await draftsOf(lastUser());
  const waiting = drafts.filter((draft) => draft.state === "pending");
  const refused = drafts.filter((draft) => draft.state === "refused");
  for (const banner of all("[data-outbox]")) {
    banner.hidden = waiting.length + refused.length === 0;
    count("[data-outbox-text]", waiting.length, banner);
    count("[data-outbox-refused]", refused.length, banner);
    const link = first("[data-outbox-signin]", banner);
    if (link && waiting.length > 0 && needsSignIn) link.hidden = false;
    if (link && waiting.length === 0) link.hidden = true;
  }
  if (waiting.length > 0) again();
}

function count(selector: string, n: number, banner: HTMLElement): void {
  const element = first(selector, banner);
  if (!element) return;
  element.hidden = n === 0;
  const text = counted(element, n);
  if (element.textContent !== text) element.textContent = text;
}

/** `data-text` with `{n}`; `data-text-one` where a language says one thing differently. */
function counted(element: HTMLElement, n: number): string {
  const template = n === 1 ? (element.dataset["textOne"] ?? element.dataset["text"]) : element.dataset["text"];
  return fill(template ?? "{n}", { n });
}

function again(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void flush(), pauseAfter(failures));
}

/** One tab at a time where the browser can say so; elsewhere the client id makes a second sending harmless. */
async function flush(): Promise<void> {
  if (!signedIn()) return again();
  if (!navigator.locks) return work();
  await navigator.locks.request("zy-outbox", { ifAvailable: true }, async (lock) => {
    if (lock) await work();
    else again();
  });
}

async function work(): Promise<void> {
  let signIn = false;
  let failed = false;
  for (const draft of await draftsOf(signedIn())) {
    if (draft.state !== "pending" || leftTo(draft, tab, Date.now())) continue;
    const answer = await send(draft);
    if (answer.outcome === "refused") await keep({ ...draft, state: "refused", holder: undefined, reason: plain(answer.html) });
    if (answer.outcome === "done") {
      const sent = { client: draft.client, next: answer.next };
      announce(sent);
      tell("sent", sent);
    }
    signIn = answer.outcome === "signin";
    failed = signIn || answer.outcome === "later";
    if (failed) break;
  }
  failures = failed ? failures + 1 : 0;
  announce(null);
  await paint(signIn);
}

/** The words of a fragment. */
function plain(html: string): string {
  const words = new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";
  return words.replace(/\s+/g, " ").trim().slice(0, 500);
}

/** Sends a refused one once more, as it is. */
export async function retry(draft: Draft): Promise<void> {
  await keep({ ...draft, state: "pending", holder: undefined });
  await flush();
  await changed();
}

export async function startOutbox(): Promise<void> {
  rememberUser();
  channel?.addEventListener("message", (event: MessageEvent<Sent>) => {
    if (event.data) tell("sent", event.data);
    void paint();
  });
  addEventListener("online", () => void flush());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void flush());
  warnBeforeSignOut();
  await dropExpired(Date.now());
  for (const element of all("[data-draft-drop]")) {
    for (const draft of await draftsOf(signedIn())) if (draft.task === element.dataset["draftDrop"]) await drop(draft.client);
  }
  await paint();
  await flush();
}

/** What the agent has promised for the next open day; nothing where nobody promises, or the server does not say. */
async function promised(): Promise<string> {
  const path = meta("zy-promised");
  if (!path) return "";
  try {
    const answer = await fetch(path, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(3000) });
    return answer.ok ? (await answer.text()).trim() : "";
  } catch {
    return "";
  }
}

/** `form[data-signout]` asks `dialog[data-unsent]` first while anything is unsent, or promised for tomorrow. */
function warnBeforeSignOut(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const dialog = first<HTMLDialogElement>("dialog[data-unsent]");
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-signout]") || !dialog) return;
    event.preventDefault();
    void (async () => {
      const unsent = (await draftsOf(signedIn())).filter((draft) => !isEmpty(draft)).length;
      const tomorrow = await promised();
      if (unsent === 0 && tomorrow === "") return form.submit();
      const text = first("[data-text]", dialog);
      if (text) {
        text.textContent = counted(text, unsent);
        text.hidden = unsent === 0;
      }
      const list = first("[data-promised]", dialog);
      if (list) list.innerHTML = tomorrow;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => dialog.returnValue === "leave" && form.submit(), { once: true });
      dialog.showModal();
    })();
  });
}
