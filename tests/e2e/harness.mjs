// What every browser test needs: the project's own server, Chromium, and a page that is watched while it is used.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Time for slow machines; nothing here measures speed. */
export const PATIENCE = 60_000;

/**
 * Milliseconds by which every word of a worker and every part of the program comes later, and how many times slower the page's own thread is:
 * `LATE=500 SLOW=6 node --test` finds tests that look before what they look at is there.
 */
const [LATE, SLOW] = [process.env.LATE, process.env.SLOW].map(Number);

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** WebGPU where there is no GPU. Only tests of the GPU lane have it: trying every kernel in software takes seconds. */
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const FLAGS = [
  "--no-sandbox",
  // The browser's own traffic would be refused on closed machines, many times a second.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch({ webgpu = false } = {}) {
  return chromium.launch({ executablePath: CHROMIUM, args: webgpu ? [...FLAGS, ...WEBGPU] : FLAGS });
}

/** Starts the server that `cargo xtask serve` is, on a free port. It stops with this process. */
export async function serve(prefix = "/") {
  const words = ["serve", "--no-build", "--port", "0", "--prefix", prefix, "--until-stdin-closes"];
  const [program, ...rest] = process.env.XTASK ? [process.env.XTASK, ...words] : ["cargo", "xtask", ...words];
  const server = spawn(program, rest, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (bytes) => {
      said += bytes;
      const found = said.match(/http:\S+/);
      if (found) resolve(found[0]);
    });
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`the server ended (${code}) before it named its address: ${said}`)));
  });
  const ended = new Promise((resolve) => server.on("close", resolve));
  /** Stops it; it is gone once this has resolved. */
  const stop = () => {
    server.stdin.end();
    return ended;
  };
  return { url, stop };
}

/** Asks again and again until the answer is one that is wanted, and gives that. For what no page knows; pages are waited for from inside. */
export async function until(ask, wanted = Boolean) {
  const end = Date.now() + PATIENCE;
  while (true) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** For a test file: one server and one browser, started before its tests and stopped after them. */
export function site(prefix = "/", browser = {}) {
  const here = { url: "", browser: undefined };
  let server;
  before(async () => {
    server = await serve(prefix);
    here.url = server.url;
    here.browser = await launch(browser);
  });
  after(async () => {
    await here.browser?.close();
    await server?.stop();
  });
  return here;
}

/**
 * Opens the page in a fresh profile that is closed after the test, and watches it.
 *
 * `hash`: what follows the address; `width`, `height`, `scheme`, `touch`: the window; `prepare(page)`: runs before navigation, to
 * block or replace what the page will find; `keeps`: whether the page may keep itself for a visit without a connection, which
 * takes requests out of `prepare`'s hands.
 */
export async function open(t, here, more = {}) {
  const { hash = "", width = 1440, height = 900, scheme = "light", touch = false, keeps = false, prepare } = more;
  const context = await here.browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
    hasTouch: touch,
    serviceWorkers: keeps ? "allow" : "block",
  });
  t.after(() => context.close());
  context.setDefaultTimeout(PATIENCE);
  if (LATE) {
    await context.addInitScript(late, LATE);
    await context.route(/\/split_/, (route) => setTimeout(() => route.continue().catch(() => {}), LATE));
  }
  const page = await context.newPage();
  if (SLOW) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: SLOW });
  const seen = { console: [], errors: [], foreign: [], requests: [] };
  page.on("console", (message) => {
    if (message.type() === "error") seen.console.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  context.on("request", (request) => {
    const url = request.url();
    seen.requests.push(url);
    if (!url.startsWith(here.url) && !/^(data|blob):/.test(url)) seen.foreign.push(url);
  });
  await prepare?.(page);
  await page.goto(here.url + hash);
  return { page, seen };
}

/** Inside the page: what workers say is heard later, in its order, and not at all once they are ended. */
function late(milliseconds) {
  const { get, set } = Object.getOwnPropertyDescriptor(Worker.prototype, "onmessage");
  const { terminate } = Worker.prototype;
  const over = new WeakSet();
  Worker.prototype.terminate = function () {
    over.add(this);
    terminate.call(this);
  };
  const later = (worker, hear) => (event) => setTimeout(() => over.has(worker) || hear.call(worker, event), milliseconds);
  Object.defineProperty(Worker.prototype, "onmessage", {
    get,
    set(hear) {
      set.call(this, hear && later(this, hear));
    },
  });
}

/** Waits until <html data-state> is one of `states`; says what it is instead where it fails or never comes. */
export async function state(page, ...states) {
  const settled = (states) => {
    const { state } = document.documentElement.dataset;
    return [...states, "failed"].includes(state) && state;
  };
  const found = await page
    .waitForFunction(settled, states, { timeout: PATIENCE })
    .then((found) => found.jsonValue())
    .catch(() => page.evaluate(() => document.documentElement.dataset.state));
  if (states.includes(found)) return;
  const text = await page.evaluate(() => document.body.innerText.slice(0, 500));
  throw new Error(`data-state is ${found}, not ${states.join(" or ")}. The page says: ${text}`);
}

/** Waits until all live answers for the current ε are drawn. */
export async function live(page) {
  await state(page, "live");
  // The cards below the stage come behind it, and what its menus hold.
  await page.waitForSelector("#views", { state: "attached", timeout: PATIENCE });
  await page.waitForSelector("#image-index, #menus-again", { state: "attached", timeout: PATIENCE });
}

/** Waits until the whole engine answers, which takes over from the first behind the first view. */
export const whole = (page) =>
  page.waitForFunction(() => document.documentElement.dataset.engine === "whole", null, { timeout: PATIENCE });

/** Waits until the search for radii is over: every method has a sound one, and it is known where the attack breaks the image. Nothing that is
 * said about the question changes after that. */
export async function searched(page, methods = 5) {
  const over = (methods) =>
    document.querySelectorAll('#radius data[data-radius][data-arithmetic="sound"]').length >= methods && document.querySelector("#radius data[data-broken]");
  await page.waitForFunction(over, methods, { timeout: PATIENCE });
}

/** Waits until no worker of that name is left. The browser ends one some time after the page has thrown it away. */
export async function ended(page, name) {
  // One that is gone does not say its name; one that says nothing may still be it.
  const called = (worker) => Promise.race([worker.evaluate(() => self.name).catch(() => ""), new Promise((done) => setTimeout(done, 2000, "silent"))]);
  const named = async () => (await Promise.all(page.workers().map(called))).filter((found) => [name, "silent"].includes(found));
  await until(named, (left) => left.length === 0);
}

/** These fields of every value that the browser keeps in a store of one of the page's databases; none where the page has not made that yet. */
export const stored = (page, database, store, fields) =>
  page.evaluate(
    async ([name, store, fields]) => {
      if (!(await indexedDB.databases()).some((database) => database.name === name)) return [];
      const settled = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
      const database = await settled(indexedDB.open(name));
      try {
        const all = await settled(database.transaction(store).objectStore(store).getAll());
        return all.map((value) => Object.fromEntries(fields.map((field) => [field, value[field]])));
      } finally {
        database.close();
      }
    },
    [database, store, fields],
  );

/**
 * The first visible alert that says what to do next, in its sentence or on a button: its lines. An alert that only tells
 * what happened may come before it and does not count.
 */
export async function trouble(page) {
  // No word boundaries: a sentence and its button stand side by side without a space between.
  const remedy = /reload|try again|start the engine again|use a |allow |choose|draw /i;
  const alert = page.locator('[role="alert"]:visible').filter({ hasText: remedy }).first();
  try {
    await alert.waitFor({ timeout: PATIENCE });
  } catch {
    const said = await page.locator('[role="alert"]:visible').allInnerTexts();
    throw new Error(`no alert says what to do next; alerts on screen: ${JSON.stringify(said)}`);
  }
  return (await alert.innerText()).split("\n").map((line) => line.trim()).filter(Boolean);
}

/** What axe finds against WCAG 2.2 A and AA, one line per place. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((tags) => axe.run({ runOnly: tags }), tags);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id} at ${target.join(" ")}: ${any[0]?.message ?? help}`),
  );
}
