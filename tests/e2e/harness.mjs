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
export const PATIENCE = 30_000;

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
  return { url, stop: () => server.stdin.end() };
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
    server?.stop();
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
  const page = await context.newPage();
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

/** Waits until <html data-state> is one of `states`; says what it is instead where it fails or never comes. */
export async function state(page, ...states) {
  const settled = (states) => [...states, "failed"].includes(document.documentElement.dataset.state);
  await page.waitForFunction(settled, states, { timeout: PATIENCE }).catch(() => {});
  const found = await page.evaluate(() => document.documentElement.dataset.state);
  if (states.includes(found)) return;
  const text = await page.evaluate(() => document.body.innerText.slice(0, 500));
  throw new Error(`data-state is ${found}, not ${states.join(" or ")}. The page says: ${text}`);
}

/** Waits until all live answers for the current ε are drawn. */
export async function live(page) {
  await state(page, "live");
  // The cards below the stage come behind it.
  await page.waitForSelector("#views", { state: "attached", timeout: PATIENCE });
}

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
