// The supervisor reads the month, opens what stands behind its numbers, and takes the weekly report to the meeting.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { assertAccessible, launch, person, PHONE, screenshot } from "./lib/browser.mjs";
import { enter, openCall } from "./lib/calls.mjs";
import { startServer } from "./lib/server.mjs";

// Wednesday, 14:05 in Shanghai.
const NOW = "2026-11-18T06:05:00Z";
const AGENTS = /周岚|林悦/;

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

const number = (text) => Number(text.replace(/[^\d]/g, ""));

/** Goes through a list to its end and answers how many rows it has. */
async function rows(page) {
  let seen = 0;
  for (;;) {
    seen += await page.locator("tr[data-row]").count();
    const more = page.locator("a[data-more]");
    if ((await more.count()) === 0) return seen;
    const from = page.url();
    await more.click();
    await page.waitForURL((url) => url.href !== from);
  }
}

/** Nothing is wider than the screen. */
async function assertFits(page, what) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${what} is ${over} px too wide`);
}

/** The parts of a zip file, unpacked; sizes are read from its directory. */
function unzip(bytes) {
  const parts = new Map();
  const end = bytes.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  assert.ok(end > 0, "the file has a directory");
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n -= 1) {
    const [method, size, name, extra, comment] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), ...[28, 30, 32].map((o) => bytes.readUInt16LE(at + o))];
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + size);
    parts.set(bytes.subarray(at + 46, at + 46 + name).toString("utf8"), (method === 8 ? inflateRawSync(packed) : packed).toString("utf8"));
    at += 46 + name + extra + comment;
  }
  return parts;
}

test("a number opens a list of exactly that many rows", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  await page.goto(`${server.origin}/reports?period=month`);
  await page.getByRole("heading", { name: "报表" }).waitFor();
  await assertAccessible(page, "report");
  await screenshot(page, "report-wide", { fullPage: true });

  // Every number of the table by class and of what stands beside it.
  const links = await page.locator("#classes a[href^='/reports/']").evaluateAll((all) => all.map((a) => ({ href: a.getAttribute("href"), text: a.textContent })));
  assert.ok(links.length > 30, "the table is there");
  assert.ok(links.some((l) => number(l.text) > 0), "and says something");
  const wanted = links.filter((l) => number(l.text) > 0);
  for (const { href, text } of [...wanted, ...links.filter((l) => number(l.text) === 0).slice(0, 3)]) {
    await page.goto(server.origin + href);
    assert.equal(number(await page.locator("[data-total]").innerText()), number(text), `${href}: the head of the list`);
    assert.equal(await rows(page), number(text), `${href}: its rows`);
  }
  await page.goto(server.origin + wanted[0].href);
  await assertAccessible(page, "list of a number");
  await screenshot(page, "report-list-wide");

  // Clicked as a person does, and back.
  await page.goto(`${server.origin}/reports?period=month`);
  const first = page.locator("#classes tbody tr a").first();
  const shown = number(await first.innerText());
  await first.click();
  await page.locator("[data-total]").waitFor();
  assert.equal(await rows(page), shown);
  await page.locator("main a[href^='/reports?']").first().click();
  await page.getByRole("heading", { name: "报表" }).waitFor();

  // The definition is one click away.
  const definition = page.locator("#definition");
  assert.equal(await definition.locator("dl").isVisible(), false);
  await definition.locator("summary").click();
  await definition.getByText("期限在本期内结束的任务").waitFor();
  await screenshot(page, "report-definition-wide");
  await finish();
});

test("answers over time: the chart and its table hold the same numbers", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  await page.goto(`${server.origin}/reports?period=month`);
  const dots = await page.locator("svg.chart circle title").allTextContents();
  assert.ok(dots.length >= 2, "a line needs two points");
  const table = await page.locator("#trend tbody tr").first().locator("td").allInnerTexts();
  const drawn = dots.map((title) => title.match(/· ([\d.]+%) ·/)[1]);
  assert.deepEqual(drawn, table.map((cell) => cell.trim()).filter((cell) => cell !== "--"));
  // A rate of the table opens the answers it was made of.
  const cell = page.locator("#trend tbody a").first();
  const judged = Number((await cell.getAttribute("title")).split("/")[1]);
  await cell.click();
  await page.locator("[data-total]").waitFor();
  assert.equal(await rows(page), judged);
  await finish();
});

test("by period, kind and agent", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  await page.goto(`${server.origin}/reports?period=month`);
  for (const [name, head] of [["季", "2026-10-01 ～ 2026-12-31"], ["年", "2026-01-01 ～ 2026-12-31"], ["月", "2026-01-01 ～ 2026-01-31"]]) {
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByText(head).first().waitFor();
  }
  await page.getByRole("link", { name: "本月" }).click();
  await page.getByText("2026-11-01 ～ 2026-11-30").first().waitFor();
  const all = number(await page.locator("#classes tfoot a").first().innerText());
  await page.getByRole("combobox", { name: "回访种类" }).selectOption({ index: 1 });
  await page.getByRole("combobox", { name: "专员" }).selectOption({ index: 1 });
  await page.getByRole("button", { name: "查询" }).click();
  await page.waitForURL(/kind=/);
  const some = number(await page.locator("#classes tfoot a").first().innerText());
  assert.ok(some < all, `${some} of ${all}`);
  await page.locator("#classes tfoot a").first().click();
  await page.locator("[data-total]").waitFor();
  assert.equal(await rows(page), some, "the filter stays in the list");
  await page.locator("main a[href^='/reports?']").first().click();
  await page.waitForURL(/agent=/);
  await page.getByRole("link", { name: "清除条件" }).click();
  await page.waitForURL((url) => !url.search.includes("agent"));
  assert.equal(number(await page.locator("#classes tfoot a").first().innerText()), all);
  await finish();
});

test("the weekly report on screen, on paper and as a workbook", async () => {
  const { context, finish } = await person(browser, { acceptDownloads: true });
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  await page.goto(`${server.origin}/reports/weekly`);
  await assertAccessible(page, "weekly reports");
  await screenshot(page, "weeks-wide");
  // Made by itself: the week before this one.
  const made = page.getByRole("link", { name: /2026-11-09/ });
  const make = page.getByRole("button", { name: /2026-11-09/ });
  await made.or(make).first().waitFor();
  if (await made.count()) await made.first().click();
  else await make.click();
  await page.waitForURL(/weekly\/2026-11-09/);
  await page.getByRole("heading", { name: /周报/ }).waitFor();
  await assertAccessible(page, "weekly report");
  await screenshot(page, "weekly-wide", { fullPage: true });
  const link = page.locator("#classes tbody a").first();
  const shown = number(await link.innerText());

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载 Excel" }).click()]);
  assert.equal(download.suggestedFilename(), "weekly-2026-11-09.xlsx");
  const parts = unzip(await readFile(await download.path()));
  for (const name of ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]) assert.ok(parts.has(name), `the workbook has ${name}`);
  assert.match(parts.get("xl/workbook.xml"), /回访率 2026-11-09/);
  const rates = parts.get("xl/worksheets/sheet1.xml");
  assert.ok(rates.includes(`<v>${shown}</v>`), "with the number of the page");

  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("nav.nav").first().isVisible(), false, "no menu on paper");
  await page.locator(".sign").waitFor();
  await page.setViewportSize({ width: 794, height: 1123 });
  await screenshot(page, "weekly-print", { fullPage: true });
  await finish();
});

test("a manager reads figures without agents' names", async () => {
  const { context, finish, allow } = await person(browser);
  const page = await context.newPage();
  await enter(page, server, "高岩");
  await page.goto(`${server.origin}/reports?period=month`);
  const main = page.locator("main");
  assert.doesNotMatch(await main.innerText(), AGENTS);
  assert.equal(await page.locator("#agents").count(), 0);
  await page.locator("#classes tfoot a").first().click();
  await page.locator("[data-total]").waitFor();
  assert.doesNotMatch(await main.innerText(), AGENTS);
  allow(/status of 403/);
  assert.equal((await page.goto(`${server.origin}/reports/calls?period=month`)).status(), 403);
  await finish();
});

test("on a phone", async () => {
  const { context, finish } = await person(browser, { viewport: PHONE, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await enter(page, server, "沈雯");
  for (const [path, name] of [["/reports?period=month", "report-phone"], ["/reports/weekly", "weeks-phone"], ["/board", "board-phone"]]) {
    await page.goto(server.origin + path);
    await assertFits(page, path);
    await assertAccessible(page, `${path} on a phone`);
    await screenshot(page, name, { fullPage: true });
  }
  await page.goto(`${server.origin}/reports?period=month`);
  // Numbers are read downwards; only the trend has more columns than fit, and keeps its names in sight.
  for (const id of ["classes", "brands", "agents", "questions"]) {
    const box = page.locator(`#${id} .scroll-x`);
    const beyond = await box.evaluate((element) => element.scrollWidth - element.clientWidth);
    assert.ok(beyond <= 0, `#${id} is ${beyond} px wider than the phone`);
  }
  const name = page.locator("#trend tbody th").nth(1);
  const at = (await name.boundingBox()).x;
  await page.locator("#trend .scroll-x").evaluate((element) => (element.scrollLeft = 120));
  assert.ok(Math.abs((await name.boundingBox()).x - at) < 24, "the name stays while the numbers move");
  await page.locator("#classes tfoot a").first().click();
  await page.locator("[data-total]").waitFor();
  await assertFits(page, "the list");
  await screenshot(page, "report-list-phone");
  await finish();
});

test("the board is live", async () => {
  const boss = await person(browser);
  const board = await boss.context.newPage();
  await enter(board, server, "沈雯");
  await board.goto(`${server.origin}/board`);
  const row = board.locator("#board tbody tr").filter({ hasText: "周岚" });
  const calls = async () => number(await row.locator("td[data-label='拨打']").innerText());
  const before = await calls();

  const agent = await person(browser);
  const page = await agent.context.newPage();
  await enter(page, server, "周岚");
  await openCall(page, server);
  const from = page.url();
  // Nobody answers.
  await page.keyboard.press("n");
  await page.waitForURL((url) => url.href !== from);
  await agent.finish();

  await board.waitForFunction((n) => {
    const cells = [...document.querySelectorAll("#board tbody tr")].find((tr) => tr.textContent.includes("周岚"));
    return Number(cells?.querySelector("td[data-label='拨打']")?.textContent) === n;
  }, before + 1);
  await boss.finish();
});
