// Lost lines, killed browsers and killed servers: nothing an agent typed is lost, nothing arrives twice.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { launch, person, screenshot } from "./lib/browser.mjs";
import { openCall, ready, storedCalls, enter } from "./lib/calls.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";
const AWAY = [/ERR_CONNECTION|Failed to fetch|ERR_EMPTY|ERR_INCOMPLETE|net::/, /EventSource/, /status of (404|502)/];

let server;
let browser;
let boss;
let board;
before(async () => {
  server = await startServer({ now: NOW });
  browser = await launch();
  boss = await person(browser, { allow: [...AWAY] });
  board = await boss.context.newPage();
  await enter(board, server, "沈雯");
});
after(async () => {
  await boss?.finish();
  await browser?.close();
  await server?.stop();
});

/** Between browser and server: swallows the answer to a submission once `cut` is set, and says that it was stored. */
async function startCutter(port) {
  const cutter = { cut: false, stored: 0, origin: "" };
  const proxy = createServer((ask, answer) => {
    const up = forward({ host: "127.0.0.1", port, path: ask.url, method: ask.method, headers: ask.headers }, (told) => {
      if (cutter.cut && ask.method === "POST" && ask.url.endsWith("/attempts")) {
        told.resume();
        cutter.stored += 1;
        return answer.destroy();
      }
      answer.writeHead(told.statusCode, told.rawHeaders);
      told.pipe(answer);
    });
    up.on("error", () => answer.destroy());
    ask.pipe(up);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  cutter.origin = `http://127.0.0.1:${proxy.address().port}`;
  cutter.close = () => (proxy.closeAllConnections(), new Promise((closed) => proxy.close(closed)));
  return cutter;
}

test("the answer is lost after the call was stored, and the server dies: exactly once", async () => {
  const cutter = await startCutter(server.port);
  const through = { ...server, origin: cutter.origin, signin: (who) => server.signin(who).replace(server.origin, cutter.origin) };
  const before = await storedCalls(board, server, "周岚");
  const { context, finish } = await person(browser, { allow: [...AWAY] });
  const page = await context.newPage();
  await enter(page, through, "周岚");
  await openCall(page, through);
  await page.keyboard.press("1");
  cutter.cut = true;
  await page.locator("h1.who").click();
  await page.keyboard.press("n");
  await page.locator("[data-draft-pending]:not([hidden])").waitFor();
  // More than once where the browser itself sends a request again whose line broke off.
  assert.ok(cutter.stored >= 1, "the server had stored it");
  await server.kill();
  await context.setOffline(true);
  await server.start();
  cutter.cut = false;
  // Back on the line it is sent at once, not only after the next pause.
  await context.setOffline(false);
  await page.waitForURL(/\/queue|after=/, { timeout: 40_000 });
  assert.equal(await storedCalls(board, server, "周岚"), before + 1, "stored once");
  await finish();
  await cutter.close();
});

test("a killed browser gives the answers back", async () => {
  const folder = await mkdtemp(join(tmpdir(), "zhiyin-browser-"));
  const start = () =>
    chromium.launchPersistentContext(folder, {
      executablePath: process.env.ZHIYIN_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"],
      locale: "zh-CN",
      viewport: { width: 1440, height: 900 },
    });
  let context = await start();
  let page = context.pages()[0] ?? (await context.newPage());
  await enter(page, server, "林悦");
  const call = await openCall(page, server);
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await page.keyboard.type("等了25分钟");
  await page.locator("[data-draft-saved]:not([hidden])").waitFor({ state: "attached" });
  await sleep(600);
  await killBrowser(folder);
  await context.close().catch(() => undefined);
  context = await start();
  page = context.pages()[0] ?? (await context.newPage());
  // A browser that was killed may have forgotten that somebody was signed in.
  await enter(page, server, "林悦");
  await page.goto(server.origin + call);
  await ready(page);
  const notes = () => page.locator("fieldset.q textarea").evaluateAll((all) => all.map((one) => one.value).join(""));
  assert.match(await notes(), /等了25分钟/);
  await context.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Ends the processes that were started on this profile, by their ids. */
async function killBrowser(folder) {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!line.includes(folder)) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // Gone with its parent.
    }
  }
}

test("what a colleague has worked on meanwhile: the late call is kept beside it", async () => {
  const first = await person(browser, { allow: [...AWAY] });
  const page = await first.context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server, { nth: 2 });
  await page.keyboard.press("1");
  // The line is away for this page alone.
  await page.route("**/attempts", (route) => route.abort());
  await page.locator("h1.who").click();
  await page.keyboard.press("h");
  await page.locator("[data-draft-pending]:not([hidden])").waitFor();
  await first.context.setOffline(true);

  await board.goto(server.origin + call);
  // The lease lapses only after ten minutes; the call is recorded all the same, by whoever spoke with the customer.
  await board.locator("form[data-call-ready]").waitFor();
  const colleague = await person(browser, { allow: [...AWAY] });
  const other = await colleague.context.newPage();
  await enter(other, server, "林悦");
  await other.goto(server.origin + call);
  await other.locator("form[data-call-ready]").waitFor();
  await other.locator("h1.who").click();
  await other.keyboard.press("x");
  await other.waitForURL(/after=/);
  await colleague.finish();

  await first.context.setOffline(false);
  await page.unroute("**/attempts");
  await page.waitForURL(/\/queue/, { timeout: 40_000 });
  await board.goto(server.origin + call);
  await board.getByText("这次回访已经结束").waitFor();
  const history = await board.locator(".tl").innerText();
  assert.match(history, /部分完成/);
  assert.match(history, /拒/);
  await first.finish();
});

test("signed out meanwhile: sign in, and it is sent; a new number that could not be kept is asked for again", async () => {
  const { context, finish } = await person(browser, { allow: [...AWAY] });
  const page = await context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server, { nth: 3 });
  await page.route("**/attempts", (route) => route.abort());
  await page.locator("h1.who").click();
  await page.keyboard.press("t");
  await page.locator("dialog[open] input[name=new_phone]").fill("13900005678");
  await page.keyboard.press("Control+Enter");
  await page.locator("[data-draft-pending]:not([hidden])").waitFor();
  assert.ok(await page.locator("[data-draft-left]").isVisible(), "said that the number is not kept");
  const kept = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open("zhiyin", 1);
        open.onsuccess = () => {
          const all = open.result.transaction("drafts").objectStore("drafts").getAll();
          all.onsuccess = () => resolve(JSON.stringify(all.result));
        };
      }),
  );
  assert.ok(!kept.includes("13900005678"), "no number in the browser's storage");
  await context.clearCookies();
  await page.unroute("**/attempts");
  await page.goto(`${server.origin}/sign-in`);
  await page.getByText("1 个通话等待提交").waitFor();
  await enter(page, server, "周岚");
  await page.goto(`${server.origin}/drafts`);
  await screenshot(page, "drafts-wide");
  await page.locator("[data-drafts-none]:visible").waitFor({ timeout: 40_000 });
  await page.goto(server.origin + call);
  await ready(page);
  await page.getByText(/断线时没有保存，请再问一次/).first().waitFor();
  await finish();
});
