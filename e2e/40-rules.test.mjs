// What is kept as data is changed on a page by the supervisor, and the running product does otherwise; restored, it does
// as before.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, person, PHONE, screenshot } from "./lib/browser.mjs";
import { enter } from "./lib/calls.mjs";
import { startServer } from "./lib/server.mjs";

// Wednesday, 14:05 in Shanghai: inside the call windows.
const NOW = "2026-11-18T06:05:00Z";

let server;
let browser;
let boss;
let agent;
before(async () => {
  server = await startServer({ now: NOW });
  browser = await launch();
  boss = await signedIn("沈雯");
  agent = await signedIn("周岚");
});
after(async () => {
  try {
    await boss?.finish();
    await agent?.finish();
  } finally {
    await browser?.close();
    await server?.stop();
  }
});

async function signedIn(name) {
  const { context, finish } = await person(browser, { allow: [/status of 403/] });
  const page = await context.newPage();
  await enter(page, server, name);
  return { page, finish, go: (path) => page.goto(server.origin + path) };
}

/** Opens an item, changes its form, waits for what the preview says, saves. */
async function edit(path, change, { preview, shot } = {}) {
  const { page } = boss;
  await boss.go(path);
  await change(page);
  if (preview) await page.locator("#preview").getByText(preview).first().waitFor();
  if (shot) {
    await assertAccessible(page, path);
    await screenshot(page, shot, { fullPage: true });
  }
  await page.locator("#note").fill("试用一周");
  await page.locator("#book button.primary").click();
  await page.locator(".banner.ok").filter({ hasText: "已保存" }).waitFor();
}

/** Undo: what the product ships, in force again as a new version. */
async function restoreShipped(path) {
  const { page } = boss;
  await boss.go(path);
  await page.locator("#history form").last().getByRole("button", { name: "恢复这一版" }).click();
  await page.locator(".banner.ok").filter({ hasText: "已保存" }).waitFor();
  await page.locator("#history").getByText("恢复出厂版本").first().waitFor();
}

/** Waits for a customer's page and answers its path. */
async function atCustomer() {
  const { page } = boss;
  await page.waitForURL((url) => /^\/customers\/\d+$/.test(url.pathname));
  return new URL(page.url()).pathname;
}

let phones = 0;
/** A repair order entered by hand; answers the deadline that stands in the queue. */
async function deadlineOfNewOrder(name) {
  const { page } = boss;
  phones += 1;
  await boss.go("/customers/new");
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=phones]").fill(`1390000123${phones}`);
  await page.locator("main form.form button.primary").click();
  const customer = await atCustomer();
  await page.goto(`${server.origin}${customer}/repair-orders/new`);
  await page.locator("input[name=number]").fill(`R-40-${phones}`);
  await page.locator("input[name=opened]").fill("2026-11-17T09:00");
  await page.locator("input[name=settled]").fill("2026-11-17T11:00");
  await page.locator("main form.form button.primary").click();
  await page.waitForURL((url) => url.pathname === customer);
  await boss.go("/queue?view=all");
  await page.locator("main form[role=search] input[name=q]").fill(name);
  const row = page.locator("#queue-rows tr").filter({ hasText: name });
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll("#queue-rows tbody tr")];
    return rows.length === 1 && rows[0].textContent.includes(wanted);
  }, name);
  return (await row.locator("td[data-label='期限']").innerText()).trim();
}

test("the menu and the pages are the supervisor's alone", async () => {
  const { page } = boss;
  await boss.go("/");
  await page.locator("nav a[href='/rules']").waitFor();
  await page.locator("nav a[href='/rules']").click();
  await page.getByRole("heading", { name: "回访规则" }).first().waitFor();
  await assertAccessible(page, "rules");
  await screenshot(page, "rules-wide", { fullPage: true });
  for (const path of ["/rules", "/rules/outcomes", "/rules/clocks", "/rules/kinds", "/rules/standard"]) {
    assert.equal((await agent.go(path)).status(), 403, `an agent may not open ${path}`);
  }
  await agent.go("/");
  assert.equal(await agent.page.locator("a[href='/rules']").count(), 0, "and has no entry in the menu");
});

test("a shorter window: a repair order is due sooner, and after undoing as before", async () => {
  assert.match(await deadlineOfNewOrder("规则甲"), /11-20/, "shipped: within three days");
  await edit(
    "/rules?item=rule.3DC",
    async (page) => {
      await page.locator("input[name='rules.1.days_to']").fill("2");
      await page.locator("input[name='rules.1.days_to']").press("Tab");
    },
    { preview: "2 天", shot: "rules-edit-wide" },
  );
  assert.match(await deadlineOfNewOrder("规则乙"), /明天/, "two days: Thursday");
  await boss.go("/queue?view=all");
  await boss.page.locator("main form[role=search] input[name=q]").fill("规则甲");
  await boss.page.locator("#queue-rows tr").filter({ hasText: "规则甲" }).filter({ hasText: "11-20" }).waitFor();
  await restoreShipped("/rules");
  assert.match(await deadlineOfNewOrder("规则丙"), /11-20/, "restored");
});

test("a form with faults comes back as typed and names field and remedy", async () => {
  const { page } = boss;
  await boss.go("/rules?item=rule.3DC");
  await page.locator("input[name='rules.1.days_to']").fill("0");
  await page.locator("#book button.primary").click();
  await page.locator("[data-errors]").getByText("截止的天数：开始的天数不能晚于截止的天数").waitFor();
  assert.equal(await page.locator("input[name='rules.1.days_to']").inputValue(), "0");
  await screenshot(page, "rules-fault-wide");
});

/** Ends the first open call with this key; answers how many minutes later it may be tried again. */
async function minutesUntilNextTry(key) {
  const { page } = agent;
  await agent.go("/queue?kind=3DC");
  const rows = page.locator("#queue-rows tbody tr").filter({ hasNotText: "后可打" });
  const call = await rows.locator("a[href^='/calls/']").first().getAttribute("href");
  await agent.go(call);
  await page.locator("form[data-call-ready]").waitFor();
  const from = page.url();
  await page.keyboard.press(key);
  await page.waitForURL((url) => url.href !== from);
  await agent.go("/queue?kind=3DC");
  const row = page.locator("#queue-rows tr").filter({ has: page.locator(`a[href='${call}']`) });
  const [, hour, minute] = (await row.innerText()).match(/(\d\d):(\d\d) 后可打/);
  return Number(hour) * 60 + Number(minute) - (14 * 60 + 5);
}

test("an outcome with another key and another pause", async () => {
  await edit(
    "/rules/outcomes?item=busy",
    async (page) => {
      await page.locator("input[name='outcomes.4.keyboard']").fill("A");
      await page.locator("input[name='outcomes.4.next.minutes']").fill("50");
      await page.locator("input[name='outcomes.4.next.minutes']").press("Tab");
    },
    { preview: "50 分钟", shot: "outcomes-edit-wide" },
  );
  const changed = await minutesUntilNextTry("a");
  assert.ok(changed >= 50 && changed < 70, `fifty minutes after the call (${changed})`);
  await restoreShipped("/rules/outcomes");
  const shipped = await minutesUntilNextTry("b");
  assert.ok(shipped >= 20 && shipped < 40, `twenty minutes as shipped (${shipped})`);
});

/** Addresses of the open cases, as the supervisor sees them. */
async function openCases() {
  await boss.go("/cases");
  return boss.page.locator("main tbody a[href^='/cases/']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
}

/** A dissatisfied answer; opens the case that came of it as the supervisor. */
async function caseOfBadAnswer() {
  const { page } = agent;
  const before = await openCases();
  await agent.go("/queue?kind=3DC");
  await page.locator("#queue-rows tbody tr").filter({ hasNotText: "后可打" }).locator("a[href^='/calls/']").first().click();
  await page.locator("form[data-call-ready]").waitFor();
  let answered = false;
  for (let i = 0; i < 14 && !answered; i += 1) {
    const now = page.locator("fieldset.q.now");
    const bad = now.locator("input[name^='a.'][value='dissatisfied'][data-effect='bad']");
    answered = (await bad.count()) > 0;
    // What the case's record lacks is asked for at once.
    const asked = answered && page.waitForResponse((response) => response.url().endsWith("/case-fields"));
    await page.keyboard.press(answered ? await bad.getAttribute("data-digit") : "ArrowDown");
    await asked;
  }
  assert.ok(answered, "one question can be answered so");
  await page.locator("fieldset.q input[data-effect='bad']:checked").first().waitFor({ state: "attached" });
  const from = page.url();
  await page.keyboard.press("Control+Enter");
  // Not all that must be asked was asked: the page says so, and offers what the call is then.
  const partly = page.locator("[data-must-open] [data-must-partial]");
  await partly.waitFor();
  await page.keyboard.press(await partly.getAttribute("data-key"));
  await page.waitForURL((url) => url.href !== from);
  const made = (await openCases()).filter((path) => !before.includes(path));
  assert.equal(made.length, 1, "one case came of it");
  await boss.go(made[0]);
  await boss.page.locator("ol.steps").waitFor();
}

async function hoursLeft() {
  const text = await boss.page.locator("ol.steps").innerText();
  return Number(text.match(/剩\D*(\d+):\d\d/)[1]);
}

test("a shorter clock, and an answer that becomes another kind", async () => {
  const { page } = boss;
  await edit(
    "/rules/clocks",
    async (form) => {
      await form.locator("input[name='clocks.0.amount']").fill("2");
      await form.locator("input[name='clocks.0.amount']").press("Tab");
    },
    { preview: /^2$/, shot: "clocks-wide" },
  );
  await edit(
    "/rules/kinds?item=map",
    async (form) => {
      await form.locator("select[name='question_map.0.kind']").selectOption("A7.3.5");
      await form.locator("select[name='question_map.0.department']").selectOption("showroom");
    },
    { preview: "投诉：配件供应 · 展厅", shot: "kinds-map-wide" },
  );
  await caseOfBadAnswer();
  assert.ok((await hoursLeft()) <= 2, "two hours, still inside the opening hours");
  await page.locator(".pill").filter({ hasText: "投诉：配件供应" }).first().waitFor();
  await page.getByText("展厅").first().waitFor();
  await screenshot(page, "rules-case-wide");
  await restoreShipped("/rules/clocks");
  await restoreShipped("/rules/kinds");
  await caseOfBadAnswer();
  assert.ok((await hoursLeft()) >= 20, "about a day, as shipped");
  assert.equal(await page.locator(".pill").filter({ hasText: "投诉：配件供应" }).count(), 0);
});

test("a sentence of the call standard stands beside the next call", async () => {
  const words = "抱歉，刚才有点杂音，您能再说一遍吗？";
  const { page } = agent;
  const beside = async () => {
    await agent.go("/queue");
    await page.locator("#queue-rows tbody tr").locator("a[href^='/calls/']").first().click();
    await page.locator("form[data-call-ready]").waitFor();
    return (await page.content()).includes(words);
  };
  assert.equal(await beside(), false);
  await edit(
    "/rules/standard?item=cannot_hear",
    async (form) => {
      await form.locator("textarea[name='situations.1.say.zh']").last().fill(words);
      await form.locator("textarea[name='situations.1.say.zh']").last().press("Tab");
    },
    { preview: words, shot: "standard-edit-wide" },
  );
  assert.equal(await beside(), true);
  await restoreShipped("/rules/standard");
  assert.equal(await beside(), false);
});

test("the pages on a phone", async () => {
  const { context, finish } = await person(browser, { viewport: PHONE, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  const pages = {
    rules: "/rules",
    "rules-edit": "/rules?item=rule.3DC",
    outcomes: "/rules/outcomes",
    "outcomes-edit": "/rules/outcomes?item=busy",
    clocks: "/rules/clocks",
    kinds: "/rules/kinds",
    "kinds-edit": "/rules/kinds?item=kind.A7.3.3",
    standard: "/rules/standard",
    "standard-edit": "/rules/standard?item=cannot_hear",
  };
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(server.origin + path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${path}: nothing is wider than the phone (${wide} px)`);
    await assertAccessible(page, `${path} on a phone`);
    await screenshot(page, `${name}-phone`, { fullPage: true });
  }
  await finish();
});
