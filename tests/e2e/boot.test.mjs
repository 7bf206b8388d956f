// The page starts, keeps to itself, and can be moved.

import assert from "node:assert/strict";
import test from "node:test";
import { live, open, PATIENCE, searched, site, state, whole } from "./harness.mjs";

for (const prefix of ["/", "/sub/path/"]) {
  test.describe(`served from ${prefix}`, () => {
    const here = site(prefix);

    test("becomes live without an error, and asks nobody else for anything", async (t) => {
      const { page, seen } = await open(t, here);
      await live(page);
      assert.deepEqual(seen.console, []);
      assert.deepEqual(seen.errors, []);
      assert.deepEqual(seen.foreign, []);
      assert.equal(await page.locator("#boot").count(), 0, "the starting sentence is gone");
    });
  });
}

test.describe("what the server says", () => {
  const here = site();

  test("the policy comes as a header and stands in the page, for hosts that send no headers", async (t) => {
    const { page } = await open(t, here);
    const header = (await page.request.get(here.url)).headers()["content-security-policy"];
    const meta = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    assert.equal(header, meta);
    assert.match(meta, /default-src 'none'/);
  });

  test("the policy holds: an inline script and a foreign request are refused", async (t) => {
    const { page } = await open(t, here);
    await live(page);
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.inlineRan = true";
      document.head.append(script);
      return window.inlineRan === true;
    });
    assert.equal(ran, false);
    const answered = await page.evaluate(() => fetch("https://example.org/").then(() => true, () => false));
    assert.equal(answered, false);
  });

  test("the worker's files carry the build's id, so that no cache mixes two builds", async (t) => {
    const { page, seen } = await open(t, here);
    await live(page);
    const build = await page.evaluate(() => document.documentElement.dataset.build);
    assert.match(build, /^[0-9a-f]{12}$/);
    // The whole engine is asked for once the first has answered.
    await whole(page);
    for (const name of ["first.js", "worker.js", "engine-worker.js", "engine-worker_bg.wasm"]) {
      assert.ok(seen.requests.includes(`${here.url}${name}?v=${build}`), `${name} with ?v=${build} in ${seen.requests}`);
    }
  });

  test("the first engine answers before the whole one is asked for; a link to Train asks for that at once", async (t) => {
    const { page, seen } = await open(t, here);
    await live(page);
    await whole(page);
    const place = (name) => seen.requests.findIndex((url) => url.includes(`/${name}?`));
    assert.ok(place("first.js") >= 0 && place("first.js") < place("worker.js"), seen.requests.join(" "));
    // Two programs and no third: the first engine is the page's own.
    assert.equal(seen.requests.filter((url) => url.includes(".wasm") && !/\/(split|chunk)_/.test(url)).length, 2, seen.requests.join(" "));
    const train = await open(t, here, { hash: "#v1&tab=train" });
    await whole(train.page);
    assert.ok(!train.seen.requests.some((url) => url.includes("/first.js")), train.seen.requests.join(" "));
  });
});

test.describe("what stands in index.html", () => {
  const here = site();
  const PROGRAM = /\/app-[^/]*\/app_bg\.wasm$/;
  /** Where things stand, from the page with its program or without. */
  const PARTS = [".question", ".answer", ".digit-box:nth-of-type(1)", ".digit-box:nth-of-type(3)", ".choose", ".bar", ".marks", ".drawer-host > button"];
  const places = (page, root) =>
    page.evaluate(
      ([root, parts]) => parts.map((part) => { const { x, y, width, height } = document.querySelector(`${root} ${part}`).getBoundingClientRect(); return [x, y, width, height].map(Math.round); }),
      [root, PARTS],
    );

  for (const [width, height] of [[360, 740], [820, 1180], [1440, 900], [2560, 1440]]) {
    test(`${width} px: complete without a program, and the page takes its place without a jump`, async (t) => {
      let answer, compute;
      const held = new Promise((done) => (answer = done));
      // The engine waits for the answers that come with the page: it is nearly always later, and where it is not, a proof is not there yet.
      const shown = new Promise((done) => (compute = done));
      const prepare = async (page) => {
        await page.route(PROGRAM, async (route) => { await held; await route.continue(); });
        await page.context().route("**/first.js*", async (route) => { await shown; await route.continue(); });
      };
      const { page, seen } = await open(t, here, { width, height, prepare });
      await page.evaluate(() => document.fonts.ready);
      assert.match(await page.locator("#still .question").innerText(), /misread the 7 .* 2 %\s*\?/);
      assert.equal(await page.locator("#still .answer").innerText(), "No: proved.");
      const handle = await page.locator("#still .still-handle:visible").boundingBox();
      assert.ok(handle.width >= 44 && handle.y + handle.height <= height && handle.x > 0, JSON.stringify(handle));
      const before = await places(page, "#still");
      await page.evaluate(() => {
        window.shifts = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifts += entry.value))).observe({ type: "layout-shift", buffered: true });
      });
      answer();
      await state(page, "precomputed");
      await page.waitForFunction(() => !document.querySelector("#still"), null, { timeout: PATIENCE });
      const after = await places(page, "#stage");
      for (const [place, part] of PARTS.entries()) {
        const off = Math.max(...before[place].map((value, axis) => Math.abs(value - after[place][axis])));
        assert.ok(off <= 2, `${part} stood at ${before[place]} and stands at ${after[place]}`);
      }
      compute();
      await live(page);
      // All that comes by itself has come then; what shifted with the last of it is told with the next frame.
      await whole(page);
      await searched(page);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 500))));
      const shifts = await page.evaluate(() => window.shifts);
      assert.ok(shifts < 0.02, `CLS ${shifts}`);
      assert.deepEqual(seen.errors, []);
    });
  }

  test("a link that asks something else never shows the default answer", async (t) => {
    const prepare = async (page) => {
      await page.route(PROGRAM, (route) => route.abort());
    };
    const { page } = await open(t, here, { hash: "#v1&net=mlp-ibp&img=3&eps=0.1", prepare });
    assert.equal(await page.locator("#still .answer").isVisible(), false);
    await state(page, "failed").catch(() => {});
    assert.match(await page.locator("#boot").innerText(), /could not be loaded/);
    assert.equal(await page.locator("#still .answer").isVisible(), false);
  });

  test("a program that does not load is said above the answer that stands there", async (t) => {
    const { page } = await open(t, here, { prepare: (page) => page.route(PROGRAM, (route) => route.abort()) });
    await state(page, "failed").catch(() => {});
    await page.locator("#boot[role=alert]").waitFor({ timeout: PATIENCE });
    assert.equal(await page.locator("#still .answer").isVisible(), true);
    assert.ok((await page.locator("#boot").boundingBox()).y < (await page.locator("#still .question").boundingBox()).y);
  });

  test("without scripts the answer stands there, and a sentence says what scripts are for", async () => {
    const context = await here.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(here.url);
    assert.equal(await page.locator("#still .answer").isVisible(), true);
    assert.match(await page.locator("noscript").innerText(), /allow JavaScript/);
    await context.close();
  });
});
