import { all, first, meta, randomId, tell } from "./dom";
import { toast, type Toast } from "./toast";

/** News from the server: one connection per browser, held by one tab, passed to the others. */

interface News {
  name: string;
  data: unknown;
}

interface Progress {
  id: string;
  done?: number;
  total?: number;
  text?: string;
  state?: string;
}

const NAMES = ["count", "toast", "import", "live", "notice", "missed", "queue", "case"];
const LEASE_KEY = "zy-events-leader";
const LEASE_MS = 6000;

export function startNews(): void {
  if (!meta("zy-user") || !("EventSource" in window)) return;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("zy-events") : null;
  channel?.addEventListener("message", (event: MessageEvent<News>) => hear(event.data));
  const publish = (news: News): void => {
    hear(news);
    channel?.postMessage(news);
  };
  if (!channel) lead(publish);
  else if (navigator.locks) {
    // Held until the tab goes; then the next tab in the queue leads.
    void navigator.locks.request("zy-events", () => {
      lead(publish);
      return new Promise<never>(() => undefined);
    });
  } else elect(publish);
}

/** Opens the connection; returns how to close it. EventSource reconnects by itself unless the server refuses. */
function lead(publish: (news: News) => void): () => void {
  let closed = false;
  let source: EventSource | null = null;
  let retry = 0;
  const open = (): void => {
    source = new EventSource("/events");
    for (const name of [...NAMES, ...meta("zy-events").split(" ").filter(Boolean)]) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        try {
          publish({ name, data: JSON.parse(event.data) });
        } catch {
          // Half a message says nothing.
        }
      });
    }
    source.addEventListener("error", () => {
      if (!closed && source?.readyState === EventSource.CLOSED) retry = window.setTimeout(open, 15_000 + Math.random() * 15_000);
    });
  };
  open();
  document.documentElement.dataset["events"] = "leader";
  const close = (): void => {
    closed = true;
    window.clearTimeout(retry);
    source?.close();
    delete document.documentElement.dataset["events"];
  };
  return close;
}

/** Plain HTTP has no locks: a lease in localStorage, renewed every 2 s, taken over after 6 s. */
function elect(publish: (news: News) => void): void {
  const me = randomId();
  let close: (() => void) | null = null;
  const holder = (): { tab: string; until: number } => {
    try {
      return JSON.parse(localStorage.getItem(LEASE_KEY) ?? "") as { tab: string; until: number };
    } catch {
      return { tab: "", until: 0 };
    }
  };
  const take = (): void => localStorage.setItem(LEASE_KEY, JSON.stringify({ tab: me, until: Date.now() + LEASE_MS }));
  const tick = (): void => {
    const { tab, until } = holder();
    if (tab === me && close) return take();
    if (close) {
      close();
      close = null;
    }
    if (tab !== me && until > Date.now()) return;
    take();
    // Two tabs may have written at once: the last one stays, after both have had time to look.
    setTimeout(() => {
      if (holder().tab === me) close ??= lead(publish);
    }, 200 + Math.random() * 100);
  };
  tick();
  setInterval(tick, 2000);
  addEventListener("pagehide", () => {
    if (holder().tab === me) localStorage.removeItem(LEASE_KEY);
    close?.();
    close = null;
  });
}

function hear({ name, data }: News): void {
  if (name === "count") showCounts(data as Record<string, number>);
  if (name === "notice") oneMore("notifications");
  if (name === "toast" && document.visibilityState === "visible") toast(data as Toast);
  if (name === "import") showProgress(`import:${(data as Progress).id}`, data as Progress);
  if (name === "live") showProgress((data as Progress).id, data as Progress);
  tell(name, data);
}

function showCounts(counts: Record<string, number>): void {
  for (const [name, n] of Object.entries(counts)) {
    for (const element of all(`[data-count="${CSS.escape(name)}"]`)) {
      element.textContent = String(n);
      element.hidden = n === 0;
    }
  }
}

/** A notification has come in: the badge counts on until the next page says how many there are. */
function oneMore(name: string): void {
  const shown = first(`[data-count="${CSS.escape(name)}"]`);
  if (shown) showCounts({ [name]: Number(shown.textContent) + 1 });
}

function showProgress(topic: string, progress: Progress): void {
  for (const element of all(`[data-live="${CSS.escape(topic)}"]`)) {
    const bar = element instanceof HTMLProgressElement ? element : first<HTMLProgressElement>("progress", element);
    if (bar && progress.total !== undefined) bar.max = Math.max(1, progress.total);
    if (bar && progress.done !== undefined) bar.value = progress.done;
    for (const [part, value] of [["text", progress.text], ["done", progress.done], ["total", progress.total]] as const) {
      const slot = first(`[data-live-${part}]`, element);
      if (slot && value !== undefined) slot.textContent = String(value);
    }
    const before = element.dataset["state"];
    if (progress.state === undefined || progress.state === before) continue;
    element.dataset["state"] = progress.state;
    tell("state", progress, element);
  }
}
