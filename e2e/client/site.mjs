// A server of a few pages for the browser's part alone: same CSP as the product, and faults at the flick of a switch.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { callPage, offlinePage, plainPage } from "./pages.mjs";

const dist = process.env.ZHIYIN_WEB_DIST ?? join(dirname(fileURLToPath(import.meta.url)), "..", "..", "web", "dist");
const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", json: "application/json" };

/** @returns {Promise<object>} `origin`, `state` (switches and what arrived), `push(event, data)`, `close()` */
export async function startSite({ host = "127.0.0.1" } = {}) {
  const assets = JSON.parse(await readFile(join(dist, "manifest.json"), "utf8"));
  const state = {
    /** "up" | "away" (drops connections) | an HTTP status for submissions */
    attempts: "up",
    /** bodies that were accepted, by client id */
    accepted: new Map(),
    tries: [],
    leases: 0,
    streams: new Set(),
    streamsOpened: 0,
    searches: [],
    // So many searches get no answer at all.
    silent: 0,
    /** So many searches are answered by an overloaded server. */
    busy: 0,
    user: "501",
    keys: "",
    dial: { mode: "digits", value: "13812344417", seconds: 2 },
    theme: "light",
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));

  async function body(request) {
    let text = "";
    for await (const part of request) text += part;
    return new URLSearchParams(text);
  }

  function html(response, make) {
    const nonce = randomBytes(16).toString("base64");
    response.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy": `default-src 'self'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self' 'nonce-${nonce}'; worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`,
    });
    response.end(make({ nonce, assets, state }));
  }

  async function attempt(request, response) {
    const form = await body(request);
    const client = request.headers["zy-client"] ?? form.get("client_id");
    state.tries.push({ client, user: request.headers["zy-user"], form });
    if (state.attempts === "portal") return response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Free Wi-Fi</h1>");
    if (typeof state.attempts === "number") {
      return response.writeHead(state.attempts, { "Content-Type": "text/html" }).end('<div class="errors"><h2>有一处要改</h2><a href="#when">时间</a></div>');
    }
    if (!state.accepted.has(client)) state.accepted.set(client, form);
    // The answer is lost on its way back: accepted, but the browser cannot know.
    if (state.attempts === "mute") return response.destroy();
    response.writeHead(201, { "Zy-Client": client, "Zy-Next": "/next" }).end();
  }

  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://site");
    if (state.attempts === "away") return response.destroy();
    if (pathname.startsWith("/static/") || pathname === "/sw.js") {
      const name = pathname.replace("/static/", "").replace("/", "");
      response.writeHead(200, { "Content-Type": TYPES[name.split(".").pop()], "Service-Worker-Allowed": "/" });
      return response.end(await readFile(join(dist, name)));
    }
    if (pathname === "/events") {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" }).write(": hello\n\n");
      state.streams.add(response);
      state.streamsOpened += 1;
      return response.on("close", () => state.streams.delete(response));
    }
    if (pathname === "/livez") return response.end("ok");
    if (pathname === "/counts") return response.end("{}");
    if (pathname === "/call") return html(response, callPage);
    if (pathname === "/offline") return html(response, offlinePage);
    if (pathname === "/next" || pathname === "/") return html(response, plainPage);
    if (request.method !== "POST") return response.writeHead(404).end();
    if (pathname.endsWith("/attempts")) return attempt(request, response);
    if (pathname.endsWith("/dials")) return response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(state.dial));
    if (pathname.endsWith("/lease")) return (state.leases += 1), response.end("{}");
    if (pathname === "/search") {
      const q = (await body(request)).get("q");
      state.searches.push(q);
      if (state.silent > 0) return (state.silent -= 1), undefined;
      if (state.busy > 0) return (state.busy -= 1), response.writeHead(503, { "content-type": "text/html" }).end("<h1>忙</h1>");
      return response.writeHead(200, { "Content-Type": "text/html" }).end(
        `<a role="option" href="/next?1"><b>陈晓帆</b><span class="muted">川A·7K3Q2</span></a><a role="option" href="/next?2"><b>陈小帆</b><span class="muted">138****4417</span></a>`,
      );
    }
    if (pathname === "/signout") return html(response, plainPage);
    return response.writeHead(404).end();
  }

  await new Promise((ready) => server.listen(0, host, ready));
  return {
    origin: `http://${host}:${server.address().port}`,
    port: server.address().port,
    state,
    push: (event, data) => state.streams.forEach((stream) => stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)),
    close: () => (server.closeAllConnections(), new Promise((closed) => server.close(closed))),
  };
}
