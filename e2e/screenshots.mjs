// Pictures of every page of the demonstration store at a fixed moment: node e2e/screenshots.mjs (cargo xtask screenshots).
// A handful goes into docs/screenshots, for the READMEs; everything into e2e/out/pages, to be looked at.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, PHONE, person, screenshot, signIn, WIDE } from "./lib/browser.mjs";
import { findPages, PEOPLE } from "./lib/pages.mjs";
import { startServer } from "./lib/server.mjs";

// Wednesday, 14:05 in Shanghai.
const NOW = "2026-11-18T06:05:00Z";
/** What the READMEs show: page, width, name. */
const SHOWN = [
  ["today-agent", "wide", "today"],
  ["call", "wide", "call"],
  ["call", "phone", "call-phone"],
  ["case", "wide", "case"],
  ["import", "wide", "import"],
  ["reports", "wide", "report"],
];
const DARK = ["today-agent", "call", "case", "reports", "customer"];

const docs = join(dirname(fileURLToPath(import.meta.url)), "..", "docs", "screenshots");
const server = await startServer({ now: NOW });
const browser = await launch();
try {
  const people = new Map();
  for (const who of [null, ...PEOPLE]) {
    const { context } = await person(browser, { colorScheme: "light" });
    const page = await context.newPage();
    if (who) await signIn(page, server, who);
    people.set(who, page);
  }
  const pages = await findPages(server, async (who) => people.get(who));
  const take = async (page, path, name, viewport, colorScheme = "light") => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(server.origin + path);
    await page.evaluate(() => document.fonts.ready);
    return screenshot(page, `pages/${name}`);
  };
  await mkdir(docs, { recursive: true });
  for (const { name, who, path } of pages) {
    const page = people.get(who);
    for (const [width, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
      await take(page, path, `${name}-${width}`, viewport);
      const shown = SHOWN.find(([of, at]) => of === name && at === width);
      // Small enough for a repository.
      if (shown) await page.screenshot({ path: join(docs, `${shown[2]}.jpg`), type: "jpeg", quality: 82 });
    }
    if (DARK.includes(name)) await take(page, path, `${name}-dark`, WIDE, "dark");
  }
  console.log(`${pages.length} pages, in e2e/out/pages; ${SHOWN.length} of them in docs/screenshots`);
} finally {
  await browser.close();
  await server.stop();
}
