import { all, first, mount } from "./dom";

/** Seconds of talk so far; a restored draft brings its earlier seconds along. */
let before = 0;
let since: number | null = null;
/** The server's clock when the page was made, and when it began here: calls carry the server's time, not this machine's. */
let made = 0;
let loaded = 0;
/** When the call began, by the server's clock; null until somebody dials or answers. */
let began: number | null = null;

function serverNow(): number {
  return made + Math.round(performance.now() - loaded);
}

export function seconds(): number {
  return before + (since === null ? 0 : Math.floor((performance.now() - since) / 1000));
}

/** Begin of the call, for its draft. */
export function startedAt(): number | null {
  return began;
}

export function startTimer(earlier = 0): void {
  before = Math.max(before, earlier);
  if (since === null) {
    since = performance.now();
    // A call that goes on after a pause began as long ago as was talked.
    if (made > 0) began = serverNow() - before * 1000;
  }
  paint();
}

/** A draft brings its time back without starting the clock. */
export function resumeFrom(earlier: number, started: number | null): void {
  before = Math.max(before, earlier);
  if (since === null && started !== null) began = started;
  paint();
}

function paint(): void {
  const now = seconds();
  const text = `${String(Math.floor(now / 60)).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
  for (const clock of all("[data-timer]")) {
    clock.textContent = text;
    clock.classList.toggle("on", since !== null);
  }
  for (const field of all<HTMLInputElement>("input[data-elapsed]")) field.value = String(now);
  for (const field of all<HTMLInputElement>("input[data-started]")) field.value = String(began ?? serverNow());
}

export function startTimers(): void {
  const field = first<HTMLInputElement>("input[data-started]");
  if (field) [made, loaded] = [Number(field.value), performance.now()];
  mount("[data-timer]", (clock) => {
    if (clock.dataset["timer"] === "auto") startTimer();
  });
  if (all("[data-timer]").length > 0) setInterval(paint, 1000);
}
