// The server dies during "complete": the call waits in the browser and arrives exactly once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, person, screenshot, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";

let server;
let browser;
before(async () => {
  server = await startServer({ now: NOW });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a call finished while the server is away is kept, sent when it is back, and counted once", async () => {
  const { context, finish } = await person(browser, { allow: [/ERR_CONNECTION|Failed to fetch|ERR_EMPTY|ERR_INCOMPLETE|net::/, /EventSource/] });
  const page = await context.newPage();
  await signIn(page, server, "周岚");
  await page.goto(`${server.origin}/queue?kind=3DC`);
  const link = page.locator("#queue-rows a[href^='/calls/']").first();
  const call = await link.getAttribute("href");
  const tries = () => page.locator("#queue-rows tr").filter({ has: page.locator(`a[href='${call}']`) }).locator("td[data-label='尝试']").innerText();
  const before = Number(await tries());
  await link.click();
  await page.locator("form[data-call-ready]").waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("1");
  await page.locator("[data-draft-saved]:not([hidden])").waitFor();

  // A reload brings the answers back.
  await page.reload();
  await page.locator("form[data-call-ready]").waitFor();
  await page.locator("form#call input[type=radio][name^='a.']:checked").first().waitFor({ state: "attached" });

  await server.kill();
  await page.keyboard.press("n");
  await page.locator("[data-draft-pending]:not([hidden]), [data-outbox]:not([hidden])").first().waitFor();
  await screenshot(page, "draft-pending-wide");
  await server.start();
  await page.locator("[data-draft-pending]:not([hidden])").waitFor({ state: "hidden", timeout: 40_000 });
  await page.goto(`${server.origin}/queue?kind=3DC`);
  assert.equal(Number(await tries()), before + 1, "the attempt arrived exactly once");
  await finish();
});
