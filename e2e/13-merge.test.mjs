// Two files of one customer: compared, merged, looked at, taken back; and two people who are not one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, person, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";

let server;
let browser;
/** The supervisor. */
let desk;
before(async () => {
  server = await startServer({ now: NOW });
  browser = await launch();
  desk = await person(browser);
  const page = await desk.context.newPage();
  await signIn(page, server, "沈雯");
  await page.close();
});
after(async () => {
  await desk?.finish();
  await browser?.close();
  await server?.stop();
});

const save = (page) => page.locator("main form button.primary").click();

async function enter(page, name, phones, note) {
  await page.goto(`${server.origin}/customers/new`);
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=phones]").fill(phones);
  await page.locator("input[name=note]").fill(note);
  await save(page);
  await page.waitForURL(/\/customers\/\d+\?entered/);
  return new URL(page.url()).pathname;
}

/** Somebody who resembles somebody known: made all the same. */
async function enterAnother(page, name, phones, note = "") {
  await page.goto(`${server.origin}/customers/new`);
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=phones]").fill(phones);
  await page.locator("input[name=note]").fill(note);
  await save(page);
  await page.locator(".alike").waitFor();
  await page.locator("button[name=sure]").click();
  await page.waitForURL(/\/customers\/\d+\?entered/);
  return new URL(page.url()).pathname;
}

async function visit(page, file, vin, items) {
  await page.goto(`${server.origin}${file}/vehicles/new`);
  await page.locator("input[name=vin]").fill(vin);
  await page.locator("input[name=series]").fill("速派");
  await save(page);
  await page.waitForURL((url) => url.pathname === file);
  await page.goto(`${server.origin}${file}/repair-orders/new`);
  await page.locator("select[name=vehicle]").selectOption({ index: 1 });
  await page.locator("input[name=opened]").fill("2026-11-16T09:30");
  await page.locator("input[name=settled]").fill("2026-11-17T11:00");
  await page.locator("input[name=items]").fill(items);
  await save(page);
  await page.waitForURL((url) => url.pathname === file);
}

test("two files become one by the keyboard, and two again", async () => {
  const page = await desk.context.newPage();
  const first = await enter(page, "邓小雨", "139 0000 7701", "周末联系");
  await visit(page, first, "LSVNV2182E2103913", "更换前刹车片");
  const second = await enterAnother(page, "邓晓雨", "139 0000 7702", "爱喝茶");
  await visit(page, second, "LSVNV2182E2103914", "四轮定位");

  // From the one file, the other is looked for.
  await page.goto(`${server.origin}${first}`);
  await page.locator("details.menu summary.btn").first().click();
  await page.locator(`a[href="${first}/merge"]`).click();
  await page.locator("main input[name=q]").fill("邓晓雨");
  await page.keyboard.press("Enter");
  await page.locator("main table a", { hasText: "邓晓雨" }).waitFor();
  await look(page, "merge-with");
  await page.locator("main table a", { hasText: "邓晓雨" }).click();
  await page.locator("input[name=name][value=gone]").waitFor();
  await page.locator("input[name=name][value=gone]").check();
  await page.locator("input[name=note][value=both]").check();
  await look(page, "merge");
  await page.locator("h1").click();
  await page.keyboard.press("m");
  await page.waitForURL(/\/customers\/merges\/\d+\?done/);
  await look(page, "merged");

  // One file with everything of both; the other's address leads there.
  await page.goto(`${server.origin}${second}`);
  await page.waitForURL((url) => url.pathname === first && url.search === "?merged");
  assert.match(await page.locator("h1").textContent(), /邓晓雨/);
  const story = page.locator("#story");
  await story.getByText("更换前刹车片").waitFor();
  await story.getByText("四轮定位").waitFor();
  assert.equal(await page.locator(".car").count(), 2);
  await page.getByText("爱喝茶").waitFor();
  // The other's number finds it.
  await page.locator("form[data-search] input[name=q]").fill("7702");
  await page.locator(`#found [role=option][href="${first}"]`).waitFor();

  // Back to two, from the history of the file.
  await page.goto(`${server.origin}${first}`);
  await story.locator("a", { hasText: "与另一份档案合并" }).click();
  await page.waitForURL(/\/customers\/merges\/\d+$/);
  await page.keyboard.press("z");
  await page.getByText("全部恢复到合并前").waitFor();
  await look(page, "merge-parted");
  await page.goto(`${server.origin}${second}`);
  await page.locator("#story").getByText("四轮定位").waitFor();
  assert.equal(await page.locator("#story").getByText("更换前刹车片").count(), 0);
  await page.goto(`${server.origin}${first}`);
  assert.match(await page.locator("h1").textContent(), /邓小雨/);
  await page.close();
});

test("what happened since the merge stays, and is named", async () => {
  const page = await desk.context.newPage();
  const first = await enter(page, "白露", "139 0000 7703", "");
  const second = await enterAnother(page, "白璐", "139 0000 7704");
  await page.goto(`${server.origin}${first}/merge/${second.split("/").pop()}`);
  await page.locator("main form button.primary").click();
  await page.waitForURL(/\/customers\/merges\/\d+\?done/);
  const merge = page.url().split("?")[0];
  await visit(page, first, "LSVNV2182E2103915", "更换机油");
  await page.goto(merge);
  await page.keyboard.press("z");
  await page.getByText("维修工单 1 · 合并后新增，留在保留的档案").waitFor();
  await page.goto(`${server.origin}${first}`);
  await page.locator("#story").getByText("更换机油").waitFor();
  await page.goto(`${server.origin}/customers/merges`);
  await look(page, "merges");
  await page.close();
});

test("a pair that is two people is suggested no more, until somebody lists it again", async () => {
  const page = await desk.context.newPage();
  const first = await enter(page, "石磊", "139 0000 7705", "");
  // The same number under a name that contradicts: entered, and suggested.
  const second = await enterAnother(page, "周游", "139 0000 7705");
  await page.goto(`${server.origin}/customers/duplicates`);
  const row = page.locator("main tbody tr", { hasText: "石磊" });
  await row.getByText("号码相同").waitFor();
  await look(page, "duplicates");
  // Only those who are alike in one thing.
  await page.locator("main .pills a", { hasText: "姓名同音、地区相同" }).click();
  await page.getByText("没有待核对的重复客户").waitFor();
  await page.locator("main .pills a", { hasText: "号码相同" }).click();
  await row.getByText("号码相同").waitFor();
  await row.locator("a.btn").click();
  await page.locator("h1", { hasText: "合并客户档案" }).waitFor();
  await page.keyboard.press("n");
  await page.getByText("以后不再提示").waitFor();
  assert.equal(await page.locator("main tbody tr", { hasText: "石磊" }).count(), 0);
  await page.goto(`${server.origin}${second}`);
  assert.equal(await page.getByText("可能是同一人").count(), 0);
  await page.goto(`${server.origin}/customers/duplicates?show=apart`);
  await page.locator("main tbody tr", { hasText: "石磊" }).locator("button").click();
  await page.waitForURL(/\/customers\/duplicates$/);
  await page.locator("main tbody tr", { hasText: "石磊" }).waitFor();
  assert.ok(first !== second);
  await page.close();
});

test("before a second file comes to be, one is asked whether it is her", async () => {
  const page = await desk.context.newPage();
  const first = await enter(page, "沈听澜", "139 0000 7706", "");
  await page.goto(`${server.origin}/customers/new`);
  await page.locator("input[name=name]").fill("沈听兰");
  await page.locator("input[name=phones]").fill("139 0000 7760");
  await page.locator("input[name=region]").fill("成都锦江");
  await save(page);
  const row = page.locator(".alike tr", { hasText: "沈听澜" });
  await row.getByText("姓名同音、号码相近").waitFor();
  // What was typed is still there.
  assert.equal(await page.locator("input[name=region]").inputValue(), "成都锦江");
  await look(page, "alike");
  await row.locator("button").click();
  await page.waitForURL((url) => url.pathname === first && url.search === "?known");
  await page.getByText("成都锦江").waitFor();
  assert.equal(await page.locator("[id^=line-]").count(), 2, "both numbers");
  assert.match(await page.locator("h1").textContent(), /沈听澜/, "a name is not overwritten");
  await page.close();
});

test("pairs of one name and one number are merged in one go", async () => {
  const page = await desk.context.newPage();
  await enter(page, "谭月", "139 0000 7707", "");
  const other = await enterAnother(page, "谭跃进", "139 0000 7707");
  await page.goto(`${server.origin}${other}/edit`);
  await page.locator("input[name=name]").fill("谭月");
  await save(page);
  await page.waitForURL(/\?saved/);
  await page.goto(`${server.origin}/customers/duplicates`);
  await page.getByText("其中 1 对姓名、号码都相同").waitFor();
  await page.getByRole("button", { name: "一并合并" }).click();
  await page.getByText("已合并 1 对").waitFor();
  await page.locator("main tbody tr", { hasText: "谭月" }).first().waitFor();
  // A search through everybody by hand.
  await page.goto(`${server.origin}/customers/duplicates`);
  await page.getByRole("button", { name: "现在查重" }).click();
  await page.getByText("已开始查重").waitFor();
  for (let tries = 0; tries < 40; tries += 1) {
    await page.goto(`${server.origin}/customers/duplicates`);
    if (await page.getByText("上次查重").count()) break;
    await new Promise((done) => setTimeout(done, 500));
  }
  await page.getByText(/核对了 \d+ 位客户/).waitFor();
  await page.close();
});

test("whoever may not merge is not offered it", async () => {
  const { context, finish } = await person(browser, { allow: [/status of 403/] });
  const page = await context.newPage();
  await signIn(page, server, "林悦");
  await page.goto(`${server.origin}/customers`);
  await page.locator("main tbody a").first().click();
  await page.waitForURL(/\/customers\/\d+/);
  const file = new URL(page.url()).pathname;
  await page.locator("details.menu summary.btn").first().click();
  assert.equal(await page.locator(`a[href="${file}/merge"]`).count(), 0);
  const answer = await page.goto(`${server.origin}${file}/merge`);
  assert.equal(answer.status(), 403);
  await finish();
});
