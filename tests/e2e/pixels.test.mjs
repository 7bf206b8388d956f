// A bound pixel by pixel: opened, asked about other rivals and methods, linked, and its bound the command line's.

import assert from "node:assert/strict";
import test from "node:test";
import { answered } from "./cli.mjs";
import { axe, live, open, PATIENCE, site } from "./harness.mjs";

const here = site();
const MODEL = "assets/models/mnist-mlp-normal.safetensors.gz";
const hash = (page) => page.evaluate(() => location.hash);
const says = (page) => page.locator("#px-says").innerText();
const said = (page, words) => page.waitForFunction((words) => new RegExp(words).test(document.querySelector("#px-says")?.innerText), words, { timeout: PATIENCE });
const number = (text) => Number(text.replace("−", "-").replace(/\s/g, ""));
const squares = (page, id) => page.$$eval(`#${id} path`, (paths) => paths.reduce((sum, path) => sum + (path.getAttribute("d").match(/M/g)?.length ?? 0), 0));

async function opened(t, more = {}) {
  const { page, seen } = await open(t, here, { hash: "#v1&net=mlp-normal&img=0&eps=0.02&pixels=3;crown", ...more });
  await live(page);
  await said(page, "is what remains");
  return { page, seen };
}

test("it is fetched when it is opened, and closed again it leaves the link", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  assert.equal(seen.requests.filter((url) => /pixels/.test(url)).length, 0, "who does not open it does not download it");
  await page.click("#pixels-open");
  await said(page, "7 over 3\\. CROWN's lines lose .* is what remains");
  assert.match(await hash(page), /pixels=auto;crown/);
  await page.click("#pixels-open");
  await page.waitForFunction(() => !document.querySelector("#px-says").checkVisibility(), null, { timeout: PATIENCE });
  assert.doesNotMatch(await hash(page), /pixels/);
  assert.deepEqual([seen.errors, seen.console], [[], []]);
});

test("the bound is the command line's, by every method and against every rival that is asked about", async (t) => {
  const { page } = await opened(t);
  for (const [place, method] of [[0, "crown"], [1, "crown-lbp"], [2, "crown-ibp"]]) {
    await page.selectOption("#pixels-method", String(place));
    const { margins } = answered("bounds", MODEL, "--mnist", "0", "--epsilon", "0.02", "--clip", "0,1", "--method", method);
    for (const rival of [3, 0]) {
      await page.selectOption("#pixels-rival", String(rival));
      await said(page, `7 over ${rival}\\. ${method.toUpperCase()}'s`);
      assert.match(await hash(page), new RegExp(`pixels=${rival};${method}(&|$)`));
      const [, margin, lines, taken, bound] = (await says(page)).match(/margin of (\S+), .* lose (\S+) of it .* takes (\S+), and (\S+) is/).map((text) => (/\d/.test(text) ? number(text) : text));
      const own = margins[rival];
      assert.ok(Math.abs(own - bound) < 2e-3 * (1 + Math.abs(own)), `${method}, ${rival}: ${bound} here, ${own} there`);
      assert.ok(Math.abs(margin - lines - taken - bound) < 0.02 * (1 + taken), `${margin} − ${lines} − ${taken} is not ${bound}`);
    }
  }
});

test("the maps follow ε, and at ε = 0 nothing is taken", async (t) => {
  const { page } = await opened(t);
  // What is out of sight is not redrawn.
  await page.locator("#px-feared").scrollIntoViewIfNeeded();
  assert.ok((await squares(page, "px-watched")) > 300 && (await squares(page, "px-taken")) > 300);
  const before = await squares(page, "px-feared");
  await page.fill("#epsilon-value", "0");
  await page.press("#epsilon-value", "Enter");
  await said(page, "ε = 0 takes 0");
  await page.locator("#px-feared").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => [...document.querySelectorAll("#px-taken path")].every((path) => path.getAttribute("d") === ""), null, { timeout: PATIENCE });
  assert.match(await page.locator("#px-taken figcaption").innerText(), /nothing is taken/);
  // The corner is the image itself then: fewer pixels have ink.
  const after = await squares(page, "px-feared");
  assert.ok(after < before, `${after} of ${before}`);
  assert.match(await page.locator("#px-feared figcaption").innerText(), /still reads a 7/);
});

test("what a link says wrong is told, and its default stands", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-normal&img=0&eps=0.02&pixels=12;crown" });
  await live(page);
  await page.locator(".notice", { hasText: "12" }).first().waitFor({ timeout: PATIENCE });
  await said(page, "is what remains");
  assert.match(await hash(page), /pixels=auto;crown/);
});

test("on the plane there are no pixels", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=moons-ibp&pixels=auto;crown" });
  await live(page);
  await page.locator("#by-hand").waitFor({ timeout: PATIENCE });
  assert.ok(await page.locator("#pixels").isHidden());
});

for (const width of [360, 820, 1440]) {
  for (const scheme of ["light", "dark"]) {
    test(`nothing is amiss at ${width} pixels, ${scheme}`, async (t) => {
      const { page, seen } = await opened(t, { width, scheme });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
      assert.deepEqual(await axe(page), []);
      assert.deepEqual([seen.errors, seen.console], [[], []]);
    });
  }
}
