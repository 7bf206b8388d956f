// The page starts, keeps to itself, and can be moved.

import assert from "node:assert/strict";
import test from "node:test";
import { live, open, PATIENCE, site } from "./harness.mjs";

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
    await page.waitForFunction(() => document.documentElement.dataset.engine === "whole", null, { timeout: PATIENCE });
    for (const name of ["first.js", "engine.js", "engine-worker.js", "engine-worker_bg.wasm"]) {
      assert.ok(seen.requests.includes(`${here.url}${name}?v=${build}`), `${name} with ?v=${build} in ${seen.requests}`);
    }
  });

  test("the first engine answers before the whole one is asked for; a link to Train asks for that at once", async (t) => {
    const { page, seen } = await open(t, here);
    await live(page);
    const whole = () => page.waitForFunction(() => document.documentElement.dataset.engine === "whole", null, { timeout: PATIENCE });
    await whole();
    const place = (name) => seen.requests.findIndex((url) => url.includes(`/${name}?`));
    assert.ok(place("first.js") >= 0 && place("first.js") < place("engine.js"), seen.requests.join(" "));
    // Two programs and no third: the first engine is the page's own.
    assert.equal(seen.requests.filter((url) => url.includes(".wasm")).length, 2, seen.requests.join(" "));
    const train = await open(t, here, { hash: "#v1&tab=train" });
    await train.page.waitForFunction(() => document.documentElement.dataset.engine === "whole", null, { timeout: PATIENCE });
    assert.ok(!train.seen.requests.some((url) => url.includes("/first.js")), train.seen.requests.join(" "));
  });
});
