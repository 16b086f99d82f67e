/** What a draft holds and what an answer of the server means: pure, tested as tables. */

export type Field = [name: string, value: string];

/** Task id, answers, notes, time, client id and whose it is: never a name, a number or a plate. */
export interface Draft {
  /** Made in the browser; the server knows a repeated submission by it. */
  client: string;
  user: string;
  /** `task:812` */
  task: string;
  state: "draft" | "pending" | "refused";
  /** Path to submit to; holds ids only. */
  post: string;
  answers: Field[];
  notes: Field[];
  seconds: number;
  /** Last change, ms. */
  at: number;
}

export const KEEP_MS = 7 * 24 * 60 * 60 * 1000;

export function expired(draft: Draft, now: number): boolean {
  return now - draft.at > KEEP_MS;
}

export function isEmpty(draft: Draft): boolean {
  return draft.answers.length === 0 && draft.notes.every(([, value]) => value.trim() === "");
}

export type Outcome = "done" | "signin" | "later" | "refused";

/**
 * `done` only when our server said so: 2xx *and* our client id back, since a captive portal also answers 200.
 * Anything that a second try can change is `later`.
 */
export function outcome(status: number, echoed: string | null, client: string): Outcome {
  if (status >= 200 && status < 300) return echoed === client ? "done" : "later";
  if (status === 401) return "signin";
  if (status >= 400 && status < 500 && ![408, 421, 425, 429].includes(status)) return "refused";
  return "later";
}

/** Pause before the next try: 5 s, 10 s, then every 20 s. */
export function pauseAfter(failures: number): number {
  return Math.min(5000 * 2 ** Math.max(0, failures - 1), 20_000);
}

/** The body of the submission; the same draft always makes the same body. */
export function body(draft: Draft): URLSearchParams {
  const rest = [...draft.answers, ...draft.notes].filter(([name]) => name !== "client_id" && name !== "seconds");
  return new URLSearchParams([...rest, ["client_id", draft.client], ["seconds", String(draft.seconds)]]);
}
