// The disk is really full: pages can be read, a finished call stays on the device and arrives once there is room.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, person, screenshot, signIn } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const NOW = "2026-11-18T06:05:00Z";
// On PostgreSQL the data stands elsewhere; the test disk_full::a_small_volume_under_postgresql fills its volume.
const postgres = process.env.ZHIYIN_E2E_DB === "postgres";

/** A small volume in memory; null where mounting is not allowed. */
function volume(mib) {
  const at = mkdtempSync(join(tmpdir(), "zhiyin-full-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", at], { stdio: "ignore" });
  } catch {
    rmSync(at, { recursive: true });
    return null;
  }
  const ballast = join(at, "ballast");
  return {
    at,
    fill() {
      for (const size of [1 << 20, 1 << 12]) {
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: "a" });
        } catch (error) {
          assert.equal(error.code, "ENOSPC");
        }
      }
    },
    empty: () => rmSync(ballast),
    away() {
      execFileSync("umount", ["-l", at]);
      rmSync(at, { recursive: true, force: true });
    },
  };
}

const small = postgres ? null : volume(64);
let server;
let browser;
before(async () => {
  if (!small) return;
  server = await startServer({ now: NOW, folder: small.at });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  small?.away();
});

test("a full disk", { skip: small ? false : postgres ? "its data stands in PostgreSQL" : "mounting is not allowed here" }, async () => {
  const allow = [/status of 507/, /status of 503/];
  const [one, two] = [await person(browser, { allow }), await person(browser, { allow })];
  const [agent, supervisor] = [await one.context.newPage(), await two.context.newPage()];
  await signIn(supervisor, server, "沈雯");
  await signIn(agent, server, "周岚");
  await agent.goto(`${server.origin}/queue?kind=3DC`);
  const link = agent.locator("#queue-rows a[href^='/calls/']").first();
  const call = await link.getAttribute("href");
  const tries = () => agent.locator("#queue-rows tr").filter({ has: agent.locator(`a[href='${call}']`) }).locator("td[data-label='尝试']").innerText();
  const before = Number(await tries());
  await link.click();
  await agent.locator("form[data-call-ready]").waitFor();
  await agent.keyboard.press("1");
  await agent.locator("[data-draft-saved]:not([hidden])").waitFor();

  small.fill();
  // What the database had set aside is used up first.
  let status = 0;
  for (let i = 0; i < 400 && status !== 507; i += 1) {
    const form = { name: `占地${i}`, kind: "person", note: "长".repeat(500) };
    const headers = { "Sec-Fetch-Site": "same-origin" };
    status = (await supervisor.request.post(`${server.origin}/customers`, { form, headers, maxRedirects: 0 })).status();
  }
  assert.equal(status, 507, "saving says that there is no room");
  for (const path of ["/", "/queue?view=all", "/customers", "/cases", "/reports"]) {
    const answer = await supervisor.goto(server.origin + path);
    assert.equal(answer.status(), 200, `${path} can be read`);
    await supervisor.locator("[data-read-only]").waitFor();
  }
  await screenshot(supervisor, "read-only-wide");

  const refused = agent.waitForResponse((answer) => /\/attempts$/.test(new URL(answer.url()).pathname));
  await agent.keyboard.press("n");
  assert.equal((await refused).status(), 507);
  await agent.locator("[data-draft-pending]:not([hidden]), [data-outbox]:not([hidden])").first().waitFor();
  await screenshot(agent, "read-only-call-wide");

  small.empty();
  await agent.locator("[data-draft-pending]:not([hidden])").waitFor({ state: "hidden", timeout: 60_000 });
  await agent.goto(`${server.origin}/queue?kind=3DC`);
  assert.equal(Number(await tries()), before + 1, "the call arrived exactly once");
  await supervisor.goto(server.origin);
  assert.equal(await supervisor.locator("[data-read-only]").count(), 0, "back by itself");
  await one.finish();
  await two.finish();
});
