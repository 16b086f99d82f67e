// Readable HTTP in a shop's own network, under a name: no __Host- cookie, no Sec-Fetch-Site, no service worker.
import assert from "node:assert/strict";
import { get } from "node:http";
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

/** The sign-in page as a browser would ask for it by another name. */
function asked(name) {
  const options = { host: "127.0.0.1", port: server.port, path: "/sign-in", headers: { host: `${name}:${server.port}` } };
  return new Promise((done, fail) => {
    get(options, async (answer) => {
      let text = "";
      for await (const part of answer.setEncoding("utf8")) text += part;
      done({ status: answer.statusCode, text });
    }).on("error", fail);
  });
}

test("a call over plain HTTP on the name of the network", async () => {
  const { context, finish } = await person(browser);
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
  await finish();
  // Another name of the same machine is not served.
  const { status, text } = await asked("other.lan");
  assert.equal(status, 421);
  assert.ok(!text.includes("name=\"password\""), "no sign-in page there");
});
