// One box finds everybody, by keyboard, from any page, on a phone too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, person, PHONE, reachSearch, screenshot, signIn } from "./lib/browser.mjs";
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

/** Types into the box that `/` reaches; answers what is found. */
async function find(page, text) {
  const box = page.locator("form[data-search] input[name=q]");
  await box.fill("");
  const answered = page.waitForResponse((answer) => new URL(answer.url()).pathname === "/search" && answer.request().postData()?.includes(encodeURIComponent(text).replaceAll("%20", "+")));
  await box.fill(text);
  await answered;
  await page.locator("#found > *").first().waitFor();
  return page.locator("#found [role=option]").allInnerTexts();
}

test("by name, two characters, pinyin, the end of a phone, parts of plate and VIN", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "周岚");
  await page.goto(`${server.origin}/queue`);
  await reachSearch(page);
  for (const text of ["陈晓帆", "晓帆", "陈晓", "陳曉帆", "cxf", "chenxiaofan", "chenxiao", "0201", "15597910201", "7K3", "川A·7K3Q2", "7k3q2", "2207932", "CD2NPX", "LSVCD2NPXP2207932"]) {
    const hits = await find(page, text);
    assert.match(hits[0] ?? "", /陈晓帆/, `${text}: ${hits}`);
  }
  const pair = await find(page, "Q2");
  assert.ok(pair.some((hit) => /陈晓帆/.test(hit)), `two characters of a plate: ${pair}`);
  assert.deepEqual(await find(page, "没有这个人"), []);
  await page.locator("#found .none").waitFor();
  const found = await find(page, "陈晓帆");
  assert.match(found[0], /155\*{4}0201/, "the number stays masked");
  await assertAccessible(page, "search box");
  await screenshot(page, "search-box-wide");
  await page.keyboard.press("ArrowDown");
  await page.locator("#found [role=option][aria-selected=true]").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/customers\/\d+/);
  await page.getByRole("heading", { name: /陈晓帆/ }).waitFor();
  assert.ok(!decodeURIComponent(page.url()).includes("陈"), "names stay out of addresses");
  await finish();
});

test("a search page of its own, and the box on a phone", async () => {
  const { context, finish } = await person(browser, { viewport: PHONE, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await signIn(page, server, "林悦");
  const hits = await find(page, "7K3");
  assert.match(hits[0], /陈晓帆/);
  await assertFits(page, "the box on a phone");
  await screenshot(page, "search-box-phone");
  await page.goto(`${server.origin}/search`);
  await page.locator("main input[name=q]").fill("陈");
  await page.locator("main form button").click();
  await page.locator("main tbody tr").first().waitFor();
  await assertAccessible(page, "search page on a phone");
  await assertFits(page, "search page on a phone");
  await screenshot(page, "search-page-phone");
  await finish();
});

test("a manager finds the department's customers only", async () => {
  const { context, finish } = await person(browser, { allow: [/status of 404/] });
  const page = await context.newPage();
  await signIn(page, server, "沈雯");
  await page.goto(`${server.origin}/customers`);
  const all = await page.locator("main tbody td:first-child a").evaluateAll((links) => links.map((a) => [a.getAttribute("href"), a.textContent.trim()]));
  const boss = await person(browser, { allow: [/status of 404/] });
  const sales = await boss.context.newPage();
  await signIn(sales, server, "梁涛");
  await sales.goto(`${server.origin}/customers`);
  const his = await sales.locator("main tbody td:first-child a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  const hidden = all.filter(([href]) => !his.includes(href));
  assert.ok(his.length > 0 && hidden.length > 0, "some of the store's customers are the showroom's, some are not");
  const [href, name] = hidden[0];
  assert.equal((await sales.goto(server.origin + href)).status(), 404);
  await sales.goto(server.origin);
  const hits = await find(sales, name);
  assert.ok(!hits.some((hit) => hit.startsWith(name)), `${name} is not found: ${hits}`);
  await boss.finish();
  await finish();
});
