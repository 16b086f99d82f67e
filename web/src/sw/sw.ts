/** Keeps the static shell and one page without personal data; everything else always comes from the server. */
declare const SHELL: string[];
declare const VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = `zy-${VERSION}`;
const OFFLINE = "/offline";

async function fillCache(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all([...SHELL, OFFLINE].map((path) => cache.add(new Request(path, { cache: "reload" }))));
}

async function dropOld(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (away) {
    const kept = await caches.match(OFFLINE);
    if (kept) return kept;
    throw away;
  }
}

/** Newer browsers ask the worker for nothing but GET: a beacon of a page that goes may not wait for it, or it is lost. */
type Routing = ExtendableEvent & { addRoutes?: (rules: object) => Promise<void> };
function sendPast(event: Routing): Promise<void> {
  return event.addRoutes?.({ condition: { requestMethod: "POST" }, source: "network" }).catch(() => undefined) ?? Promise.resolve();
}

worker.addEventListener("install", (event) => event.waitUntil(Promise.all([sendPast(event), fillCache()]).then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(dropOld()));
worker.addEventListener("message", (event) => event.data === "refresh" && event.waitUntil(fillCache()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (SHELL.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
