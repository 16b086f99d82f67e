// Moving through pages as somebody without a mouse does.
import assert from "node:assert/strict";

/** Tab until the focus stands on what `selector` names. */
export async function keyTo(page, selector) {
  for (let i = 0; i < 300; i += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`the Tab key never reaches ${selector}`);
}

/** Tab to a field and type. */
export async function typeInto(page, selector, text) {
  await keyTo(page, selector);
  await page.keyboard.type(text);
}

/** Answers every question of a call by its digits: the first `bad` of those that can be bad so (`at`: that question), the others well. */
export async function answerAll(page, { bad = 0, at = "" } = {}) {
  let left = bad;
  for (let i = 0; i < 24; i += 1) {
    const now = page.locator("fieldset.q.now");
    if ((await now.count()) === 0) break;
    if (await now.locator("input:checked").count()) {
      await page.keyboard.press("ArrowDown");
      continue;
    }
    const effects = await now.locator("input[data-effect]").evaluateAll((all) => all.map((one) => one.dataset.effect));
    const here = at === "" || (await now.getAttribute("data-q")).split(".")[0] === at;
    const effect = left > 0 && here && effects.includes("bad") ? "bad" : effects.includes("good") ? "good" : "neutral";
    await page.keyboard.press(await now.locator(`input[data-effect='${effect}']`).first().getAttribute("data-digit"));
    if (effect === "bad") {
      left -= 1;
      await page.keyboard.press("ArrowDown");
    }
  }
  assert.equal(left, 0, "the questions can be answered badly");
}
