// What several journeys do with calls.
import assert from "node:assert/strict";
import { signIn } from "./browser.mjs";

/** Cookies of whoever has signed in, by the link that was used: links work once, a file has many journeys, and every start prints new ones. */
const known = new Map();

/** Signs a persona in, by link the first time, as a returning browser afterwards. */
export async function enter(page, server, persona) {
  const key = server.signin(persona);
  const cookies = known.get(key);
  if (cookies) {
    await page.context().addCookies(cookies);
    await page.goto(server.origin);
    return;
  }
  await signIn(page, server, persona);
  known.set(key, await page.context().cookies());
}

/** Opens a follow-up of this kind from the queue: the n-th that nobody holds. Answers its address. */
export async function openCall(page, server, { kind = "3DC", nth = 0 } = {}) {
  await page.goto(`${server.origin}/queue?kind=${kind}`);
  const path = await page.locator("#queue-rows a[href^='/calls/']").nth(nth).getAttribute("href");
  await page.goto(server.origin + path);
  await ready(page);
  return path;
}

export async function ready(page) {
  await page.locator("form[data-call-ready][data-draft-ready]").waitFor();
}

/** Chosen answers as `name=value`. */
export function chosen(page) {
  return page.locator("form#call input[type=radio][name^='a.']:checked").evaluateAll((all) => all.map((one) => `${one.name}=${one.value}`));
}

/** Answers everything with the best option there is, by keyboard. */
export async function answerAll(page) {
  for (let i = 0; i < 24; i += 1) {
    const now = page.locator("fieldset.q.now");
    if (await page.evaluate(() => document.body.hasAttribute("data-call-done"))) return;
    if (await now.locator(".opts input:checked").count()) {
      await page.keyboard.press("ArrowDown");
      continue;
    }
    const good = now.locator("input[data-effect='good']").first();
    const option = (await good.count()) ? good : now.locator("input[data-digit]").first();
    await page.keyboard.press(await option.getAttribute("data-digit"));
  }
  assert.ok(await page.evaluate(() => document.body.hasAttribute("data-call-done")), "every question is answered");
}

/** Calls of today that the server has stored for an agent, as the supervisor's board counts them. */
export async function storedCalls(page, server, agent) {
  await page.goto(`${server.origin}/board`);
  return Number(await page.locator("#board tr").filter({ hasText: agent }).locator("td[data-label='拨打']").innerText());
}
