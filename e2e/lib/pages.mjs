// Every page of the product: who opens it, and how it is found in the demonstration store.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const routes = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "crates", "zhiyin", "tests", "golden", "routes.txt");

/** Routes that are no pages: parts, files, probes, redirects. */
const NO_PAGES = [
  "/calls/from/{customer}",
  "/counts",
  "/customers/{id}/timeline",
  "/events",
  "/imports/templates/{kind}",
  "/imports/{id}/rejected",
  "/imports/{id}/rows",
  "/imports/{id}/status",
  "/livez",
  "/metrics",
  "/queue/promised",
  "/readyz",
  "/reports/weekly/{week}/xlsx",
  "/static/{path}",
  "/sw.js",
];

const AGENT = "周岚";
const SUPERVISOR = "沈雯";
const MANAGER = "高岩";
const GENERAL = "许博";
const ADMIN = "韩静";

/** `via`: where the link stands, and which. */
export const PAGES = [
  { name: "today-agent", who: AGENT, route: "/", path: "/" },
  { name: "queue", who: AGENT, route: "/queue", path: "/queue" },
  { name: "call", who: AGENT, route: "/calls/{contact}", via: ["/queue?kind=3DC", "#queue-rows a[href^='/calls/']"] },
  { name: "call-new-car", who: AGENT, route: "/calls/{contact}", via: ["/queue?kind=7DC", "#queue-rows a[href^='/calls/']"] },
  { name: "call-recall", who: AGENT, route: "/calls/{contact}", via: ["/queue?kind=recall", "#queue-rows a[href^='/calls/']"] },
  { name: "bookings", who: AGENT, route: "/bookings", path: "/bookings" },
  { name: "drafts", who: AGENT, route: "/drafts", path: "/drafts" },
  { name: "queue-numbers", who: AGENT, route: "/queue/numbers", path: "/queue/numbers" },
  { name: "customers", who: AGENT, route: "/customers", path: "/customers" },
  { name: "customer", who: AGENT, route: "/customers/{id}", via: ["/cases", "main tbody a[href^='/cases/']", "main a[href^='/customers/']"] },
  { name: "customer-new", who: AGENT, route: "/customers/new", path: "/customers/new" },
  { name: "duplicates", who: AGENT, route: "/customers/duplicates", path: "/customers/duplicates" },
  { name: "limits", who: SUPERVISOR, route: "/customers/limits", path: "/customers/limits" },
  { name: "merge-with", who: SUPERVISOR, route: "/customers/{id}/merge", pair: (a) => `/customers/${a}/merge` },
  { name: "merge", who: SUPERVISOR, route: "/customers/{id}/merge/{other}", pair: (a, b) => `/customers/${a}/merge/${b}` },
  { name: "duplicates-supervisor", who: SUPERVISOR, route: "/customers/duplicates", path: "/customers/duplicates" },
  { name: "merged", who: SUPERVISOR, route: "/customers/merges/{merge}", merge: true },
  { name: "merges", who: SUPERVISOR, route: "/customers/merges", path: "/customers/merges" },
  { name: "customer-edit", who: AGENT, route: "/customers/{id}/edit", on: "customer", path: "/edit" },
  { name: "vehicle-new", who: AGENT, route: "/customers/{id}/vehicles/new", on: "customer", path: "/vehicles/new" },
  { name: "order-new", who: AGENT, route: "/customers/{id}/repair-orders/new", on: "customer", path: "/repair-orders/new" },
  { name: "delivery-new", who: AGENT, route: "/customers/{id}/deliveries/new", on: "customer", path: "/deliveries/new" },
  { name: "vehicle-edit", who: AGENT, route: "/vehicles/{id}/edit", within: ["/customers", "main a[href^='/customers/']", "a[href*='/vehicles/'][href*='/edit']"] },
  { name: "order-edit", who: AGENT, route: "/repair-orders/{id}/edit", within: ["/customers", "main a[href^='/customers/']", "a[href*='/repair-orders/'][href*='/edit']"] },
  { name: "delivery-edit", who: AGENT, route: "/deliveries/{id}/edit", within: ["/customers", "main a[href^='/customers/']", "a[href*='/deliveries/'][href*='/edit']"] },
  { name: "search", who: AGENT, route: "/search", path: "/search" },
  { name: "cases-agent", who: AGENT, route: "/cases", path: "/cases" },
  { name: "notices", who: MANAGER, route: "/notices", path: "/notices" },
  { name: "me", who: AGENT, route: "/me", path: "/me" },

  { name: "today-supervisor", who: SUPERVISOR, route: "/", path: "/" },
  { name: "queue-supervisor", who: SUPERVISOR, route: "/queue", path: "/queue?view=all" },
  { name: "queue-shares", who: SUPERVISOR, route: "/queue/shares", path: "/queue/shares" },
  { name: "board", who: SUPERVISOR, route: "/board", path: "/board" },
  { name: "calendar", who: SUPERVISOR, route: "/calendar", path: "/calendar" },
  { name: "scripts", who: SUPERVISOR, route: "/scripts", path: "/scripts" },
  { name: "script-edit", who: SUPERVISOR, route: "/scripts", via: ["/scripts", "main a[href^='/scripts?']"] },
  { name: "rules", who: SUPERVISOR, route: "/rules", path: "/rules" },
  { name: "rule-edit", who: SUPERVISOR, route: "/rules", path: "/rules?item=rule.3DC" },
  { name: "rules-outcomes", who: SUPERVISOR, route: "/rules/outcomes", path: "/rules/outcomes" },
  { name: "rules-outcome", who: SUPERVISOR, route: "/rules/outcomes", path: "/rules/outcomes?item=busy" },
  { name: "rules-clocks", who: SUPERVISOR, route: "/rules/clocks", path: "/rules/clocks" },
  { name: "rules-kinds", who: SUPERVISOR, route: "/rules/kinds", path: "/rules/kinds" },
  { name: "rules-kind", who: SUPERVISOR, route: "/rules/kinds", path: "/rules/kinds?item=kind.A7.3.3" },
  { name: "rules-standard", who: SUPERVISOR, route: "/rules/standard", path: "/rules/standard" },
  { name: "rules-sentence", who: SUPERVISOR, route: "/rules/standard", path: "/rules/standard?item=cannot_hear" },
  { name: "imports", who: SUPERVISOR, route: "/imports", path: "/imports" },
  { name: "import", who: SUPERVISOR, route: "/imports/{id}", import: true },
  { name: "people", who: SUPERVISOR, route: "/people", path: "/people" },
  { name: "people-new", who: SUPERVISOR, route: "/people/new", path: "/people/new" },
  { name: "person", who: SUPERVISOR, route: "/people/{id}", via: ["/people", "main a[href^='/people/']:not([href$='/new'])"] },
  { name: "reports", who: SUPERVISOR, route: "/reports", path: "/reports" },
  { name: "reports-weekly", who: SUPERVISOR, route: "/reports/weekly", path: "/reports/weekly" },
  { name: "report-week", who: SUPERVISOR, route: "/reports/weekly/{week}", via: ["/reports/weekly", "main a[href^='/reports/weekly/']"] },
  { name: "reports-tasks", who: SUPERVISOR, route: "/reports/tasks", via: ["/reports", "main a[href^='/reports/tasks']"] },
  { name: "reports-answers", who: SUPERVISOR, route: "/reports/answers", via: ["/reports", "main a[href^='/reports/answers']"] },
  { name: "reports-beside", who: SUPERVISOR, route: "/reports/beside", via: ["/reports", "main a[href^='/reports/beside']"] },
  { name: "reports-calls", who: SUPERVISOR, route: "/reports/calls", via: ["/reports", "main a[href^='/reports/calls']"] },
  { name: "reports-cases", who: SUPERVISOR, route: "/reports/cases", via: ["/reports", "main a[href^='/reports/cases']"] },
  { name: "reports-remarks", who: SUPERVISOR, route: "/reports/remarks", via: ["/reports", "main a[href^='/reports/remarks']"] },

  { name: "today-manager", who: MANAGER, route: "/", path: "/" },
  { name: "cases", who: MANAGER, route: "/cases", path: "/cases" },
  { name: "case", who: MANAGER, route: "/cases/{id}", via: ["/cases?show=waiting", "main tbody a[href^='/cases/']"] },
  { name: "case-contacted", who: MANAGER, route: "/cases/{id}", via: ["/cases?show=contacted", "main tbody a[href^='/cases/']"] },
  { name: "case-recall", who: MANAGER, route: "/cases/{id}", via: ["/cases?show=recall", "main tbody a[href^='/cases/']"] },
  { name: "case-closed", who: MANAGER, route: "/cases/{id}", via: ["/cases?show=closed", "main tbody a[href^='/cases/']"] },
  { name: "cases-closed", who: MANAGER, route: "/cases", path: "/cases?show=closed" },
  { name: "case-new", who: MANAGER, route: "/cases/new", via: ["/cases", "main tbody a[href^='/cases/']", "a[href^='/customers/']", "a[href^='/cases/new']"] },

  { name: "today-general", who: GENERAL, route: "/", path: "/" },
  { name: "cases-general", who: GENERAL, route: "/cases", path: "/cases?show=overdue" },

  { name: "today-admin", who: ADMIN, route: "/", path: "/" },
  { name: "roles", who: ADMIN, route: "/roles", path: "/roles" },
  { name: "role-new", who: ADMIN, route: "/roles/new", path: "/roles/new" },
  { name: "role", who: ADMIN, route: "/roles/{id}", via: ["/roles", "main a[href^='/roles/']:not([href$='/new'])"] },
  { name: "stores", who: ADMIN, route: "/stores", path: "/stores" },
  { name: "store-new", who: ADMIN, route: "/stores/new", path: "/stores/new" },
  { name: "store", who: ADMIN, route: "/stores/{id}", via: ["/stores", "main a[href^='/stores/']:not([href$='/new'])"] },

  { name: "sign-in", who: null, route: "/sign-in", path: "/sign-in" },
  { name: "offline", who: null, route: "/offline", path: "/offline" },
  { name: "link", who: null, route: "/links/{token}", link: "林悦" },
];

export const PEOPLE = [AGENT, SUPERVISOR, MANAGER, GENERAL, ADMIN];

/** GET routes of the product that stand neither in the list above nor among those that are no pages. */
export async function forgotten() {
  const known = new Set([...NO_PAGES, ...PAGES.map((page) => page.route)]);
  const lines = (await readFile(routes, "utf8")).split("\n").filter((line) => line.startsWith("GET"));
  return lines.map((line) => line.split(/\s+/)[1]).filter((route) => !known.has(route));
}

const ORDERS = `工单号,结算日期,客户,手机,车牌号,车架号,里程,维修项目,服务顾问,结算金额
WX26111801,2026-11-17,何静怡,13880402201,川A52K7M,LSVAA4187E2001201,41260,更换前刹车片,孙浩,1280
WX26111802,2026-11-17,罗文博,13880402202,川A0Q66T,LSVAA4187E2001202,9980,首次保养,孙浩,0
WX26111803,2026-11-17,邓晓梅,1388040220,川AF91D3,LSVAA4187E2001203,23050,空调检查,冯雪梅,180
WX26111804,2026-11-17,曾庆华,13880402204,川AD31285,LSVAA4187E2001204,30511,3万公里保养、空调滤芯更换,唐志强,936
WX26111805,2026-11-17,四川蜀远物流有限公司,13880402205,川A9M141,LSVAA4187E2001205,88020,更换离合器片,唐志强,3260
WX26111806,2026-11-17,苏敏,13880402206,川A7T20X,LSVAA4187E2001206,15320,1.5万公里保养,冯雪梅,512
WX26111807,2026-11-17,黎国栋,13880402207,川G8H551,LSVAA4187E2001207,62400,右前门钣喷,孙浩,1850
WX26111808,2026-11-17,袁梦,13880402208,川A6R03P,LSVAA4187E2001208,20110,2万公里保养、四轮换位,唐志强,688
`;

/** Uploads a small file and waits for its preview; answers the path. */
async function makeImport(page, origin) {
  await page.goto(`${origin}/imports`);
  await page.locator("input[type=file]").setInputFiles({ name: "维修结算_11月17日.csv", mimeType: "text/csv", buffer: Buffer.from(ORDERS) });
  await page.locator("form:has(input[type=file]) button[type=submit]").first().click();
  await page.waitForURL(/\/imports\/\d+/);
  await page.waitForFunction(() => !document.querySelector("[data-live] progress"));
  return new URL(page.url()).pathname;
}

/** Enters somebody, whoever resembles them; answers the id. */
async function enter(page, origin, name, phone) {
  await page.goto(`${origin}/customers/new`);
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=phones]").fill(phone);
  await page.locator("main form button.primary").click();
  await page.locator("button[name=sure], h1:has-text('" + name + "')").first().waitFor();
  if (await page.locator("button[name=sure]").count()) await page.locator("button[name=sure]").click();
  await page.waitForURL(/\/customers\/\d+/);
  return new URL(page.url()).pathname.split("/").pop();
}

/** Two files with one number. */
async function makePair(page, origin, names, phone) {
  const first = await enter(page, origin, names[0], phone);
  return [first, await enter(page, origin, names[1], phone)];
}

async function makeMerge(page, origin) {
  const [kept, gone] = await makePair(page, origin, ["戴文静", "戴静文"], "13980007702");
  await page.goto(`${origin}/customers/${kept}/merge/${gone}`);
  await page.locator("main form button.primary").click();
  await page.waitForURL(/\/customers\/merges\/\d+/);
  return new URL(page.url()).pathname;
}

/**
 * The path of each page, found once.
 * @param {(who: string | null) => Promise<import("playwright-core").Page>} pageOf
 * @returns {Promise<{name: string, who: string | null, path: string}[]>}
 */
export async function findPages(server, pageOf) {
  const found = new Map();
  let pair;
  for (const entry of PAGES) {
    const page = await pageOf(entry.who);
    let path = entry.path;
    if (entry.link) path = new URL(server.signin(entry.link)).pathname;
    if (entry.import) path = await makeImport(page, server.origin);
    if (entry.pair) {
      pair ??= await makePair(page, server.origin, ["傅青云", "付青云"], "13980007701");
      path = entry.pair(...pair);
    }
    if (entry.merge) path = await makeMerge(page, server.origin);
    if (entry.on) path = found.get(entry.on).path.split("?")[0] + entry.path;
    if (entry.via) {
      const [start, ...links] = entry.via;
      path = start;
      for (const link of links) {
        await page.goto(server.origin + path);
        path = await page.locator(link).first().getAttribute("href", { timeout: 10_000 });
        assert.ok(path, `${entry.name}: ${link}`);
      }
    }
    if (entry.within) path = await search(page, server.origin, entry.within);
    found.set(entry.name, { name: entry.name, who: entry.who, path });
  }
  return [...found.values()];
}

/** The first of several pages that holds the link. */
async function search(page, origin, [start, each, wanted]) {
  await page.goto(origin + start);
  const paths = await page.locator(each).evaluateAll((all) => all.map((one) => one.getAttribute("href")).filter((href) => !href.endsWith("/new")));
  for (const path of paths) {
    await page.goto(origin + path);
    const link = page.locator(wanted).first();
    if (await link.count()) return link.getAttribute("href");
  }
  return assert.fail(`${wanted} stands on none of ${paths.length} pages`);
}
