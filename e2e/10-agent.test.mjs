// An agent's work by keyboard: queue, call, a bad answer becomes a case, the manager answers it, the re-call waits.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, person, PHONE, screenshot, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

// Wednesday, 14:05 in Shanghai: inside the call windows.
const NOW = "2026-11-18T06:05:00Z";
const FULL_NUMBER = /(?<!\d)1[3-9]\d{9}(?!\d)/;

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

const chosen = (page) => page.locator("form#call input[type=radio][name^='a.']:checked").evaluateAll((all) => all.map((one) => `${one.name}=${one.value}`));

/** Answers the question that is current with the option of this effect, by its digit. */
async function answerNow(page, effect) {
  const now = page.locator("fieldset.q.now");
  const digit = await now.locator(`input[data-effect='${effect}']`).first().getAttribute("data-digit");
  assert.ok(digit, `the question has an option that is ${effect}`);
  await page.keyboard.press(digit);
}

/** Opens the first repair follow-up of the queue. */
async function openRepairCall(page) {
  await page.goto(`${server.origin}/queue?kind=3DC`);
  await page.locator("#queue-rows a[href^='/calls/']").first().click();
  await page.waitForURL(/\/calls\//);
  await page.locator("form[data-call-ready]").waitFor();
}

test("a call from the queue to a case, by keyboard", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "周岚");
  await page.goto(server.origin);
  await page.getByRole("heading", { name: /下午好，周岚/ }).waitFor();
  await assertAccessible(page, "today");
  await screenshot(page, "today-wide");

  // Enter starts with whatever stands first.
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/calls\//);

  await openRepairCall(page);
  assert.doesNotMatch(await page.content(), FULL_NUMBER, "the number is not in the page");
  await assertAccessible(page, "call");

  // Chinese with digits in a note changes no answer.
  await page.keyboard.press("1");
  await page.locator("fieldset.q.now textarea").waitFor();
  const before = await chosen(page);
  await page.keyboard.press("Enter");
  await page.keyboard.type("取车等了25分钟，3号窗口结算要1386元");
  assert.deepEqual(await chosen(page), before, "typing a note answers nothing");
  await page.keyboard.press("Escape");
  const note = await page.locator("fieldset.q textarea").evaluateAll((all) => all.map((one) => one.value).join(""));
  assert.match(note, /3号窗口/);

  // Through the questions; the first that can be bad is answered so. The line is slow: an agent's fingers are faster
  // than the part of the page that follows the answers.
  await page.route("**/case-fields", async (route) => {
    await new Promise((done) => setTimeout(done, 250));
    await route.continue().catch(() => {});
  });
  let bad = false;
  for (let i = 0; i < 14; i += 1) {
    const now = page.locator("fieldset.q.now");
    if ((await now.count()) === 0) break;
    if (await now.locator("input:checked").count()) {
      await page.keyboard.press("ArrowDown");
      continue;
    }
    const effects = await now.locator("input[data-effect]").evaluateAll((all) => all.map((one) => one.dataset.effect));
    if (!bad && effects.includes("bad")) {
      await answerNow(page, "bad");
      await now.locator(".sorry:not([hidden])").first().waitFor();
      // The kind of case comes at once, and what to ask for it; or that the visit tells all of it already.
      await page.locator("#case-questions h2").waitFor();
      if ((await page.locator("#case-questions").getByText("记录所需的内容都有了。").count()) === 0) {
        await page.locator("#case-questions :is(input, textarea, select):visible").first().waitFor();
      }
      await screenshot(page, "call-bad-answer-wide");
      bad = true;
      await page.keyboard.press("ArrowDown");
    } else {
      await answerNow(page, effects.includes("good") ? "good" : "neutral");
    }
  }
  assert.ok(bad, "one answer was bad");
  const person1 = (await page.locator("h1.who").innerText()).trim().split(/\s/)[0];
  const from = page.url();
  await page.keyboard.press("Control+Enter");
  await page.waitForURL((url) => url.href !== from);
  await page.getByText(/撤回|收回/).first().waitFor();
  await page.goto(`${server.origin}/cases`);
  await page.getByRole("link", { name: /#\d+/ }).first().waitFor();
  assert.ok((await page.content()).includes(person1), "the case is in the agent's list");
  await finish();
});

test("the service manager contacts, records the result, and the re-call stands in the queue", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "高岩");
  await page.goto(`${server.origin}/cases?show=waiting`);
  await assertAccessible(page, "cases");
  await screenshot(page, "cases-wide");
  const link = page.locator("main a[href^='/cases/']").filter({ hasText: /#\d+/ }).first();
  const number = (await link.innerText()).match(/#\d+/)[0];
  await link.click();
  await page.getByRole("heading", { name: new RegExp(number) }).waitFor();
  await assertAccessible(page, "case");
  await page.locator("form[action$='/contact'] textarea").fill("已致电客户，先道歉，约明天上午来店复查。");
  await page.locator("form[action$='/contact'] button.primary").click();
  const result = page.locator("form[action$='/result']");
  await result.waitFor();
  await result.locator("input[name=cause_kind]").first().check({ force: true });
  await result.locator("textarea[name=cause]").fill("结算时没有逐项解释");
  await result.locator("textarea[name=text]").fill("当面说明了费用，客户认可。");
  await result.locator("button.primary").click();
  await page.locator("#next").waitFor();
  await screenshot(page, "case-result-wide");
  await finish();

  const supervisor = await person(browser);
  const board = await supervisor.context.newPage();
  await signIn(board, server, "沈雯");
  await board.goto(`${server.origin}/queue?view=all&kind=recall`);
  await board.locator("#queue-rows a[href^='/calls/']").first().waitFor();
  await board.goto(`${server.origin}/board`);
  await assertAccessible(board, "board");
  await screenshot(board, "board-wide");
  await supervisor.finish();
});

test("what may not be seen is not there", async () => {
  const { context, finish, allow } = await person(browser, { allow: [/status of 40[34]/] });
  const page = await context.newPage();
  await signIn(page, server, "韩静");
  for (const path of ["/queue", "/cases", "/customers", "/reports"]) {
    const answer = await page.goto(server.origin + path);
    assert.equal(answer.status(), 403, `the administrator sees no ${path}`);
  }
  assert.ok(allow);
  await finish();
});

test("the call on a phone", async () => {
  const { context, finish } = await person(browser, { viewport: PHONE, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await signIn(page, server, "林悦");
  await page.goto(server.origin);
  await screenshot(page, "today-phone");
  await page.goto(`${server.origin}/queue?kind=3DC`);
  await screenshot(page, "queue-phone");
  await page.locator("#queue-rows a[href^='/calls/']").first().click();
  await page.locator("form[data-call-ready]").waitFor();
  await screenshot(page, "call-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `nothing is wider than the phone (${wide} px)`);
  await assertAccessible(page, "call on a phone");
  // What the visit was stands once: folded above the questions, not again below them.
  const visit = () => page.locator("dt:visible").filter({ hasText: "服务顾问" }).count();
  assert.equal(await visit(), 0, "folded");
  await page.locator("details.facts summary").tap();
  assert.equal(await visit(), 1, "once");
  await page.locator("details.facts summary").tap();
  // Dialling comes first, so it is in reach without scrolling, and stays there.
  const dial = page.locator(".strip button[data-dial]");
  const reach = async () => {
    const box = await dial.boundingBox();
    assert.ok(box.y >= 0 && box.y + box.height <= PHONE.height / 4 && box.x + box.width <= PHONE.width && box.height >= 36, JSON.stringify(box));
  };
  await reach();
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await reach();
  const asked = page.waitForResponse((answer) => new URL(answer.url()).pathname.endsWith("/dial"));
  await dial.tap();
  assert.equal((await asked).status(), 200);
  await finish();
});
