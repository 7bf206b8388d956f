// Where something is missing the page says so in place, in a plain sentence. It never stays silent.

import assert from "node:assert/strict";
import test from "node:test";
import { live, open, PATIENCE, site, state, trouble, whole } from "./harness.mjs";

const here = site();

/** A whole sentence and not a bare code; `trouble` has already seen that it comes with something to do. */
function assertSentence(lines) {
  assert.ok(lines.some((line) => /^[A-Z].{20,}[.!]$/.test(line)), lines.join(" | "));
}

test("without WebAssembly the page says what it needs", async (t) => {
  const prepare = (page) => page.addInitScript(() => delete globalThis.WebAssembly);
  const { page, seen } = await open(t, here, { prepare });
  const said = await trouble(page);
  assert.match(said[0], /WebAssembly/);
  assertSentence(said);
  assert.deepEqual(seen.errors, []);
});

test("without JavaScript the page says what it needs", async (t) => {
  const context = await here.browser.newContext({ javaScriptEnabled: false });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(here.url);
  assert.match(await page.locator("body").innerText(), /needs JavaScript/);
});

test("where the page's program does not load, the page says so", async (t) => {
  const prepare = (page) => page.route("**/app_bg.wasm", (route) => route.fulfill({ status: 503, body: "" }));
  const { page } = await open(t, here, { prepare });
  const said = await trouble(page);
  assert.match(said[0], /503/);
  assertSentence(said);
});

for (const file of ["worker.js", "engine-worker.js", "engine-worker_bg.wasm"]) {
  test(`where the engine's ${file} does not load, the page says so in place`, async (t) => {
    const block = (route) => (new URL(route.request().url()).pathname.endsWith(`/${file}`) ? route.abort() : route.fallback());
    const prepare = (page) => page.context().route("**/*", block);
    const { page } = await open(t, here, { prepare });
    assertSentence(await trouble(page));
    assert.ok((await page.locator("main").innerText()).length > 0, "the rest of the page stays");
  });
}

test("where the first engine does not load, the whole one stands in, and nobody is told", async (t) => {
  const prepare = (page) => page.context().route("**/first.js*", (route) => route.abort());
  const { page, seen } = await open(t, here, { prepare });
  await live(page);
  await whole(page);
  assert.equal(await page.locator('[role="alert"]:visible').count(), 0);
  assert.deepEqual(seen.errors, []);
});

test("where the whole engine does not load, the first one still bounds what the slider asks", async (t) => {
  const prepare = (page) => page.context().route("**/engine-worker_bg.wasm*", (route) => route.abort());
  const { page } = await open(t, here, { prepare });
  await live(page);
  assertSentence(await trouble(page));
  const before = await page.evaluate(() => document.documentElement.dataset.epoch);
  await page.locator("#epsilon").focus();
  await page.keyboard.press("ArrowRight");
  const moved = (before) => {
    const { state, epoch } = document.documentElement.dataset;
    return state === "live" && Number(epoch) > Number(before);
  };
  await page.waitForFunction(moved, before, { timeout: PATIENCE });
});

test("where the digits do not load, the page says so and the first view stays", async (t) => {
  const prepare = (page) =>
    page.context().route("**/assets/mnist/**", (route) => route.fulfill({ status: 404, body: "not found" }));
  const { page } = await open(t, here, { prepare });
  await state(page, "precomputed", "live");
  assertSentence(await trouble(page));
  await page.locator("main .plot svg").first().waitFor({ timeout: PATIENCE });
});
