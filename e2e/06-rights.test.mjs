// Who gets in, who gets out, and what each may open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, enterPassword, launch, person, screenshot, setPassword, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";
const PASSWORD = "春风十里不如你来呀呀";

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

/** The page of somebody, found by name on the people page. */
async function open(page, name, all = false) {
  await page.goto(`${server.origin}/people${all ? "?all" : ""}`);
  await page.locator("main").getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

async function linkFor(page, name, all = false) {
  await open(page, name, all);
  await page.locator("form[action$='/link'] button").click();
  return page.locator("#f-link").inputValue();
}

const signedOut = async (page) => {
  await page.goto(`${server.origin}/me`);
  return new URL(page.url()).pathname === "/sign-in";
};

test("a forgotten password by the supervisor's link, then name and password; mistyping is slowed down, politely", async () => {
  const boss = await person(browser);
  const supervisor = await boss.context.newPage();
  await signIn(supervisor, server, "沈雯");
  const link = await linkFor(supervisor, "周岚");
  await screenshot(supervisor, "person-link-wide");
  await boss.finish();

  const { context, finish } = await person(browser, { allow: [/status of 429/] });
  const page = await context.newPage();
  await setPassword(page, link, PASSWORD);
  await page.goto(link);
  await page.getByText("链接已失效").first().waitFor();
  await page.goto(`${server.origin}/me`);
  await page.locator("header form[action='/sign-out'] button").click();
  await page.waitForURL(/\/sign-in/);
  await enterPassword(page, server.origin, "ZhouLan", PASSWORD);
  await page.waitForURL(`${server.origin}/`);
  await finish().catch((error) => assert.match(String(error), /404/, "only the used link was refused"));

  const stranger = await person(browser, { allow: [/status of 429/] });
  const guess = await stranger.context.newPage();
  for (let i = 0; i < 5; i += 1) {
    await enterPassword(guess, server.origin, "linyue", `wrong password ${i}`);
    await guess.getByText("登录名或密码不对").first().waitFor();
  }
  await enterPassword(guess, server.origin, "linyue", "wrong password");
  await guess.getByText(/秒后再试/).first().waitFor();
  await assertAccessible(guess, "slowed down");
  await screenshot(guess, "sign-in-wait-wide");
  assert.equal(await guess.locator("input[name=login]").inputValue(), "linyue", "the form comes back as filled in");
  assert.equal(await guess.locator("input[name=password]").inputValue(), "");
  await stranger.finish();
});

test("devices are listed, one is signed out, then all of them", async () => {
  const [a, b] = [await person(browser), await person(browser)];
  const [desk, phone] = [await a.context.newPage(), await b.context.newPage()];
  await enterPassword(desk, server.origin, "zhoulan", PASSWORD);
  await desk.waitForURL(`${server.origin}/`);
  await enterPassword(phone, server.origin, "zhoulan", PASSWORD);
  await phone.waitForURL(`${server.origin}/`);
  await desk.goto(`${server.origin}/me`);
  await assertAccessible(desk, "my account");
  await screenshot(desk, "account-wide");
  const rows = desk.locator("section[aria-labelledby=t-devices] tbody tr");
  assert.ok((await rows.count()) >= 2);
  const other = rows.filter({ hasNotText: "本机" }).first();
  await other.locator("button").click();
  await desk.waitForURL(/saved/);
  assert.ok(await signedOut(phone), "the other device is out");
  assert.ok(!(await signedOut(desk)), "this one is not");
  await enterPassword(phone, server.origin, "zhoulan", PASSWORD);
  await phone.waitForURL(`${server.origin}/`);
  await desk.goto(`${server.origin}/me`);
  await desk.locator("form[action='/me/sessions/end'] button").click();
  await desk.waitForURL(/\/sign-in/);
  assert.ok(await signedOut(phone), "everywhere");
  await Promise.all([a.finish(), b.finish()]);
});

test("a change of roles ends the session; the menu shows what may be opened and nothing else", async () => {
  const boss = await person(browser);
  const admin = await boss.context.newPage();
  await signIn(admin, server, "韩静");
  const { context, finish } = await person(browser, { allow: [/status of 403/] });
  const agent = await context.newPage();
  await enterPassword(agent, server.origin, "zhoulan", PASSWORD);
  await agent.waitForURL(`${server.origin}/`);
  const menu = () => agent.locator("nav#nav a[href]").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  const before = await menu();
  assert.ok(before.includes("/queue") && before.includes("/customers"));
  for (const hidden of ["/imports", "/people", "/roles", "/stores", "/calendar", "/scripts"]) {
    assert.ok(!before.includes(hidden), `${hidden} is not in an agent's menu`);
    assert.equal((await agent.goto(server.origin + hidden)).status(), 403, hidden);
  }
  await open(admin, "周岚", true);
  assert.equal(await admin.locator("form[action$='/roles'] input[name=keep]").count(), 1);
  await admin.locator("form[action$='/roles'] details summary").click();
  await admin.locator("select[name=role]").selectOption({ label: "客服主管" });
  await admin.locator("select[name=place]").selectOption({ label: "城南店" });
  await admin.locator("form[action$='/roles'] button.primary").click();
  await admin.waitForURL(/saved/);
  assert.ok(await signedOut(agent), "the old rights are gone at once");
  await enterPassword(agent, server.origin, "zhoulan", PASSWORD);
  await agent.waitForURL((url) => url.pathname !== "/sign-in");
  assert.ok((await menu()).includes("/imports"));

  // An administrator changes nothing of their own, and stays.
  await open(admin, "韩静", true);
  assert.equal(await admin.locator("form[action$='/leave']").count(), 0);
  assert.equal(await admin.locator("form[action$='/roles'] input[type=checkbox]").count(), 0);
  await boss.finish();
  await finish();
});

test("a supervisor adds agents and nobody else; leaving staff hand over in one step", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  // Her printed link was used above; the machine gives another.
  const { text } = await server.run("user", "link", "--login", "shenwen");
  await setPassword(page, text.match(/^password (\S+)/m)[1], PASSWORD);
  await page.goto(`${server.origin}/people/new`);
  assert.deepEqual(await page.locator("select[name=role] option").allInnerTexts(), ["回访专员"]);
  await assertAccessible(page, "add a person");
  await page.goto(`${server.origin}/people`);
  await assertAccessible(page, "people");
  await screenshot(page, "people-wide");

  const other = await person(browser);
  const leaver = await other.context.newPage();
  await signIn(leaver, server, "林悦");
  await leaver.goto(`${server.origin}/queue`);
  const hers = await leaver.locator("#queue-rows a[href^='/calls/']").count();
  assert.ok(hers > 0, "she has work to hand over");
  const one = await leaver.locator("#queue-rows a[href^='/calls/']").first().innerText();

  await open(page, "林悦");
  await page.locator("summary", { hasText: "离职" }).click();
  await page.locator("select[name^='successor-']").first().selectOption({ label: "周岚" });
  await screenshot(page, "person-leaves-wide");
  await page.locator("form[action$='/leave'] button").click();
  await page.waitForURL(/saved/);
  assert.ok(await signedOut(leaver), "she is out at once");
  await other.finish();

  const third = await person(browser);
  const heir = await third.context.newPage();
  await enterPassword(heir, server.origin, "zhoulan", PASSWORD);
  await heir.waitForURL((url) => url.pathname !== "/sign-in");
  await heir.goto(`${server.origin}/queue`);
  await heir.locator("#queue-rows").getByText(one.trim().split(/\s/)[0]).first().waitFor();
  await third.finish();
  await finish();
});

test("whoever has several stores switches between them", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "程远");
  const choice = page.locator("form.store-switch select");
  const names = await choice.locator("option").allInnerTexts();
  assert.equal(names.length, 2);
  const from = await choice.locator("option:checked").innerText();
  const to = names.find((name) => name !== from);
  await Promise.all([page.waitForEvent("load"), choice.selectOption({ label: to })]);
  assert.equal(await choice.locator("option:checked").innerText(), to);
  await page.goto(`${server.origin}/customers`);
  const there = await page.locator("main tbody tr").count();
  await page.goto(server.origin);
  await Promise.all([page.waitForEvent("load"), choice.selectOption({ label: from })]);
  await page.goto(`${server.origin}/customers`);
  assert.notEqual(await page.locator("main tbody tr").count(), there, "each store has its own customers");
  await finish();
});
