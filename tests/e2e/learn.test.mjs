// Lessons: everyone can read them, exercises and steps work by keyboard, worksheets print, and what the page works out by itself is what the
// engine says.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { answers, drawn, parsed, written } from "../../www/exact.js";
import { axe, live, open, PATIENCE, serve, site, until } from "./harness.mjs";

const here = site();
const folder = new URL("../../lessons/", import.meta.url);
const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
const json = (name, file) => JSON.parse(readFileSync(new URL(`${name}/${file}`, folder)));
/** A lesson, without the live page beside it: that loads what this test does not need. */
const lesson = (t, name, more = {}) =>
  open(t, here, { hash: `learn/${name}${name ? "/" : ""}`, ...more, prepare: (page) => page.route(/\?embed/, (route) => route.fulfill({ body: "" })) });

test("fractions of the worksheets are the engine's answers to the same networks", () => {
  let compared = 0;
  for (const name of names) {
    const [settings, engine] = [json(name, "lesson.json"), json(name, "answers.json")];
    for (const [key, network] of Object.entries(settings.networks ?? {})) {
      for (const [mark, value] of Object.entries(answers(network))) {
        const said = engine[`${key}.${mark}`];
        // What is no short fraction is rounded there.
        if (said === undefined || said.includes(".")) continue;
        assert.equal(written(value), said, `${name}: ${key}.${mark}`);
        compared++;
      }
    }
  }
  assert.ok(compared > 500, `${compared} numbers were compared`);
});

test("a sheet's numbers come from its seed alone, and meet what the lesson asks of them", () => {
  for (const name of names) {
    const { networks, sheet } = json(name, "lesson.json");
    if (!sheet) continue;
    const shown = [1, 2, 3, 4, 5].map((seed) => drawn(networks[sheet.network], sheet.draw, seed));
    assert.deepEqual(shown.map(({ network }) => network), [1, 2, 3, 4, 5].map((seed) => drawn(networks[sheet.network], sheet.draw, seed).network));
    assert.ok(new Set(shown.map(({ network }) => JSON.stringify(network))).size > 2, `${name}: sheets differ`);
    const text = readFileSync(new URL(`${name}/en.html`, folder), "utf8");
    const marks = [...text.matchAll(/\{(\w+)\.([^}]+)\}/g)].filter(([, network]) => network === sheet.network).map(([, , mark]) => mark);
    for (const { found } of shown) {
      if (sheet.draw.right) assert.ok(found["clean.m"][0] > 0n, name);
      for (const mark of marks) assert.ok(found[mark], `${name}: a sheet without ${mark}`);
    }
  }
  assert.deepEqual(["3/4", "−3/4", " 0.75", "-1,5", "2"].map((text) => written(parsed(text))), ["3/4", "-3/4", "3/4", "-3/2", "2"]);
  assert.deepEqual(["", "x", "1/0", "1/2/3", "--1"].map(parsed), [null, null, null, null, null]);
});

for (const width of [360, 1440]) {
  test(`every lesson at ${width} px, light and dark: no axe violation, nothing over the edge`, async (t) => {
    const { page, seen } = await lesson(t, "", { width });
    for (const name of ["", ...names.map((name) => `${name}/`)]) {
      await page.goto(`${here.url}learn/${name}`);
      await page.locator("article h1").waitFor({ timeout: PATIENCE });
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      await page.evaluate(() => document.querySelector("iframe")?.remove());
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overhang, 0, `${name}: ${overhang} px hang over the right edge`);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await axe(page), [], `${name}, ${colorScheme}`);
      }
    }
    assert.deepEqual([seen.errors, seen.console, seen.foreign], [[], [], []]);
  });
}

test("every exercise takes the answers of the engine, and says what to do with others", async (t) => {
  const { page, seen } = await lesson(t, names[0], { width: 800 });
  for (const name of names) {
    await page.goto(`${here.url}learn/${name}/`);
    const forms = page.locator("form.exercise");
    assert.equal(await forms.count(), 3, `${name} has three exercises`);
    for (let place = 0; place < 3; place++) {
      const form = forms.nth(place);
      const blanks = form.locator("input[data-answer]");
      for (let at = 0; at < (await blanks.count()); at++) {
        await blanks.nth(at).focus();
        // Not the answer, whatever it is.
        await page.keyboard.insertText("917/919");
      }
      await page.keyboard.press("Enter");
      assert.equal(await form.locator(".said").innerText(), "Not yet.", name);
      assert.ok(await form.locator(".hint").isVisible(), `${name}, ${place + 1}: says what to do next`);
      for (let at = 0; at < (await blanks.count()); at++) {
        await blanks.nth(at).focus();
        await page.keyboard.press("Control+a");
        await page.keyboard.insertText((await blanks.nth(at).getAttribute("data-answer")).replace("−", "-"));
      }
      await page.keyboard.press("Enter");
      assert.equal(await form.locator(".said").innerText(), "Right.", `${name}, ${place + 1}`);
    }
    const predict = page.locator("form.predict");
    await predict.locator("input[data-right]").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    assert.equal(await predict.locator(".said").innerText(), "Right.", `${name}: the prediction`);
    assert.equal(await predict.locator("details[open]").count(), 1, name);
  }
  await page.goto(`${here.url}learn/`);
  assert.equal(await page.locator("[data-progress]", { hasText: "4/4" }).count(), names.length, "the list says what is done");
  assert.deepEqual(seen.errors, []);
});

test("a step sets the live page beside the text", async (t) => {
  const { page, seen } = await open(t, here, { hash: `learn/${names[0]}/` });
  const frame = page.frameLocator("iframe[name=explore]");
  await frame.locator("html[data-state=live]").waitFor({ state: "attached", timeout: PATIENCE });
  assert.equal(await frame.locator("header:visible").count(), 0, "the frame has no bar of its own");
  const step = page.locator("#step-2 a.go");
  await step.focus();
  await page.keyboard.press("Enter");
  await frame.locator("html[data-painted-epsilon='0.01']").waitFor({ state: "attached", timeout: PATIENCE });
  assert.equal(await page.locator("#step-2.shown").count(), 1);
  assert.deepEqual([seen.errors, seen.foreign], [[], []]);
});

test("below 900 px a step is a link that opens the page in its state", async (t) => {
  const { page } = await lesson(t, names[0], { width: 800 });
  assert.equal(await page.locator("iframe").count(), 0);
  await page.goto(await page.locator("#step-2 a.go").evaluate((link) => link.href));
  await live(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.paintedEpsilon), "0.01");
});

test("a worksheet prints alone, with the teacher's answers on a page of their own, and its seed is in the address", async (t) => {
  const { page } = await lesson(t, names[1], { width: 800 });
  await page.getByRole("button", { name: "Another sheet" }).click();
  const seed = new URL(page.url()).searchParams.get("seed");
  const other = await page.locator(".worksheet").innerText();
  await page.goto(`${here.url}learn/${names[1]}/?seed=${seed}`);
  assert.equal(await page.locator(".worksheet").innerText(), other, "the same sheet again");
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => {
    dispatchEvent(new Event("beforeprint"));
    document.documentElement.dataset.print = "sheet";
  });
  assert.ok(await page.locator(".worksheet .tasks").isVisible());
  assert.ok(await page.locator(".worksheet .answers p").first().isVisible());
  assert.equal(await page.locator(".worksheet .answers").evaluate((answers) => getComputedStyle(answers).breakBefore), "page");
  assert.equal(await page.locator("#step-1").isVisible(), false, "the lesson is not printed with it");
  await page.evaluate(() => delete document.documentElement.dataset.print);
  assert.ok(await page.locator("#step-1").isVisible(), "a lesson prints whole");
});

test("a lesson that was opened is there without a server; before, none was fetched", async (t) => {
  const server = await serve("/sub/path/");
  t.after(() => server.stop());
  const { page, seen } = await open(t, { ...here, url: server.url }, { keeps: true });
  await live(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller, null, { timeout: PATIENCE });
  /** What is kept of these folders. */
  const kept = (part) =>
    page.evaluate(async (part) => {
      const caches = await window.caches.keys();
      const keys = await Promise.all(caches.map(async (name) => (await window.caches.open(name)).keys()));
      return keys.flat().map(({ url }) => url.split("?")[0]).filter((url) => url.includes(part));
    }, part);
  assert.deepEqual(await kept("/learn/"), []);
  await page.goto(`${server.url}learn/${names[1]}/`);
  await page.locator(".worksheet .tools").waitFor({ timeout: PATIENCE });
  const beside = () => page.frameLocator("iframe[name=explore]").locator("html[data-state=live]").waitFor({ state: "attached", timeout: PATIENCE });
  await beside();
  await until(() => kept("/learn/"), (files) => files.length >= 4);
  // What the page beside the text has loaded is kept behind it, too.
  const [frame] = page.frames().filter((frame) => frame.name() === "explore");
  const loaded = await frame.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name.split("?")[0]).filter((name) => name.includes("/assets/")));
  assert.ok(loaded.some((name) => name.includes("/models/")), loaded.join(" "));
  await until(() => kept("/assets/"), (files) => loaded.every((name) => files.includes(name)));
  await server.stop();
  await assert.rejects(fetch(server.url), "the server is gone");
  await page.goto(`${server.url}learn/${names[1]}/?seed=5`);
  await page.locator(".worksheet .tools", { hasText: /Sheet 5/ }).waitFor({ timeout: PATIENCE });
  await beside();
  assert.deepEqual(seen.errors, []);
});

test("without scripts a lesson is there to read, with its answers", async (t) => {
  const context = await here.browser.newContext({ javaScriptEnabled: false, viewport: { width: 1440, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${here.url}learn/${names[0]}/`);
  assert.ok((await page.locator("a.go").first().getAttribute("href")).startsWith("../../#v1&"));
  await page.locator("form.exercise summary").first().click();
  assert.ok(await page.locator("form.exercise details p").first().isVisible());
});
