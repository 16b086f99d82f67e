// Readable HTTP in a shop's own network, under a name: no __Host- cookie, no Sec-Fetch-Site, no service worker.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, person, screenshot } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";
const NAME = "zhiyin.lan";

let server;
let browser;
before(async () => {
  server = await startServer({ now: NOW, env: (port) => ({ ZHIYIN_PLAIN_HTTP: "1", ZHIYIN_PUBLIC_ORIGIN: `http://${NAME}:${port}` }) });
  browser = await launch({ args: [`--host-resolver-rules=MAP ${NAME} 127.0.0.1, MAP other.lan 127.0.0.1`] });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a call over plain HTTP on the name of the network", async () => {
  const { context, finish } = await person(browser, { allow: [/status of 421/, /ERR_/] });
  const page = await context.newPage();
  const origin = `http://${NAME}:${server.port}`;
  await page.goto(server.signin("周岚").replace(/^http:\/\/[^/]+/, origin));
  assert.equal(await page.evaluate(() => isSecureContext), false, "this is no secure context");
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/links")), page.locator("main form button[type=submit]").first().click()]);
  assert.equal(new URL(page.url()).origin, origin);
  const cookies = await context.cookies();
  assert.ok(cookies.some((cookie) => cookie.name === "zy_s" && cookie.httpOnly && cookie.sameSite === "Strict" && !cookie.secure));
  await page.getByText("明文 HTTP").waitFor();
  await page.goto(`${origin}/queue`);
  await page.locator("#queue-rows a[href^='/calls/']").first().click();
  await page.locator("form[data-call-ready]").waitFor();
  await page.keyboard.press("1");
  await page.locator("[data-draft-saved]:not([hidden])").waitFor();
  await screenshot(page, "call-plain-http-wide");
  const saved = page.waitForResponse((answer) => /\/attempts$/.test(new URL(answer.url()).pathname));
  await page.keyboard.press("n");
  assert.ok((await saved).ok());
  // Another name of the same machine is not served.
  // (The browser may give up on such an answer by itself.)
  const answer = await page.goto(`http://other.lan:${server.port}/sign-in`).catch(() => null);
  assert.ok(answer === null || answer.status() === 421, `${answer?.status()}`);
  assert.equal(await page.locator("input[name=password]").count(), 0, "no sign-in page there");
  await finish();
});
