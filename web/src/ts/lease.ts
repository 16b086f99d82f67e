import { mount, reveal, tell } from "./dom";

const RENEW_MS = 3 * 60 * 1000;

/** Keeps the task with its agent while the page is looked at: `data-lease="/followup/tasks/7/lease"`. */
export function startLeases(): void {
  mount("[data-lease]", (element) => {
    const url = element.dataset["lease"];
    if (!url) return;
    let last = performance.now();
    let lost = false;
    const renew = async (): Promise<void> => {
      if (lost || document.visibilityState !== "visible" || performance.now() - last < RENEW_MS) return;
      try {
        const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10_000) });
        if (answer.ok) last = performance.now();
        // Gone to somebody else: what is written here is still accepted, as a late arrival.
        lost = [403, 404, 409, 410].includes(answer.status);
      } catch {
        // The line is away: the next tick tries again.
      }
      if (lost) {
        reveal("[data-lease-lost]", true);
        tell("lease-lost", { url }, element);
      }
    };
    setInterval(() => void renew(), 15_000);
    document.addEventListener("visibilitychange", () => void renew());
  });
}
