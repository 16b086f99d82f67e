// A customer's file, entered and corrected by hand.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, look, person, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";

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

const save = (page) => page.locator("main form button.primary").click();

test("list, page, entry and correction", async () => {
  const { context, finish } = await person(browser);
  const page = await context.newPage();
  await signIn(page, server, "沈雯");
  await page.goto(`${server.origin}/customers`);
  await look(page, "customers");
  await page.locator("form[data-search] input[name=q]").fill("陈晓帆");
  await page.locator("#found [role=option]").first().click();
  await page.waitForURL(/\/customers\/\d+/);
  await look(page, "customer");

  // Faults come all at once, at their fields, and nothing typed is lost.
  await page.goto(`${server.origin}/customers/new`);
  await page.locator("input[name=phones]").fill("12345");
  await page.locator("input[name=note]").fill("周末联系");
  await save(page);
  await page.locator("[data-errors] a").first().waitFor();
  assert.equal(await page.locator("[data-errors] a").count(), 2);
  assert.equal(await page.locator("input[name=note]").inputValue(), "周末联系");
  await look(page, "customer-new");
  await page.locator("input[name=name]").fill("邓小雨");
  await page.locator("input[name=phones]").fill("139 0000 7788");
  await save(page);
  await page.waitForURL(/\/customers\/\d+/);
  const customer = new URL(page.url()).pathname;
  const back = () => page.waitForURL((url) => url.pathname === customer);

  for (const [vin, plate] of [["LSVNV2182E2103913", "川A·1B2C3"], ["LSVNV2182E2103914", "川A·1B2C4"]]) {
    await page.goto(`${server.origin}${customer}/vehicles/new`);
    await page.locator("input[name=vin]").fill(vin);
    await page.locator("input[name=plate]").fill(plate);
    await page.locator("input[name=series]").fill("速派");
    await save(page);
    await back();
  }
  await page.goto(`${server.origin}${customer}/repair-orders/new`);
  await page.locator("select[name=vehicle]").selectOption({ index: 1 });
  await page.locator("input[name=opened]").fill("2026-11-16T09:30");
  await page.locator("input[name=settled]").fill("2026-11-17T11:00");
  await page.locator("input[name=items]").fill("更换前刹车片");
  await page.locator("input[name=amount]").fill("860");
  await look(page, "order-new");
  await save(page);
  await back();
  await page.locator("#story").getByText("更换前刹车片").waitFor();

  await page.goto(`${server.origin}${customer}/deliveries/new`);
  await page.locator("select[name=vehicle]").selectOption({ index: 1 });
  await page.locator("input[name=delivered_on]").fill("2026-11-10");
  await save(page);
  await back();
  // The wrong car and the wrong day are put right.
  const edit = await page.locator("#story a[href^='/deliveries/']").first().getAttribute("href");
  await page.goto(server.origin + edit);
  assert.equal(await page.locator("input[name=delivered_on]").inputValue(), "2026-11-10");
  const wrong = await page.locator("select[name=vehicle]").inputValue();
  const cars = await page.locator("select[name=vehicle] option").evaluateAll((all) => all.map((option) => option.value));
  const right = cars.find((car) => car !== "" && car !== wrong);
  await page.locator("select[name=vehicle]").selectOption(right);
  await page.locator("input[name=delivered_on]").fill("2026-11-12");
  await look(page, "delivery-edit");
  await save(page);
  await back();
  await page.goto(server.origin + edit);
  assert.equal(await page.locator("input[name=delivered_on]").inputValue(), "2026-11-12");
  assert.equal(await page.locator("select[name=vehicle]").inputValue(), right);

  // Another number, tried first; the digits are shown once, for a reason.
  await page.goto(server.origin + customer);
  await page.locator("section[aria-labelledby=t-contact] summary", { hasText: "添加" }).click();
  await page.locator("#f-phone").fill("13900007799");
  await page.locator("form[action$='/phones'] button").click();
  await page.waitForURL((url) => url.pathname === customer);
  assert.ok(!(await page.content()).includes("13900007788"), "no number in full in the page");
  await page.goto(`${server.origin}${customer}/edit`);
  await page.locator("input[name=region]").fill("成都武侯区");
  await save(page);
  await back();
  await page.getByText("成都武侯区").waitFor();
  await look(page, "customer-by-hand");
  await finish();
});
