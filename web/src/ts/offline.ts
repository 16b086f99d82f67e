import { first, meta } from "./dom";

/** Registers the worker that keeps the static shell, and brings the page back when the server is. */
export function startOffline(): void {
  if ("serviceWorker" in navigator) {
    void navigator.serviceWorker
      .register("/sw.js")
      .then(() => navigator.serviceWorker.ready)
      .then((ready) => refreshAfterChange(ready))
      .catch(() => undefined);
  }
  if (!first("[data-offline]")) return;
  setInterval(() => {
    fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(3000) })
      .then((answer) => answer.ok && location.reload())
      .catch(() => undefined);
  }, 4000);
}

/** The offline page was fetched in the language and theme of that day. */
function refreshAfterChange(registration: ServiceWorkerRegistration): void {
  const page = document.documentElement;
  if (!meta("zy-user")) return;
  const look = `${page.lang} ${page.dataset["theme"] ?? ""}`;
  if (localStorage.getItem("zy-look") === look) return;
  registration.active?.postMessage("refresh");
  localStorage.setItem("zy-look", look);
}
