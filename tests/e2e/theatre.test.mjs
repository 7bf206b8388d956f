// The two-dimensional theatre: a network of two inputs, its planes, the point that is moved, the stages, and the link.

import assert from "node:assert/strict";
import test from "node:test";
import { axe, live, open, PATIENCE, site } from "./harness.mjs";

const here = site();
const HASH = "#v1&net=moons-ibp&img=0&eps=0.05";

/** Waits until a stage is drawn, and of which two neurons; `null` for any. */
const drawn = (page, stage, pair = null) =>
  page.waitForFunction(
    ([stage, pair]) => {
      const { dataset } = document.querySelector("#theatre-stage [data-stage]") ?? {};
      // The frame stands a moment before its drawing, which waits for its width.
      const curves = document.querySelector("#theatre-stage path.curve");
      return curves && dataset && dataset.stage === String(stage) && (pair === null || dataset.pair === pair);
    },
    [stage, pair],
    { timeout: PATIENCE },
  );
const hash = (page) => page.evaluate(() => location.hash);
const said = (page) => page.locator("#theatre-said").innerText();
const at = (page) => page.locator("#theatre-point").getAttribute("aria-valuetext");
const until = (page, words) => page.waitForFunction((words) => document.querySelector("#theatre-point").getAttribute("aria-valuetext").includes(words), words, { timeout: PATIENCE });

async function opened(t, more = {}) {
  const { page, seen } = await open(t, here, { hash: HASH, ...more });
  await live(page);
  await page.waitForSelector("#theatre-stage [data-stage]", { timeout: PATIENCE });
  await page.waitForSelector("#theatre-inputs path.th-read-1", { state: "attached", timeout: PATIENCE });
  return { page, seen };
}

test("a network of two inputs is drawn: classes, region, what is proved, the true image and every method's outline", async (t) => {
  const { page, seen } = await opened(t);
  await drawn(page, 5, "0.1");
  assert.ok(!(await page.locator(".digits").isVisible()) && !(await page.locator("#image-menu").isVisible()), "no digit is looked at");
  assert.match(await page.locator("#question").innerText(), /the point of class \d/);
  assert.match(await said(page), /^outputs, output 0 across and output 1 up\. The region falls into \d+ pieces/);
  assert.equal(await page.locator("#theatre-stage path.curve").count(), 5, "one outline a method");
  const areas = (await said(page)).match(/leaves: (.*)\.$/)[1].split(/, | and /).map((words) => Number(words.split(" ").at(-1)));
  assert.ok(areas.length === 5 && areas.every((area) => area > 0 && area <= areas[0] && area >= areas.at(-1)), `IBP's is the largest, CROWN's the least: ${areas}`);
  await page.waitForFunction(() => /Proved up to ε/.test(document.querySelector("#theatre-inputs svg").getAttribute("aria-label")), null, { timeout: PATIENCE });
  assert.ok((await page.locator("path.th-proved").evaluate((path) => path.getBBox().width)) > 5, "the proved region is drawn");
  await page.locator("#theatre-stage summary").click();
  assert.equal(await page.locator("#theatre-stage tbody tr").count(), 5);
  assert.deepEqual([seen.errors, seen.console, seen.foreign], [[], [], []]);
});

test("the theatre comes with the first network of two inputs, and goes with it", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  assert.equal(seen.requests.filter((url) => /theatre/.test(url)).length, 0, "who looks at digits does not download it");
  await page.click("#networks-button");
  await page.locator('#network input[value="moons-normal"]').check();
  await page.waitForSelector("#theatre-stage [data-stage]", { timeout: PATIENCE });
  assert.ok(await page.locator("#theatre").isVisible());
  await page.goBack();
  await page.waitForFunction(() => !document.querySelector("#theatre").checkVisibility(), null, { timeout: PATIENCE });
  await page.locator(".digits").waitFor({ state: "visible", timeout: PATIENCE });
  assert.deepEqual(seen.errors, []);
});

test("the point is moved by keys, by the mouse and by a tap, and the link follows", async (t) => {
  const { page, seen } = await opened(t, { width: 820, touch: true });
  await page.focus("#theatre-point");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowUp");
  await page.keyboard.press("ArrowDown");
  assert.match(await hash(page), /pt=0\.443,0\.514/);
  await until(page, "0.443, 0.514: read as");
  const box = await page.locator("#theatre-inputs svg").boundingBox();
  const frame = await page.locator("#theatre-inputs rect.frame").boundingBox();
  const place = (x, y) => [frame.x + x * frame.width, frame.y + (1 - y) * frame.height];
  await page.mouse.move(...place(0.3, 0.3));
  await page.mouse.down();
  await page.mouse.move(...place(0.6, 0.5), { steps: 4 });
  await page.mouse.move(...place(0.8, 0.9), { steps: 4 });
  await page.mouse.up();
  await until(page, "0.8");
  assert.match(await hash(page), /pt=0\.(79|8)\d*,0\.(89|9)\d*/);
  await page.touchscreen.tap(...place(0.2, 0.6));
  await page.waitForFunction(() => /pt=0\.(19|2)\d*,0\.(59|6)\d*/.test(location.hash), null, { timeout: PATIENCE });
  await until(page, "read as");
  // A whole drag is one step of the history.
  await page.goBack();
  await page.waitForFunction(() => /pt=0\.(79|8)/.test(location.hash), null, { timeout: PATIENCE });
  await page.goBack();
  await page.waitForFunction(() => /pt=0\.443/.test(location.hash), null, { timeout: PATIENCE });
  assert.ok(box.width > 0);
  assert.deepEqual(seen.errors, []);
});

test("stages by button and list, two neurons by choice, and a link that comes back to them", async (t) => {
  const { page, seen } = await opened(t);
  await drawn(page, 5);
  await page.click("#stage-back");
  await drawn(page, 4);
  assert.match(await said(page), /layer 2, after its activation/);
  await page.selectOption("#stage-at", { index: 0 });
  await drawn(page, 1);
  assert.ok(await page.locator("#stage-back").isDisabled());
  await page.selectOption("#stage-across", "7");
  await page.waitForFunction(() => document.querySelector("#theatre-stage [data-pair]").dataset.pair.startsWith("7."), null, { timeout: PATIENCE });
  await page.selectOption("#stage-up", "3");
  await drawn(page, 1, "7.3");
  assert.match(await hash(page), /at=1\.7\.3/);
  // Chosen twice, they change places.
  await page.selectOption("#stage-across", "3");
  await drawn(page, 1, "3.7");
  const link = await hash(page);
  const again = await opened(t, { hash: link });
  await drawn(again.page, 1, "3.7");
  assert.equal(await hash(again.page), link);
  assert.equal(await said(again.page), await said(page));
  await page.click("#stage-widest");
  await page.waitForFunction(() => /at=1(&|$)/.test(location.hash), null, { timeout: PATIENCE });
  assert.deepEqual([seen.errors, again.seen.errors], [[], []]);
});

test("the stages play through to the outputs where motion is welcome, as one step of the history", async (t) => {
  const { page, seen } = await opened(t, { prepare: (page) => page.emulateMedia({ reducedMotion: "no-preference" }) });
  await drawn(page, 5);
  await page.click("#stage-play");
  await drawn(page, 1);
  assert.equal(await page.locator("#stage-play").getAttribute("aria-pressed"), "true");
  await drawn(page, 3);
  await drawn(page, 5);
  await page.waitForFunction(() => document.querySelector("#stage-play").getAttribute("aria-pressed") === "false", null, { timeout: PATIENCE });
  assert.deepEqual(seen.errors, []);
});

test("where less motion is asked for, nothing plays by itself", async (t) => {
  const { page } = await opened(t);
  assert.ok(!(await page.locator("#stage-play").isVisible()) && (await page.locator("#stage-on").isVisible()));
});

test("a link to a stage, a pair or a class that is not there is told, and taken back", async (t) => {
  for (const [part, word] of [["at=9", /no such stage/], ["at=1.2.900", /no such stage/], ["y=7", /two classes/]]) {
    const { page, seen } = await opened(t, { hash: `${HASH}&${part}` });
    await page.locator("#notices .notice").waitFor({ timeout: PATIENCE });
    assert.match(await page.locator("#notices").innerText(), word);
    await drawn(page, 5);
    assert.doesNotMatch(await hash(page), /at=|y=/);
    assert.deepEqual(seen.errors, []);
  }
});

for (const norm of ["2", "1"]) {
  test(`the region is drawn in the norm ${norm}`, async (t) => {
    const { page } = await opened(t, { hash: `#v1&net=moons-normal&img=0&eps=0.08&norm=${norm}` });
    await drawn(page, 5);
    if (norm === "2") assert.match(await said(page), /polygon of 96 corners/);
    const [width, height] = await page.locator("path.th-region").evaluate((path) => {
      const { width, height } = path.getBBox();
      return [width, height];
    });
    assert.ok(width > 20 && Math.abs(width - height) < 2, `${width} × ${height}`);
  });
}

for (const width of [360, 820, 1440]) {
  for (const scheme of ["light", "dark"]) {
    test(`nothing is amiss at ${width} pixels, ${scheme}`, async (t) => {
      const { page } = await opened(t, { width, scheme, hash: `${HASH}&at=2` });
      await drawn(page, 2);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, "nothing is wider than the page");
      assert.deepEqual(await axe(page), []);
    });
  }
}
