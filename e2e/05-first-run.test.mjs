// From nothing: setup link, first-run page, four steps, and the first call. The data folder has a space and hanzi in its name.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, person, PHONE, screenshot, setPassword, WIDE } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const PASSWORD = "春风十里不如你来呀呀";
const DAY = 86_400_000;
/** The store's wall clock, as a datetime field wants it. */
const local = (at) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(at).replace(" ", "T");

let server;
let browser;
before(async () => {
  server = await startServer({ demo: false, folder: "知音 数据" });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Adds somebody from the step that asks for it; answers their one-time link. */
async function add(page, step, name, login) {
  await page.goto(server.origin);
  await page.getByRole("link", { name: step }).click();
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=login]").fill(login);
  await page.locator("main form button.primary").click();
  await page.waitForURL(/\/people\/\d+/);
  await page.locator("form[action$='/link'] button").click();
  const link = await page.locator("#f-link").inputValue();
  // One press hands it on, with and without the browser's clipboard (plain HTTP has none); either way it stands selected.
  const selected = () => page.evaluate(() => document.getSelection().toString());
  await page.getByRole("button", { name: "复制" }).click();
  await page.locator("#link-told", { hasText: "已复制" }).waitFor();
  assert.equal(await selected(), link);
  for (const [older, told] of [[true, "已复制"], [false, "已选中"]]) {
    await page.evaluate((works) => {
      document.getElementById("link-told").textContent = "";
      document.getSelection().removeAllRanges();
      Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
      document.execCommand = () => works;
    }, older);
    await page.getByRole("button", { name: "复制" }).click();
    await page.locator("#link-told", { hasText: told }).waitFor();
    assert.equal(await selected(), link);
  }
  return link;
}

test("from an empty folder to the first call", async () => {
  const guest = await person(browser, { viewport: PHONE });
  const door = await guest.context.newPage();
  await door.goto(server.origin);
  await door.getByText("zhiyin setup link").waitFor();
  await guest.finish();

  // The printed link may be lost or too old: the machine gives another, and the first is void.
  const { code, text } = await server.run("setup", "link");
  assert.equal(code, 0, text);
  const link = text.match(/^setup (\S+)/m)[1];
  assert.notEqual(link, server.setup);

  const boss = await person(browser, { allow: [/status of 404/] });
  const admin = await boss.context.newPage();
  assert.equal((await admin.goto(server.setup)).status(), 404, "the older link is void");
  await admin.goto(link);
  await assertAccessible(admin, "first run");
  await screenshot(admin, "first-run-wide");
  // Whether a field has a hint or not: inputs beside each other stand on one line.
  const top = async (name) => Math.round((await admin.locator(`input[name=${name}]`).boundingBox()).y);
  for (const [left, right] of [["group", "store"], ["name", "login"], ["password", "again"]]) assert.equal(await top(left), await top(right), `${left} and ${right}`);
  await admin.setViewportSize(PHONE);
  await assertFits(admin, "first run on a phone");
  await screenshot(admin, "first-run-phone");
  await admin.setViewportSize(WIDE);
  for (const [name, value] of Object.entries({ group: "蜀行集团", store: "城南店", code: "CN01", name: "韩静", login: "hanjing", password: PASSWORD, again: PASSWORD })) {
    await admin.locator(`input[name=${name}]`).fill(value);
  }
  await Promise.all([admin.waitForURL(`${server.origin}/`), admin.locator("main form button.primary").click()]);

  // Four steps; the administrator is sent only where an administrator may go.
  const steps = admin.locator("ol.todo > li");
  assert.equal(await steps.count(), 4);
  await assertAccessible(admin, "four steps");
  await screenshot(admin, "first-steps-wide");
  for (const href of await steps.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href")))) {
    assert.equal((await admin.goto(server.origin + href)).status(), 200, `${href} opens`);
  }
  await admin.goto(server.origin);
  await steps.nth(2).getByText("请先添加客服主管").waitFor();
  const forSupervisor = await add(admin, "添加客服主管", "沈雯", "shenwen");
  const forAgent = await add(admin, "添加回访专员", "周岚", "zhoulan");
  await admin.goto(server.origin);
  await steps.nth(2).getByText("沈雯").waitFor();
  await steps.nth(3).getByText("周岚").waitFor();

  const second = await person(browser);
  const supervisor = await second.context.newPage();
  await setPassword(supervisor, forSupervisor, PASSWORD);
  await supervisor.goto(`${server.origin}/calendar`);
  await supervisor.locator("form[action='/calendar/hours'] button.primary").click();
  await supervisor.getByRole("status").first().waitFor();
  await supervisor.goto(server.origin);
  await supervisor.locator("ol.todo > li.done").nth(1).waitFor();
  await supervisor.setViewportSize(PHONE);
  await assertFits(supervisor, "steps on a phone");
  await screenshot(supervisor, "first-steps-phone");
  await supervisor.setViewportSize({ width: 1440, height: 900 });

  // A repair order by hand is planned at once.
  await supervisor.getByRole("link", { name: "手工录入" }).click();
  await supervisor.locator("input[name=name]").fill("陈晓帆");
  await supervisor.locator("input[name=phones]").fill("138 1234 4417");
  await supervisor.locator("main form button.primary").click();
  await supervisor.waitForURL(/\/customers\/\d+/);
  const customer = new URL(supervisor.url()).pathname;
  await supervisor.goto(`${server.origin}${customer}/vehicles/new`);
  await supervisor.locator("input[name=plate]").fill("川A·7K3Q2");
  await supervisor.locator("input[name=series]").fill("速派");
  await supervisor.locator("main form button.primary").click();
  await supervisor.waitForURL((url) => url.pathname === customer);
  await supervisor.goto(`${server.origin}${customer}/repair-orders/new`);
  await supervisor.locator("select[name=vehicle]").selectOption({ index: 1 });
  await supervisor.locator("input[name=opened]").fill(local(Date.now() - 2 * DAY));
  await supervisor.locator("input[name=settled]").fill(local(Date.now() - 2 * DAY));
  await supervisor.locator("input[name=items]").fill("更换机油、机滤");
  await supervisor.locator("main form button.primary").click();
  await supervisor.waitForURL((url) => url.pathname === customer);
  await supervisor.goto(`${server.origin}/queue?view=all`);
  await supervisor.locator("#queue-rows").getByText("陈晓帆").waitFor();

  const third = await person(browser);
  const agent = await third.context.newPage();
  await setPassword(agent, forAgent, PASSWORD);
  await agent.goto(`${server.origin}/queue`);
  await agent.locator("#queue-rows a[href^='/calls/']").first().click();
  await agent.locator("form[data-call-ready]").waitFor();
  const saved = agent.waitForResponse((answer) => /\/attempts$/.test(new URL(answer.url()).pathname));
  await agent.keyboard.press("n");
  assert.ok((await saved).ok(), "the first call is recorded");
  await admin.goto(server.origin);
  assert.equal(await admin.locator("ol.todo").count(), 0, "the steps are done");
  for (const somebody of [boss, second, third]) await somebody.finish();
});

test("a lone administrator who forgot the password gets in again from the machine", async () => {
  const { code, text } = await server.run("user", "link", "--login", "hanjing");
  assert.equal(code, 0, text);
  const nobody = await server.run("user", "link", "--login", "nobody");
  assert.notEqual(nobody.code, 0);
  assert.match(nobody.text, /zhiyin user list/);
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await setPassword(page, text.match(/^password (\S+)/m)[1], "新密码也要够长够长才行");
  await page.getByRole("link", { name: /韩静/ }).first().waitFor();
  await finish();
});

test("a further group begins on a page of its own and sees nothing of the first", async () => {
  const { code, text } = await server.run("group", "add");
  assert.equal(code, 0, text);
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await page.goto(text.match(/^setup (\S+)/m)[1]);
  for (const [name, value] of Object.entries({ group: "渝行集团", store: "江北店", code: "JB01", name: "刘芳", login: "liufang", password: PASSWORD, again: PASSWORD })) {
    await page.locator(`input[name=${name}]`).fill(value);
  }
  await Promise.all([page.waitForURL(`${server.origin}/`), page.locator("main form button.primary").click()]);
  for (const path of ["/people?all", "/stores", "/roles"]) {
    await page.goto(server.origin + path);
    const content = await page.content();
    for (const theirs of ["城南店", "沈雯", "周岚", "韩静", "蜀行"]) assert.ok(!content.includes(theirs), `${path} shows ${theirs}`);
  }
  await finish();
});

test("the machine's own questions are answered, without anybody's name", async () => {
  for (const [path, want] of [["/livez", "ok"], ["/readyz", "ready"]]) {
    const answer = await fetch(server.origin + path);
    assert.deepEqual([answer.status, await answer.text()], [200, want], path);
  }
  const figures = await (await fetch(`${server.origin}/metrics`)).text();
  for (const name of ["zhiyin_requests_total", "zhiyin_request_seconds_bucket", "zhiyin_jobs_waiting", "zhiyin_imports_busy", "zhiyin_database_connections", "zhiyin_read_only 0"]) {
    assert.ok(figures.includes(name), `${name} is among the figures`);
  }
  for (const theirs of ["陈晓帆", "周岚", "7K3Q2", "4417", "/customers"]) assert.ok(!figures.includes(theirs), `${theirs} is in the figures`);
  const doctor = await server.run("doctor");
  assert.equal(doctor.code, 0, doctor.text);
  assert.match(doctor.text, /there is room to write/);
  const config = await server.run("config", "check");
  assert.equal(config.code, 0, config.text);
});
