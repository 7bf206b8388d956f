// A small network by hand: opened, stepped through by keys alone, edited, linked, and its numbers those of the lesson.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { axe, live, open, PATIENCE, site } from "./harness.mjs";

const here = site();
const answers = JSON.parse(readFileSync(new URL("../../lessons/02-boxes/answers.json", import.meta.url), "utf8"));
const known = (key) => answers[`box.${key}`].replace("-", "−");

const hash = (page) => page.evaluate(() => location.hash);
const text = (page) => page.locator("#by-hand-step").innerText();
const step = (page, at) => page.waitForFunction((at) => document.querySelector("#by-hand-step")?.dataset.step === String(at), at, { timeout: PATIENCE });
const count = async (page) => Number((await page.locator("#by-hand-at").innerText()).match(/of (\d+)/)[1]);
const shows = (page, words) => page.waitForFunction((words) => document.querySelector("#by-hand-step")?.innerText.includes(words), words, { timeout: PATIENCE });

async function opened(t, more = {}) {
  const { page, seen } = await open(t, here, { hash: "#v1&net=mlp-normal&img=0&eps=0.02&byhand=p:box", ...more });
  await live(page);
  await page.locator("#by-hand-step").waitFor({ timeout: PATIENCE });
  await page.locator("#by-hand-graph circle").first().waitFor({ state: "attached", timeout: PATIENCE });
  return { page, seen };
}

test("it is fetched when it is opened, and closed again it leaves the link", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  assert.equal(seen.requests.filter((url) => /byhand/.test(url)).length, 0, "who does not open it does not download it");
  await page.click("#by-hand-open");
  await page.locator("#by-hand-step").waitFor({ timeout: PATIENCE });
  assert.match(await hash(page), /byhand=p:box/);
  await page.click("#by-hand-open");
  await page.waitForFunction(() => !document.querySelector("#by-hand-step").checkVisibility(), null, { timeout: PATIENCE });
  assert.doesNotMatch(await hash(page), /byhand/);
  assert.deepEqual([seen.errors, seen.console], [[], []]);
});

test("by keyboard alone from the first step to the last, whose numbers are the lesson's", async (t) => {
  const { page, seen } = await opened(t);
  await page.focus("#by-hand-step");
  assert.match(await text(page), /x₁ ≥ 1 − 1 = 0/);
  await page.keyboard.press("ArrowRight");
  await step(page, 2);
  assert.ok((await text(page)).includes(`So z₁ lies in [${known("ibp.z1.1.l")}, ${known("ibp.z1.1.u")}].`), await text(page));
  assert.match(await page.locator("#by-hand-said").innerText(), /^Step 2 of \d+: z₁ by intervals\. So z₁ lies in/);
  const last = await count(page);
  for (let at = 3; at <= last; at++) {
    await page.keyboard.press("ArrowRight");
    await step(page, at);
  }
  assert.match(await text(page), /Not proved/);
  assert.ok(await page.locator("#by-hand-next").isDisabled());
  await page.locator("#by-hand-graph summary").click();
  const rows = await page.locator("#by-hand-graph tbody tr").allInnerTexts();
  for (const [name, key] of [["z₃", "ibp.z1.3"], ["a₃", "ibp.a1.3"], ["y₁", "ibp.y.1"], ["y₂", "ibp.y.2"]]) {
    assert.ok(rows.includes(`${name}\t${known(`${key}.l`)}\t${known(`${key}.u`)}`), `${name}: ${rows}`);
  }
  assert.ok(rows.some((row) => row.startsWith(`m\t${known("ibp.m")}`)), String(rows));
  await page.focus("#by-hand-step");
  await page.keyboard.press("Home");
  await step(page, 1);
  // A run of steps is one step of the history.
  await page.goBack();
  await page.waitForFunction(() => !/byhand=[^&]*s:/.test(location.hash), null, { timeout: PATIENCE });
  assert.deepEqual([seen.errors, seen.console], [[], []]);
});

for (const lines of ["tight", "adaptive"]) {
  test(`CROWN, LBP, a slope and a split with ${lines} lines come out as the lesson says`, async (t) => {
    const { page, seen } = await opened(t);
    for (const method of ["crown", "lbp", "crown-ibp", "crown-lbp"]) {
      await page.selectOption("#by-hand-method", method);
      await page.selectOption("#by-hand-lines", lines);
      await page.waitForFunction((method) => location.hash.includes(`m:${method}`), method, { timeout: PATIENCE });
      await page.focus("#by-hand-step");
      await page.keyboard.press("End");
      await step(page, await count(page));
      await page.keyboard.press("ArrowLeft");
      await shows(page, `m ≥ ${known(`${method}-${lines}.m`)}`);
    }
    assert.deepEqual(seen.errors, []);
  });
}

test("a slope of one's own moves the bound, and a split gives two children", async (t) => {
  const { page, seen } = await opened(t, { hash: "#v1&byhand=p:box;m:alpha;n:1,3,1/2;s:all" });
  await shows(page, "A slope of your own for z₃");
  const bound = async () => (await text(page)).match(/m from below: the corner[\s\S]*?= (−?[\d/]+)\n/)[1];
  const first = await bound();
  await page.fill("#by-hand-slope", "0.25");
  await page.keyboard.press("Tab");
  await shows(page, "a₃ ≥ 1/4·z₃");
  assert.equal(await page.locator("#by-hand-slope").inputValue(), "1/4");
  assert.ok(first && (await bound()));
  await page.selectOption("#by-hand-method", "split");
  await shows(page, "Second child: z₃ ≥ 0");
  await shows(page, `m ≥ ${known("split.z1.3.m")}`);
  const all = await text(page);
  for (const side of ["on", "off"]) assert.ok(all.includes(`= ${known(`split.z1.3.${side}.m`)}`), side);
  assert.deepEqual(seen.errors, []);
});

test("a weight is edited and followed; what is no number is told, and the last network stays", async (t) => {
  const { page, seen } = await opened(t);
  await page.locator("#by-hand-edit summary").click();
  await page.fill("#by-hand-w-1-1-1", "-1/2");
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => /byhand=w:-1\/2,1,-1_/.test(location.hash), null, { timeout: PATIENCE });
  await page.focus("#by-hand-step");
  await page.keyboard.press("ArrowRight");
  await shows(page, "z₁ = −1/2·x₁ + x₂ − 1");
  const before = await hash(page);
  await page.fill("#by-hand-w-1-1-1", "many");
  await page.keyboard.press("Tab");
  await page.locator("#by-hand-complaint").waitFor({ state: "visible", timeout: PATIENCE });
  assert.match(await page.locator("#by-hand-complaint").innerText(), /no number.*last one stays/);
  assert.equal(await page.locator("#by-hand-w-1-1-1").getAttribute("aria-invalid"), "true");
  assert.equal(await hash(page), before);
  assert.deepEqual(await axe(page), []);
  await page.fill("#by-hand-w-1-1-1", "0.5");
  await page.keyboard.press("Tab");
  await page.locator("#by-hand-complaint").waitFor({ state: "hidden", timeout: PATIENCE });
  await page.fill("#by-hand-widths", "2-2-2-2");
  await page.keyboard.press("Enter");
  await page.locator("#by-hand-w-3-2-2").waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator("#by-hand-graph circle").count(), 8);
  await page.fill("#by-hand-widths", "9-9");
  await page.keyboard.press("Enter");
  await page.locator("#by-hand-complaint").waitFor({ state: "visible", timeout: PATIENCE });
  assert.equal(await page.locator("#by-hand-widths").inputValue(), "2-2-2-2");
  await page.selectOption("#by-hand-activation", { index: 3 });
  await page.waitForFunction(() => /a:clip,-1,1/.test(location.hash), null, { timeout: PATIENCE });
  assert.deepEqual([seen.errors, seen.console], [[], []]);
});

test("a link restores the exercise, the method and the step", async (t) => {
  const link = "#v1&net=mlp-normal&img=0&eps=0.02&byhand=w:1,-1/2,0_2,1,1*1,1,0_-1,2,1/3;a:clip,-1,1;x:0,1/4;e:1/4;y:1;m:crown;l:adaptive;s:9";
  const { page, seen } = await opened(t, { hash: link });
  await step(page, 9);
  assert.equal(await page.locator("#by-hand-method").inputValue(), "crown");
  assert.equal(await page.locator("#by-hand-preset").inputValue(), "own");
  assert.equal(await page.locator("#by-hand-label").inputValue(), "1");
  await page.click("#by-hand-next");
  await step(page, 10);
  await page.waitForFunction((link) => location.hash === link.replace("s:9", "s:10"), link, { timeout: PATIENCE });
  const again = await opened(t, { hash: await hash(page) });
  await step(again.page, 10);
  assert.equal(await text(again.page), await text(page));
  assert.deepEqual([seen.errors, again.seen.errors], [[], []]);
});

test("what a link says wrong is told and left out", async (t) => {
  const { page } = await opened(t, { hash: "#v1&net=mlp-normal&img=0&eps=0.02&byhand=p:box;m:magic;s:2" });
  await page.locator("#notices .notice").waitFor({ timeout: PATIENCE });
  assert.match(await page.locator("#notices").innerText(), /m:magic is not understood/);
  await step(page, 2);
  await page.waitForFunction(() => /byhand=p:box;s:2$/.test(location.hash), null, { timeout: PATIENCE });
});

for (const width of [360, 820, 1440]) {
  for (const scheme of ["light", "dark"]) {
    test(`nothing is amiss at ${width} pixels, ${scheme}`, async (t) => {
      const { page } = await opened(t, { width, scheme, hash: "#v1&byhand=p:deep;m:crown;s:all" });
      await page.locator("#by-hand-edit summary").click();
      await page.locator("#by-hand-graph summary").click();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, "nothing is wider than the page");
      assert.deepEqual(await axe(page), []);
    });
  }
}
