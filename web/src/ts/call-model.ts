/** Branches of a questionnaire, pure. */

/** `"came:yes,unsure; booked:no"`: every part must hold, in each any of the options. */
export interface Condition {
  question: string;
  options: string[];
}

export function conditions(text: string): Condition[] {
  return text
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const cut = part.lastIndexOf(":");
      return { question: part.slice(0, cut).trim(), options: part.slice(cut + 1).split(",").map((option) => option.trim()) };
    });
}

/** `answers`: what is chosen now in questions that are shown; a hidden question has none. */
export function holds(wanted: Condition[], answers: ReadonlyMap<string, readonly string[]>): boolean {
  return wanted.every(({ question, options }) => (answers.get(question) ?? []).some((value) => options.includes(value)));
}
