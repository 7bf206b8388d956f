// Inspect at work: what an attack found, certificates, two networks, the brush, data in files, a set that outlives a reload and an engine.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { crc32, gunzipSync, gzipSync } from "node:zlib";
import { boundscope, root } from "./cli.mjs";
import { axe, ended, live, open, PATIENCE, site, stored, until } from "./harness.mjs";
import { drop, inspect, read } from "./inspecting.mjs";

const here = site();
const models = `${root}/assets/models/`;
const own = readFileSync(`${models}mnist-mlp-ibp.safetensors.gz`);
const plain = readFileSync(`${models}mnist-mlp-normal.safetensors.gz`);
const conv = readFileSync(`${models}mnist-dm-small-ibp-relu.safetensors.gz`);
const moons = readFileSync(`${models}moons-ibp.safetensors.gz`);
const model = `${models}mnist-mlp-ibp.safetensors.gz`;
const LONG = 6 * PATIENCE;

async function opened(t, name = "mine.safetensors.gz", bytes = own, more = {}) {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect", ...more });
  await inspect(page, ["empty"]);
  assert.equal((await read(page, [name, bytes])).state, "open");
  return { page, seen };
}
const certified = (page) => page.waitForSelector('#inspect-radius [data-stage="done"]', { timeout: LONG });
const finished = (page, pattern) =>
  page.waitForFunction((source) => new RegExp(source).test(document.querySelector("#inspect-set h2").textContent), pattern, { timeout: LONG });
/** Presses a button as a keyboard does. */
async function press(page, selector) {
  await page.locator(selector).focus();
  await page.keyboard.press("Enter");
}

const python = (...words) => execFileSync("python3", words, { encoding: "utf8" });
const checker = `${root}/tools/check_certificate.py`;

test("the attack's point stands beside the image, with what changed and what is read then", async (t) => {
  const { page, seen } = await opened(t);
  await certified(page);
  await page.locator("#inspect-broken").waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator("#inspect-broken canvas").count(), 3);
  const read = await page.locator("#inspect-broken").getAttribute("data-read");
  assert.ok(/^\d$/.test(read) && read !== "7", read);
  assert.match(await page.locator("#inspect-broken .say").innerText(), new RegExp(`reads ${read} instead of 7\\. .*for certain`));
  // Red and blue, and nothing at all where nothing changed.
  const pixels = await page.locator(".broken-change").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const all = Array.from({ length: data.length / 4 }, (_, place) => [...data.subarray(4 * place, 4 * place + 4)]);
    return { red: all.filter(([r, , b, a]) => a > 99 && r > b).length, blue: all.filter(([r, , b, a]) => a > 99 && b > r).length };
  });
  assert.ok(pixels.red > 20 && pixels.blue > 20, JSON.stringify(pixels));
  assert.deepEqual(await axe(page), []);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("a certificate is made by keyboard, is the command line's, and two checkers accept it", { timeout: 900_000 }, async (t) => {
  const { page, seen } = await opened(t);
  await certified(page);
  assert.equal(seen.requests.filter((url) => /prover/.test(url)).length, 0, "the prover comes with the first certificate");
  await page.fill("#certify-epsilon", "nonsense");
  await press(page, "#certify-one");
  assert.match(await page.locator("#certify-said").innerText(), /no ε/);
  await page.fill("#certify-epsilon", "0.05");
  const [file] = await Promise.all([page.waitForEvent("download", { timeout: LONG }), press(page, "#certify-one")]);
  assert.equal(file.suggestedFilename(), "0001-test-digit-0.json");
  assert.match(await page.locator("#certify-said").innerText(), /It proves ε = 0\.05 by /);
  const folder = mkdtempSync(join(tmpdir(), "boundscope-"));
  const mine = join(folder, "mine.json");
  writeFileSync(mine, readFileSync(await file.path()));
  assert.match(python(checker, mine, model), /^accepted/);
  assert.match(boundscope("check", mine, model), /accepted: every input within 0\.0500000 .* gets class 7/);
  // The same claim by the command line: everything but the last bits of what is computed is the same.
  const theirs = join(folder, "theirs.json");
  boundscope("certify", model, "--mnist", "0", "--epsilon", "0.05", "--clip", "0,1", "--method", "ibp,crown-ibp,crown", "--out", theirs);
  const [a, b] = [mine, theirs].map((path) => JSON.parse(readFileSync(path, "utf8")));
  for (const part of ["format", "version", "model", "region", "claim", "method"]) assert.deepEqual(a[part], b[part], part);
  const shape = ({ layers, lines, picks, by }) => ({ by, layers: layers.map(({ node, by, lower }) => [node, by, lower.length]), lines: lines.length, picks: picks.length });
  assert.deepEqual(a.leaves.map(shape), b.leaves.map(shape));
  // Of all, each at its own radius: one archive.
  await press(page, "#set-start");
  await finished(page, "10 of 10");
  await page.fill("#certify-epsilon", "");
  const [pack] = await Promise.all([page.waitForEvent("download", { timeout: LONG }), press(page, "#certify-all")]);
  assert.equal(pack.suggestedFilename(), "mine.safetensors.certificates.zip");
  const [, made] = /^(\d+) of \d+ certified/.exec(await page.locator("#certify-said").innerText());
  const zip = join(folder, "all.zip");
  writeFileSync(zip, readFileSync(await pack.path()));
  python("-m", "zipfile", "-e", zip, join(folder, "all"));
  const names = readdirSync(join(folder, "all"));
  assert.ok(names.length === Number(made) && names.length > 5, `${names} ${made}`);
  assert.equal(JSON.parse(boundscope("check", join(folder, "all"), model, "--json")).accepted, true);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("a certificate that takes long shows how far it is, and can be cancelled", async (t) => {
  const { page, seen } = await opened(t, "conv.safetensors.gz", conv);
  await page.waitForFunction(() => /read as/.test(document.querySelector("#inspect-radius h2").textContent), null, { timeout: PATIENCE });
  await page.fill("#certify-epsilon", "0.01");
  await page.click("#certify-all");
  await page.waitForFunction(() => /\d+ %: /.test(document.querySelector("#certify-said").textContent), null, { timeout: LONG });
  await page.click("#certify-stop");
  assert.match(await page.locator("#certify-said").innerText(), /Cancelled/);
  await page.locator("#certify-one").waitFor({ timeout: PATIENCE });
  await ended(page, "prover");
  assert.deepEqual(seen.errors, []);
});

test("two networks on the same inputs: radii side by side, the difference written", { timeout: 600_000 }, async (t) => {
  const { page, seen } = await opened(t);
  await certified(page);
  await page.setInputFiles("#compare-file", { name: "points.safetensors.gz", mimeType: "", buffer: moons });
  await page.locator("#inspect-refused").waitFor({ timeout: PATIENCE });
  assert.match(await page.locator("#inspect-refused").innerText(), /points.* takes 2 numbers and gives 2.* 784 numbers and gives 10/);
  await page.setInputFiles("#compare-file", { name: "plain.safetensors.gz", mimeType: "", buffer: plain });
  await page.waitForFunction(() => document.querySelector("#compare-found").dataset.pairs === "1", null, { timeout: LONG });
  assert.equal(await page.locator("#inspect-title").innerText(), "mine.safetensors.gz", "the first stays open");
  await press(page, "#set-start");
  await page.waitForFunction(() => document.querySelector("#compare-found").dataset.pairs === "10", null, { timeout: LONG });
  assert.match(await page.locator("#compare-said").innerText(), /Of 10 inputs, plain.* is proved further than mine.* on 0, .*The median difference .* is −/);
  const rows = await page.locator("#inspect-compare tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.equal(rows.length, 10);
  for (const [, , , , mine, other, difference] of rows) {
    // One that either network misreads has no radius.
    if ([mine, other].includes("none")) {
      assert.equal(difference, "");
      continue;
    }
    const told = Number(difference.replace("−", "-"));
    assert.ok(Math.abs(Number(other) - Number(mine) - told) < 2e-4, `${other} − ${mine} = ${difference}`);
  }
  assert.deepEqual(await axe(page), []);
  await page.click("#compare-close");
  await page.locator("#compare-found").waitFor({ state: "hidden", timeout: PATIENCE });
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("the histogram is brushed by mouse and by keyboard, and an image of the gallery is looked at", { timeout: 600_000 }, async (t) => {
  const { page, seen } = await opened(t);
  await certified(page);
  await press(page, "#set-start");
  await finished(page, "10 of 10");
  const shown = page.locator("#brush-inputs .tried");
  await page.locator("#brush-from").fill("0");
  await page.keyboard.press("Tab");
  const all = await shown.count();
  assert.ok(all > 5, `${all}`);
  await page.locator("#brush-from").fill("0.1");
  await page.keyboard.press("Tab");
  const some = await shown.evaluateAll((items) => items.map((item) => Number(item.querySelector("small").textContent)));
  assert.ok(some.length > 0 && some.length < all && some.every((radius) => radius >= 0.0999), `${some}`);
  assert.match(await page.locator("#brush-said").innerText(), new RegExp(`^${some.length} of 10 have a radius from 0.1 to`));
  await shown.last().focus();
  await page.keyboard.press("Enter");
  assert.equal(await shown.last().getAttribute("aria-pressed"), "true");
  const area = page.locator(".brush-area");
  await area.scrollIntoViewIfNeeded();
  const box = await area.boundingBox();
  await page.mouse.move(box.x + 50, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 14, box.y + 60, { steps: 5 });
  await page.mouse.up();
  assert.equal(await shown.count(), all, "all bars");
  assert.deepEqual(await axe(page), []);
  await page.click("#brush-clear");
  assert.equal(await shown.count(), 0);
  assert.deepEqual(seen.errors, []);
});

/** A NumPy array. */
function npy(type, shape, data) {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117) + "\n";
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([head, Buffer.from(header), data]);
}

/** A zip archive of stored entries. */
function zipped(entries) {
  const [locals, directory] = [[], []];
  let at = 0;
  for (const [name, bytes] of entries) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), bytes]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, list, Buffer.from("PK\x05\x06"), end]);
}

test("npy, npz, IDX, CSV and JSON are tried on, several at once, with their classes; what does not fit is refused in words", { timeout: 600_000 }, async (t) => {
  const { page, seen } = await opened(t);
  await certified(page);
  const shard = gunzipSync(readFileSync(`${root}/assets/mnist/test-00.gz`));
  const count = shard.readUInt32BE(4);
  const pixels = (n) => shard.subarray(16, 16 + 784 * n);
  const classes = (n) => shard.subarray(16 + 784 * count + 8, 16 + 784 * count + 8 + n);
  const idx = (sizes, data) => Buffer.concat([Buffer.from([0, 0, 8, sizes.length]), ...sizes.map((size) => Buffer.from([0, 0, size >> 8, size & 255])), data]);
  const floats = (n) => Buffer.from(Float32Array.from(pixels(n), (byte) => byte / 255).buffer);
  const said = page.locator("#inspect-said");
  const tried = page.locator("#inspect-inputs .tried");
  for (const [files, n, words, known] of [
    [[["x.npy", npy("|u1", [4, 28, 28], pixels(4))], ["y.npy", npy("|u1", [4], classes(4))]], 4, /4 inputs .* divided by 255/, 4],
    [[["set.npz", zipped([["x_test.npy", npy("<f4", [6, 784], floats(6))], ["y_test.npy", npy("<i8", [6], Buffer.from(BigInt64Array.from(classes(6), BigInt).buffer))]])]], 6, /6 inputs .* as they are/, 6],
    [[["images.idx.gz", gzipSync(idx([5, 28, 28], pixels(5)))], ["labels.idx", idx([5], classes(5))]], 5, /5 inputs .* divided by 255/, 5],
    [[["rows.csv", Buffer.from([0, 1].map((n) => [classes(2)[n], ...pixels(2).subarray(784 * n, 784 * n + 784)].join(",")).join("\n"))]], 2, /2 inputs .* divided by 255/, 2],
    [[["one.json", Buffer.from(JSON.stringify([...pixels(1)].map((byte) => byte / 255)))]], 1, /1 inputs .* as they are/, 0],
  ]) {
    await page.click("#inputs-clear");
    await drop(page, ...files);
    await page.waitForFunction((n) => document.querySelectorAll("#inspect-inputs .tried").length === n, n, { timeout: PATIENCE });
    assert.match(await said.innerText(), words, files[0][0]);
    if (known) {
      const told = new RegExp(`Of ${known} inputs whose class is known it reads ${known}`);
      await page.waitForFunction((source) => new RegExp(source).test(document.querySelector("#inspect-accuracy").textContent), told.source, { timeout: PATIENCE });
    }
  }
  assert.equal(await tried.count(), 1);
  const wrong = await read(page, ["small.npy", npy("<f4", [3, 8, 8], Buffer.alloc(4 * 192))]);
  assert.match(wrong.said, /small\.npy.*\[3, 8, 8\], the network takes/);
  assert.equal(await page.locator("#inspect-title").innerText(), "mine.safetensors.gz");
  await drop(page, ["odd.npy", npy("<f4", [1, 784], Buffer.from(new Float32Array(784).fill(-3.5).buffer))]);
  await page.waitForFunction(() => /Choose what black and white are/.test(document.querySelector("#inspect-said").textContent), null, { timeout: PATIENCE });
  // An archive of a layer's weights is a network, though its rows are as long as an input.
  const weights = await read(page, ["layer.npz", zipped([["w.npy", npy("<f4", [10, 784], Buffer.alloc(40 * 784, 7))], ["b.npy", npy("<f4", [10], Buffer.alloc(40, 7))]])]);
  assert.equal(weights.state, "asks");
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

/** What the browser keeps of the set: whether it is under way, and how many inputs are done. */
async function saved(page) {
  const all = await stored(page, "boundscope-inspect", "networks", ["running", "outcomes"]);
  const found = all.find(({ outcomes }) => outcomes);
  return found && { running: found.running, done: found.outcomes.filter(({ stage }) => stage === "Done").length };
}
const done = (page) => page.evaluate(() => Number(/(\d+) of 100/.exec(document.querySelector("#inspect-set h2").textContent)?.[1] ?? -1));

test("a set goes on after a reload where that was asked for, and nothing found is lost", { timeout: 600_000 }, async (t) => {
  const { page, seen } = await opened(t);
  await certified(page);
  await page.click("#inspect-keep-it");
  await page.locator("#inspect-forget").waitFor({ timeout: PATIENCE });
  await page.click("#digits-hundred");
  await page.waitForFunction(() => document.querySelectorAll("#inspect-inputs li").length === 100, null, { timeout: PATIENCE });
  await page.click("#set-start");
  await finished(page, "([5-9]|\\d\\d) of 100");
  // What was found is kept every two seconds.
  const before = await done(page);
  await until(() => saved(page), (kept) => kept?.running && kept.done >= before);
  await page.reload();
  await inspect(page, ["open"]);
  await finished(page, "\\d+ of 100");
  const after = await done(page);
  assert.ok(after >= before, `${after} of what were ${before}`);
  await page.waitForFunction((after) => Number(/(\d+) of 100/.exec(document.querySelector("#inspect-set h2").textContent)[1]) > after, after, { timeout: LONG });
  // Cancelled, it stays so.
  await page.click("#set-cancel");
  const left = await done(page);
  await until(() => saved(page), (kept) => kept && !kept.running && kept.done >= left);
  await page.reload();
  await inspect(page, ["open"]);
  await page.locator("#set-start").waitFor({ timeout: PATIENCE });
  await finished(page, "\\d+ of 100");
  assert.ok((await done(page)) >= left);
  await page.click("#inspect-forget");
  await page.locator("#inspect-keep-it").waitFor({ timeout: PATIENCE });
  await page.reload();
  await inspect(page, ["empty"]);
  assert.deepEqual(seen.errors, []);
});

test("an engine that ends in silence is missed, said and replaced; nothing else is lost", { timeout: 600_000 }, async (t) => {
  const { page } = await opened(t);
  await certified(page);
  await page.click("#digits-hundred");
  await page.waitForFunction(() => document.querySelectorAll("#inspect-inputs li").length === 100, null, { timeout: PATIENCE });
  await page.click("#set-start");
  await finished(page, "([3-9]|\\d\\d) of 100");
  // As the browser's task manager does. Explore's own engine goes with them.
  for (const worker of page.workers()) worker.evaluate(() => self.close()).catch(() => {});
  await page.waitForFunction(() => /engine stopped while it was at/.test(document.querySelector("#inspect-said").textContent), null, { timeout: 3 * PATIENCE });
  const before = await done(page);
  await page.waitForFunction((before) => Number(/(\d+) of 100/.exec(document.querySelector("#inspect-set h2").textContent)[1]) > before + 2, before, { timeout: LONG });
  assert.equal(await page.locator('#inspect-inputs [data-state="failed"]').count(), 0);
});

test("a network that Explore has no questions for goes to Inspect from there", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  await drop(page, ["points.safetensors.gz", moons]);
  await inspect(page, ["open"]);
  assert.equal(await page.locator("#inspect-title").innerText(), "points.safetensors.gz");
  await certified(page);
  assert.equal(await page.locator("#inspect-explore").isDisabled(), true);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 1440]) {
    test(`${width} px, ${scheme}, everything open: no axe violation, nothing hangs over the edge`, { timeout: 600_000 }, async (t) => {
      const { page } = await opened(t, "mine.safetensors.gz", own, { width, scheme });
      await certified(page);
      await page.setInputFiles("#compare-file", { name: "plain.safetensors.gz", mimeType: "", buffer: plain });
      await page.waitForFunction(() => document.querySelector("#compare-found").dataset.pairs === "1", null, { timeout: LONG });
      await page.click("#set-start");
      await page.waitForFunction(() => document.querySelector("#compare-found").dataset.pairs === "10", null, { timeout: LONG });
      await page.locator("#brush-from").fill("0.05");
      await page.keyboard.press("Tab");
      await page.fill("#certify-epsilon", "0.01");
      await Promise.all([page.waitForEvent("download", { timeout: LONG }), page.click("#certify-one")]);
      assert.deepEqual(await axe(page), []);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overhang, 0, `${overhang} px hang over the right edge`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/inspect-work-${width}-${scheme}.png`, fullPage: true });
    });
  }
}
