// Bundles the browser's part into dist/: hashed names, manifest.json (logical → hashed), a .br beside each text.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.env.ZHIYIN_WEB_DIST ?? join(here, "dist");
const BUDGET = 60_000;
// Older shop machines run browsers of early 2023.
const target = ["chrome109", "firefox115", "safari16.4"];
const squeeze = promisify(brotliCompress);

async function bundle(entry, define = {}) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target,
    define,
    legalComments: "none",
    charset: "utf8",
    write: false,
    logLevel: "warning",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const hashed = (name, content) => {
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const end = extname(name);
  return `${name.slice(0, -end.length)}-${mark}${end}`;
};

const brotli = (content) =>
  squeeze(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });

const files = new Map();
const manifest = {};
for (const [name, entry] of [["app.js", "src/ts/app.ts"], ["app.css", "src/css/app.css"]]) {
  const content = await bundle(entry);
  manifest[name] = hashed(name, content);
  files.set(manifest[name], content);
}
for (const name of await readdir(join(here, "src/static"))) {
  const content = await readFile(join(here, "src/static", name));
  manifest[name] = hashed(name, content);
  files.set(manifest[name], content);
}
const shell = [manifest["app.js"], manifest["app.css"]].map((name) => `/static/${name}`);
const version = createHash("sha256").update(shell.join()).digest("hex").slice(0, 12);
// The worker's address must not change; it is the only file without a hash in its name.
files.set("sw.js", await bundle("src/sw/sw.ts", { SHELL: JSON.stringify(shell), VERSION: JSON.stringify(version) }));
files.set("manifest.json", Buffer.from(JSON.stringify(manifest, null, 1)));

let weight = 0;
for (const [name, content] of [...files]) {
  const small = await brotli(content);
  if ([".js", ".css", ".svg", ".json"].includes(extname(name))) files.set(`${name}.br`, small);
  if (name === manifest["app.js"] || name === manifest["app.css"]) weight += small.length;
}
// What is unchanged is not touched, so that nothing is compiled again for it.
await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) if (!files.has(name)) await rm(join(dist, name), { recursive: true });
for (const [name, content] of files) {
  const path = join(dist, name);
  const old = await readFile(path).catch(() => null);
  if (!old?.equals(content)) await writeFile(path, content);
}
const told = `app.js + app.css: ${(weight / 1000).toFixed(1)} kB brotli of ${BUDGET / 1000} kB`;
if (weight >= BUDGET) {
  console.error(`too heavy: ${told}`);
  process.exit(1);
}
console.log(told);
