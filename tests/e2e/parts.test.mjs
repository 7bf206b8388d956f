// What is fetched later: the part of the program that Train is.

import assert from "node:assert/strict";
import test from "node:test";
import { axe, live, open, PATIENCE, site, state, trouble, until, whole } from "./harness.mjs";

const here = site();
const PART = "**/split_train.wasm";
const asked = (seen) => seen.requests.filter((url) => url.includes("/split_train")).length;

test("Train is not fetched before it is opened, and once only", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  // The whole engine comes behind the first view: what else there was to fetch by itself has been asked for by then.
  await whole(page);
  assert.equal(asked(seen), 0, seen.requests.join(" "));
  await page.click("#tab-train");
  await page.locator("#play").waitFor({ timeout: PATIENCE });
  await page.click("#tab-explore");
  await page.click("#tab-train");
  await page.locator("#play").waitFor({ timeout: PATIENCE });
  assert.equal(asked(seen), 1);
  assert.deepEqual([...seen.console, ...seen.errors], []);
});

test("a part that does not come says so in its place, Explore goes on, and it can be fetched again", async (t) => {
  let [refuse, refused] = [true, 0];
  const prepare = (page) => page.route(PART, (route) => (refuse ? (refused++, route.abort()) : route.continue()));
  const { page, seen } = await open(t, here, { prepare });
  await live(page);
  await page.click("#tab-train");
  const [sentence] = await trouble(page);
  assert.match(sentence, /Train/);
  assert.equal(await page.locator("#play").count(), 0);
  assert.deepEqual(await axe(page), []);
  // Again, still without luck: said again, and no second sentence beside it.
  const before = refused;
  await page.click("#train-again");
  await until(() => refused > before);
  await page.locator("#train-again").waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator("#train-page [role=alert]").count(), 1);
  await page.click("#tab-explore");
  const { epoch } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
  await page.locator("#epsilon").press("ArrowRight");
  await page.waitForFunction((before) => document.documentElement.dataset.epoch !== before, epoch, { timeout: PATIENCE });
  refuse = false;
  await page.click("#tab-train");
  await page.locator("#play").waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator("#train-again").count(), 0);
  assert.deepEqual(seen.errors, []);
});

test("a link to Train fetches its part at once; one that fails there can be fetched again on its button", async (t) => {
  let refuse = true;
  const prepare = (page) => page.route(PART, (route) => (refuse ? route.abort() : route.continue()));
  const { page } = await open(t, here, { hash: "#v1&tab=train", prepare });
  await page.locator("#train-again").waitFor({ timeout: PATIENCE });
  refuse = false;
  await page.click("#train-again");
  await page.locator("#play").waitFor({ timeout: PATIENCE });
  await page.click("#tab-explore");
  await state(page, "live");
});

test("a server that does not call a part application/wasm serves it all the same", async (t) => {
  const prepare = (page) =>
    page.route(PART, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
    });
  const { page } = await open(t, here, { hash: "#v1&tab=train", prepare });
  await page.locator("#play").waitFor({ timeout: PATIENCE });
});

test("where the cards below the stage do not come, the page says so, the stage goes on, and they can be fetched again", async (t) => {
  const prepare = (page) => page.context().route("**/split_cards*", (route) => route.abort());
  const { page, seen } = await open(t, here, { prepare });
  await state(page, "live");
  await page.locator("#cards-again").waitFor({ timeout: PATIENCE });
  await page.locator("#epsilon").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => Number(document.documentElement.dataset.paintedEpsilon) > 0.02, null, { timeout: PATIENCE });
  await page.context().unroute("**/split_cards*");
  await page.click("#cards-again");
  await page.locator("#margins .plot svg").waitFor({ timeout: PATIENCE });
  assert.deepEqual(seen.errors, []);
});

test("menus that do not come say so, the question goes on, and they can be fetched again", async (t) => {
  let refuse = true;
  const prepare = (page) => page.route("**/split_menus.wasm", (route) => (refuse ? route.abort() : route.continue()));
  const { page, seen } = await open(t, here, { prepare });
  await live(page);
  await page.locator("#menus-again").waitFor({ timeout: PATIENCE });
  // The neighbours of an image are there all the same.
  await page.click("#image-next");
  await page.waitForFunction(() => /img=1&/.test(location.hash), null, { timeout: PATIENCE });
  refuse = false;
  await page.click("#menus-again");
  await page.click("#settings-drawer-button");
  await page.locator("#norm-2").waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator("#menus-again").count(), 0);
  assert.deepEqual(seen.errors, []);
});
