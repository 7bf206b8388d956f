// The Train tab, used: runs that start, rest, repeat and go on; what the browser keeps; files out and in.
// Settings come from the link, so that every run here is small.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { axe, live, open, PATIENCE, site, stored, until } from "./harness.mjs";

const here = site();
/// 8 steps an epoch.
const SMALL = "#v1&tab=train&net=mlp-ibp&img=0&eps=0.08&arch=mlp:32&epochs=3&teps=0.05&batch=128&train=1000";
/// Long enough to be interrupted.
const LONG = SMALL.replace("epochs=3", "epochs=900");

/** What a run's panel says. */
const run = (page, letter) =>
  page.evaluate((id) => {
    const panel = document.querySelector(`#run-${id}`);
    return panel && !panel.hidden ? { state: panel.dataset.runState, steps: Number(panel.dataset.steps), loss: panel.dataset.loss } : null;
  }, letter);

/** Waits until a run is in a state, and has taken so many steps. */
async function reached(page, letter, state, steps = 0) {
  const there = ([id, state, steps]) => {
    const panel = document.querySelector(`#run-${id}`);
    return panel && !panel.hidden && panel.dataset.runState === state && Number(panel.dataset.steps) >= steps;
  };
  await page.waitForFunction(there, [letter, state, steps], { timeout: PATIENCE }).catch(async (error) => {
    throw new Error(`run ${letter} is ${JSON.stringify(await run(page, letter))}, not ${state} after ${steps} steps: ${error.message}`);
  });
  return run(page, letter);
}

/** The newest measurement: images, clean, PGD and verified error by run. */
const errors = (page) =>
  page.$eval("#error-facts", (facts) =>
    Object.fromEntries(
      facts.dataset.facts.split(" ").filter(Boolean).map((fact) => {
        const [letter, images, clean, attacked, verified] = fact.split(":");
        return [letter, { images: Number(images), clean: Number(clean), attacked: Number(attacked), verified: Number(verified) }];
      }),
    ),
  );

/** Waits until the browser keeps a run's checkpoint of so many steps, by itself: that is what a closed tab or a dead worker leaves. */
const drafted = (page, slot, steps) =>
  until(
    () => stored(page, "boundscope", "records", ["draft", "slot", "steps"]),
    (records) => records.some((record) => record.draft && record.slot === slot && record.steps >= steps),
  );

/** Opens the Train tab. */
async function train(t, hash = SMALL, more = {}) {
  const opened = await open(t, here, { hash, ...more });
  await opened.page.waitForSelector("#play", { timeout: PATIENCE });
  return opened;
}

/** A download, as bytes. */
async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: PATIENCE }), act()]);
  const path = join(mkdtempSync(join(tmpdir(), "boundscope-")), download.suggestedFilename());
  await download.saveAs(path);
  return { name: download.suggestedFilename(), path, bytes: readFileSync(path) };
}

/** The header of a safetensors file. */
function header(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  return { length, json: JSON.parse(bytes.subarray(8, 8 + length).toString()) };
}

test("two runs train side by side, and every view fills", async (t) => {
  const { page, seen } = await train(t, SMALL.replace("batch=128", "batch=16&rate=0.002"));
  await page.click("#play");
  await reached(page, "a", "finished", 189);
  await reached(page, "b", "finished", 189);
  await page.waitForFunction(() => (document.querySelector("#error-facts").dataset.facts.match(/:1000:/g) ?? []).length === 2, null, { timeout: PATIENCE });
  const found = await errors(page);
  for (const letter of ["A", "B"]) {
    const { images, clean, attacked, verified } = found[letter];
    assert.equal(images, 1000);
    assert.ok(clean < 0.6 && clean <= attacked && attacked <= verified, JSON.stringify(found));
  }
  for (const id of ["losses", "errors", "stream", "watched", "schedules"]) {
    // What is out of sight is drawn anew once it comes into sight.
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.waitForFunction((id) => document.querySelectorAll(`#${id} svg path`).length >= 2, id, { timeout: PATIENCE });
    assert.match(await page.locator(`#${id} .say`).last().innerText(), /epoch/i);
    await page.locator(`#${id} details summary`).click();
    await page.waitForSelector(`#${id} tbody tr`, { timeout: PATIENCE });
    assert.ok((await page.locator(`#${id} tbody tr`).count()) > 2, `${id} has a table`);
  }
  assert.match(await page.locator("#run-a").innerText(), /epoch 3\.00 of 3 · step 189 of 189/);
  assert.match(await page.locator("#run-a").innerText(), /CPU/);
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
});

test("pause, step, and a reset to the seed that repeats itself to the last bit", async (t) => {
  const { page } = await train(t);
  await page.click("#step");
  await reached(page, "a", "paused", 1);
  const first = [await run(page, "a"), await reached(page, "b", "paused", 1)];
  await page.click("#step");
  const second = [await reached(page, "a", "paused", 2), await reached(page, "b", "paused", 2)];
  assert.notEqual(second[0].loss, first[0].loss);
  await page.click("#reset");
  await page.waitForFunction(() => ["a", "b"].every((run) => document.querySelector(`#run-${run}`).dataset.steps === "0"), null, { timeout: PATIENCE });
  await page.click("#step");
  await reached(page, "b", "paused", 1);
  assert.deepEqual([await reached(page, "a", "paused", 1), await run(page, "b")], first);
  await page.click("#step");
  assert.deepEqual([await reached(page, "a", "paused", 2), await reached(page, "b", "paused", 2)], second);
});

test("a run rests while it is paused and goes on where it was, at the speed that is set", async (t) => {
  const { page } = await train(t, LONG);
  await page.click("#speed-5");
  await page.click("#play");
  await reached(page, "a", "playing", 3);
  await page.click("#play");
  const { steps } = await reached(page, "a", "paused", 3);
  assert.ok(steps < 200, `five steps per second make ${steps}`);
  await page.waitForTimeout(700);
  assert.equal((await run(page, "a")).steps, steps);
  await page.click("#speed-0");
  await page.click("#play");
  await reached(page, "a", "playing", steps + 100);
});

test("history: any moment shows in every view, and opens in Explore with its own numbers", async (t) => {
  const { page } = await train(t);
  await page.click("#play");
  await reached(page, "a", "finished", 24);
  await reached(page, "b", "finished", 24);
  const newest = await page.locator("#errors .say").innerText();
  await page.locator("#moment").focus();
  await page.keyboard.press("Home");
  await page.waitForFunction(() => /epoch 0\b/.test(document.querySelector("#history").innerText), null, { timeout: PATIENCE });
  assert.notEqual(await page.locator("#errors .say").innerText(), newest);
  assert.match(await page.locator("#stream .say").innerText(), /epoch 0/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const margin = async (name) => {
    const text = await page.locator("#watched .say").last().innerText();
    return Number(text.match(new RegExp(`run A at epoch [^:]*:.*? ${name} ([+−0-9.]+)`, "i"))[1].replace("−", "-"));
  };
  const wanted = { ibp: await margin("IBP"), crown: await margin("CROWN") };
  await page.click("#open-a");
  await page.waitForFunction(() => location.hash.includes("net=mine-"), null, { timeout: PATIENCE });
  await page.locator("#epsilon-value").fill("0.05");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.paintedEpsilon === "0.05" && document.documentElement.dataset.state === "live", null, { timeout: PATIENCE });
  await live(page);
  const shown = await page.$$eval("#ladder [data-worst-margin]", (chips) => Object.fromEntries(chips.map((chip) => [chip.dataset.method, Number(chip.dataset.worstMargin)])));
  for (const method of ["ibp", "crown"]) {
    assert.ok(Math.abs(shown[method] - wanted[method]) < 2e-3 * (1 + Math.abs(wanted[method])), `${method}: Explore ${shown[method]}, Train ${wanted[method]}`);
  }
  assert.match(await page.locator("#network").textContent(), /trained here · epoch/);
  // Statuses of the trained network are drawn in Explore too.
  await page.locator("#statuses").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("#statuses svg rect").length > 3, null, { timeout: PATIENCE });
  // Its link cannot carry it: a reload says so and shows a network that ships.
  await page.reload();
  await live(page);
  assert.match(await page.locator("#notices").innerText(), /page that is closed/);
  assert.match(await page.evaluate(() => location.hash), /net=mlp-normal/);
});

test("save, reload, go on, delete and undo", async (t) => {
  const { page } = await train(t, LONG);
  await page.click("#play");
  await reached(page, "a", "playing", 30);
  await page.click("#play");
  const { steps } = await reached(page, "a", "paused", 30);
  await page.click("#save-a");
  await page.waitForSelector("[data-record]", { timeout: PATIENCE });
  await page.reload();
  await page.waitForSelector("[data-record]", { timeout: PATIENCE });
  await page.click("#discard");
  await page.click("[data-record] .load-b");
  assert.equal((await reached(page, "b", "paused", steps)).steps, steps);
  await page.click("#play");
  await reached(page, "b", "playing", steps + 10);
  await page.click("#play");
  const rest = await reached(page, "b", "paused", steps + 10);
  await drafted(page, 1, rest.steps);
  await page.click("[data-record] .delete");
  await page.waitForSelector("#undo", { timeout: PATIENCE });
  assert.equal(await page.locator("[data-record]").count(), 0);
  await page.click("#undo");
  await page.waitForSelector("[data-record]", { timeout: PATIENCE });
  await page.click("[data-record] .delete");
  await page.waitForSelector("#undo", { timeout: PATIENCE });
  await page.reload();
  await page.waitForSelector("#play", { timeout: PATIENCE });
  // What was under way is offered once the page has read all that is kept.
  await page.waitForSelector("#offer", { timeout: PATIENCE });
  assert.equal(await page.locator("[data-record]").count(), 0);
});

test("a tab that is closed in the middle offers to resume, and the run goes on", async (t) => {
  const { page } = await train(t, LONG);
  await page.click("#play");
  await reached(page, "a", "playing", 20);
  await drafted(page, 0, 20);
  await drafted(page, 1, 1);
  await page.close();
  const again = await page.context().newPage();
  await again.goto(here.url + LONG);
  await again.waitForSelector("#resume", { timeout: PATIENCE });
  assert.match(await again.locator("#offer").innerText(), /mlp:32 · ReLU · IBP at ε = 0\.05, epoch \d/);
  await again.click("#resume");
  const { steps } = await reached(again, "a", "paused", 20);
  await reached(again, "b", "paused", 1);
  // Its history came along.
  await again.locator("#errors").scrollIntoViewIfNeeded();
  await again.waitForFunction(() => document.querySelectorAll("#errors svg path").length >= 2, null, { timeout: PATIENCE });
  await again.click("#play");
  await reached(again, "a", "playing", steps + 5);
});

test("files: safetensors and ONNX out, and back in", async (t) => {
  const { page } = await train(t, LONG);
  await page.click("#play");
  await reached(page, "a", "playing", 20);
  await page.click("#play");
  const { steps } = await reached(page, "a", "paused", 20);
  const own = await downloaded(page, () => page.click("#download-safetensors-a"));
  assert.match(own.name, /^boundscope-mlp-32-relu-ibp-epoch[0-9.]+\.safetensors$/);
  assert.ok(JSON.parse(header(own.bytes).json.__metadata__.boundscope).layers.length >= 3);
  const onnx = await downloaded(page, () => page.click("#download-onnx-b"));
  assert.match(onnx.name, /\.onnx$/);
  assert.ok(onnx.bytes.length > 50_000 && onnx.bytes.includes("Relu") && !onnx.bytes.includes("ParamRamp"));
  // The checkpoint becomes a run again, in a page that knows nothing of it.
  const { page: other } = await train(t, LONG.replace("train=1000", "train=2000"));
  await other.setInputFiles("#import", own.path);
  assert.equal((await reached(other, "a", "paused", steps)).steps, steps);
  await other.click("#play");
  await reached(other, "a", "playing", steps + 5);
  // What is no run opens in Explore: a moment of the past is a network alone.
  const { page: third } = await train(t);
  await third.click("#play");
  await reached(third, "a", "finished", 24);
  await third.locator("#moment").focus();
  await third.keyboard.press("Home");
  const model = await downloaded(third, () => third.click("#download-safetensors-a"));
  await other.setInputFiles("#import", model.path);
  await other.waitForFunction(() => location.hash.includes("net=mine-"), null, { timeout: PATIENCE });
  await live(other);
  assert.ok((await run(other, "a")).steps > steps, "the run that was there stays");
});

test("a browser that is full says so, and the run goes on", async (t) => {
  const prepare = (page) =>
    page.addInitScript(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
  const { page, seen } = await train(t, LONG, { prepare });
  await page.click("#play");
  await reached(page, "a", "playing", 10);
  await page.click("#save-a");
  await page.waitForSelector(".notice [role=alert]", { timeout: PATIENCE });
  assert.match(await page.locator("#notices").innerText(), /full/);
  const { steps } = await run(page, "a");
  await reached(page, "a", "playing", steps + 10);
  assert.deepEqual(seen.errors, []);
});

test("a file that is neither is refused in words, and nothing is lost", async (t) => {
  const { page } = await train(t);
  await page.click("#step");
  await reached(page, "a", "paused", 1);
  await page.setInputFiles("#import", { name: "notes.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from("not a model") });
  await page.waitForSelector(".notice [role=alert]", { timeout: PATIENCE });
  assert.match(await page.locator(".notice [role=alert]").last().innerText(), /could not be read/);
  assert.equal((await run(page, "a")).steps, 1);
});

test("a run that diverges stops, says at which step and why, and keeps its last state", async (t) => {
  const { page } = await train(t, LONG);
  await page.click("#step");
  await reached(page, "a", "paused", 1);
  const { bytes, path } = await downloaded(page, () => page.click("#download-safetensors-a"));
  const { length, json } = header(bytes);
  for (const [name, tensor] of Object.entries(json)) {
    if (!name.endsWith(".weight") || name.startsWith("training.")) continue;
    for (let at = tensor.data_offsets[0]; at < tensor.data_offsets[1]; at += 4) bytes.writeFloatLE(1e25, 8 + length + at);
  }
  writeFileSync(path, bytes);
  const { page: other } = await train(t, LONG);
  await other.setInputFiles("#import", path);
  await reached(other, "a", "paused", 1);
  await other.click("#play");
  await reached(other, "a", "stopped", 1);
  assert.match(await other.locator("#run-a [role=alert]").innerText(), /diverged at step 1 .*not a number.*kept/);
  const kept = await downloaded(other, () => other.click("#download-safetensors-a"));
  assert.deepEqual(kept.bytes.length, bytes.length);
});

test("the worker dies while it trains: the run goes on from its last checkpoint", async (t) => {
  const { page } = await train(t, LONG);
  await page.click("#play");
  await reached(page, "a", "playing", 20);
  await drafted(page, 0, 20);
  await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("killed by a test"); }));
  await page.waitForFunction(() => /goes on from epoch/.test(document.querySelector("#notices").innerText), null, { timeout: PATIENCE });
  const { steps } = await reached(page, "a", "playing", 20);
  await reached(page, "a", "playing", steps + 20);
});

test("Explore answers while two runs train, and its state is untouched", async (t) => {
  const { page } = await train(t, LONG.replace("arch=mlp:32&", ""));
  /** Milliseconds of twenty moves of ε until all five methods are painted, sorted. */
  const moves = () => page.evaluate(async () => {
    const field = document.querySelector("#epsilon-value");
    const times = [];
    for (let move = 0; move < 20; move++) {
      const wanted = Number((10 ** (-1.2 + 0.02 * move)).toPrecision(3));
      const start = performance.now();
      field.value = String(wanted);
      field.dispatchEvent(new Event("change", { bubbles: true }));
      while (true) {
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const { state, paintedEpsilon } = document.documentElement.dataset;
        if (state === "live" && Math.abs(Number(paintedEpsilon) / wanted - 1) < 1e-6) break;
        if (performance.now() - start > 60_000) throw new Error(`no answer at ε = ${wanted}`);
      }
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b);
  });
  await page.click("#play");
  await reached(page, "b", "playing", 10);
  await page.click("#play");
  await reached(page, "b", "paused", 10);
  await page.click("#tab-explore");
  await live(page);
  const alone = await moves();
  await page.click("#tab-train");
  await page.click("#play");
  await reached(page, "b", "playing", 10);
  await page.click("#tab-explore");
  await live(page);
  const times = await moves();
  const middle = (times) => times[times.length / 2];
  const said = (times) => `median ${middle(times).toFixed(0)} ms, slowest ${times.at(-1).toFixed(0)} ms`;
  t.diagnostic(`slider to all five methods painted while two runs train: ${said(times)}; while they rest: ${said(alone)}`);
  assert.ok(middle(times) < 20 * middle(alone), `${said(times)}; at rest ${said(alone)}`);
  await page.click("#tab-train");
  const { steps } = await reached(page, "a", "playing", 20);
  await reached(page, "a", "playing", steps + 1);
});

test("a link restores what to train, and a wrong one is told", async (t) => {
  const { page } = await train(t, "#v1&tab=train&net=mlp-ibp&img=3&eps=0.08&pair=0&act=ramp:0.01-0,relu&epochs=7&seed=5&train=2000");
  assert.deepEqual(
    await page.evaluate(() => ["#activation-a", "#epochs", "#seed", "#examples"].map((id) => document.querySelector(id).value)),
    ["ramp:0.01-0", "7", "5", "2000"],
  );
  assert.equal(await page.locator("#pair").isChecked(), false);
  const { page: wrong } = await open(t, here, { hash: "#v1&tab=train&epochs=many" });
  await live(wrong);
  assert.match(await wrong.locator("#notices").innerText(), /epochs/);
});

test("without storage the page says so and trains all the same", async (t) => {
  const prepare = (page) => page.addInitScript(() => Object.defineProperty(window, "indexedDB", { get: () => null }));
  const { page, seen } = await train(t, SMALL, { prepare });
  assert.match(await page.locator("#library").innerText(), /keeps nothing/);
  await page.click("#play");
  await reached(page, "a", "finished", 24);
  assert.ok(await page.locator("#save-a").isDisabled());
  assert.deepEqual(seen.errors, []);
});

test("images that cannot be loaded are told, and a second try works", async (t) => {
  let refuse = true;
  const prepare = (page) => page.route("**/train-00.gz", (route) => (refuse ? route.abort() : route.continue()));
  const { page } = await train(t, SMALL, { prepare });
  await page.click("#play");
  await page.waitForSelector(".notice [role=alert]", { timeout: PATIENCE });
  assert.match(await page.locator(".notice").innerText(), /could not be loaded/);
  refuse = false;
  await page.click("#play");
  await reached(page, "a", "finished", 24);
});

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 820, 1440]) {
    test(`Train at ${width} px, ${scheme}: axe finds nothing, nothing hangs over`, async (t) => {
      const { page } = await train(t, SMALL, { width, scheme });
      await page.click("#play");
      await reached(page, "b", "finished", 24);
      await page.click("#save-a");
      await page.waitForSelector("[data-record]", { timeout: PATIENCE });
      assert.deepEqual(await axe(page), []);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overhang, 0, `${overhang} px hang over the right edge`);
    });
  }
}

for (const [width, height] of [[360, 740], [820, 1180], [1440, 900]]) {
  test(`${width} px: the stories and Play are on the first screen, and no chart is empty`, async (t) => {
    const { page } = await open(t, here, { hash: "#v1&tab=train", width, height });
    await page.locator("#train").waitFor({ timeout: PATIENCE });
    for (const part of ["#story-usual", "#story-provable", "#story-neurons", "#play"]) {
      const box = await page.locator(part).boundingBox();
      assert.ok(box && box.y + box.height <= height && box.x + box.width <= width, `${part} at ${JSON.stringify(box)}`);
    }
    await page.locator("#errors .r-usual path").first().waitFor({ state: "attached", timeout: PATIENCE });
  });
}

test("a story: usual training ends with a sentence, every certificate failed, progress in the title", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&tab=train&train=1000" });
  await page.click("#story-usual");
  assert.match(await page.evaluate(() => location.hash), /pair=0.*loss=clean/);
  assert.equal(await page.locator("#story-usual").getAttribute("aria-pressed"), "true");
  await page.click("#play");
  await page.waitForFunction(() => /^\d+ % · /.test(document.title), null, { timeout: PATIENCE });
  await page.locator(".conclusion:not(:empty)").first().waitFor({ timeout: 4 * PATIENCE });
  assert.match(await page.locator(".conclusion").first().innerText(), /nothing is verified/);
  assert.match(await page.locator("#certified-a").innerText(), /^\d+ → \d+ %$/);
  assert.equal(await page.title(), "Boundscope");
  // "Verified" never names an error.
  assert.doesNotMatch(await page.locator("#errors .say").innerText(), /(?<!not )verified/);
});

test("a result of the challenge is a link that anyone can replay, to the same number", async (t) => {
  const hash = "#v1&tab=train&ramp=0,0.5&seed=5&challenge=158";
  const said = [];
  for (let visit = 0; visit < 2; visit++) {
    const { page, seen } = await train(t, hash);
    assert.match(await page.locator("#challenge-said").innerText(), /press Play to take the same 158 steps/);
    await page.click("#play");
    await page.waitForFunction(() => /^Replayed/.test(document.querySelector("#challenge-said").textContent), null, { timeout: 4 * PATIENCE });
    said.push(await page.locator("#challenge-said").innerText());
    // The sentence comes with the last measurement, the rest that it asks for with the engine's answer.
    await reached(page, "a", "paused", 158);
    assert.match(await page.locator("#challenge-link").getAttribute("href"), /seed=5.*challenge=158/);
    assert.equal(await page.locator("#play").innerText(), "Once more with these knobs");
    // A knob that is turned makes it one's own attempt.
    await page.locator("#challenge-rate").fill("0.004");
    await page.locator("#challenge-rate").press("Enter");
    assert.match(await page.locator("#challenge-said").innerText(), /60 seconds of training to go/);
    assert.match(await page.evaluate(() => location.hash), /rate=0\.004.*challenge=60s/);
    assert.deepEqual(seen.errors, []);
    await page.context().close();
  }
  assert.equal(said[0], said[1]);
  assert.match(said[0], /not verified [\d.]+ %, after 2 epochs \(158 steps\)/);
});
