import { all, mount } from "./dom";

/** Seconds of talk so far; a restored draft brings its earlier seconds along. */
let before = 0;
let since: number | null = null;

export function seconds(): number {
  return before + (since === null ? 0 : Math.floor((performance.now() - since) / 1000));
}

export function startTimer(earlier = 0): void {
  before = Math.max(before, earlier);
  since ??= performance.now();
  paint();
}

/** A draft brings its time back without starting the clock. */
export function resumeFrom(earlier: number): void {
  before = Math.max(before, earlier);
  paint();
}

function paint(): void {
  const now = seconds();
  const text = `${String(Math.floor(now / 60)).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
  for (const clock of all("[data-timer]")) clock.textContent = text;
  for (const field of all<HTMLInputElement>("input[data-elapsed]")) field.value = String(now);
}

export function startTimers(): void {
  mount("[data-timer]", (clock) => {
    if (clock.dataset["timer"] === "auto") startTimer();
  });
  if (all("[data-timer]").length > 0) setInterval(paint, 1000);
}
