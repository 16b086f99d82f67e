import { all } from "./dom";

const PAUSE_MS = 20_000;

/** How much waits behind the entries of the menu: asked once the page stands, and again when there is news. */
export function startCounts(): void {
  const places = all("[data-nav-count]");
  if (places.length === 0) return;
  let last = -Infinity;
  const ask = async (): Promise<void> => {
    if (document.visibilityState !== "visible" || performance.now() - last < PAUSE_MS) return;
    last = performance.now();
    try {
      const answer = await fetch("/counts", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) return;
      const counts = (await answer.json()) as Record<string, number>;
      for (const place of places) {
        const n = counts[place.dataset["navCount"] ?? ""] ?? 0;
        place.textContent = String(n);
        place.hidden = n === 0;
      }
    } catch {
      // Without a line the menu only says less.
    }
  };
  void ask();
  for (const news of ["zy:queue", "zy:case"]) document.body.addEventListener(news, () => void ask());
}
