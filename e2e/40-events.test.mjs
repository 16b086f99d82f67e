// One event stream per browser, for as long as the session is as it was; and a stop that waits for no listener.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, person, signIn } from "./lib/browser.mjs";
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

async function streams() {
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  return Number(/^zhiyin_event_streams (\d+)$/m.exec(text)[1]);
}

/** Waits until there are exactly so many; the journey's own time limit is the only one. */
async function streamsAre(wanted) {
  for (;;) {
    if ((await streams()) === wanted) return;
    await new Promise((later) => setTimeout(later, 50));
  }
}

test("eight tabs hold one stream; it goes with the session and comes back with the next", { timeout: 120_000 }, async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "周岚");
  const tabs = [page];
  while (tabs.length < 8) tabs.push(await context.newPage());
  for (const tab of tabs) await tab.goto(`${server.origin}/me`);
  await streamsAre(1);
  const leaders = await Promise.all(tabs.map((tab) => tab.evaluate(() => document.documentElement.dataset.events ?? "")));
  assert.equal(leaders.filter((one) => one === "leader").length, 1, "one tab leads");

  // The leader goes: another tab leads, still with one stream.
  await tabs[leaders.indexOf("leader")].close();
  tabs.splice(leaders.indexOf("leader"), 1);
  await Promise.any(tabs.map((tab) => tab.waitForFunction(() => document.documentElement.dataset.events === "leader")));
  await streamsAre(1);

  // Signed out elsewhere: the stream of this session is over, and whoever asks again is refused.
  const other = await person(browser);
  const second = await other.context.newPage();
  await signIn(second, server, "沈雯");
  await second.goto(`${server.origin}/me`);
  await streamsAre(2);
  await second.locator("form[action='/sign-out'] button, form[action='/session/end'] button").first().evaluate((button) => button.form.submit());
  await second.waitForURL(/sign-in/);
  await streamsAre(1);
  await other.finish();
  await finish();
});

test("too many streams of one person are refused, with a time to come back", { timeout: 60_000 }, async () => {
  const { context, finish } = await person(browser, { allow: [/503/] });
  const page = await context.newPage();
  await signIn(page, server, "高岩");
  await page.goto("about:blank");
  await streamsAre(0);
  const cookie = (await context.cookies(server.origin)).map((one) => `${one.name}=${one.value}`).join("; ");
  const held = [];
  let refused;
  for (let i = 0; i < 20 && !refused; i += 1) {
    const stop = new AbortController();
    const answer = await fetch(`${server.origin}/events`, { headers: { cookie }, signal: stop.signal });
    if (answer.status === 200) held.push(stop);
    else refused = answer;
  }
  assert.equal(refused?.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal(held.length, 8);
  for (const stop of held) stop.abort();
  await streamsAre(0);
  await finish();
});

test("the stop waits for no browser that only listens", { timeout: 60_000 }, async () => {
  const { context, allow, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "林悦");
  await page.goto(server.origin);
  await streamsAre(1);
  allow(/ERR_|Failed to load/);
  await server.term();
  assert.ok(!server.log.some((line) => line.includes("requests still running")), "nothing was cut off");
  await finish();
});
