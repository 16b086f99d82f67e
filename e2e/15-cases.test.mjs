// Bad news travels, by keyboard: from a bad answer to a satisfied customer, with a missed deadline and a second round.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, person, PHONE, screenshot, WIDE } from "./lib/browser.mjs";
import { enter as come } from "./lib/calls.mjs";
import { answerAll, keyTo, typeInto } from "./lib/keys.mjs";
import { startServer } from "./lib/server.mjs";

// Wednesday, 14:05 in Shanghai.
const WEDNESDAY = "2026-11-18T06:05:00Z";
// The day after: the 24 hours are over.
const THURSDAY = "2026-11-19T07:30:00Z";
const FRIDAY = "2026-11-20T06:30:00Z";

let server;
let browser;
/** Name of the customer and link of the case, from test to test. */
const story = {};
before(async () => {
  server = await startServer({ now: WEDNESDAY });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function enter(name, options) {
  const someone = await person(browser, options);
  const page = await someone.context.newPage();
  await come(page, server, name);
  return { page, ...someone };
}

const badge = (page) => page.locator("[data-count=notifications]").first().evaluate((one) => (one.hidden ? 0 : Number(one.textContent)));

/** The agent in whose queue the re-call of the story's customer stands, with the call open. */
async function openRecall() {
  for (const name of ["周岚", "林悦"]) {
    const agent = await enter(name);
    await agent.page.goto(`${server.origin}/queue?kind=recall`);
    const row = agent.page.locator("#queue-rows tbody tr").filter({ hasText: story.customer }).locator("a[href^='/calls/']").first();
    if (await row.count()) {
      await row.focus();
      await agent.page.keyboard.press("Enter");
      await agent.page.locator("form[data-call-ready]").waitFor();
      return agent;
    }
    await agent.finish();
  }
  throw new Error(`nobody has the re-call of ${story.customer}`);
}

async function send(page) {
  const from = page.url();
  await page.keyboard.press("Control+Enter");
  await page.waitForURL((url) => url.href !== from);
}

async function openCase(page) {
  await page.goto(server.origin + story.path);
  await page.locator(".steps").waitFor();
}

/** Records the contact from the case's page. */
async function contact(page, words) {
  await page.keyboard.press("a");
  await page.keyboard.type(words);
  await keyTo(page, "form[action$='/contact'] button.primary");
  await page.keyboard.press("Enter");
  await page.locator("form[action$='/result']").waitFor();
}

async function result(page, cause, words) {
  await keyTo(page, "form[action$='/result'] input[type=radio]");
  await page.keyboard.press("Space");
  await typeInto(page, "textarea[name=cause]", cause);
  await typeInto(page, "form[action$='/result'] textarea[name=text]", words);
  await keyTo(page, "form[action$='/result'] button.primary");
  await page.keyboard.press("Enter");
}

test("a bad answer: the questions stand on the call, the manager hears of it at once", { timeout: 120_000 }, async () => {
  const manager = await enter("高岩");
  await manager.page.goto(server.origin);
  await manager.page.waitForFunction(() => document.documentElement.dataset.events === "leader");
  const before = await badge(manager.page);

  const agent = await enter("周岚");
  const { page } = agent;
  await page.goto(`${server.origin}/queue?kind=3DC`);
  await page.locator("#queue-rows a[href^='/calls/']").first().focus();
  await page.keyboard.press("Enter");
  await page.locator("form[data-call-ready]").waitFor();
  story.customer = (await page.locator("h1.who").innerText()).trim().split(/\s/)[0];
  await answerAll(page, { bad: 1, at: "invoice_explained" });
  // What the record needs is asked for while the customer is on the line; some of it is answered.
  const asked = page.locator("#case-questions input:not([type=hidden]), #case-questions select");
  await asked.first().waitFor();
  const missing = await asked.count();
  assert.ok(missing > 1, "the record lacks more than one thing");
  await assertAccessible(page, "call with a case's questions");
  await screenshot(page, "call-case-questions-wide");
  await typeInto(page, "#case-questions input[name='case.treatment']", "只递了一张总价单，问了也不解释");
  await page.keyboard.press("Escape");
  await send(page);

  await manager.page.waitForFunction((n) => Number(document.querySelector("[data-count=notifications]").textContent) > n, before);
  await manager.page.goto(`${server.origin}/notices`);
  await manager.page.locator("main a[href^='/cases/']").first().waitFor();
  // What it is about, and by when: nobody opens a number to learn that.
  assert.match(await manager.page.locator("main .day").first().innerText(), new RegExp(`新案件 #\\d+[^]*期限[^]*：[^]*${story.customer}`));
  await assertAccessible(manager.page, "notices");
  await screenshot(manager.page, "notices-wide");
  await manager.page.goto(`${server.origin}/cases?show=waiting`);
  const row = manager.page.locator("tbody tr").filter({ hasText: story.customer }).first();
  story.path = await row.locator("a[href^='/cases/']").first().getAttribute("href");
  await openCase(manager.page);
  const text = await manager.page.locator("main").innerText();
  assert.match(text, /只递了一张总价单，问了也不解释，对服务态度/, "what the agent asked is in the record");
  assert.match(text, /〔待补：/, "what is missing is marked");
  assert.match(text, /还缺 \d+ 项/);
  assert.match(text, /剩 \d+:\d\d/);
  assert.match(text, /处理时限\s+联系上客户后 3 个工作日内/);
  await assertAccessible(manager.page, "case");
  await screenshot(manager.page, "case-wide", { fullPage: true });
  await agent.finish();
  await manager.finish();
});

test("nobody contacts the customer: overdue, escalated, decided", { timeout: 120_000 }, async () => {
  await server.startAt(THURSDAY);
  const general = await enter("许博");
  const { page } = general;
  const marked = async () => {
    await page.goto(`${server.origin}/cases?show=overdue`);
    return page.locator("tbody tr").filter({ hasText: story.customer }).filter({ hasText: "已升级总经理" }).count();
  };
  // The job runs with the start; the journey's time limit is the only one.
  while ((await marked()) === 0) await page.waitForTimeout(100);
  await assertAccessible(page, "overdue cases");
  await openCase(page);
  assert.match(await page.locator("main").innerText(), /超时 \d+:\d\d/);
  await page.keyboard.press("g");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.type("服务经理今天下班前亲自联系客户，费用由店里承担。");
  await page.keyboard.press("Control+Enter");
  await page.getByText("费用由店里承担").waitFor();
  await general.finish();
});

test("the manager fills, contacts and records; unsatisfied, it opens again; a new cause, satisfied, closed", { timeout: 240_000 }, async () => {
  const first = await enter("高岩", { viewport: WIDE, colorScheme: "dark" });
  const { page } = first;
  await openCase(page);
  await page.getByText("费用由店里承担").waitFor();
  await assertAccessible(page, "case in the dark");
  await screenshot(page, "case-dark", { fullPage: true });
  // What is being written about the contact stays while the rest of the record is saved.
  await page.keyboard.press("a");
  await page.keyboard.type("客户在电话里很平静。");
  await page.keyboard.press("Escape");
  await keyTo(page, "#fields .fields select");
  await page.keyboard.press("ArrowDown");
  await keyTo(page, "#fields .actions button");
  await page.keyboard.press("Enter");
  await page.getByText(/补充或更正/).first().waitFor();
  assert.equal(await page.locator("form[action$='/contact'] textarea").inputValue(), "客户在电话里很平静。");
  await contact(page, "已致电客户道歉，约明天上午来店当面说明。");
  assert.match(await page.locator(".steps").innerText(), /剩 \d+ 天 \d+ 小时/, "the result has a deadline too");
  await result(page, "交车前没有逐项解释费用", "当面说明每一项费用，客户表示理解。");
  await page.getByText(/回访专员最迟在 11-22 \d\d:\d\d 前复访/).waitFor();
  await first.finish();

  const agent = await openRecall();
  await assertAccessible(agent.page, "re-call");
  await screenshot(agent.page, "recall-wide");
  await answerAll(agent.page, { bad: 1 });
  await send(agent.page);
  await agent.finish();

  await server.startAt(FRIDAY);
  const again = await enter("高岩", { viewport: PHONE });
  await openCase(again.page);
  assert.match(await again.page.locator("main").innerText(), /第 2 轮/);
  const wide = await again.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `the case fits a phone (${wide} px)`);
  await assertAccessible(again.page, "case on a phone");
  await screenshot(again.page, "case-phone", { fullPage: true });
  await contact(again.page, "再次致电，客户说关键是返修没有跟踪。");
  await result(again.page, "交车前没有逐项解释费用。", "再次说明");
  await again.page.getByText(/和上一轮的原因一样/).first().waitFor();
  for (const name of ["cause", "text"]) await again.page.locator(`form[action$='/result'] textarea[name=${name}]`).fill("");
  await result(again.page, "返修进度没有专人跟踪，客户三次来电无人答复", "指定专人跟踪，送车上门。");
  await again.page.getByText("等待复访").first().waitFor();
  await again.finish();

  const last = await openRecall();
  await answerAll(last.page, { bad: 0 });
  await send(last.page);
  await last.finish();
  const end = await enter("高岩");
  await openCase(end.page);
  assert.match(await end.page.locator("main").innerText(), /客户满意/);
  assert.equal(await end.page.locator(".steps li.done").count(), 5);
  await screenshot(end.page, "case-closed-wide", { fullPage: true });
  // The customer's page tells the whole way, each step with who made it, and how it stands now.
  await end.page.locator("a[href^='/customers/']").first().click();
  const told = await end.page.locator("#story").innerText();
  for (const step of [/立案 #\d+/, /专人联系了客户 投诉：\S+ · 高岩/, /重新打开/, /结案[^]*已结案/, /责任人 高岩/]) assert.match(told, step);
  assert.ok((await end.page.locator(`#story a[href='${story.path}']`).count()) >= 5, "every step leads to the case");
  assert.equal(await end.page.locator("#story a[href^='/calls/']").count(), 0, "who works no calls opens none");
  await assertAccessible(end.page, "the customer's timeline");
  await screenshot(end.page, "customer-case-wide", { fullPage: true });
  // The customer comes back with the same trouble: one key, a reason, and the clock runs again.
  await openCase(end.page);
  await end.page.keyboard.press("r");
  const dialog = end.page.locator("dialog#reopen");
  await dialog.locator("textarea").fill("客户再次来电，返修后异响又出现");
  await assertAccessible(end.page, "opening a closed case again");
  await end.page.keyboard.press("Control+Enter");
  await end.page.getByText("第 3 轮").first().waitFor();
  assert.match(await end.page.locator("main").innerText(), /重新打开，需另找原因[^]*客户再次来电/);
  assert.equal(await end.page.locator(".steps li.done").count(), 1, "from the contact on");
  await screenshot(end.page, "case-reopened-wide", { fullPage: true });
  await end.finish();
});
