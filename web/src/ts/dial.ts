import { all, first, fill } from "./dom";
import { startTimer } from "./timer";
import { toast } from "./toast";

/** The number comes only when it is dialled, and does not stay. */
interface Dial {
  mode: "tel" | "digits";
  value: string;
  /** How long the digits are shown. */
  seconds?: number;
  /** Which number that was: the call says so when it is recorded. */
  line?: string;
}

const SHOWN_SECONDS = 30;

export function startDial(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLButtonElement>("button[data-dial]");
    if (button) void dial(button, false);
    if (!target?.closest("[data-dial-sure]") || !asked) return;
    first<HTMLDialogElement>("dialog[data-dial-shut]")?.close();
    void dial(asked, true);
  });
}

/** The number that was to be dialled at an hour without calls. */
let asked: HTMLButtonElement | null = null;

async function dial(button: HTMLButtonElement, sure: boolean): Promise<void> {
  const path = button.dataset["dial"];
  if (!path || button.disabled) return;
  const url = sure ? `${path}${path.includes("?") ? "&" : "?"}sure=1` : path;
  const shut = first<HTMLDialogElement>("dialog[data-dial-shut]");
  button.disabled = true;
  try {
    const answer = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10_000) });
    const body = (await answer.json()) as Partial<Dial> & { detail?: string; title?: string };
    if (answer.status === 409 && shut && !sure) {
      asked = button;
      shut.showModal();
      return;
    }
    if (!answer.ok || !body.value) {
      toast({ text: body.detail ?? body.title ?? button.dataset["failed"] ?? String(answer.status), kind: "bad" });
      return;
    }
    startTimer();
    for (const field of all<HTMLInputElement>("input[name=phone_line]")) field.value = body.line ?? field.value;
    if (body.mode === "tel") {
      follow(body.value);
      // Where no program takes the link, the browser says nothing.
      toast({ text: button.dataset["handed"] ?? "", kind: "ok" });
    }
    else show(body.value, body.seconds ?? SHOWN_SECONDS);
  } catch {
    toast({ text: button.dataset["failed"] ?? "", kind: "bad" });
  } finally {
    button.disabled = false;
  }
}

function follow(value: string): void {
  const link = document.createElement("a");
  link.href = `tel:${value.replace(/[^0-9+*#,;]/g, "")}`;
  link.click();
}

/** In groups that can be read aloud and typed on a desk phone. */
function show(value: string, seconds: number): void {
  for (const box of all("[data-dial-digits]")) {
    const digits = first("output", box) ?? box;
    const left = first("[data-dial-left]", box);
    digits.textContent = value.replace(/^(\d{3})(\d{4})(\d{4})$/, "$1 $2 $3");
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
    let rest = seconds;
    const tick = (): void => {
      if (left) left.textContent = fill(left.dataset["text"] ?? "{n}", { n: rest });
      if (rest-- > 0) return;
      window.clearInterval(timer);
      digits.textContent = "";
      box.hidden = true;
    };
    const timer = window.setInterval(tick, 1000);
    tick();
  }
}
