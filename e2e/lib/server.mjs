// The product as a user starts it: the built binary, a fresh database, a free port on loopback.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const START_MS = 60_000;

/** `ZHIYIN_BIN`, else the debug binary of the target folder in use. */
function binary() {
  const path = process.env.ZHIYIN_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "zhiyin");
  if (!existsSync(path)) throw new Error(`${path} is missing: build it with \`cargo build -p zhiyin\``);
  return path;
}

/** The surrounding database is not ours to use. */
function clean({ DATABASE_URL: _, DATABASE_READ_URL: __, ...rest }) {
  return rest;
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Runs one statement through psql; `ZHIYIN_TEST_PG` names the server. */
async function psql(url, sql) {
  const child = spawn(process.env.ZHIYIN_PSQL ?? "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`psql failed: ${sql}`);
}

/** A place for data: a folder, or a fresh PostgreSQL database when `ZHIYIN_E2E_DB=postgres`. */
async function freshData(given) {
  const outer = await mkdtemp(join(tmpdir(), "zhiyin-e2e-"));
  const folder = given?.startsWith("/") ? given : join(outer, given ?? "data");
  await mkdir(folder, { recursive: true });
  const away = () => rm(outer, { recursive: true, force: true });
  if (process.env.ZHIYIN_E2E_DB !== "postgres") return { env: { ZHIYIN_DATA: folder }, away };
  const base = process.env.ZHIYIN_TEST_PG;
  if (!base) throw new Error("ZHIYIN_E2E_DB=postgres needs ZHIYIN_TEST_PG");
  const name = `e2e_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await psql(base, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return {
    env: { ZHIYIN_DATA: folder, DATABASE_URL: url.href },
    away: async () => {
      await psql(base, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await away();
    },
  };
}

/**
 * Starts the product and waits until it listens.
 *
 * @param {{demo?: boolean, now?: string, env?: Record<string, string> | ((port: number) => Record<string, string>), args?: string[], folder?: string}} [options]
 *   `demo`: with the demonstration store (default); `now`: ISO instant at which the test clock starts;
 *   `folder`: the data folder's name, or its whole path when it exists already.
 * @returns an object with `origin`, `signin(persona)` → one-time link, by role (its first person) or by name, `setup` → link of an empty installation,
 *   `run(...arguments)` → what another command of the program says beside it, `kill()` (as a power cut would), `term()` (as an update would), `startAt(instant)` (the same data at another moment), `start()` again on the same data and port, `stop()`, `log` (lines so far).
 */
export async function startServer({ demo = true, now, env = {}, args = [], folder } = {}) {
  const data = await freshData(folder);
  const port = await freePort();
  const more = typeof env === "function" ? env(port) : env;
  const links = new Map();
  const server = { origin: `http://127.0.0.1:${port}`, port, data: data.env, log: [], signin, setup: null, start, kill, term, startAt, stop, run };
  let child = null;

  function signin(persona) {
    const url = links.get(persona);
    if (!url) throw new Error(`no sign-in link for ${persona}; there are: ${[...links.keys()].join(", ") || "none"}`);
    return url;
  }

  async function start() {
    links.clear();
    const command = ["serve", ...(demo ? ["--demo"] : []), "--port", String(port), ...args];
    child = spawn(binary(), command, {
      cwd: root,
      env: { ...clean(process.env), ...(now ? { ZHIYIN_TEST_NOW: now } : {}), ...data.env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let listening;
    const ready = new Promise((done, fail) => {
      listening = done;
      const timer = setTimeout(() => fail(new Error(`not listening after ${START_MS / 1000} s\n${server.log.join("\n")}`)), START_MS);
      timer.unref();
      child.once("exit", (code, signal) => fail(new Error(`the server ended (${code ?? signal})\n${server.log.join("\n")}`)));
      child.once("error", fail);
    });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => hear(line, listening));
    try {
      await ready;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** Another command of the program on the same data, as whoever sits at the machine runs it. */
  async function run(...words) {
    const own = { ZHIYIN_PUBLIC_ORIGIN: server.origin };
    const told = spawn(binary(), words, { cwd: root, env: { ...clean(process.env), ...data.env, ...own, ...more }, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [told.stdout, told.stderr]) stream.on("data", (part) => (text += part));
    const [code] = await once(told, "close");
    return { code, text };
  }

  function hear(line, listening) {
    server.log.push(line);
    const [word, first, second, name] = line.split(" ");
    if (word === "signin" && second) {
      if (!links.has(first)) links.set(first, second);
      if (name) links.set(name, second);
    }
    if (word === "setup" && first) server.setup = first;
    if (word === "listening") listening();
  }

  async function end(signal) {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(patience);
  }

  async function kill() {
    await end("SIGKILL");
  }

  /** Asks it to stop and waits until it has; its data stays. */
  async function term() {
    await end("SIGTERM");
  }

  /** Stops it and starts it again on the same data at another moment; everybody signs in anew. */
  async function startAt(moment) {
    await term();
    now = moment;
    await start();
  }

  async function stop() {
    await end("SIGTERM");
    await data.away();
  }

  await start();
  return server;
}
