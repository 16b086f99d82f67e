// One Chromium for a file of journeys; every context watches for CSP violations and errors and fails on them.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "out");
// What was asked of the browser, for when it answers no more.
process.env.DEBUG ??= "pw:api";
process.env.DEBUG_FILE ??= join(out, `${basename(process.argv[1] ?? "journey")}.log`);
await mkdir(out, { recursive: true });
const { chromium } = await import("playwright-core");
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

const ARGS = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  // The browser's own words, e.g. in fields for dates.
  "--lang=zh-CN",
];

/** @param {{args?: string[]}} [options] more switches, e.g. a host name for plain HTTP in a LAN */
export async function launch({ args = [] } = {}) {
  return chromium.launch({ executablePath: process.env.ZHIYIN_CHROMIUM ?? "/usr/bin/chromium", args: [...ARGS, ...args], env: { ...process.env, LANGUAGE: "zh_CN" } });
}

const EXPECTED = /Failed to load resource: the server responded with a status of (401|409|422)/;

/**
 * A context of one person: console errors, script errors and CSP violations are noted (a refused form is no error). `problems` collects what the pages complain about; `allow` are patterns that a journey expects
 * (a server that it kills itself, say). Call `finish()` instead of `context.close()`.
 */
export async function person(browser, { viewport = WIDE, allow = [], ...rest } = {}) {
  const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport, ...rest });
  const problems = [];
  const note = (text) => [EXPECTED, ...allow].some((pattern) => pattern.test(text)) || problems.push(text);
  await context.exposeBinding("__cspProblem", (_source, text) => note(`CSP: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.__cspProblem(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  context.on("page", (page) => {
    page.on("pageerror", (error) => note(`error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && note(`console: ${message.text()} ${message.location().url}`));
  });
  const finish = async () => {
    await context.close();
    assert.deepEqual(problems, [], "the pages complained");
  };
  return { context, problems, finish, allow: (pattern) => allow.push(pattern) };
}

/** Opens the one-time link of a persona and presses its button: only the press consumes the link. */
export async function signIn(page, server, persona) {
  await page.goto(server.signin(persona));
  await Promise.all([page.waitForURL((url) => !/^\/(link|sign-in)/.test(url.pathname)), page.locator("main form button[type=submit]").first().click()]);
}

/** Takes a one-time link of a forgotten (or first) password. */
export async function setPassword(page, url, password) {
  await page.goto(url);
  await page.locator("input[name=password]").fill(password);
  await page.locator("input[name=again]").fill(password);
  await Promise.all([page.waitForURL((now) => !now.pathname.startsWith("/links/")), page.locator("main form button[type=submit]").click()]);
}

/** Name and password on the sign-in page. */
export async function enterPassword(page, origin, login, password) {
  await page.goto(`${origin}/sign-in`);
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill(password);
  await page.locator("main form button[type=submit]").click();
}

/** Nothing stands out beyond the right edge. */
export async function assertFits(page, label) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${label}: ${over} px wider than the window`);
}

/** Serious and critical findings of axe, of all its rules or of those named. axe comes in through the debugger, so the page's CSP stays as it is. */
export async function grave(page, rules = null) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate((only) => window.axe.run(document, { resultTypes: ["violations"], ...(only && { runOnly: only }) }), rules);
  const bad = violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  return bad.map((violation) => `${violation.id}: ${violation.help}\n    ${violation.nodes.map((node) => node.html).join("\n    ")}`);
}

export async function assertAccessible(page, label) {
  const told = await grave(page);
  assert.equal(told.length, 0, `${label}: axe finds\n  ${told.join("\n  ")}`);
}

/**
 * `/` reaches the search box. A browser may lose a key pressed while a page is being put in place of the last one;
 * whoever sits before it presses again.
 */
export async function reachSearch(page) {
  const box = page.locator("form[data-search] input[name=q]:focus");
  await page.keyboard.press("/");
  await box.waitFor({ timeout: 3000 }).catch(async () => {
    console.log(`/ did not reach the box of ${page.url()}; pressed again`);
    await page.keyboard.press("/");
    await box.waitFor({ timeout: 5000 });
  });
}

/** Searches as an agent does: `/`, the words, what is found. When nothing comes, the failure tells what the box looked like. */
export async function slash(page, words, hit = "[role=option]") {
  await reachSearch(page);
  await page.keyboard.type(words);
  await page.locator(hit).first().waitFor({ timeout: 15_000 }).catch(async (error) => {
    const seen = await page.evaluate(() => {
      const form = document.querySelector("form[data-search]");
      return { url: location.href, has: document.hasFocus(), at: document.activeElement?.outerHTML.slice(0, 120), words: form?.q.value, found: document.querySelector("#found")?.outerHTML.slice(0, 900) };
    });
    throw new Error(`nothing found for ${words}: ${JSON.stringify(seen)}`, { cause: error });
  });
}

/** e2e/out/NAME.png, for people to look at. */
export async function screenshot(page, name, options = {}) {
  await mkdir(out, { recursive: true });
  const path = join(out, `${name}.png`);
  await page.screenshot({ path, ...options });
  return path;
}

/** A page as it stands, in both widths: accessible, without sideways scrolling, photographed. */
export async function look(page, name) {
  for (const [width, viewport] of Object.entries({ wide: WIDE, phone: PHONE })) {
    await page.setViewportSize(viewport);
    await assertAccessible(page, `${name} ${width}`);
    await assertFits(page, `${name} ${width}`);
    await screenshot(page, `${name}-${width}`, { fullPage: true });
  }
  await page.setViewportSize(WIDE);
}
