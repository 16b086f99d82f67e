// Every way a call can end, by its key, and each taken back; what the customer tells in between.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, person, screenshot } from "./lib/browser.mjs";
import { answerAll, chosen, openCall, ready, enter } from "./lib/calls.mjs";
import { startServer } from "./lib/server.mjs";

// Wednesday, 14:05 in Shanghai: inside the call windows.
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

/** The key of each outcome, what its dialog asks for, and what is said afterwards. */
const OUTCOMES = [
  ["h", "部分完成"],
  ["r", "不便接听，改约", async (page) => page.keyboard.press("1")],
  ["n", "无人接听"],
  ["b", "占线"],
  ["o", "关机"],
  ["k", "停机"],
  ["w", "号码有误"],
  ["t", "不是本人", async (page) => page.locator("dialog[open] input[name=who_when]").fill("家人接的，晚上七点后方便")],
  ["x", "拒访"],
  ["z", "不再", async (page) => page.keyboard.press("y")],
  ["l", "中断"],
  ["e", "拨错"],
  ["Control+Enter", "完成"],
];

test("every outcome by its key, once, and taken back", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server);
  for (const [key, label, fill] of OUTCOMES) {
    if (key === "Control+Enter") await answerAll(page);
    await page.locator("h1.who").click();
    await page.keyboard.press(key);
    if (fill) {
      await page.locator("dialog[open]").waitFor();
      await fill(page);
      await page.keyboard.press("Control+Enter");
    }
    await page.waitForURL(/after=/);
    const banner = page.locator(".banner.ok").filter({ hasText: "已记为" });
    await banner.waitFor();
    assert.match(await banner.innerText(), new RegExp(label), `the key ${key}`);
    await page.locator("h1").first().click();
    await page.keyboard.press("u");
    await page.waitForURL((url) => url.pathname === call && !url.search);
    await ready(page);
    await page.getByText("上一次记录已撤回").waitFor();
  }
  // The last one was complete: its answers stand again, and all of them are struck out in the history.
  assert.ok((await chosen(page)).length >= 5, "the answers came back");
  assert.ok((await page.locator(".tl s").count()) >= 8, "struck out, not erased");
  await screenshot(page, "call-taken-back-wide");
  await assertAccessible(page, "a call taken back");
  await finish();
});

test("Enter in a field of one line sends nothing by itself; in a dialog it presses the dialog's own button", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server);
  const sent = [];
  page.on("request", (request) => request.url().includes("/attempts") && sent.push(request.url()));
  await page.locator("h1.who").click();
  await page.keyboard.press("m");
  await page.locator("#booking:focus").waitFor();
  await page.keyboard.type("周六上午做保养");
  await page.keyboard.press("Enter");
  await page.locator(".q.now:focus").waitFor();
  assert.equal(await page.locator("#booking").inputValue(), "周六上午做保养", "what was typed stands");
  assert.equal(new URL(page.url()).pathname, call);
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.deepEqual(sent, []);
  // What is wrong with a dialog stands in the dialog, and goes when it is put right.
  await page.keyboard.press("r");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Control+Enter");
  const wrong = page.locator("dialog[open] [data-errors] .errors, dialog[open] [data-errors] .banner, dialog[open] [data-errors] li").first();
  await wrong.waitFor();
  await page.locator("dialog[open] input[name^='at.quick']").first().check({ force: true });
  await wrong.waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.keyboard.press("t");
  await page.locator("dialog[open] input[name=who_when]").fill("家人接的，晚上七点后方便");
  await page.keyboard.press("Enter");
  await page.waitForURL(/after=/);
  const banner = page.locator(".banner.ok").filter({ hasText: "已记为" });
  assert.match(await banner.innerText(), /不是本人/);
  await page.locator("h1").first().click();
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.pathname === call && !url.search);
  await finish();
});

test("taking back stays in reach after leaving, and for the supervisor", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "周岚");
  const call = await openCall(page, server);
  await answerAll(page);
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/after=/);
  await page.goto(server.origin);
  const boss = await person(browser);
  const look = await boss.context.newPage();
  await enter(look, server, "沈雯");
  await look.goto(server.origin + call);
  await look.getByText("这次回访已经结束").waitFor();
  await assertAccessible(look, "a follow-up that is over");
  await screenshot(look, "call-done-wide");
  await look.getByRole("button", { name: "撤回" }).first().click();
  await look.waitForURL((url) => url.pathname === call);
  await look.locator("form[data-call-ready]").waitFor();
  assert.ok((await chosen(look)).length >= 5, "what was answered stands there again");
  // Whoever supervises only looks until they take the call.
  await look.getByText("你只是在看").waitFor();
  assert.equal(await look.locator(".foot button[name=outcome]").count(), 0);
  await boss.finish();
  await finish();
});

/** Answers everything by keyboard, and skips the first question that must be asked. */
async function skipTheMust(page) {
  let must = null;
  for (let i = 0; i < 24 && !(await page.evaluate(() => document.body.hasAttribute("data-call-done"))); i += 1) {
    const now = page.locator("fieldset.q.now");
    const name = await now.getAttribute("data-must");
    if (name && !must) {
      must = name;
      await page.keyboard.press("0");
    } else if (await now.locator(".opts input:checked").count()) await page.keyboard.press("ArrowDown");
    else await page.keyboard.press("1");
  }
  assert.ok(must, "a question must be asked");
  return must;
}

const progress = (page) => page.locator("[data-progress]").innerText();

test("a must-ask question that was skipped holds \"complete\" back, by keyboard; answering it lets the call go", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "林悦");
  const call = await openCall(page, server);
  const must = await skipTheMust(page);
  const [, answered, asked] = (await progress(page)).match(/已答 (\d+) \/ (\d+)，跳过 1/);
  assert.equal(Number(answered), Number(asked) - 1, "a skipped question is not answered");
  // From inside a note too: the key saves everywhere.
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  const box = page.locator("[data-must-open]");
  await box.waitFor();
  assert.match(await box.innerText(), new RegExp(`必问项没有答：${must}`));
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-must")), must, "the focus is there");
  assert.equal(new URL(page.url()).pathname, call, "nothing was sent");
  await screenshot(page, "call-must-open-wide");
  await assertAccessible(page, "a must-ask question is open");
  // One digit answers it, and the call is complete.
  await page.keyboard.press("1");
  await box.waitFor({ state: "hidden" });
  assert.match(await progress(page), new RegExp(`已答 ${asked} / ${asked}$`));
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/after=/);
  assert.match(await page.locator(".banner.ok").filter({ hasText: "已记为" }).innerText(), /“完成”/);
  await page.locator("h1").first().click();
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.pathname === call && !url.search);
  await finish();
});

test("an open must-ask question: one key saves the call as partly complete, off the line as well; other outcomes are not held", async () => {
  const { context, finish } = await person(browser, { allow: [/ERR_INTERNET|ERR_CONNECTION|Failed to fetch|net::/, /EventSource/] });
  const page = await context.newPage();
  await enter(page, server, "林悦");
  const call = await openCall(page, server, { nth: 1 });
  await page.keyboard.press("Control+Enter");
  const box = page.locator("[data-must-open]");
  await box.waitFor();
  assert.match(await box.innerText(), /维修到位、意见与希望/, "every open one is named");
  await context.setOffline(true);
  await page.keyboard.press("h");
  await page.locator("[data-draft-pending]:not([hidden])").waitFor();
  await context.setOffline(false);
  await page.waitForURL(/after=/, { timeout: 40_000 });
  assert.match(await page.locator(".banner.ok").filter({ hasText: "已记为" }).innerText(), /部分完成/);
  await page.locator("h1").first().click();
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.pathname === call && !url.search);
  await ready(page);
  // The button does what its key does; whoever is refused is not held back at all.
  await page.keyboard.press("Control+Enter");
  await box.getByRole("button", { name: "按“部分完成”保存" }).click();
  await page.waitForURL(/after=/);
  await page.locator("h1").first().click();
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.pathname === call && !url.search);
  await ready(page);
  await page.keyboard.press("x");
  await page.waitForURL(/after=/);
  assert.match(await page.locator(".banner.ok").filter({ hasText: "已记为" }).innerText(), /拒访/);
  await page.locator("h1").first().click();
  await page.keyboard.press("u");
  await page.waitForURL((url) => url.pathname === call && !url.search);
  await finish();
});

test("a new number, a note marked at a question, praise for somebody, a sold car", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "林悦");
  const call = await openCall(page, server);
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await page.keyboard.type("小邓讲得很清楚，25 分钟就好了");
  await page.keyboard.press("Alt+p");
  const now = page.locator("fieldset.q.now");
  await now.locator("input[value=praise]:checked").waitFor({ state: "attached" });
  await now.locator("input.whom").fill("邓超群");
  await page.keyboard.press("Escape");
  await page.getByText("记下新情况").click();
  await page.locator("#new_phone").fill("139 0000 1234");
  await page.locator("h1.who").click();
  await page.keyboard.press("n");
  await page.waitForURL(/after=/);
  await page.goto(server.origin + call);
  await ready(page);
  assert.match(await page.locator("aside dl").nth(1).innerText(), /139\*\*\*\*1234/, "the new number, masked");
  const history = await page.locator(".tl").innerText();
  assert.match(history, /表扬：小邓讲得很清楚/);
  // The car is sold: its questions leave the page, and its follow-up ends with the call.
  const before = await page.locator("fieldset.q:visible").count();
  await page.getByText("记下新情况").click();
  for (const sold of await page.locator("input[name=sold]").all()) await sold.check();
  assert.ok((await page.locator("fieldset.q:visible").count()) < before, "nothing more is asked of that car");
  await page.locator("h1.who").click();
  await page.keyboard.press("h");
  await page.waitForURL(/after=/);
  await page.goto(server.origin + call);
  await page.getByText("这次回访已经结束").waitFor();
  await finish();
});
