// The stage: the question, its answer, the handle and the three digits; what may go wrong, and what a finger may do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { answered as told, root } from "./cli.mjs";
import { axe, live, open, PATIENCE, searched, site, whole } from "./harness.mjs";

const here = site();

/** Waits until the answer is one of these. */
const answered = (page, ...wanted) =>
  page.waitForFunction((wanted) => wanted.includes(document.querySelector("#answer")?.dataset.answer), wanted, { timeout: PATIENCE });

/** The last word on the question: the answer, and its sentence at the same moment. Unknown may become broken while radii are searched for. */
async function settled(page) {
  await page.waitForFunction(() => /found/.test(document.querySelector("#digit-worst").ariaLabel), null, { timeout: PATIENCE });
  await searched(page);
  await answered(page, "proved", "broken", "unknown", "misread");
  return page.evaluate(() => {
    const answer = document.querySelector("#answer");
    return [answer.dataset.answer, answer.innerText];
  });
}

for (const [width, height] of [[360, 740], [390, 844], [820, 1180], [1440, 900], [2560, 1440]]) {
  test(`${width} px: the question, the answer, the handle and the digits are seen without scrolling`, async (t) => {
    const { page } = await open(t, here, { width, height });
    await live(page);
    await answered(page, "proved");
    for (const part of ["#question", "#answer", "#epsilon", "#digit", "#digit-random", "#digit-worst"]) {
      const box = await page.locator(part).boundingBox();
      assert.ok(box && box.y >= 0 && box.y + box.height <= height, `${part} ends at ${box?.y + box?.height} of ${height}`);
      assert.ok(box.x >= 0 && box.x + box.width <= width, `${part} hangs over the edge`);
    }
    const handle = await page.locator("#epsilon").boundingBox();
    assert.ok(handle.width >= 44 && handle.height >= 44, "a finger finds the handle");
  });
}

test("the answer is the command line's, in all its cases", async (t) => {
  // Seeded: around each image's own bracket, so that every case comes up.
  const questions = [];
  for (const net of ["mlp-normal", "mlp-ibp"]) {
    const model = `assets/models/mnist-${net}.safetensors.gz`;
    for (const image of [0, 2, 3, 7, 8]) {
      const { radii } = told("radius", model, "--mnist", `${image}`, "--clip", "0,1", "--largest", "0.5");
      const proved = Math.max(...radii.map((radius) => radius.verified ?? 0));
      questions.push([net, image, proved > 0 ? Number((proved * 0.8).toPrecision(3)) : 0.01, proved]);
      questions.push([net, image, proved > 0 ? Number(Math.min(0.5, proved * 3).toPrecision(3)) : 0.2, proved]);
    }
  }
  const seen = new Set();
  for (const [net, image, epsilon, proved] of questions) {
    const { page } = await open(t, here, { hash: `#v1&net=${net}&img=${image}&eps=${epsilon}` });
    await live(page);
    const [found] = await settled(page);
    seen.add(found);
    assert.equal(found === "proved", proved >= epsilon, `${net} ${image} at ${epsilon}: ${found}, proved to ${proved}`);
    // What is shown as broken is: the picture beside it is read as something else.
    const worst = await page.locator("#digit-worst").getAttribute("aria-label");
    if (found === "broken") assert.match(worst, /read as \d!/, `${net} ${image} at ${epsilon}`);
    if (found === "proved" || found === "unknown") assert.match(worst, /still \d/, `${net} ${image} at ${epsilon}`);
    await page.context().close();
  }
  assert.ok(seen.has("proved") && (seen.has("broken") || seen.has("misread")), [...seen].join(" "));
});

test("ε is read as a percentage, as 255ths and as a plain number; Home and End reach the ends", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  const field = page.locator("#epsilon-value");
  for (const [written, wanted] of [["3 %", 0.03], ["51/255", 0.2], ["0.05", 0.05], ["1,5%", 0.015]]) {
    await field.fill(written);
    await field.press("Enter");
    await page.waitForFunction((wanted) => Math.abs(Number(document.documentElement.dataset.paintedEpsilon) - wanted) < 1e-12, wanted, { timeout: PATIENCE });
  }
  await field.fill("much");
  await field.press("Enter");
  assert.equal(await field.inputValue(), "1.5 %");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const handle = page.locator("#epsilon");
  await handle.focus();
  await page.keyboard.press("End");
  assert.equal(await handle.getAttribute("aria-valuenow"), "0.5");
  await page.keyboard.press("Home");
  assert.equal(await handle.getAttribute("aria-valuenow"), "0.001");
  assert.match(await handle.getAttribute("aria-valuetext"), /^0\.1 %: /);
});

test("ε comes back with its norm", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-normal&img=0&eps=0.033" });
  await live(page);
  await page.locator("#settings-drawer-button").click();
  await page.locator("#norm-2").click();
  assert.match(await page.locator("#epsilon-value").inputValue(), /^[\d.]+$/);
  await page.locator("#norm-inf").click();
  assert.equal(await page.locator("#epsilon-value").inputValue(), "3.3 %");
});

test("an image that cannot be had changes nothing that is drawn, said or linked, and can be asked for again", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  let refuse;
  const held = new Promise((done) => (refuse = done));
  await page.context().route("**/assets/mnist/test-39*", (route) => held.then(() => route.abort()));
  await page.locator("#image-menu-button").click();
  await page.locator("#image-index").fill("9900");
  await page.keyboard.press("Enter");
  // While it is on its way, what is drawn is of another image than the controls say, and fades.
  const faded = (page, wanted) => page.waitForFunction((wanted) => document.documentElement.hasAttribute("data-stale") === wanted, wanted, { timeout: PATIENCE });
  await faded(page, true);
  refuse();
  const notice = page.locator("#notices .notice");
  await notice.waitFor({ timeout: PATIENCE });
  assert.match(await notice.innerText(), /9900/);
  await faded(page, false);
  assert.match(await page.evaluate(() => location.hash), /img=0&/);
  assert.match(await page.locator("#image-menu-button").innerText(), /#0/);
  assert.match(await page.locator("#question").innerText(), /the 7/);
  const before = await page.evaluate(() => document.documentElement.dataset.epoch);
  await page.locator("#epsilon").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => Number(document.documentElement.dataset.epoch) > Number(before), before, { timeout: PATIENCE });
  await page.context().unroute("**/assets/mnist/test-39*");
  await page.locator("#retry").click();
  await page.waitForFunction(() => /img=9900/.test(location.hash), null, { timeout: PATIENCE });
  await live(page);
  await faded(page, false);
});

test("a network that cannot be had changes nothing either", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  await page.context().route("**/assets/models/mnist-mlp-ibp*", (route) => route.fulfill({ status: 503, body: "" }));
  await page.locator("#training-robust").click();
  await page.locator("#notices .notice").waitFor({ timeout: PATIENCE });
  assert.match(await page.evaluate(() => location.hash), /net=mlp-normal/);
  assert.equal(await page.locator("#training-usual").getAttribute("aria-pressed"), "true");
  // The page is live once the bounds are there; the sound proof comes after them.
  await answered(page, "proved");
});

/** Drops a file on the page. */
const drop = (page, name, base64) =>
  page.evaluate(
    ([name, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name));
      const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      return !document.body.dispatchEvent(event);
    },
    [name, base64],
  );

test("a network, a picture and something else are dropped: opened, drawn, refused in words; the page stays", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  const file = readFileSync(`${root}/assets/models/mnist-mlp-ibp.safetensors.gz`).toString("base64");
  assert.ok(await drop(page, "own.safetensors.gz", file), "the browser does not leave the page for the file");
  await page.waitForFunction(() => /net=mine-1/.test(location.hash), null, { timeout: PATIENCE });
  await live(page);
  // A picture: a dark stroke on white, made by the browser itself.
  const picture = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [200, 120];
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, 200, 120);
    context.fillStyle = "black";
    context.fillRect(95, 20, 12, 80);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  await drop(page, "one.png", picture);
  await page.waitForFunction(() => /draw=/.test(location.hash), null, { timeout: PATIENCE });
  await live(page);
  await drop(page, "notes.txt", btoa("hello"));
  // Inspect says what it is; what was on Explore is still there.
  await page.locator("#inspect-refused").waitFor({ timeout: PATIENCE });
  assert.match(await page.locator("#inspect-refused").innerText(), /notes\.txt/);
  assert.match(await page.evaluate(() => location.hash), /tab=inspect.*draw=/);
});

test("a finger that swipes over the charts scrolls and changes nothing; a tap on the bar goes there", async (t) => {
  const { page } = await open(t, here, { width: 390, height: 844, touch: true });
  await live(page);
  const hash = await page.evaluate(() => location.hash);
  const cdp = await page.context().newCDPSession(page);
  const swipe = async (x, y) => {
    await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    for (let step = 1; step <= 6; step++) {
      await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: x + step, y: y - 25 * step }] });
    }
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  // Charts along ε come with the radii and the sweep.
  await searched(page);
  const charts = await page.locator("#explore .plot:visible, #neuron-picker").all();
  assert.ok(charts.length > 6, `${charts.length} charts`);
  for (const chart of charts) {
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    await swipe(box.x + box.width * 0.6, Math.min(Math.max(box.y + box.height / 2, 170), 700));
  }
  assert.equal(await page.evaluate(() => location.hash), hash);
  // The last swipe may still be rolling out, and a tap on a page that rolls only halts it.
  const still = () => page.waitForFunction(() => {
    const before = window.scrollY;
    return new Promise((done) => setTimeout(() => done(window.scrollY === before), 500));
  }, null, { timeout: PATIENCE });
  await still();
  await page.evaluate(() => { window.scrollTo(0, 0); });
  await still();
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  const bar = await page.locator("#stage .bar").boundingBox();
  await page.touchscreen.tap(bar.x + bar.width * 0.9, bar.y + bar.height * 0.6);
  await page.waitForFunction((hash) => location.hash !== hash, hash, { timeout: PATIENCE });
});

/** A seeded stream of numbers in [0, 1): mulberry32. */
function stream(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("the sentence is what the command line says, on twenty questions drawn by a seed", { timeout: 1_200_000 }, async (t) => {
  const random = stream(11);
  const nets = ["mlp-normal", "mlp-ibp"];
  // ε as a multiple of the best radius: below it, just beyond it, far beyond it.
  const multiples = [[0.5, 0.95], [1.05, 1.3], [4, 8]];
  const { page } = await open(t, here);
  await live(page);
  const seen = {};
  for (let place = 0; place < 20; place++) {
    const net = nets[place % 2];
    const image = Math.floor(random() * 10_000);
    const model = `assets/models/mnist-${net}.safetensors.gz`;
    const { radii, label, predicted } = told("radius", model, "--mnist", `${image}`, "--clip", "0,1", "--largest", "0.5");
    const best = Math.max(0.001, ...radii.map(({ verified }) => verified ?? 0));
    const [from, to] = multiples[place % 3];
    const epsilon = Number(Math.min(0.5, best * (from + (to - from) * random())).toPrecision(3));
    const proved = radii.some(({ verified }) => verified !== null && verified >= epsilon);
    await page.evaluate((hash) => (location.hash = hash), `#v1&net=${net}&img=${image}&eps=${epsilon}`);
    await page.waitForFunction((wanted) => document.documentElement.dataset.paintedEpsilon === wanted, String(epsilon), { timeout: PATIENCE });
    await page.waitForFunction(
      (image) => new RegExp(`#${image}\\b`).test(document.querySelector("#image-menu-button").textContent) && !document.documentElement.hasAttribute("data-stale"),
      image, { timeout: PATIENCE },
    );
    const [found, said] = await settled(page);
    seen[found] = (seen[found] ?? 0) + 1;
    assert.equal(found === "proved", proved, `${net} ${image} at ${epsilon}: ${found}; ${JSON.stringify(radii)}`);
    const sentence = { proved: /^No: proved\.$/, broken: /^Yes: here is how\.$/, unknown: /^Nobody knows/, misread: /already does/ }[found];
    assert.match(said, sentence);
    if (found === "broken") {
      // What is called broken is: the picture beside it is read as something else.
      assert.match(await page.locator("#digit-worst").getAttribute("aria-label"), /read as \d!/);
    }
    if (label !== undefined && predicted !== undefined) assert.equal(found === "misread", label !== predicted);
  }
  for (const kind of ["proved", "unknown", "broken"]) assert.ok(seen[kind] >= 2, JSON.stringify(seen));
});

test("terms say what they mean: on focus, and on a tap", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  // A sentence that changes while its term is pointed at takes the box along.
  await whole(page);
  await searched(page);
  const term = page.locator("#stage .term").first();
  const says = page.locator("#gloss");
  assert.equal(await says.count(), 0);
  await term.click();
  assert.match(await says.innerText(), /^Interval bound propagation/);
  assert.equal(await term.getAttribute("aria-describedby"), "gloss");
  await page.keyboard.press("Escape");
  assert.equal(await says.count(), 0);
  await page.locator("#epsilon").focus();
  await page.mouse.move(0, 0);
  // Titles, legends and settings too; each sentence stays inside the window.
  const asked = async (terms) => {
    for (const term of terms.filter((_, place) => place % 3 === 0)) {
      await term.hover();
      const [box, wide] = [await says.boundingBox(), page.viewportSize().width];
      assert.ok(box && box.x >= 0 && box.x + box.width <= wide && box.y >= 0, `${await term.innerText()}: ${JSON.stringify(box)}`);
    }
    return terms.length;
  };
  const cards = await asked(await page.locator("#explore .term:visible").all());
  await page.locator("#settings-drawer-button").click();
  const settings = await asked(await page.locator("#settings-drawer .term:visible").all());
  assert.ok(cards > 30 && settings > 12, `${cards} terms on the cards, ${settings} in the settings`);
  await page.locator("#norm-2").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  assert.match(await says.innerText(), /./);
});

test("two sides: usual and robust training, one handle, the difference written between", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  await page.locator("#compare-menu-button").click();
  await page.locator("#compare-training").click();
  await page.locator("#other-side").waitFor({ timeout: PATIENCE });
  await page.waitForFunction(() => /times as far/.test(document.querySelector("#between").textContent), null, { timeout: 2 * PATIENCE });
  assert.match(await page.locator("#between").innerText(), /^B's proof reaches [\d.]+ times as far/);
  assert.match(await page.locator("#side-b").innerText(), /Robust/);
  assert.match(await page.evaluate(() => location.hash), /vs=net:mlp-ibp/);
  // The other side's numbers are those of its network by itself.
  const settled = () => [...document.querySelectorAll("#other-side [data-told]")].filter((told) => /^(not )?proved$/.test(told.dataset.mark)).length === 5;
  await page.waitForFunction(settled, null, { timeout: 2 * PATIENCE });
  const radii = told("radius", "assets/models/mnist-mlp-ibp.safetensors.gz", "--mnist", "0", "--clip", "0,1", "--largest", "0.5").radii;
  for (const { method, verified } of radii) {
    const mark = await page.locator(`#other-side [data-told="${method}"]`).getAttribute("data-mark");
    assert.equal(mark === "proved", verified >= 0.02, `${method}: ${mark}, proved to ${verified}`);
  }
  // Moved on the other side, ε moves on both.
  await page.locator("#epsilon-b").focus();
  await page.keyboard.press("ArrowRight");
  const both = () => ["#epsilon", "#epsilon-b"].every((id) => Number(document.querySelector(id).getAttribute("aria-valuenow")) > 0.02);
  await page.waitForFunction(both, null, { timeout: PATIENCE });
  assert.equal(...(await page.$$eval("#epsilon, #epsilon-b", (handles) => handles.map((handle) => handle.getAttribute("aria-valuenow")))));
  assert.deepEqual(await axe(page), []);
  await page.locator("#compare-menu-button").click();
  await page.locator("#compare-stop").click();
  await page.waitForFunction(() => !document.querySelector("#other-side"), null, { timeout: PATIENCE });
  assert.deepEqual([seen.errors, seen.console], [[], []]);
});

test("a state is pinned, stays as an outline, and is one click away", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  await answered(page, "proved");
  await page.locator("#pin").click();
  await page.locator("#training-robust").click();
  await page.waitForFunction(() => /net=mlp-ibp/.test(location.hash), null, { timeout: PATIENCE });
  await live(page);
  assert.equal(await page.locator("#stage .pinned-proved").count(), 1);
  await page.locator("#pinned").click();
  await page.waitForFunction(() => /net=mlp-normal/.test(location.hash), null, { timeout: PATIENCE });
});
