// The export of a dealer system goes in through the page: asked, looked at, written, undone; also when the power fails.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";
import { assertAccessible, launch, person, PHONE, screenshot, signIn, WIDE } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

// Saturday, 10:00 in Shanghai: the day after the last rows of the files.
const NOW = "2026-11-21T02:00:00Z";
const DATA = process.env.ZHIYIN_TEST_DATA ?? join(dirname(fileURLToPath(import.meta.url)), "..", "..", "shared", "data");
const FOLDER = join(DATA, "dms");
const ORDERS = "维修结算明细_城南店_2026-11.xlsx";
const DELIVERIES = "交车明细_2026-11.csv";
const GROUP = "repair_orders_group.tsv";
// As xtask/oracle/dms_counts.py counts the file; follow-ups of visits settled from 18 November on, counted from the cells
// as crates/zhiyin/tests/it/import_to_tasks.rs does.
const COUNTED = { new: 3119, rejected: 81, planned: 501, late: 2052 };

const present = existsSync(FOLDER);
if (!present && process.env.ZHIYIN_REQUIRE_DATA === "1") throw new Error(`test data is missing: ${FOLDER}`);
const skip = present ? false : `${FOLDER} not found`;

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

/** Takes a picture in both widths; nothing may be wider than the phone. */
async function pictures(page, name) {
  const wide = page.viewportSize();
  for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
    await page.setViewportSize(viewport);
    await screenshot(page, `import-${name}-${size}`, { fullPage: size === "phone" });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${name} ${size}: ${over} px too wide`);
  }
  await page.setViewportSize(wide);
  await assertAccessible(page, `import ${name}`);
}

/** A one-time link works once: whoever was here before comes with their cookies. */
const cookies = new Map();
async function enter(server, name, options = {}) {
  const key = `${server.port} ${name}`;
  const who = await person(browser, { acceptDownloads: true, storageState: cookies.get(key), ...options });
  const page = await who.context.newPage();
  if (!cookies.has(key)) {
    await signIn(page, server, name);
    cookies.set(key, await who.context.storageState());
  }
  return { ...who, page };
}

const supervisor = (server, options) => enter(server, "沈雯", options);

/** Chooses a file, or one made of text, and waits for its page. Answers its address. */
async function bring(page, server, file) {
  await page.goto(`${server.origin}/imports`);
  await page.locator("#f-file").setInputFiles(file);
  await page.getByRole("button", { name: /上传并核对/ }).click();
  await page.waitForURL(/\/imports\/\d+$/);
  return page.url();
}

/** Goes elsewhere, although the page may just then be on its way to its next state. */
const leave = (page, url) => page.goto(url).catch(() => page.goto(url));

const file = (name) => join(FOLDER, name);
const text = (name, content) => ({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
const applyButton = (page) => page.getByRole("button", { name: /^写入 / });
const previewed = (page) => applyButton(page).waitFor({ timeout: 120_000 });
const applied = (page) => page.getByRole("button", { name: "撤销导入" }).first().waitFor({ timeout: 240_000 });

/** Figures of the cards: new, changed, same, rejected, follow-ups. */
async function figures(page) {
  const all = await page.locator("section.sum .card b").allInnerTexts();
  return all.map((one) => Number(one.replaceAll(",", "")));
}

/** What the server says of an import without looking at the page: its state and how many rows are done. */
async function progress(page, url, state) {
  const answer = await page.request.get(`${url}/status?state=${state}`, { maxRedirects: 0 });
  if (answer.status() !== 200) return null;
  const body = await answer.text();
  const done = body.match(/data-live-done>(\d+)</) ?? body.match(/data-staged="(\d+)"/);
  return done ? Number(done[1]) : 0;
}

/** Until more than `rows` of it are done; the server may be killed then. */
async function halfway(page, url, state, rows) {
  for (let i = 0; i < 6000; i += 1) {
    const done = await progress(page, url, state);
    if (done !== null && done > rows) return done;
    await new Promise((later) => setTimeout(later, 20));
  }
  throw new Error(`${url} was never seen ${state} with more than ${rows} rows`);
}

/** Parts of a zip file by name. */
function unzip(bytes) {
  const parts = new Map();
  let at = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  assert.ok(at >= 0, "a zip file");
  const count = bytes.readUInt16LE(at + 10);
  at = bytes.readUInt32LE(at + 16);
  for (let i = 0; i < count; i += 1) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(from, from + packed);
    parts.set(bytes.toString("utf8", at + 46, at + 46 + name), method === 8 ? inflateRawSync(content) : content);
    at += 46 + name + extra + comment;
  }
  return parts;
}

/** An agent with a call open, of one of these people or of whoever comes first. `save()` records "no answer". */
async function caller(server, names = null, options = {}) {
  const { page, finish } = await enter(server, "周岚", options);
  await page.goto(`${server.origin}/queue`);
  let link = page.locator("#queue-rows a[href^='/calls/']").first();
  while (names) {
    await link.waitFor();
    const rows = await page.locator("#queue-rows a[href^='/calls/']").evaluateAll((all) => all.map((one) => one.innerText.trim()));
    const at = rows.findIndex((row) => names.some((name) => row.startsWith(name)));
    if (at >= 0) {
      link = page.locator("#queue-rows a[href^='/calls/']").nth(at);
      break;
    }
    await page.goto(new URL(await page.locator("a[rel=next]").getAttribute("href"), server.origin).href);
  }
  await link.click();
  await page.waitForURL(/\/calls\//);
  await page.locator("form[data-call-ready]").waitFor();
  const name = (await page.locator("h1.who").innerText()).trim().split(/\s/)[0];
  const url = page.url();
  const save = async () => {
    await page.evaluate(() => document.querySelector("button[name=outcome][value=no_answer]").click());
    await page.waitForURL((now) => now.href !== url);
    await page.getByText(/收回|撤回/).first().waitFor();
  };
  return { name, url, page, save, finish };
}

describe("an export goes in", { skip }, () => {
  let server;
  let imported;
  before(async () => {
    server = await startServer({ now: NOW });
  });
  after(async () => {
    await server?.stop();
  });

  test("dropped on the page, looked at, written while one is away", async () => {
    const { page, finish } = await supervisor(server);
    await page.goto(`${server.origin}/imports`);
    await pictures(page, "upload");
    const content = (await readFile(file(ORDERS))).toString("base64");
    const dropped = await page.evaluateHandle(
      ([name, base64]) => {
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
        return transfer;
      },
      [ORDERS, content],
    );
    await page.locator("[data-drop]").dispatchEvent("drop", { dataTransfer: dropped });
    await page.getByText(ORDERS).first().waitFor();
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/imports\/\d+$/);
    imported = page.url();
    await previewed(page);
    assert.deepEqual(await figures(page), [COUNTED.new, 0, 0, COUNTED.rejected, COUNTED.planned]);
    await page.getByText(`另有 ${COUNTED.late.toLocaleString("en")} 单已过回访期`).waitFor();
    await page.getByText("表头在第 3–4 行").first().waitFor();
    assert.equal(await page.locator("#f-plan_from").inputValue(), "2026-11-18", "a first import asks, three days back");
    // What the day changes is shown at once, beside it.
    const [, , , , planned] = await figures(page);
    await page.locator("#f-plan_from").fill("2026-12-31");
    await page.locator("#sum .banner.warn").getByText(/一个回访也不会安排/).waitFor();
    assert.equal((await figures(page))[4], 0, "nothing is planned from that day on");
    await page.locator("#f-plan_from").fill("2026-11-18");
    await page.locator("#sum .banner.warn").waitFor({ state: "detached" });
    assert.equal((await figures(page))[4], planned);
    // Read again with other columns, the day stays as it was chosen.
    await page.locator("#f-plan_from").fill("2026-11-17");
    await page.evaluate(() => (document.body.dataset.before = "1"));
    await page.getByRole("button", { name: "重新读取" }).click();
    await page.waitForFunction(() => !document.body.dataset.before);
    await previewed(page);
    assert.equal(await page.locator("#f-plan_from").inputValue(), "2026-11-17");
    assert.notEqual((await figures(page))[4], planned);
    await page.locator("#f-plan_from").fill("2026-11-18");
    await page.waitForFunction((n) => document.querySelectorAll("section.sum .card b")[4]?.innerText === n, planned.toLocaleString("en"));
    assert.equal((await figures(page))[4], planned);
    assert.doesNotMatch(await page.content(), /(?<!\d)1[3-9]\d{9}(?!\d)/, "numbers are masked");
    await pictures(page, "preview");
    await page.locator("#rows").getByRole("link", { name: /^读不了/ }).click();
    await page.locator("#rows a[aria-current=true]", { hasText: "读不了" }).waitFor();

    await page.keyboard.press("Control+Enter");
    await page.getByText("正在写入").first().waitFor();
    const before = await halfway(page, imported, "applying", 0);
    await pictures(page, "applying");
    // Away and back: it went on meanwhile, and the page tells by itself when it is done.
    await leave(page, server.origin);
    await page.getByRole("heading", { name: /沈雯/ }).waitFor();
    await page.goto(imported);
    const live = page.locator("[data-live-done]");
    if (await live.count()) assert.ok(Number((await live.first().innerText()).replaceAll(",", "")) >= before);
    await applied(page);
    assert.deepEqual(await figures(page), [COUNTED.new, 0, 0, COUNTED.rejected, COUNTED.planned]);
    await pictures(page, "applied");
    await finish();
  });

  test("its follow-ups stand in an agent's queue", async () => {
    const { page, finish } = await enter(server, "周岚");
    await page.goto(`${server.origin}/queue?kind=3DC`);
    await page.locator("#queue-rows a[href^='/calls/']").first().waitFor();
    assert.ok((await page.locator("#queue-rows a[href^='/calls/']").count()) >= 40, "a full page of them");
    await finish();
  });

  test("rejected rows come back as a workbook with their reasons", async () => {
    const { page, finish } = await supervisor(server);
    await page.goto(imported);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载并修改" }).click()]);
    assert.match(download.suggestedFilename(), /待修改\.xlsx$/);
    const parts = unzip(await readFile(await download.path()));
    const sheet = parts.get("xl/worksheets/sheet1.xml").toString("utf8");
    const rows = sheet.match(/<row /g).length;
    assert.equal(rows, 1 + COUNTED.rejected, "a header and every rejected row");
    const words = `${sheet}${parts.get("xl/sharedStrings.xml")?.toString("utf8") ?? ""}`;
    for (const part of [/退回原因/, /工单号/, /少 \d+ 位|科学计数|没有车主/]) assert.match(words, part);
    await finish();
  });

  test("the same file again changes nothing", async () => {
    const { page, finish } = await supervisor(server);
    await bring(page, server, file(ORDERS));
    await previewed(page);
    await page.getByText(/同一个文件已在 .* 写入过/).waitFor();
    assert.deepEqual(await figures(page), [0, 0, COUNTED.new, COUNTED.rejected, 0]);
    await applyButton(page).click();
    await applied(page);
    assert.deepEqual(await figures(page), [0, 0, COUNTED.new, COUNTED.rejected, 0]);
    await finish();
  });

  test("undone, all but what somebody has worked on", async () => {
    const { page, finish } = await supervisor(server);
    await page.goto(`${imported}?show=new`);
    const due = page.locator("#rows tbody tr", { has: page.locator(".pill.ok") });
    const names = await due.evaluateAll((rows) => rows.map((row) => row.cells[3].innerText.trim()));
    const called = await caller(server, names);
    await called.save();
    await called.finish();
    await page.goto(imported);
    await page.getByRole("button", { name: "撤销导入" }).first().click();
    await page.locator("dialog#undo").getByRole("button", { name: "撤销导入" }).click();
    await page.getByText("正在撤销").first().waitFor();
    await page.locator("h1 + span", { hasText: /./ }).waitFor();
    await page.getByText(/行撤不掉，原因见下/).waitFor({ timeout: 240_000 });
    await page.getByRole("link", { name: /^撤不掉/ }).click();
    await page.locator("#rows a[aria-current=true]", { hasText: "撤不掉" }).waitFor();
    const kept = await page.locator("#rows tbody").innerText();
    assert.match(kept, /回访已经开始/);
    assert.ok(kept.includes(called.name), `${called.name} was called: ${kept}`);
    await pictures(page, "undone");
    await finish();
  });

  test("store codes are asked for, one by one, and can be put right", async () => {
    const { page, finish } = await supervisor(server);
    await bring(page, server, file(GROUP));
    await page.getByRole("heading", { name: "先回答" }).waitFor({ timeout: 60_000 });
    await pictures(page, "asking");
    await page.getByLabel(/「CN01」/).selectOption({ label: "城南店" });
    await page.getByLabel(/「GX02」/).selectOption({ label: "城南店" });
    await page.getByLabel(/「MY03」/).selectOption({ label: "不导入这些行" });
    await page.getByRole("button", { name: "就这样读取" }).click();
    await previewed(page);
    assert.deepEqual((await figures(page)).slice(0, 4), [665, 0, 0, 0], "332 and 333 rows; 335 are left out");
    // The second was the wrong store.
    await page.getByLabel(/^GX02/).selectOption({ label: "高新店" });
    await page.getByRole("button", { name: "重新读取" }).click();
    await page.locator("select option[selected]", { hasText: "高新店" }).first().waitFor({ state: "attached" });
    await previewed(page);
    await page.getByText("高新店").first().waitFor({ state: "attached" });
    await applyButton(page).click();
    await applied(page);
    assert.equal((await figures(page))[0], 665);
    await finish();
  });

  test("day or month first is asked where nothing tells", async () => {
    const { page, finish } = await supervisor(server);
    const lines = ["工单号,结算时间,客户名称,联系电话,车牌号", "RD1,03/11/2026,白思,13800000001,川A00001", "RD2,04/11/2026,马立新,13800000002,川A00002"];
    await bring(page, server, text("日月.csv", lines.join("\n")));
    await page.getByText("分不清日和月，是哪一种").waitFor();
    assert.equal(await applyButton(page).count(), 0, "not before it is answered");
    await page.getByLabel("日/月/年：03/04/2026 是 4 月 3 日").check();
    await page.getByRole("button", { name: "就这样读取" }).click();
    await previewed(page);
    await page.getByText("2026-11-03").first().waitFor();
    await page.getByRole("button", { name: "取消" }).click();
    await page.waitForURL(/\/imports$/);
    await finish();
  });

  test("a sheet without a header is mapped by hand", async () => {
    const { page, finish } = await supervisor(server);
    await bring(page, server, text("无表头.csv", "RH1,2026-11-19,白思,13800000001,川A00001\nRH2,2026-11-19,马立新,13800000002,川A00002\n"));
    await page.getByLabel("表头在哪一行").selectOption({ label: "没有表头，按列的字母对应" });
    await page.getByRole("button", { name: "就这样读取" }).click();
    const column = (label) => page.getByLabel(label, { exact: true });
    await column("车主").waitFor();
    await page.locator("summary", { hasText: "更多栏目" }).click();
    for (const [label, value] of [["工单号", "0"], ["结算时间", "1"], ["车主", "2"], ["手机", "3"], ["车牌", "4"]]) {
      await column(label).selectOption(value);
    }
    await pictures(page, "mapping");
    await page.getByRole("button", { name: "就这样读取" }).click();
    await previewed(page);
    assert.deepEqual((await figures(page)).slice(0, 4), [2, 0, 0, 0]);
    await finish();
  });

  test("two at once do not get into each other's way", async () => {
    const one = await supervisor(server);
    const two = await supervisor(server);
    await bring(one.page, server, file(DELIVERIES));
    await bring(two.page, server, file(DELIVERIES));
    await Promise.all([previewed(one.page), previewed(two.page)]);
    await Promise.all([applyButton(one.page).click(), applyButton(two.page).click()]);
    await Promise.all([applied(one.page), applied(two.page)]);
    const [a, b] = [await figures(one.page), await figures(two.page)];
    assert.deepEqual([a[0] + b[0], a[2] + b[2], a[3], b[3]], [410, 410, 10, 10], `each row once: ${a} and ${b}`);
    await one.finish();
    await two.finish();
  });

  test("what is no table says so, with a way on", async () => {
    const { page, finish } = await supervisor(server);
    await bring(page, server, { name: "照片.xlsx", mimeType: "image/png", buffer: Buffer.from("PK\u0003\u0004broken") });
    await page.getByRole("heading", { name: "文件已损坏" }).waitFor();
    await page.getByRole("link", { name: "换一个文件" }).waitFor();
    await pictures(page, "failed");
    await finish();
  });
});

describe("the power fails", { skip }, () => {
  let server;
  before(async () => {
    server = await startServer({ now: NOW });
  });
  after(async () => {
    await server?.stop();
  });

  /** The pages lose their server and find it again. */
  const GONE = [/ERR_CONNECTION_REFUSED/, /ERR_EMPTY_RESPONSE/, /ERR_INCOMPLETE_CHUNKED/, /ERR_CONNECTION_RESET/, /ERR_SOCKET_NOT_CONNECTED/, /status of 50[234]/, /Failed to fetch/, /NetworkError/, /htmx:sendError/i];

  let read;
  /** 6,000 orders, settled from the 10th to the 19th. */
  const large = () => {
    const lines = ["工单号,结算时间,客户名称,联系电话,车牌号"];
    for (let i = 0; i < 6_000; i += 1) lines.push(`RK${i},2026-11-${10 + (i % 10)},客户${i},138${String(i).padStart(8, "0")},川A${String(i).padStart(5, "0")}`);
    return text("六千行.csv", lines.join("\n"));
  };

  test("killed while it reads: the next start reads it", async () => {
    const { page, finish } = await supervisor(server, { allow: GONE });
    read = await bring(page, server, large());
    await halfway(page, read, "parsing", 1000);
    await server.kill();
    await server.start();
    await page.goto(read);
    await applyButton(page).waitFor({ timeout: 300_000 });
    assert.deepEqual((await figures(page)).slice(0, 4), [6_000, 0, 0, 0], "every row once");
    await finish();
  });

  test("killed while it writes: it goes on at the next row, and a call saved meanwhile is kept", async () => {
    const { page, finish } = await supervisor(server, { allow: GONE });
    const agent = await caller(server, null, { allow: GONE });
    // Read by the test before.
    await page.goto(read);
    await previewed(page);
    assert.equal((await figures(page))[4], 1200, "settled on the 18th and 19th");
    await applyButton(page).click();
    await halfway(page, read, "applying", 0);
    await agent.save();
    await halfway(page, read, "applying", 500);
    await server.kill();
    await server.start();
    await page.goto(read);
    await applied(page);
    assert.deepEqual(await figures(page), [6_000, 0, 0, 0, 1200]);

    // Each row exactly once: the same file finds every one of them, and no other.
    await bring(page, server, large());
    await previewed(page);
    assert.deepEqual(await figures(page), [0, 0, 6_000, 0, 0]);
    await finish();
    // And the call is there.
    await agent.page.goto(agent.url);
    await agent.page.locator(".tl", { hasText: "无人接听" }).first().waitFor({ state: "attached" });
    await agent.finish();
  });
});
