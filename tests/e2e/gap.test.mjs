// Closing the gap: CROWN, better slopes, splitting, until proof and counterexample meet, as the command line does it.

import assert from "node:assert/strict";
import test from "node:test";
import { answered as told } from "./cli.mjs";
import { axe, live, open, PATIENCE, searched, site } from "./harness.mjs";

const here = site();
const MODEL = "assets/models/mnist-mlp-normal.safetensors.gz";

/** Presses the button once it can be pressed. */
async function begin(page) {
  await live(page);
  await searched(page);
  await page.locator("#close-gap:enabled").click({ timeout: PATIENCE });
}

const ended = (page) => page.locator('.closing[data-state="done"]').waitFor({ timeout: PATIENCE });

test("proof and counterexample meet where the command line's do, and the stage knows it", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-normal&img=0&eps=0.02" });
  await begin(page);
  await ended(page);
  const story = page.locator(".closing");
  const [low, high] = [Number(await story.getAttribute("data-proved")), Number(await story.getAttribute("data-broken"))];
  assert.ok(low < high && high - low <= 1e-3 * high, `${low} to ${high}`);
  const { decided: [cli], radii } = told("radius", MODEL, "--mnist", "0", "--clip", "0,1", "--method", "crown,alpha-crown", "--decide");
  assert.ok(low < cli.broken && cli.verified < high, `${low} to ${high} beside ${cli.verified} to ${cli.broken}`);
  const said = await page.locator("#radius .closing .say").innerText();
  assert.match(said, /^The radius is known: proved up to ε = [\d.]+, misread at [\d.]+\. CROWN reaches \d+ % of it, better slopes \d+ %, splitting the rest in [\d.]+ s\.$/);
  // The rungs are those of the command line: what CROWN proves, what better slopes add.
  await page.locator("#radius .closing summary").click();
  const rows = page.locator("#radius .closing tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 3);
  const cells = await rows.evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(cells.map(([name]) => name), ["CROWN", "α-CROWN", "splitting"]);
  const [crown, alpha, all] = cells.map(([, end]) => Number(end));
  assert.ok(Math.abs(crown - radii[0].verified) <= 2e-3 * crown && Math.abs(alpha - radii[1].verified) <= 1e-2 * alpha, `${crown} ${alpha}`);
  assert.ok(crown < alpha && alpha < all && all <= low, `${crown} ${alpha} ${all}`);
  // Between CROWN's end and the radius the answer is a proof now; behind it there is a counterexample.
  const answer = (epsilon, wanted) => {
    return page.evaluate((hash) => { location.hash = hash; }, `#v1&net=mlp-normal&img=0&eps=${epsilon}`).then(() =>
      page.waitForFunction((wanted) => document.querySelector("#answer")?.dataset.answer === wanted, wanted, { timeout: PATIENCE }));
  };
  await answer(((alpha + low) / 2).toPrecision(4), "proved");
  await answer((high * 1.001).toPrecision(5), "broken");
  assert.deepEqual(await axe(page), []);
});

test("it can be stopped, what was proved stays, and another image takes the story away", async (t) => {
  const { page } = await open(t, here, { width: 360, height: 740, hash: "#v1&net=dm-small-normal&img=0&eps=0.02" });
  await begin(page);
  await page.locator(".closing:visible").waitFor({ timeout: PATIENCE });
  await page.waitForFunction(() => /slopes|asks about/.test(document.querySelector(".closing .say").textContent), null, { timeout: PATIENCE });
  await page.locator("#close-gap").click();
  await page.waitForFunction(() => document.querySelector(".closing .say").textContent === "Stopped. What was proved until then holds.");
  assert.equal(await page.locator("#close-gap").innerText(), "Close the gap");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing hangs over the edge");
  await page.evaluate(() => { location.hash = "#v1&net=dm-small-normal&img=1&eps=0.02"; });
  await page.locator(".closing").waitFor({ state: "hidden", timeout: PATIENCE });
  // The search takes boxes.
  await page.evaluate(() => { location.hash = "#v1&net=mlp-normal&img=1&eps=0.5&norm=2"; });
  await page.locator("#close-gap").waitFor({ state: "hidden", timeout: PATIENCE });
});
