import { all, fill, first, isTextField, isVisible, mount, words } from "./dom";
import { conditions, holds } from "./call-model";
import { startDial } from "./dial";
import { onKey } from "./keys";
import { Must } from "./must";
import { startTimer } from "./timer";

/** How an answer looks once its question is left; facts are plain. */
const TONES: Record<string, string> = { bad: "bad", improve: "warn", good: "brand" };

/** The option that leaves a question out. */
const SKIPPED = "skip";

/** The call: one question is "now"; digits answer it, branches open and close, the form keeps everything. */
class Call {
  private readonly questions: HTMLElement[];
  private readonly must: Must;

  constructor(private readonly form: HTMLFormElement) {
    this.questions = all("[data-q]", form);
    this.must = new Must(form, () => this.shown().filter((question) => !isAnswered(question)), (question) => this.go(question));
    this.questions.forEach((question) => (question.tabIndex = 0));
    form.toggleAttribute("data-call-ready", true);
    form.addEventListener("change", (event) => this.answered(event));
    form.addEventListener("input", () => this.paint());
    form.addEventListener("zy:restored", () => this.begin());
    form.addEventListener("focusin", (event) => this.attend(event.target));
    document.addEventListener("click", (event) => this.clicked(event));
    this.begin();
    onKey((key, event) => this.key(key, event));
    this.form.addEventListener("keydown", (event) => this.fieldDone(event));
  }

  private begin(): void {
    this.branch();
    this.go(this.shown().find((question) => !isSettled(question)) ?? this.shown()[0], false);
  }

  private shown(): HTMLElement[] {
    return this.questions.filter((question) => !question.closest("[hidden]"));
  }

  private now(): HTMLElement | undefined {
    return this.questions.find((question) => question.classList.contains("now"));
  }

  private go(question: HTMLElement | undefined, focus = true): void {
    if (!question) return;
    for (const other of this.questions) {
      other.classList.toggle("now", other === question);
      if (other === question) other.setAttribute("aria-current", "step");
      else other.removeAttribute("aria-current");
    }
    this.paint();
    if (!focus) return;
    question.focus({ preventScroll: true });
    question.scrollIntoView({ block: "nearest" });
  }

  /** The next open question below, else the first open one, else the one below. */
  private next(): void {
    const shown = this.shown();
    const place = shown.findIndex((question) => question.classList.contains("now"));
    const below = shown.slice(place + 1);
    this.go(below.find((question) => !isSettled(question)) ?? shown.find((question) => !isSettled(question)) ?? below[0]);
  }

  private step(by: number): void {
    const shown = this.shown();
    this.go(shown[shown.findIndex((question) => question.classList.contains("now")) + by]);
  }

  private attend(target: EventTarget | null): void {
    const question = target instanceof Element ? target.closest<HTMLElement>("[data-q]") : null;
    if (question && !question.classList.contains("now")) this.go(question, false);
  }

  private clicked(event: Event): void {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("button[data-next]")) this.next();
    if (event.target.closest("button[data-prev]")) this.step(-1);
  }

  /** A plain answer leads on; one that wants an apology or a remark stays. */
  private answered(event: Event): void {
    this.branch();
    this.paint();
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.type !== "radio" || "mark" in field.dataset) return;
    startTimer();
    const question = field.closest<HTMLElement>("[data-q]");
    if (question?.classList.contains("now") && !["improve", "bad"].includes(field.dataset["effect"] ?? "")) this.next();
  }

  private key(key: string, event: KeyboardEvent): boolean {
    if (first("dialog:modal")) return false;
    const now = this.now();
    const inNote = isTextField(event.target);
    if (key === "escape" && inNote && now?.contains(event.target as Node)) {
      (event.target as HTMLElement).blur();
      if (isSettled(now)) this.next();
      else now.focus({ preventScroll: true });
      return true;
    }
    if (key === "enter" && !inNote) return this.openNote(event, now);
    if ((key === "arrowdown" || key === "arrowup") && !inNote && !event.altKey) {
      this.step(key === "arrowdown" ? 1 : -1);
      return true;
    }
    return /^[0-9]$/.test(key) && !event.repeat && now !== undefined && pick(now, key);
  }

  /**
   * Enter in a field of one line. The form's first button is off, so that it sends nothing by itself: in a dialog the
   * dialog's own button is pressed, elsewhere the field is left for the question in turn.
   */
  private fieldDone(event: KeyboardEvent): void {
    const field = event.target;
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
    if (!(field instanceof HTMLInputElement) || !isTextField(field)) return;
    event.preventDefault();
    const dialog = field.closest("dialog");
    if (dialog) first<HTMLButtonElement>("button[name=outcome]", dialog)?.click();
    else {
      field.blur();
      this.now()?.focus({ preventScroll: true });
    }
  }

  private openNote(event: KeyboardEvent, now: HTMLElement | undefined): boolean {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("a[href],button,summary")) return false;
    const note = (now && first("[data-note]", now)) ?? first("[data-note=general]", this.form);
    note?.focus();
    return note !== null;
  }

  /** Shows and hides by `data-show-if`; hidden answers are not sent. A branch may hang on a branch: top down, in order. */
  private branch(): void {
    const answers = new Map<string, string[]>();
    // A car that is sold is asked about no more.
    const sold = new Set(all<HTMLInputElement>("input[name=sold]:checked", this.form).map((field) => field.value));
    for (const element of all("[data-q],[data-show-if]", this.form)) {
      const rule = element.dataset["showIf"];
      const car = element.dataset["vehicle"];
      if (rule || car) element.hidden = sold.has(car ?? "") || (rule !== undefined && rule !== "" && !holds(conditions(rule), answers));
      const off = element.closest("[hidden]") !== null;
      if (car && !rule) for (const field of fields(element)) field.disabled = off;
      if (rule) for (const field of fields(element)) field.disabled = off || field.closest("[data-show-if][hidden]") !== null;
      const id = element.dataset["q"];
      if (id && !off) answers.set(id, checked(element).map((field) => field.value));
    }
  }

  private paint(): void {
    const shown = this.shown();
    for (const question of this.questions) {
      const chosen = checked(question);
      question.classList.toggle("done", isAnswered(question));
      question.classList.toggle("skipped", isSkipped(question));
      question.classList.toggle("has-note", all<HTMLTextAreaElement>("[data-note]", question).some((note) => note.value.trim() !== ""));
      const answer = first("[data-answer]", question);
      if (answer) {
        answer.textContent = chosen.map(label).join("、");
        answer.hidden = chosen.length === 0;
        answer.className = `pill ${TONES[chosen.map((field) => field.dataset["effect"] ?? "").find((effect) => effect in TONES) ?? ""] ?? ""}`;
      }
      for (const sorry of all(".sorry", question)) {
        const only = sorry.dataset["for"]?.split(",").map((option) => option.trim());
        sorry.hidden = !chosen.some((field) =>
          only ? only.includes(field.value) : ["improve", "bad"].includes(field.dataset["effect"] ?? ""),
        );
      }
    }
    // What only opens the call ("is it a good moment") is no question of the survey.
    const counted = shown.filter((question) => !question.hasAttribute("data-uncounted"));
    const done = counted.filter(isAnswered).length;
    const skipped = counted.filter(isSkipped).length;
    document.body.toggleAttribute("data-call-done", done + skipped === counted.length);
    for (const text of all("[data-progress]")) {
      const template = (skipped > 0 ? text.dataset["textSkipped"] : undefined) ?? text.dataset["text"] ?? "{n} / {m}";
      text.textContent = fill(template, { n: done, m: counted.length, skipped });
    }
    this.must.paint();
    for (const dots of all("[data-dots]")) {
      dots.replaceChildren(
        ...counted.map((question) => {
          const dot = document.createElement("i");
          dot.className = question.classList.contains("now") ? "d n" : isAnswered(question) ? "d" : isSkipped(question) ? "s" : "";
          return dot;
        }),
      );
    }
  }
}

function fields(question: Element): HTMLInputElement[] {
  return all<HTMLInputElement>("input,textarea,select", question);
}

/** Chosen options of a question; remarks' marks are not answers. */
function checked(question: Element): HTMLInputElement[] {
  return all<HTMLInputElement>(".opts input:checked", question).filter((field) => !field.disabled);
}

/** Left out on purpose: the agent goes on, and nothing was answered. */
function isSkipped(question: Element): boolean {
  return !isAnswered(question) && checked(question).some((field) => field.value === SKIPPED);
}

/** Nothing is left to do at this question. */
function isSettled(question: Element): boolean {
  return isAnswered(question) || isSkipped(question);
}

/** A question for words, and one without options, is answered by its note too. */
function isAnswered(question: Element): boolean {
  if (checked(question).some((field) => field.value !== SKIPPED)) return true;
  const words = question.hasAttribute("data-words") || !first(".opts input", question);
  return words && all<HTMLTextAreaElement>("[data-note]", question).some((note) => note.value.trim() !== "");
}

function label(field: HTMLInputElement): string {
  const box = field.closest("label");
  return field.dataset["label"] ?? (box ? words(box) : field.value);
}

/** The option of a digit: `data-digit` where the page says so, else its place; several choices toggle. */
function pick(question: HTMLElement, digit: string): boolean {
  const options = all<HTMLInputElement>(".opts input", question).filter((field) => !field.disabled && isVisible(field.closest("label") ?? field));
  const named = options.find((field) => field.dataset["digit"] === digit);
  const option = named ?? (digit === "0" ? undefined : options.filter((field) => !field.dataset["digit"])[Number(digit) - 1]);
  if (!option) return false;
  // A repeated digit confirms what is chosen: it must not fall through to the next question.
  if (option.type === "radio" && option.checked) option.dispatchEvent(new Event("change", { bubbles: true }));
  else option.click();
  return true;
}

export function startCall(): void {
  mount<HTMLFormElement>("form[data-call]", (form) => void new Call(form));
  startMarks();
  startFolds();
  startDial();
}

/** What stands open beside the questions is folded on a phone, where it would stand before them. */
function startFolds(): void {
  const narrow = matchMedia("(max-width: 600px)");
  const fold = (): void => {
    for (const part of all<HTMLDetailsElement>("details[data-fold]")) part.open = !narrow.matches;
  };
  fold();
  narrow.addEventListener("change", fold);
}

/** A mark pressed again is taken back: radio buttons alone cannot. */
function startMarks(): void {
  let were = new Set<Element>();
  const remember = (): void => {
    were = new Set(all("input[data-mark]:checked"));
  };
  document.addEventListener("pointerdown", remember, { capture: true });
  document.addEventListener("keydown", remember, { capture: true });
  document.addEventListener("click", (event) => {
    const mark = event.target;
    if (!(mark instanceof HTMLInputElement) || !("mark" in mark.dataset) || mark.type !== "radio" || !were.has(mark)) return;
    were.delete(mark);
    mark.checked = false;
    mark.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
