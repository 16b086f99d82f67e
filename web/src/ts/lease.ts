import { mount, reveal, tell } from "./dom";

const RENEW_MS = 3 * 60 * 1000;

/**
 * Keeps the task with its agent while the page is looked at, and gives it back when the page is left:
 * `data-lease="/calls/7/lease" data-fence="…"`. The fence is the end of the lease as the server told it last: whoever
 * shows an older one has lost it to another page, and gives nothing back that is not theirs any more.
 */
export function startLeases(): void {
  mount("[data-lease]", (element) => {
    const url = element.dataset["lease"];
    if (!url) return;
    let fence = element.dataset["fence"] ?? "";
    let last = performance.now();
    let lost = false;

    const ask = async (): Promise<void> => {
      try {
        const answer = await fetch(url, {
          method: "POST",
          body: new URLSearchParams(fence ? { fence } : {}),
          headers: { Accept: "application/json" },
          signal: AbortSignal.timeout(10_000),
        });
        if (answer.ok) {
          last = performance.now();
          const { until } = (await answer.json()) as { until?: number };
          if (until !== undefined) fence = String(until);
        }
        // Gone to somebody else: what is written here is still accepted, as a late arrival.
        lost = [403, 404, 409, 410].includes(answer.status);
      } catch {
        // The line is away: the next tick tries again.
      }
      if (!lost) return;
      reveal("[data-lease-lost]", true);
      tell("lease-lost", { url }, element);
    };
    const renew = (): void => {
      if (!lost && document.visibilityState === "visible" && performance.now() - last >= RENEW_MS) void ask();
    };
    setInterval(renew, 15_000);
    document.addEventListener("visibilitychange", renew);
    addEventListener("pagehide", () => {
      if (!lost && fence) navigator.sendBeacon(`${url}/released`, new URLSearchParams({ fence }));
    });
    // Come back from the browser's memory: what was given back is taken anew.
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      fence = "";
      void ask();
    });
  });
}
