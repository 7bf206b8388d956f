// The page without a connection, and the page beside a newer build of itself.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import test, { after, before } from "node:test";
import { launch, live, open, PATIENCE, serve, whole } from "./harness.mjs";

const DIST = new URL("../../dist/", import.meta.url);
const KINDS = { html: "text/html", js: "text/javascript", css: "text/css", wasm: "application/wasm", svg: "image/svg+xml" };

const here = { browser: undefined };
before(async () => (here.browser = await launch()));
after(() => here.browser?.close());

/** Waits until the browser has kept everything of the build, and what was looked at so far. */
async function kept(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  // All of it, digits too: the copies are written one after the other, and a server that is gone before the last cannot be asked again.
  const seen = async () => {
    const root = new URL("./", document.baseURI).href;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(`${root}assets/`));
    const keys = await caches.open("boundscope-assets").then((cache) => cache.keys());
    const has = new Set(keys.map(({ url }) => url.split("?")[0]));
    return loaded.some((name) => name.includes("/models/")) && loaded.every((name) => has.has(name.split("?")[0]));
  };
  await page.waitForFunction(seen, null, { timeout: PATIENCE });
}

/** Moves ε by the keyboard and waits for the new bounds. */
async function moves(page) {
  const { epoch } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
  await page.locator("#epsilon").press("ArrowRight");
  await page.waitForFunction((before) => document.documentElement.dataset.epoch !== before, epoch, { timeout: PATIENCE });
  await live(page);
}

test("after one visit the page opens without a server: bounds follow ε, and Train opens", async (t) => {
  const server = await serve("/sub/path/");
  t.after(() => server.stop());
  const { page, seen } = await open(t, { ...here, url: server.url }, { keeps: true });
  await live(page);
  await kept(page);
  await server.stop();
  await assert.rejects(fetch(server.url), "the server is gone");
  await page.reload();
  await live(page);
  await moves(page);
  await page.click("#tab-train");
  await page.locator("#play").waitFor({ timeout: PATIENCE });
  assert.deepEqual(seen.errors, []);
});

test("on request every network and digit is kept: those never looked at open without a server", async (t) => {
  const server = await serve();
  t.after(() => server.stop());
  const { page, seen } = await open(t, { ...here, url: server.url }, { keeps: true });
  await live(page);
  await kept(page);
  await page.locator("#settings-drawer-button").click();
  await page.locator("#keep", { hasText: /\d+ of \d+ files.*\d+ MB/s }).waitFor({ timeout: PATIENCE });
  await page.click("#keep-all");
  await page.waitForFunction(() => /everything here works/.test(document.querySelector("#keep").textContent), null, { timeout: 2 * PATIENCE });
  await server.stop();
  await assert.rejects(fetch(server.url), "the server is gone");
  await page.goto(`${server.url}#v1&net=mnist-dm-small-normal&img=9900&eps=0.01`);
  await page.reload();
  await live(page);
  assert.match(await page.locator("#image-menu-button").innerText(), /#9900/);
  assert.deepEqual(seen.errors, []);
});

/** A server of dist/ that can be told to be a newer build: other id, and so another index.html. `damaged` is sent with a line more. */
async function builds(t, damaged) {
  const html = await readFile(new URL("index.html", DIST), "utf8");
  const id = html.match(/data-build="(\w+)"/)[1];
  const newer = "b".repeat(12);
  let now = id;
  const hash = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
  const server = createServer(async (request, response) => {
    const path = decodeURI(request.url.split("?")[0]).slice(1) || "index.html";
    try {
      let body = await readFile(new URL(path, DIST));
      if (now !== id && path === "index.html") body = html.replaceAll(id, now);
      if (now !== id && path === "sw.js") {
        body = String(body).replaceAll(id, now).replace(hash(html), hash(html.replaceAll(id, now)));
      }
      if (path === damaged) body = `${body}\n// Of another build.\n`;
      response.setHeader("Content-Type", KINDS[path.split(".").pop()] ?? "application/octet-stream");
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, id, newer, deploy: () => (now = newer) };
}

const build = (page) => page.evaluate(() => document.documentElement.dataset.build);

test("a newer build is told of and waits; taken, page and worker are both of it", async (t) => {
  const site = await builds(t);
  const { page, seen } = await open(t, { ...here, url: site.url }, { keeps: true });
  await live(page);
  await kept(page);
  assert.equal(await build(page), site.id);
  site.deploy();
  // The page as it was kept, whatever the server has by now, and with its own worker.
  await page.reload();
  await live(page);
  assert.equal(await build(page), site.id);
  await page.locator("#update").waitFor({ timeout: PATIENCE });
  await moves(page);
  // All of the old build has been asked for by then.
  await whole(page);
  const before = seen.requests.length;
  await page.click("#update");
  await page.waitForFunction((newer) => document.documentElement?.dataset.build === newer, site.newer, { timeout: PATIENCE });
  await live(page);
  await moves(page);
  const programs = seen.requests.slice(before).filter((url) => /\.js\?v=/.test(url));
  assert.ok(programs.some((url) => url.includes("/first.js")), programs.join(" "));
  assert.ok(programs.every((url) => url.endsWith(`?v=${site.newer}`)), programs.join(" "));
  assert.equal(await page.locator("#update").count(), 0);
});

test("a server that mixes two builds is not kept: every file is held against its hash", async (t) => {
  const site = await builds(t, "worker.js");
  const { page } = await open(t, { ...here, url: site.url }, { keeps: true });
  await live(page);
  const end = await page.evaluate(async () => {
    const { installing, active } = await navigator.serviceWorker.register("sw.js");
    const worker = installing ?? active;
    while (!["redundant", "activated"].includes(worker.state)) {
      await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    }
    return worker.state;
  });
  assert.equal(end, "redundant");
});
