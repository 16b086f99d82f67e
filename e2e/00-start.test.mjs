// The product starts on a fresh database and shows its sign-in page, in both widths.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, person, PHONE, screenshot, WIDE } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [name, viewport] of Object.entries({ wide: WIDE, phone: PHONE })) {
  test(`sign-in page answers, ${name}`, async () => {
    const { context, finish } = await person(browser, { viewport });
    const page = await context.newPage();
    const answer = await page.goto(server.origin);
    assert.equal(answer.status(), 200);
    await page.locator("form").getByRole("button").first().waitFor();
    await assertAccessible(page, `sign-in ${name}`);
    await screenshot(page, `signin-${name}`);
    await finish();
  });
}
