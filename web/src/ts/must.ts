import { all, fill, first, words } from "./dom";

/**
 * "Complete" is not said of a call in which a must-ask question is open: the page names it, leads there, and offers to
 * answer it or to save the call as partly complete. Every other outcome is saved as it is.
 */
export class Must {
  private readonly box: HTMLElement | null;
  /** Said once, so that a screen reader is not told the same again at each key. */
  private said = "";

  constructor(
    form: HTMLFormElement,
    private readonly open: () => HTMLElement[],
    private readonly go: (question: HTMLElement) => void,
  ) {
    this.box = first("[data-must-open]", form);
    // Before the keeper of the draft hears of it: what is held back is neither kept as sent nor sent.
    form.addEventListener("submit", (event) => this.hold(event), { capture: true });
    const partial = this.box && first<HTMLButtonElement>("[data-must-partial]", this.box);
    partial?.addEventListener("click", () => {
      // A submit button only now: the first one of a form is what Enter presses in any of its fields.
      partial.type = "submit";
      form.requestSubmit(partial);
      partial.type = "button";
    });
  }

  private left(): HTMLElement[] {
    return this.open().filter((question) => question.hasAttribute("data-must"));
  }

  private hold(event: SubmitEvent): void {
    const open = this.left()[0];
    if (!open || !this.box || !event.submitter?.hasAttribute("data-complete")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open.before(this.box);
    this.box.hidden = false;
    this.paint();
    this.go(open);
    this.box.scrollIntoView({ block: "nearest" });
  }

  /** What is still open; gone as soon as nothing is. */
  paint(): void {
    const box = this.box;
    if (!box || box.hidden) return;
    const left = this.left();
    if (left.length === 0) {
      box.hidden = true;
      this.said = "";
      return;
    }
    const text = first("[data-must-text]", box);
    // Asked of each car, it is named once.
    const list = [...new Set(left.map(name))].join(text?.dataset["join"] ?? ", ");
    const told = fill(text?.dataset["text"] ?? "{list}", { list });
    if (text && told !== this.said) text.textContent = told;
    this.said = told;
  }
}

/** As the question is called in lists, else what is asked. */
function name(question: HTMLElement): string {
  const short = question.dataset["must"];
  if (short) return short;
  return all(".t", question).map(words)[0] ?? "";
}
