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
  /** Why the server did not take it, in the words of that day. */
  reason?: string;
  /** When the call began, by the server's clock. */
  started?: number | null;
  /** The tab that still knows what a draft may not hold, and sends it along. */
  holder?: string | undefined;
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

/** For so long other tabs leave a submission to the one that knows more than was kept. */
export const HOLD_MS = 2 * 60 * 1000;

export function leftTo(draft: Draft, tab: string, now: number): boolean {
  return draft.holder !== undefined && draft.holder !== tab && now - draft.at < HOLD_MS;
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
export function body(draft: Draft, extras: Field[] = []): URLSearchParams {
  // What comes along after all was not left behind.
  const kept = draft.answers.filter(([name, value]) => name !== "left" || !extras.some(([known]) => known === value));
  const rest = [...kept, ...draft.notes, ...extras].filter(([name]) => name !== "client_id" && name !== "seconds");
  return new URLSearchParams([...rest, ["client_id", draft.client], ["seconds", String(draft.seconds)]]);
}
