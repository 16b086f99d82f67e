// How many numbers somebody may look up is set by the store, and whoever comes to the limit is reported.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, person, screenshot, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

let server;
let browser;
before(async () => {
  server = await startServer({ now: "2026-11-18T06:05:00Z" });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a lower limit holds at once; names stay free; the supervisor hears who came to it", async () => {
  const supervisor = await person(browser);
  const desk = await supervisor.context.newPage();
  await signIn(desk, server, "沈雯");
  await desk.goto(`${server.origin}/customers`);
  await desk.getByRole("link", { name: "查看号码的限制" }).click();
  await desk.locator("input[name=fragments_hour]").fill("7");
  await desk.locator("main form button.primary").click();
  await desk.locator("[data-errors] a", { hasText: "请填写 20～2000 之间的整数" }).waitFor();
  await desk.locator("input[name=fragments_hour]").fill("20");
  await desk.locator("main form button.primary").click();
  await desk.getByText("已保存，立即生效").waitFor();
  await look(desk, "limits");

  const agent = await person(browser);
  const page = await agent.context.newPage();
  await signIn(page, server, "林悦");
  await page.goto(`${server.origin}/customers`);
  const box = page.locator("form[data-search] input[name=q]");
  for (let n = 0; n < 20; n += 1) {
    const answer = page.waitForResponse((reply) => reply.url().endsWith("/search"));
    await box.fill(`${5000 + n * 7}`);
    assert.ok(!(await (await answer).text()).includes("上限"), `the ${n + 1}th`);
  }
  await box.fill("8888");
  await page.locator("#found").getByText("已到上限").waitFor();
  await screenshot(page, "search-limit", {});
  await box.fill("陈晓帆");
  await page.locator("#found [role=option]").first().waitFor();

  await desk.goto(`${server.origin}/notices`);
  const told = desk.locator("main", { hasText: "有人一小时内按号码查找到了上限" });
  await told.getByText("林悦").first().waitFor();
  await screenshot(desk, "notice-lookups", {});
  await agent.finish();
  await supervisor.finish();
});

