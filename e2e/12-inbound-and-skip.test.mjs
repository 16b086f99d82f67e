// Putting a call aside, a customer who calls back, two agents at one call, hours without calls, keys of one's own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, person, PHONE, screenshot, slash } from "./lib/browser.mjs";
import { openCall, ready, enter } from "./lib/calls.mjs";
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

test("skipped by key with a reason; the reason for its place is shown", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server);
  await page.locator("h1.who").click();
  await page.keyboard.press("j");
  await page.locator("dialog#skip[open]").waitFor();
  await assertAccessible(page, "why it is put aside");
  await page.keyboard.press("2");
  await page.waitForURL(/\/queue/);
  const row = page.locator("#queue-rows tr").filter({ has: page.locator(`a[href='${call}']`) });
  assert.match(await row.locator("td[data-label='排在这里的原因']").innerText(), /资料要先核实/);
  await screenshot(page, "queue-wide");
  await assertAccessible(page, "queue");
  await finish();
});

test("a customer calls back: found by /, one key opens the follow-up as inbound", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  await openCall(page, server, { nth: 1 });
  const name = (await page.locator("h1.who").innerText()).trim().split(/\s/)[0];
  await page.goto(server.origin);
  await slash(page, name, "[role=option][data-inbound]");
  await page.keyboard.press("Shift+Enter");
  await page.waitForURL(/\/calls\//);
  if (page.url().includes("/calls/from/")) await page.keyboard.press("1");
  await ready(page);
  await page.getByText("客户来电").first().waitFor();
  assert.equal(await page.locator("input[name=direction]").inputValue(), "in");
  // Found in the queue's own search, it is inbound too.
  await page.goto(`${server.origin}/queue`);
  await page.locator("form[role=search] input[name=q]").last().fill(name);
  await page.locator("#queue-rows a[href*='?in=1']").first().waitFor();
  await finish();
});

test("two agents open one call: the second is told, and takes nothing away", async () => {
  const first = await person(browser);
  const page = await first.context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server, { nth: 2 });
  const second = await person(browser);
  const other = await second.context.newPage();
  await enter(other, server, "林悦");
  await other.goto(server.origin + call);
  await other.getByText("周岚 正在处理这位客户").waitFor();
  await other.keyboard.press("d");
  await other.locator(".toast").first().waitFor();
  assert.equal(await other.locator("[data-dial-digits]:visible").count(), 0, "no number for whoever does not hold it");
  // The first leaves: it is free at once.
  await page.goto(`${server.origin}/queue`);
  const until = Date.now() + 15_000;
  while (Date.now() < until && (await other.getByText("正在处理这位客户").count()) > 0) {
    await other.reload();
    await ready(other);
  }
  assert.equal(await other.getByText("正在处理这位客户").count(), 0);
  await second.finish();
  await first.finish();
});

test("one call in two windows: what one has sent is told to the other, and what stands there is a call of its own", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server, { nth: 2 });
  await page.keyboard.press("1");
  await page.keyboard.press("1");
  await page.locator("[data-draft-saved]:not([hidden])").waitFor();
  const other = await context.newPage();
  await other.goto(server.origin + call);
  await ready(other);
  await other.locator("[data-draft-restored]:not([hidden])").waitFor();
  await other.locator("h1.who").click();
  await other.keyboard.press("b");
  await other.waitForURL(/after=/);
  await other.close();
  await page.bringToFront();
  await page.locator("[data-draft-twin]:not([hidden])").waitFor();
  assert.ok((await page.locator("form#call input[type=radio][name^='a.']:checked").count()) >= 1, "the answers stand");
  await page.locator("h1.who").click();
  await page.keyboard.press("h");
  await page.waitForURL(/after=/);
  await page.locator(".banner.ok").filter({ hasText: "部分完成" }).first().waitFor();
  await page.goto(server.origin + call);
  const history = await page.locator(".tl").first().innerText();
  assert.match(history, /占线/);
  assert.match(history, /部分完成/);
  await finish();
});

test("a key pressed twice does nothing to whoever comes next", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  await openCall(page, server, { nth: 1 });
  await page.locator("h1.who").click();
  await page.keyboard.press("n");
  await page.waitForURL(/after=/);
  await ready(page);
  const next = page.url();
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/attempts") && sent.push(request.url()));
  // So long after the first press, whatever the machine takes for the way between the two pages.
  const at = (ms) => page.evaluate((ms) => {
    const pressed = Number((sessionStorage.getItem("zy-last-key") ?? "").split(" ")[1]);
    Date.now = () => pressed + ms;
  }, ms);
  await at(400);
  await page.keyboard.press("n");
  // Keys are heard in their order: once the help stands, the echo has been dealt with.
  await page.keyboard.press("?");
  await page.locator("dialog[data-keys-help][open]").waitFor();
  await page.keyboard.press("Escape");
  assert.deepEqual([page.url(), sent], [next, []], "the echo is not heard");
  await at(3000);
  await page.keyboard.press("n");
  await page.waitForURL((url) => url.href !== next);
  assert.equal(sent.length, 1);
  await finish();
});

test("typing through an input method changes no answer", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  await openCall(page, server, { nth: 3 });
  const answers = () => page.locator("form#call input[type=radio][name^='a.']:checked").count();
  await page.keyboard.press("1");
  const before = await answers();
  await page.keyboard.press("Enter");
  const cdp = await context.newCDPSession(page);
  // Composing 等了25分 with digits that choose candidates: the browser sends them to the input method, not to the page.
  await cdp.send("Input.imeSetComposition", { text: "deng", selectionStart: 4, selectionEnd: 4 });
  await cdp.send("Input.imeSetComposition", { text: "等了2", selectionStart: 3, selectionEnd: 3 });
  await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", windowsVirtualKeyCode: 229, key: "Process", code: "Digit2" });
  await cdp.send("Input.insertText", { text: "等了25分" });
  await page.keyboard.type("，3号窗口nbx");
  assert.equal(await answers(), before, "no answer changed");
  assert.match(await page.locator("fieldset.q textarea").evaluateAll((all) => all.map((one) => one.value).join("")), /等了25分，3号窗口nbx/);
  assert.match(page.url(), /\/calls\//, "and no outcome was chosen");
  await finish();
});

test("an agent's own keys: all actions are listed, a collision is refused, a key is moved", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "林悦");
  await page.goto(`${server.origin}/me`);
  await page.getByText("改用自己的按键").click();
  await screenshot(page, "keys-wide");
  const own = (label) => page.locator(`input[name=own][aria-label='${label}']`);
  await own("无人接听").fill("b");
  await page.locator("form[action='/me/preferences'] button[type=submit]").click();
  await page.getByText("用了同一个键").first().waitFor();
  await page.getByText("改用自己的按键").click();
  await own("无人接听").fill("a");
  await page.locator("form[action='/me/preferences'] button[type=submit]").click();
  await page.waitForURL(/saved/);
  await openCall(page, server);
  await page.locator("h1.who").click();
  await page.keyboard.press("n");
  await page.keyboard.press("a");
  await page.waitForURL(/after=/);
  assert.match(await page.locator(".banner.ok").filter({ hasText: "已记为" }).innerText(), /无人接听/);
  await finish();
});

test("the supervisor: shares with a preview, an absence handed over, everything matching reassigned", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  await page.goto(`${server.origin}/queue/shares`);
  await assertAccessible(page, "shares");
  const row = page.locator("#shares tr").filter({ hasText: "周岚" });
  await row.locator("input[name^='from.']").fill("2026-11-18");
  await row.locator("input[name^='until.']").fill("2026-11-20");
  await page.keyboard.press("Alt+v");
  await page.getByText("这是预览").waitFor();
  assert.equal(await row.locator("td.n").last().innerText(), "0", "whoever is away gets none");
  await page.getByRole("button", { name: /保存/ }).click();
  await page.getByText("已保存").waitFor();
  await screenshot(page, "shares-wide");
  await row.getByRole("button", { name: /转给别人/ }).click();
  await page.getByText(/周岚 的 \d+ 个回访已转给其他人/).waitFor();
  await page.keyboard.press("u");
  await page.getByText(/已改派 \d+ 个回访/).waitFor();
  // All that match, to one agent.
  await page.goto(`${server.origin}/queue?view=all`);
  const of = await page.locator("select[name=of] option").filter({ hasText: "周岚" }).getAttribute("value");
  await page.goto(`${server.origin}/queue?view=all&of=${of}`);
  const held = await page.locator("#queue-rows a[href^='/calls/']").count();
  const to = page.locator("select[name=agent]");
  assert.equal(await to.locator("option").filter({ hasText: "周岚" }).innerText(), "周岚（请假）", "whoever is away is marked");
  const giveAll = async () => {
    await to.selectOption({ label: "林悦" });
    await page.locator("input[name=matching]").check();
    await page.locator("#assign button[type=submit]").first().click();
    const told = await page.getByText(/已改派 \d+ 个回访/).innerText();
    return Number(told.match(/\d+/)[0]);
  };
  // Taken back by one key: all of it stands where it stood.
  const moved = await giveAll();
  await screenshot(page, "queue-moved-wide");
  await page.keyboard.press("u");
  await page.getByText(`已退回 ${moved} 个回访`).waitFor();
  await page.goto(`${server.origin}/queue?view=all&of=${of}`);
  assert.equal(await page.locator("#queue-rows a[href^='/calls/']").count(), held, "as before");
  await giveAll();
  await page.goto(`${server.origin}/queue?view=all&of=${of}`);
  // What somebody has on the screen at this moment stays with them.
  const left = await page.locator("#queue-rows a[href^='/calls/']").count();
  assert.ok(left < held && left <= 4, `${left} of ${held} are left with whoever is away`);
  await finish();
});

test("on a phone: one question at a time, and what to say is folded", async () => {
  const { context, finish } = await person(browser, { viewport: PHONE, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await enter(page, server, "林悦");
  await openCall(page, server);
  assert.equal(await page.locator("fieldset.q:visible").count(), 1);
  assert.equal(await page.locator("details[data-fold][open]").count(), 0);
  await assertAccessible(page, "call on a phone");
  await screenshot(page, "call-phone");
  await finish();
});
