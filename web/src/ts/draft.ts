import { all, first, mount, randomId, reveal, tell } from "./dom";
import { isEmpty, type Draft, type Field } from "./draft-model";
import { draftsOf, drop, keep } from "./draft-store";
import { carry, changed, send, sentHere, tab, type Answer } from "./outbox";
import { signedIn } from "./session";
import { resumeFrom, seconds, startedAt } from "./timer";

/** `form[data-draft="task:812"]`: kept in the browser until the server has it. */

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const SAVE_AFTER_MS = 250;

/** What may hold a number, a name or a plate: numbers, people, the facts of a case. It is sent, and never kept. */
function isPrivate(control: Control): boolean {
  if (control instanceof HTMLInputElement && control.type === "tel") return true;
  if ("private" in control.dataset) return true;
  return control.name.startsWith("case.") && isNote(control);
}

/** Numbers, names and secrets never enter a draft; `data-draft-skip` marks what else must not. */
function skipped(control: Control): boolean {
  if (!control.name || control.closest("[data-draft-skip]") || isPrivate(control)) return true;
  return control instanceof HTMLInputElement && ["email", "password", "file", "submit", "button"].includes(control.type);
}

function isNote(control: Control): boolean {
  return control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && ["text", "search"].includes(control.type));
}

function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (element): element is Control =>
      element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement,
  );
}

function chosen(control: Control): boolean {
  return !(control instanceof HTMLInputElement && ["radio", "checkbox"].includes(control.type)) || control.checked;
}

/** Hidden fields belong to the submission, not to the draft: the page brings its own again. */
function read(form: HTMLFormElement, whole: boolean): Pick<Draft, "answers" | "notes"> {
  const answers: Field[] = [];
  const notes: Field[] = [];
  for (const control of controls(form)) {
    if (skipped(control) || control.disabled || !chosen(control) || (control.type === "hidden" && !whole)) continue;
    if (isNote(control)) notes.push([control.name, control.value]);
    else if (whole || control.value !== "") answers.push([control.name, control.value]);
  }
  return { answers, notes };
}

function write(form: HTMLFormElement, draft: Draft): void {
  for (const control of controls(form)) {
    if (skipped(control) || control.type === "hidden") continue;
    const values = [...draft.answers, ...draft.notes].filter(([name]) => name === control.name).map(([, value]) => value);
    if (control instanceof HTMLInputElement && ["radio", "checkbox"].includes(control.type)) {
      if (values.length > 0) control.checked = values.includes(control.value);
    } else if (values[0] !== undefined) control.value = values[0];
  }
}

/** What was filled in and may not be kept. */
function leftBehind(form: HTMLFormElement): Field[] {
  return controls(form)
    .filter((control) => control.name !== "" && !control.disabled && isPrivate(control) && control.value.trim() !== "")
    .map((control) => [control.name, control.value]);
}

class Keeper {
  private draft: Draft;
  private timer = 0;
  private busy = false;
  private dirty = false;
  /** The server has it. */
  private settled = false;
  /** Calls with the same customer that waited to be sent when this page came. */
  private readonly before = new Set<string>();

  constructor(private readonly form: HTMLFormElement) {
    this.draft = {
      client: randomId(),
      user: signedIn(),
      task: form.dataset["draft"] ?? "",
      state: "draft",
      post: new URL(form.action).pathname,
      answers: [],
      notes: [],
      seconds: 0,
      at: Date.now(),
    };
  }

  start(): void {
    const { form } = this;
    // A browser without storage still submits; it only cannot keep.
    const ready = this.restore().catch(() => undefined);
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => {
      this.later();
      first("dialog[open] [data-errors]", form)?.replaceChildren();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void ready.then(() => this.submit(event.submitter));
    });
    addEventListener("pagehide", () => void this.save());
    addEventListener("pagehide", () => void this.letGo());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void this.save());
    document.body.addEventListener("zy:sent", (event) => {
      const sent = (event as CustomEvent<{ client: string; next: string | null }>).detail;
      if (this.before.delete(sent.client)) this.gone(sent.next);
      if (sent.client !== this.draft.client) return;
      if (this.draft.state === "pending") this.leave(sent.next);
      else void this.apart();
    });
    void ready.then(() => {
      this.showClient();
      form.toggleAttribute("data-draft-ready", true);
    });
  }

  private async restore(): Promise<void> {
    const mine = (await draftsOf(this.draft.user)).filter((draft) => draft.task === this.draft.task);
    const found = mine.findLast((draft) => draft.state !== "pending");
    for (const draft of mine) if (draft.state === "pending") this.before.add(draft.client);
    reveal("[data-draft-waiting]", this.before.size > 0);
    if (!found) return;
    this.draft = { ...found, state: "draft", post: this.draft.post, holder: undefined };
    write(this.form, this.draft);
    resumeFrom(this.draft.seconds, this.draft.started ?? null);
    // Refused while it was sent from another page: what was wrong stands where it can be put right.
    if (found.state === "refused" && found.reason) this.explain(found.reason);
    reveal("[data-draft-restored]", true);
    tell("restored", this.draft, this.form);
  }

  /** What had waited is with the server: nothing is left to do here, unless a call was begun anew. */
  private gone(next: string | null): void {
    if (this.before.size > 0) return;
    reveal("[data-draft-waiting]", false);
    if (!this.dirty && startedAt() === null && isEmpty({ ...this.draft, ...read(this.form, false) })) this.leave(next);
  }

  /** Another tab has sent this very call. What was filled in here is a call of its own from now on, not a second copy. */
  private async apart(): Promise<void> {
    this.draft = { ...this.draft, client: randomId() };
    this.showClient();
    this.dirty = true;
    await this.save().catch(() => undefined);
    reveal("[data-draft-twin]", true);
  }

  private showClient(): void {
    for (const field of all<HTMLInputElement>("input[name=client_id]", this.form)) field.value = this.draft.client;
  }

  private later(): void {
    this.dirty = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  private async save(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.busy || !this.dirty || this.draft.state !== "draft") return;
    this.draft = { ...this.draft, ...read(this.form, false), seconds: seconds(), started: startedAt(), at: Date.now() };
    if (isEmpty(this.draft)) return drop(this.draft.client);
    await keep(this.draft);
    this.dirty = false;
    reveal("[data-draft-saved]", true);
  }

  private async submit(button: HTMLElement | null): Promise<void> {
    if (this.busy || this.draft.state === "pending") return;
    this.busy = true;
    window.clearTimeout(this.timer);
    this.form.toggleAttribute("data-busy", true);
    this.draft = { ...this.draft, ...read(this.form, true), state: "pending", seconds: seconds(), started: startedAt(), at: Date.now() };
    if (button instanceof HTMLButtonElement && button.name) this.draft.answers.push([button.name, button.value]);
    const left = leftBehind(this.form);
    if (left.length > 0) {
      // Named, so that a later sending without them is not taken for a call in which nothing was told.
      for (const name of new Set(left.map(([known]) => known))) this.draft.answers.push(["left", name]);
      this.draft.holder = tab;
      carry(this.draft.client, left);
    }
    await keep(this.draft).catch(() => undefined);
    const answer: Answer = await send(this.draft);
    this.busy = false;
    this.form.toggleAttribute("data-busy", false);
    if (answer.outcome === "done") {
      sentHere(this.draft.client, answer.next);
      this.leave(answer.next);
    } else if (answer.outcome === "refused") await this.refuse(answer.html);
    else await this.wait(answer.outcome === "signin");
  }

  /** The page goes, and with it what it alone knew: any tab may send the rest. One step: a page that goes takes no second. */
  private letGo(): Promise<void> {
    if (this.settled || this.draft.state !== "pending" || !this.draft.holder) return Promise.resolve();
    this.draft = { ...this.draft, holder: undefined };
    return keep(this.draft).catch(() => undefined);
  }

  /** Where faults are told: in the dialog that is open, or above the questions. */
  private slot(): HTMLElement | null {
    return first("dialog[open] [data-errors]", this.form) ?? first("[data-errors]", this.form) ?? first("[data-errors]");
  }

  private explain(text: string): void {
    const slot = this.slot();
    if (!slot) return;
    const box = document.createElement("div");
    box.className = "banner bad";
    box.textContent = text;
    slot.replaceChildren(box);
  }

  private async refuse(html: string): Promise<void> {
    carry(this.draft.client, []);
    this.draft = { ...this.draft, state: "draft", holder: undefined };
    this.dirty = true;
    await this.save().catch(() => undefined);
    const slot = this.slot();
    if (!slot) return;
    slot.innerHTML = html;
    slot.focus();
    slot.scrollIntoView({ block: "nearest" });
  }

  private async wait(signIn: boolean): Promise<void> {
    for (const dialog of all<HTMLDialogElement>("dialog[open]", this.form)) dialog.close();
    reveal("[data-draft-pending]", true);
    reveal("[data-draft-left]", leftBehind(this.form).length > 0);
    reveal("[data-outbox-signin]", signIn);
    this.form.toggleAttribute("data-pending", true);
    for (const control of [...this.form.elements]) if (control instanceof HTMLButtonElement) control.disabled = true;
    await changed().catch(() => undefined);
  }

  private leave(next: string | null): void {
    this.settled = true;
    location.assign(next?.startsWith("/") ? next : (this.form.dataset["draftNext"] ?? location.href));
  }
}

export function startDrafts(): void {
  if (!signedIn()) return;
  mount<HTMLFormElement>("form[data-draft]", (form) => new Keeper(form).start());
}
