// The browser's part against a server of its own: keys, drafts, one connection for eight tabs, the shell without a line.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertAccessible, launch, person, PHONE, screenshot } from "../lib/browser.mjs";
import { startSite } from "./site.mjs";

const AWAY = [/Failed to load resource: net::ERR/, /status of 5\d\d/];
let browser;
let site;
let agent;
before(async () => (browser = await launch()));
after(async () => browser?.close());
beforeEach(async () => {
  site = await startSite();
  agent = await person(browser, { allow: [...AWAY] });
});
afterEach(async () => {
  await agent.finish();
  await site.close();
});

const open = async (path = "/call") => {
  const page = await agent.context.newPage();
  await page.goto(site.origin + path);
  if (path === "/call") await page.locator("form[data-draft-ready]").waitFor();
  return page;
};
const now = (page) => page.locator("[data-q].now").getAttribute("data-q");
const answered = (page) => page.locator("[data-progress]").textContent();
const value = (page, q) => page.evaluate((name) => new FormData(document.forms.call).get(name), `a.${q}`);
const until = async (what, holds, ms = 12_000) => {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) if (await holds()) return;
  assert.fail(`waited ${ms} ms in vain: ${what}`);
};
const drafts = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.open("zhiyin", 1);
        request.onsuccess = () => {
          const all = request.result.transaction("drafts").objectStore("drafts").getAll();
          all.onsuccess = () => (request.result.close(), resolve(all.result));
        };
      }),
  );

test("digits answer and lead on, an apology stays, a branch opens", async () => {
  const page = await open();
  assert.equal(await answered(page), "已答 0 / 7");
  await page.keyboard.press("1");
  assert.equal(await now(page), "booked");
  await page.keyboard.press("1");
  assert.equal(await now(page), "booking", "有预约 → 对预约的满意程度");
  assert.equal(await answered(page), "已答 2 / 8");
  await page.keyboard.press("2");
  await page.keyboard.press("1");
  assert.equal(await now(page), "wait");
  await page.keyboard.press("3");
  assert.equal(await now(page), "wait", "一般: stays for the apology");
  assert.ok(await page.locator("[data-q=wait] .sorry").isVisible());
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("2");
  assert.equal(await value(page, "booking"), null, "a closed branch is not sent");
  assert.equal(await answered(page), "已答 4 / 7");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("0");
  assert.equal(await now(page), "bill");
  assert.equal(await answered(page), "已答 3 / 7，跳过 1", "left out is not answered");
});

test("typing in a note changes no answer; Esc leaves, Enter opens, Alt works everywhere", async () => {
  const page = await open();
  await page.keyboard.press("1");
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  const note = page.locator("[data-q=explain] [data-note]");
  assert.ok(await note.evaluate((field) => field === document.activeElement));
  await page.keyboard.type("等了25分钟n");
  // What an input method sends while composing: keyCode 229 and isComposing.
  await note.evaluate((field) => {
    for (const key of ["1", "2", "n", "Enter"]) field.dispatchEvent(new KeyboardEvent("keydown", { key, keyCode: 229, isComposing: true, bubbles: true, cancelable: true }));
  });
  assert.equal(await value(page, "explain"), null);
  assert.equal(await value(page, "self"), "yes");
  assert.equal(site.state.tries.length, 0, "N in a note is a letter");
  await page.keyboard.press("Alt+2");
  assert.equal(await value(page, "explain"), "good");
  await page.locator("[data-q=explain]").click();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.notEqual(await now(page), "explain", "Esc in the note of an answered question leads on");
  await page.keyboard.press("p");
  assert.equal(await page.evaluate(() => new FormData(document.forms.call).get("m.wait")), "praise");
  await page.keyboard.press("p");
  assert.equal(await page.evaluate(() => new FormData(document.forms.call).get("m.wait")), null, "pressed again: taken back");
});

test("remapped and switched-off keys; ? lists what works here", async () => {
  site.state.keys = '{"n":"m","off":false}';
  const page = await open();
  await page.keyboard.press("n");
  assert.equal(site.state.tries.length, 0, "the old key is free");
  await page.keyboard.press("?");
  const list = await page.locator("[data-keys-list]").innerText();
  assert.match(list, /M\s+无人接听/);
  assert.match(list, /Ctrl Enter\s+完成，下一位/);
  await assertAccessible(page, "list of keys");
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await page.waitForURL("**/next");
  site.state.keys = '{"off":true}';
  const other = await open();
  await other.keyboard.press("x");
  await other.keyboard.press("Alt+x");
  await other.waitForURL("**/next");
  assert.deepEqual(site.state.tries.map(({ form }) => form.get("outcome")), ["no_answer", "refused"]);
});

test("a draft survives a reload and holds no number", async () => {
  const page = await open();
  await page.keyboard.press("1");
  await page.keyboard.press("2");
  await page.locator("[data-q=explain] [data-note]").fill("接待很耐心");
  await page.locator("[name=phone]").fill("13900001111");
  await until("note kept", async () => JSON.stringify(await drafts(page)).includes("接待很耐心"));
  const [kept] = await drafts(page);
  assert.deepEqual(Object.keys(kept).sort(), ["answers", "at", "client", "notes", "post", "seconds", "started", "state", "task", "user"]);
  // Moments and ids of the draft may hold any few digits; a number has eleven.
  assert.ok(!JSON.stringify(kept).includes("1390000"), "no phone number");
  await page.reload();
  await page.locator("[data-draft-restored]").waitFor();
  assert.equal(await value(page, "booked"), "no");
  assert.equal(await page.locator("[data-q=explain] [data-note]").inputValue(), "接待很耐心");
  assert.equal(await now(page), "explain");
  await page.locator("[name=phone]").fill("13900001111");
  await page.keyboard.press("Control+Enter");
  await page.waitForURL("**/next");
  const sent = [...site.state.accepted.values()][0];
  assert.equal(sent.get("phone"), "13900001111", "a new number travels with the submission");
  assert.equal(sent.get("version"), "3");
  assert.equal(sent.get("client_id"), kept.client);
  assert.deepEqual(await drafts(page), []);
});

test("another user of the same browser sees nothing of it", async () => {
  const page = await open();
  await page.keyboard.press("1");
  await page.locator("[data-draft-saved]").waitFor();
  site.state.user = "502";
  const other = await open();
  assert.equal(await answered(other), "已答 0 / 7");
  assert.ok(await other.locator("[data-draft-restored]").isHidden());
});

test("no line: the call waits, the banner counts, and it arrives exactly once", async () => {
  const page = await open();
  await page.keyboard.press("1");
  site.state.attempts = "away";
  await page.keyboard.press("n");
  await page.locator("[data-draft-pending]").waitFor();
  await page.getByText("1 个通话等待提交").waitFor();
  site.state.attempts = "portal";
  await sleep(5500);
  assert.equal((await drafts(page)).length, 1, "the 200 of a Wi-Fi portal is no acknowledgement");
  site.state.attempts = "mute";
  await until("accepted, answer lost", () => site.state.accepted.size === 1, 25_000);
  site.state.attempts = "up";
  await page.waitForURL("**/next", { timeout: 30_000 });
  assert.equal(site.state.accepted.size, 1);
  assert.equal(new Set(site.state.tries.map(({ client }) => client)).size, 1, "every try carries the same client id");
  assert.deepEqual(await drafts(page), []);
  assert.ok(await page.locator("[data-outbox]").isHidden());
});

test("the page of a call that waits goes on by itself once it is sent; one on which a call was begun stays", async () => {
  const page = await open();
  await page.keyboard.press("1");
  site.state.attempts = 503;
  await page.keyboard.press("n");
  await page.locator("[data-draft-pending]").waitFor();
  await page.reload();
  await page.locator("form[data-draft-ready]").waitFor();
  await page.locator("[data-draft-waiting]").waitFor();
  const begun = await open();
  await begun.locator("[data-draft-waiting]").waitFor();
  await begun.keyboard.press("1");
  site.state.attempts = "up";
  await page.waitForURL("**/next", { timeout: 30_000 });
  assert.equal(site.state.accepted.size, 1);
  await begun.locator("[data-draft-waiting]").waitFor({ state: "hidden" });
  // Kept as a draft of its own, which takes longer than leaving would have.
  await begun.keyboard.press("1");
  await until("what was begun is kept", async () => (await drafts(begun)).length === 1);
  assert.match(begun.url(), /\/call$/, "what was begun here is not lost");
  assert.equal(await answered(begun), "已答 2 / 8");
});

test("signed out: kept, asked to sign in, sent afterwards from any page", async () => {
  const page = await open();
  site.state.attempts = 401;
  await page.keyboard.press("n");
  await page.getByText("请登录，登录后自动提交").waitFor();
  site.state.user = "";
  await page.goto(site.origin);
  await page.getByText("1 个通话等待提交").waitFor();
  const tries = site.state.tries.length;
  site.state.attempts = "up";
  site.state.user = "501";
  await page.goto(site.origin);
  await until("sent", () => site.state.accepted.size === 1);
  assert.equal(site.state.tries.length, tries + 1);
});

test("refused: the errors take the focus, the answers stay", async () => {
  const page = await open();
  await page.keyboard.press("1");
  site.state.attempts = 422;
  await page.keyboard.press("n");
  await page.getByText("有一处要改").waitFor();
  assert.equal(await value(page, "self"), "yes");
  site.state.attempts = "up";
  await page.keyboard.press("n");
  await page.waitForURL("**/next");
  assert.equal(site.state.accepted.size, 1);
});

test("signing out with unsent work asks first", async () => {
  const page = await open();
  await page.keyboard.press("1");
  await page.locator("[data-draft-saved]").waitFor();
  await page.goto(site.origin);
  await page.locator("#out").click();
  await page.getByText("还有 1 个通话没有提交").waitFor();
  await page.getByRole("button", { name: "留下" }).click();
  assert.equal(new URL(page.url()).pathname, "/");
  await page.locator("#out").click();
  await page.getByRole("button", { name: "仍要退出" }).click();
  await page.waitForURL("**/signout");
});

test("dialling shows the digits for their time and leaves none behind", async () => {
  const page = await open();
  assert.ok(!(await page.content()).includes("13812344417"));
  await page.keyboard.press("d");
  await page.getByText("138 1234 4417").waitFor();
  assert.notEqual(await page.locator("[data-timer]").textContent().then(() => sleep(2100)).then(() => page.locator("[data-timer]").textContent()), "00:00");
  await until("digits gone", async () => !(await page.content()).includes("1234 4417"));
});

test("a number handed to the computer's own telephone program: the page says so, without the number", async () => {
  const page = await open();
  site.state.dial = { mode: "tel", value: "13812344417" };
  try {
    await page.keyboard.press("d");
    await page.getByText("已交给本机的电话程序拨号").waitFor();
    assert.ok(!(await page.content()).includes("13812344417"));
  } finally {
    site.state.dial = { mode: "digits", value: "13812344417", seconds: 2 };
  }
});

test("search: arrows and Enter, nothing while composing, nothing in the address", async () => {
  const page = await open("/");
  await page.keyboard.press("/");
  await page.locator("#find:focus").waitFor();
  await page.keyboard.type("陈");
  await until("what was typed is asked", () => site.state.searches.includes("陈"));
  await page.getByRole("option").first().waitFor();
  await assertAccessible(page, "search results");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator("[role=option][aria-selected=true]").textContent(), "陈小帆138****4417");
  const asked = site.state.searches.length;
  await page.locator("#find").evaluate((input) => {
    input.dispatchEvent(new CompositionEvent("compositionstart"));
    input.value = "陈xiao";
    input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
  });
  await sleep(300);
  assert.equal(site.state.searches.length, asked);
  await page.locator("#find").evaluate((input) => input.dispatchEvent(new CompositionEvent("compositionend")));
  await until("asked after composing", () => site.state.searches.length === asked + 1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/next?1");
});

test("search: the last words win over a slow answer; without an answer it asks once more, then says so", async () => {
  agent.allow(/htmx:error: timeout/);
  const page = await open("/");
  site.state.silent = 1;
  await page.locator("#find").focus();
  for (const letter of ["陈", "晓", "帆"]) {
    await page.keyboard.insertText(letter);
    await until(`${letter} is asked for`, () => site.state.searches.at(-1)?.endsWith(letter));
  }
  await page.getByRole("option").first().waitFor({ timeout: 2000 });
  assert.deepEqual(site.state.searches, ["陈", "陈晓", "陈晓帆"]);
  site.state.silent = 1;
  await page.keyboard.press("Backspace");
  await until("asked again by itself", () => site.state.searches.length === 5);
  assert.deepEqual(site.state.searches.slice(3), ["陈晓", "陈晓"]);
  await page.getByRole("option").first().waitFor();
  site.state.silent = 2;
  await page.keyboard.press("Backspace");
  await page.getByText("没有连上服务器").last().waitFor();
  assert.equal(site.state.searches.length, 7);
});

test("search: an overloaded server is asked once more, and its page is no result", async () => {
  agent.allow(/status of 503/);
  const page = await open("/");
  site.state.busy = 1;
  await page.locator("#find").focus();
  await page.keyboard.insertText("陈");
  await page.getByRole("option").first().waitFor({ timeout: 2000 });
  assert.deepEqual(site.state.searches, ["陈", "陈"]);
  site.state.busy = 2;
  await page.keyboard.insertText("晓");
  await page.getByText("没有连上服务器").last().waitFor();
  assert.equal(await page.getByText("忙", { exact: true }).count(), 0);
});

test("search: the list stays for whoever is back at once", async () => {
  const page = await open("/");
  await page.locator("#find").focus();
  await page.keyboard.insertText("陈");
  await page.getByRole("option").first().waitFor();
  await page.locator("#find").evaluate((input) => (input.blur(), input.focus()));
  await sleep(400);
  assert.ok(await page.getByRole("option").first().isVisible());
  await page.locator("#find").evaluate((input) => input.blur());
  await page.getByRole("option").first().waitFor({ state: "hidden" });
});

for (const [kind, host, args] of [
  ["with locks", "localhost", []],
  ["on plain HTTP without locks", "store.test", ["--host-resolver-rules=MAP store.test 127.0.0.1"]],
]) {
  test(`eight tabs, one connection, ${kind}`, async () => {
    const own = await launch({ args });
    const eight = await person(own, { allow: AWAY });
    const pages = [];
    for (let n = 0; n < 8; n += 1) {
      const page = await eight.context.newPage();
      await page.goto(`http://${host}:${site.port}/`);
      pages.push(page);
    }
    assert.equal(await pages[0].evaluate(() => "locks" in navigator && navigator.locks !== undefined), kind === "with locks");
    await until("one leader", () => site.state.streams.size === 1);
    await sleep(2500);
    assert.equal(site.state.streams.size, 1);
    site.push("count", { notifications: 3 });
    site.push("import", { id: "9", done: 40, total: 80, text: "已写入 40 / 80", state: "applying" });
    site.push("toast", { text: "张经理已联系客户", kind: "ok", href: "/next" });
    await pages[0].getByRole("link", { name: "张经理已联系客户" }).waitFor();
    for (const page of pages) {
      await page.getByText("已写入 40 / 80").waitFor();
      assert.equal(await page.locator("[data-count=notifications]").textContent(), "3");
      assert.equal(await page.locator("[data-live] progress").evaluate((bar) => bar.position), 0.5);
    }
    const leader = (await Promise.all(pages.map((page) => page.evaluate(() => document.documentElement.dataset.events ?? "")))).indexOf("leader");
    await pages[leader].close();
    await until("another tab leads", () => site.state.streams.size === 1 && site.state.streamsOpened > 1, 15_000);
    await sleep(300);
    assert.equal(site.state.streams.size, 1);
    await eight.finish();
    await own.close();
  });
}

test("without a server the shell says how many calls wait, and comes back by itself", async () => {
  const page = await open();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await until("shell kept", () => page.evaluate(async () => (await caches.keys()).length > 0 && Boolean(await caches.match("/offline"))));
  await page.keyboard.press("1");
  site.state.attempts = "away";
  await page.keyboard.press("n");
  await page.locator("[data-draft-pending]").waitFor();
  await page.goto(site.origin);
  await page.getByText("现在连不上服务器").waitFor();
  await page.getByText("1 个通话等待提交").waitFor();
  const kept = await page.evaluate(async () => {
    const names = [];
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) names.push(new URL(request.url).pathname);
    return names.sort();
  });
  const shapes = kept.map((path) => path.replace(/-[0-9a-f]{12}/, "")).sort();
  assert.deepEqual(shapes, ["/offline", "/static/app.css", "/static/app.js"], "nothing else is kept");
  await screenshot(page, "offline");
  site.state.attempts = "up";
  await page.getByRole("heading", { name: "今日工作台" }).waitFor({ timeout: 15_000 });
  await until("sent", () => site.state.accepted.size === 1);
});

test("call screen, both widths, light and dark, is accessible", async () => {
  for (const theme of ["light", "dark"]) {
    site.state.theme = theme;
    const page = await open();
    for (const key of ["1", "1", "2", "1", "3"]) await page.keyboard.press(key);
    await page.locator("[data-q=wait] [data-note]").fill("取车时结算排队约 25 分钟，希望加开一个窗口");
    await assertAccessible(page, `call ${theme}`);
    await screenshot(page, `call-${theme}`);
    await page.setViewportSize(PHONE);
    await assertAccessible(page, `call on a phone ${theme}`);
    await screenshot(page, `call-phone-${theme}`, { fullPage: true });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width, "no sideways scrolling");
    await page.close();
  }
});
