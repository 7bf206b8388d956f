// Decisions: questions in VNN-LIB and about an image, decided in the tab with the tree on screen; paused, gone on with, cancelled, refused.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { root } from "./cli.mjs";
import { axe, ended, open, PATIENCE, site } from "./harness.mjs";
import { drop, inspect, read } from "./inspecting.mjs";

const here = site();
const models = `${root}/assets/models/`;
const own = readFileSync(`${models}mnist-mlp-ibp.safetensors.gz`);
const moons = readFileSync(`${models}moons-ibp.safetensors.gz`);
const public_ = `${root}/../shared/vnn/`;
const skip = existsSync(public_) ? false : "needs the public benchmarks beside the repository";
const LONG = 6 * PATIENCE;

/** A question about the network of two inputs and two outputs. */
const question = (conditions) =>
  Buffer.from(`${["X_0", "X_1", "Y_0", "Y_1"].map((name) => `(declare-const ${name} Real)`).join("\n")}\n${conditions}`);
const box = (low, high) => `(assert (and (>= X_0 ${low[0]}) (<= X_0 ${high[0]}) (>= X_1 ${low[1]}) (<= X_1 ${high[1]})))`;
/** Along the line where both classes are alike: is the sum of both outputs ever so large? A little above 4.05 it is not. */
const along = (sum) =>
  question(`${box([-1.5, -1], [2.5, 1.5])}\n(assert (and (<= (- Y_0 Y_1) 1) (>= (- Y_0 Y_1) -1) (>= (+ Y_0 Y_1) ${sum})))`);

async function opened(t, name, bytes, more = {}) {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect", ...more });
  await inspect(page, ["empty"]);
  assert.equal((await read(page, [name, bytes])).state, "open");
  return { page, seen };
}

const stage = (page, ...wanted) =>
  page.waitForFunction((wanted) => wanted.includes(document.querySelector("#decision")?.dataset.decision), wanted, { timeout: LONG });
const said = (page) => page.locator("#decide-said").innerText();
const figure = (page, name) =>
  page.locator("#decide-figures div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd").innerText();
const marks = (page) => page.locator("#tree-picker circle").count();

/** Opens a network and asks a question of it; how long the decision took, in seconds of work. */
async function decided(t, [network, query], answer) {
  const { page, seen } = await opened(t, network.split("/").at(-1), readFileSync(public_ + network));
  const start = Date.now();
  await drop(page, [query.name, query.bytes]);
  await stage(page, answer);
  t.diagnostic(`${query.name} on ${network}: ${answer}, ${await figure(page, "seconds")} s of work, ${(Date.now() - start) / 1000} s in all`);
  return { page, seen };
}

/** One file of a tar archive. */
const member = (archive, name) => execFileSync("tar", ["-xzOf", archive, name]);

test("ACAS Xu's property 3 is decided while its tree grows; paused, gone on with", { skip, timeout: 900_000 }, async (t) => {
  const network = "acasxu/onnx/ACASXU_run2a_1_1_batch_2000.onnx.gz";
  const { page, seen } = await opened(t, "acas.onnx.gz", readFileSync(public_ + network));
  assert.equal(seen.requests.filter((url) => /prover/.test(url)).length, 0, "the search comes with the first question");
  await page.fill("#decide-limit", "900");
  await drop(page, ["prop_3.vnnlib.gz", readFileSync(`${public_}acasxu/vnnlib/prop_3.vnnlib.gz`)]);
  await stage(page, "searching");
  assert.match(await page.locator("#decide-question").innerText(), /^Is there an input with X_0 in \[.* for which output 0 is the smallest\?$/);
  await page.locator("#tree-picker").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("#tree-picker circle").length > 5, null, { timeout: LONG });
  await page.click("#decide-pause");
  await stage(page, "paused");
  const before = [await figure(page, "seconds"), await figure(page, "bounded")];
  assert.match(before[0], /^[\d.]+ of 900$/);
  await page.waitForTimeout(1500);
  assert.deepEqual([await figure(page, "seconds"), await figure(page, "bounded")], before, "nothing moves while it waits");
  assert.match(await figure(page, "proved"), /^\d/);
  assert.match(await figure(page, "worst open bound"), /^−\d/);
  // A domain in words, by keyboard and by pointer.
  await page.locator("#tree-picker").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#tree-domain").innerText(), /^Domain \d+, after one split: X_\d [≤≥] .*\. Bound −/);
  const area = await page.locator("#tree-picker").boundingBox();
  await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
  assert.match(await page.locator("#tree-domain").innerText(), /^Domain \d+, after \d+ splits: X_\d/);
  await page.click("#decide-pause");
  await stage(page, "proved");
  t.diagnostic(`ACAS Xu 1_1, property 3: ${await figure(page, "seconds")} s of work`);
  assert.match(await said(page), /^Proved: no input that is asked about has such outputs \([\d\u202f]+ domains, each closed in the sound arithmetic\)\.$/);
  assert.equal(await figure(page, "open"), "0");
  await ended(page, "prover");
  // What is out of sight is drawn once it comes into sight.
  await page.locator("#tree-picker").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("#tree-picker circle").length > 50, null, { timeout: PATIENCE });
  const drawn = await marks(page);
  assert.ok(drawn <= 241, `${drawn}`);
  assert.match(await page.locator("#tree-said").innerText(), /domains: [\d\u202f]+ proved, 0 open, .*drawn one by one/);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("networks of 30 inputs split neurons, of two the plane", { skip, timeout: 900_000 }, async (t) => {
  const name = "vnnlib/ruarobot/hyperrectangle_3065.vnnlib";
  const query = { name: "hyperrectangle.vnnlib", bytes: member(`${public_}safenlp/vnnlib.tar.gz`, name) };
  const { page, seen } = await decided(t, ["safenlp/onnx/ruarobot/perturbations_0.onnx.gz", query], "proved");
  assert.match(await page.locator("#decide-question").innerText(), /30 numbers, each in a range of its own/);
  await page.locator("#tree-picker").focus();
  await page.keyboard.press("End");
  assert.match(await page.locator("#tree-domain").innerText(), /neuron \d+ of hidden layer 1 is (on|off).*It is proved\./);
  assert.equal(await page.locator("#tree-plane").isVisible(), false);
  await page.locator("#decide-tree summary").first().click();
  await page.locator("#decide-tree tbody tr").first().waitFor({ timeout: PATIENCE });
  const rows = await page.locator("#decide-tree tbody tr").count();
  assert.ok(rows > 20, `${rows}`);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
  const flat = { name: "property.vnnlib.gz", bytes: readFileSync(`${public_}tllverify/vnnlib/property_N=8_2.vnnlib.gz`) };
  const two = await decided(t, ["tllverify/onnx/tllBench_n=2_N=M=8_m=1_instance_0_2.onnx.gz", flat], "proved");
  await two.page.locator("#tree-plane").waitFor({ timeout: PATIENCE });
  // It knows its width a frame after it is there.
  await two.page.waitForFunction(() => document.querySelector("#tree-plane svg").getBoundingClientRect().width > 200, null, { timeout: PATIENCE });
  await two.page.locator("#tree-plane svg").scrollIntoViewIfNeeded();
  const plane = await two.page.locator("#tree-plane svg").boundingBox();
  await two.page.mouse.move(plane.x + 150, plane.y + 150);
  assert.match(await two.page.locator("#tree-domain").innerText(), /^Domain \d+.*X_[01] [≤≥]/);
});

test("a bad question is refused by a sentence, and the network stays", async (t) => {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  await drop(page, ["alone.vnnlib", question("(assert (<= Y_0 0))")]);
  await page.locator("#inspect-refused").waitFor({ timeout: PATIENCE });
  assert.match(await page.locator("#inspect-refused").innerText(), /alone\.vnnlib was not opened: .*Open the network first/);
  assert.equal((await read(page, ["moons.safetensors.gz", moons])).state, "open");
  for (const [file, text, why] of [
    ["bad.vnnlib", "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (<= X_0 (* X_0 X_0)))", /^bad\.vnnlib cannot be asked: .*line 3.*The network is still here\.$/],
    ["other.vnnlib", "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (and (>= X_0 0) (<= X_0 1)))\n(assert (<= Y_0 0))", /1 inputs and 1 outputs, the network has 2 and 2/],
    ["nonsense.vnnlib", "nonsense", /cannot be asked: .*line 1/],
  ]) {
    await drop(page, [file, Buffer.from(text)]);
    await stage(page, "failed");
    await page.waitForFunction((file) => document.querySelector("#decide-said").textContent.startsWith(file), file, { timeout: PATIENCE });
    assert.match(await said(page), why);
    assert.equal(await page.locator("#inspect-title").innerText(), "moons.safetensors.gz");
  }
  // A network and a question at once: the question waits for the network. Descent finds an input before anything is split.
  await drop(page, ["again.safetensors.gz", moons], ["easy.vnnlib", question(`${box([-1, -1], [2, 2])}\n(assert (<= Y_0 Y_1))`)]);
  await stage(page, "counterexample");
  assert.equal(await page.locator("#inspect-title").innerText(), "again.safetensors.gz");
  assert.match(await said(page), /^Counterexample: /);
  assert.match(await page.locator("#decide-remark").innerText(), /evaluated again in f32 and in f64/);
  await page.locator("#decide-found summary").first().click();
  await page.locator("#decide-found tbody tr").first().waitFor({ timeout: PATIENCE });
  const cells = await page.locator("#decide-found tbody tr").first().locator("th, td").allInnerTexts();
  assert.equal(cells[0], "X_0");
  assert.ok(Number(cells[1]) <= Number(cells[3]) && Number(cells[3]) <= Number(cells[2]), cells.join(" "));
  assert.deepEqual(seen.errors, []);
});

test("an image and ε: a counterexample is shown, an open one runs out of time, a search is cancelled", { timeout: 900_000 }, async (t) => {
  const { page, seen } = await opened(t, "mine.safetensors.gz", own);
  await page.waitForSelector('#inspect-radius [data-stage="done"]', { timeout: LONG });
  await page.fill("#decide-epsilon", "0.4");
  await page.locator("#decide-start").focus();
  await page.keyboard.press("Enter");
  await stage(page, "counterexample");
  await page.locator("#decide-found canvas").nth(2).waitFor({ timeout: PATIENCE });
  assert.match(await page.locator("#decide-question").innerText(), /^Is any input within 0\.4 of test digit #0 in ℓ∞, numbers kept in \[0, 1\.000\] read as anything but 7/);
  assert.match(await said(page), /^Counterexample: within 0\.4 of test digit #0 there is an input that is read as \d, not 7\.$/);
  assert.equal(await page.locator("#decide-found canvas").count(), 3);
  await page.fill("#decide-epsilon", "0.02");
  await page.click("#decide-start");
  await stage(page, "proved");
  assert.match(await said(page), /^Proved: no input within 0\.02 of test digit #0 is read as anything but 7 \(/);
  // Between what is proved and what is broken, in no time.
  await page.fill("#decide-epsilon", "");
  await page.fill("#decide-limit", "nonsense");
  assert.match(await page.locator("#decide-complaint").innerText(), /no time limit/);
  await page.fill("#decide-limit", "3");
  await page.click("#decide-start");
  await stage(page, "timeout", "proved", "counterexample");
  assert.match(await said(page), /^(Nobody knows: the time is up after|Proved: no input|Counterexample: )/);
  await page.fill("#decide-limit", "600");
  await page.click("#decide-start");
  // A machine that is fast enough answers before it is cancelled.
  await stage(page, "searching", "timeout", "proved", "counterexample");
  const cancelled = await page.evaluate(() => {
    const [button, decision] = ["#decide-cancel", "#decision"].map((id) => document.querySelector(id));
    const runs = !button.hidden;
    button.click();
    return new Promise((done) => setTimeout(() => done({ runs, stage: decision.dataset.decision })));
  });
  if (cancelled.runs) {
    assert.equal(cancelled.stage, "cancelled");
    assert.match(await said(page), /^Cancelled/);
  }
  await ended(page, "prover");
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 820, 1440]) {
    test(`${width} px, ${scheme}, with a tree: no axe violation, nothing hangs over the edge`, async (t) => {
      const { page } = await opened(t, "moons.safetensors.gz", moons, { width, scheme });
      const answer = scheme === "light" ? "proved" : "counterexample";
      await drop(page, ["plane.vnnlib", along(answer === "proved" ? 4.1 : 3.9)]);
      await stage(page, answer);
      await page.locator("#tree-plane").waitFor({ timeout: PATIENCE });
      await page.locator("#tree-picker").focus();
      await page.keyboard.press("End");
      assert.deepEqual(await axe(page), []);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overhang, 0, `${overhang} px hang over the right edge`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/decide-${width}-${scheme}.png`, fullPage: true });
    });
  }
}
