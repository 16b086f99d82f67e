// Every page in three languages and two themes; the product's own language at five widths.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { grave, launch, person, signIn } from "./lib/browser.mjs";
import { keyTo } from "./lib/keys.mjs";
import { findPages, forgotten, PEOPLE } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";
/** Widths at which pages must fit; `axe`: those at which axe reads them too; `rules`: only these of its rules (a theme changes colours, a language neither). */
const LOOKS = [
  { locale: "zh-CN", theme: "light", widths: [360, 390, 1024, 1440, 1920], axe: [390, 1440] },
  { locale: "zh-CN", theme: "dark", widths: [1440], axe: [1440], rules: ["color-contrast", "link-in-text-block"] },
  { locale: "zh-TW", theme: "light", widths: [1024], axe: [] },
  { locale: "en", theme: "light", widths: [360, 1024], axe: [] },
];

let server;
let browser;
let pages;
let words;
const people = new Map();

// What is looked at here does not depend on the database: once is enough.
const once = { skip: process.env.ZHIYIN_E2E_DB === "postgres" };

before(async () => {
  if (once.skip) return;
  server = await startServer({ now: NOW });
  browser = await launch();
  for (const who of [null, ...PEOPLE]) {
    const someone = await person(browser, { allow: [/status of 503/] });
    const page = await someone.context.newPage();
    if (who) await signIn(page, server, who);
    people.set(who, { ...someone, page });
  }
  pages = await findPages(server, async (who) => people.get(who).page);
  words = await interfaceWords();
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function messages(locale) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "locales", locale);
  const found = new Map();
  for (const file of await readdir(folder)) {
    for (const line of (await readFile(join(folder, file), "utf8")).split("\n")) {
      const [, key, text] = /^([a-z][a-z0-9-]*) = (.*)$/.exec(line) ?? [];
      if (key) found.set(key, text);
    }
  }
  return found;
}

/** How keys begin, and the Chinese words that stand alone in the interface and are others in English. */
async function interfaceWords() {
  const [zh, en] = [await messages("zh-CN"), await messages("en")];
  // What samples say, a customer or a car may be called too.
  const alone = [...zh].filter(([key, text]) => !key.includes("-sample-") && text !== en.get(key) && !text.includes("{") && /\p{Script=Han}{2}/u.test(text));
  return { keys: [...new Set([...zh.keys()].map((key) => key.split("-")[0]))], chinese: alone.map(([, text]) => text) };
}

async function prefer(page, locale, theme) {
  const answer = await page.request.post(`${server.origin}/me/preferences`, { form: { locale, theme, keys_on: "1" }, headers: { origin: server.origin }, maxRedirects: 0 });
  assert.ok(answer.status() < 400, `preferences: ${answer.status()}`);
}

/** What is wrong with the words of this page. */
function lookAt({ locale, keys, chinese }) {
  const wrong = [];
  if (document.documentElement.lang !== locale) wrong.push(`lang is ${document.documentElement.lang}`);
  const known = new Set(keys);
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    // The columns of somebody's file are named as they are.
    if (!node.parentElement.closest("script, style, template, .map option")) texts.push(node.textContent.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [data-label], [data-key-label]")) {
    for (const name of ["aria-label", "title", "placeholder", "data-label", "data-key-label"]) texts.push((element.getAttribute(name) ?? "").trim());
  }
  texts.push(document.title);
  const words = new Set(chinese);
  for (const text of texts.filter(Boolean)) {
    // A key that no language knows stands there as it is.
    if (known.has(text.split("-")[0]) && /^[a-z]+(-[a-z0-9]+)+$/.test(text)) wrong.push(`a key stands there: ${text}`);
    if (locale !== "en") continue;
    if (words.has(text)) wrong.push(`Chinese in the English interface: ${text}`);
    if (/[，。：；！？、（）「」《》]/.test(text) && !/\p{Script=Han}/u.test(text)) wrong.push(`Chinese punctuation: ${text}`);
  }
  return [...new Set(wrong)];
}

async function visit(page, path) {
  for (let i = 0; i < 60; i += 1) {
    const answer = await page.goto(server.origin + path);
    if (answer.status() !== 503) return answer;
    await page.waitForTimeout(1_000);
  }
  throw new Error(`${path} answered 503 for a minute`);
}

/** What is wrong with one page in one look: its words, its widths, what axe finds. */
async function wrongWith(page, { name, path }, { locale, widths, axe, rules }) {
  await page.setViewportSize({ width: widths.at(-1), height: 900 });
  const answer = await visit(page, path);
  if (answer.status() !== 200) return [`${name}: ${answer.status()}`];
  const wrong = await page.evaluate(lookAt, { locale, ...words });
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) wrong.push(`${over} px too wide at ${width} px`);
    if (axe.includes(width)) for (const one of await grave(page, rules)) wrong.push(`at ${width} px: ${one}`);
  }
  return wrong.map((one) => `${name}: ${one}`);
}

test("every route that is a page is looked at", once, async () => {
  assert.deepEqual(await forgotten(), [], "add them to e2e/lib/pages.mjs");
});

for (const { locale, theme, ...look } of LOOKS) {
  test(`${locale}, ${theme}`, { ...once, timeout: 300_000 }, async () => {
    // Everybody looks at the own pages, all at the same time.
    const found = await Promise.all([...people].map(async ([who, { page }]) => {
      if (who) await prefer(page, locale, theme);
      else {
        await page.context().addCookies([{ name: "zy_lang", value: locale, url: server.origin }]);
        await page.emulateMedia({ colorScheme: theme });
      }
      const wrong = [];
      for (const one of pages.filter((one) => one.who === who)) wrong.push(...(await wrongWith(page, one, { locale, ...look })));
      return wrong;
    }));
    assert.equal(found.flat().join("\n"), "");
  });
}

test("language and theme are switched by the keyboard on one's own page", once, async () => {
  const { page } = people.get("周岚");
  await prefer(page, "zh-CN", "light");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${server.origin}/me`);
  await keyTo(page, "select[name=locale]");
  await page.keyboard.press("End");
  const last = await page.locator("select[name=locale]").inputValue();
  assert.notEqual(last, "zh-CN");
  await keyTo(page, "select[name=theme]");
  await page.keyboard.press("End");
  await keyTo(page, "form[action='/me/preferences'] button[type=submit]");
  await page.keyboard.press("Enter");
  await page.waitForFunction((lang) => document.documentElement.lang === lang, last);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await prefer(page, "zh-CN", "system");
});

test("nothing complained", once, async () => {
  for (const someone of people.values()) await someone.finish();
});
