// Inspect: a stranger's file is dropped, read or refused in words, tried and certified; nothing leaves, nothing breaks.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { root } from "./cli.mjs";
import { axe, live, open, PATIENCE, site } from "./harness.mjs";
import { inspect, read } from "./inspecting.mjs";

const here = site();
/** Files that some forty exporters wrote, and damaged ones, where the folder is there. */
const wild = `${root}/../shared/wild/`;
const skip = existsSync(wild) ? false : "needs the collection of strangers' files beside the repository";
const own = readFileSync(`${root}/assets/models/mnist-mlp-ibp.safetensors.gz`);

const file = (name) => [name.split("/").at(-1), readFileSync(wild + name)];

test("a network is opened, certified and shown in Explore; no request leaves and the link does not carry it", async (t) => {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  assert.equal(seen.requests.filter((url) => /reader/.test(url)).length, 0, "the reader comes with a file");
  await page.setInputFiles("#inspect-file", { name: "mine.safetensors.gz", mimeType: "", buffer: own });
  await inspect(page, ["open"]);
  assert.match(await page.locator("#inspect-format").innerText(), /Boundscope/);
  await page.waitForSelector('#inspect-radius [data-stage="done"]', { timeout: PATIENCE });
  const radius = await page.locator('#inspect-radius data[data-method="crown"]').evaluate((data) => ({ ...data.dataset }));
  assert.equal(radius.arithmetic, "sound");
  assert.ok(Number(radius.radius) > 0.05, JSON.stringify(radius));
  assert.match(await page.locator("#inspect-radius .answer").innerText(), /Proved: no change of at most 0\.\d+ in ℓ∞/);
  await page.waitForFunction(() => /10/.test(document.querySelector("#inspect-accuracy").textContent), null, { timeout: PATIENCE });
  await page.click("#inspect-explore");
  await page.waitForFunction(() => /net=mine-1/.test(location.hash), null, { timeout: PATIENCE });
  await live(page);
  await page.click("#tab-inspect");
  assert.doesNotMatch(await page.evaluate(() => location.hash), /mine\.safetensors/);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("what is damaged is refused in words that name the file, and what was open stays open", async (t) => {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  assert.equal((await read(page, ["mine.safetensors.gz", own])).state, "open");
  const page404 = "<!DOCTYPE html><html><title>404</title></html>";
  // A pickle that would run a command, were pickles run.
  const pickle = "\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03.";
  const long = Buffer.alloc(64);
  long.writeBigUInt64LE(1n << 60n, 0);
  for (const [name, bytes] of [
    ["empty.onnx", ""],
    ["page.onnx", page404],
    ["evil.pkl", Buffer.from(pickle, "latin1")],
    ["cut.safetensors.gz", own.subarray(0, own.length >> 1)],
    ["long.safetensors", long],
    ["noise.onnx", Buffer.from(Array.from({ length: 999 }, (_, n) => (n * n * 31 + 7 * n) % 251))],
    ["zip.zip", Buffer.from("PK\x03\x04 and then nothing")],
    ["notes.txt.md", "hello"],
  ]) {
    const { state, said } = await read(page, [name, bytes]);
    assert.equal(state, "refused", name);
    assert.ok(said.includes(name) && said.length > name.length + 30, said);
    assert.equal(await page.locator("#inspect-title").innerText(), "mine.safetensors.gz");
  }
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(await axe(page), []);
});

test("each format is read or asked about, each damaged kind refused, within seconds", { skip, timeout: 600_000 }, async (t) => {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  const sharded = "safetensors-sharded-lenet/";
  const shards = existsSync(wild + sharded) ? readdirSync(wild + sharded) : [];
  for (const [names, wanted] of [
    [["convert-op18-legacy-op9-lenet.onnx"], ["open"]],
    [["external-perfile/net.onnx", ...readdirSync(`${wild}external-perfile`).filter((name) => name !== "net.onnx").map((name) => `external-perfile/${name}`)], ["open"]],
    [["float16-keepio-legacy-op11-digits_mlp.onnx"], ["open"]],
    [["torch2.15-dynamo-cifar.onnx"], ["open", "refused"]],
    [["jax2onnx-tanh.onnx"], ["open"]],
    [["torch1.13-state-lenet.pth"], ["asks"]],
    [["torch2.15-module-lenet.pt"], ["open", "asks"]],
    [["safetensors-digits_mlp.safetensors"], ["asks"]],
    [["numpy-bigendian.npz"], ["asks"]],
    [shards.map((name) => sharded + name), ["asks"]],
    [["keras2-cnn.keras"], ["open", "refused"]],
    [["keras2-mlp.h5"], ["open", "refused"]],
    [["gguf-mlp.gguf"], ["refused"]],
  ]) {
    const files = names.map(file);
    // The page itself finds out which of several is the network.
    const main = files.findIndex(([name]) => /index\.json$|^net\.onnx$/.test(name));
    if (main > 0) files.unshift(...files.splice(main, 1));
    const { state, said } = await read(page, ...files);
    assert.ok(wanted.includes(state), `${names[0]}: ${state} ${said}`);
  }
  const hostile = readdirSync(wild).filter((name) => /^hostile-.*\.\w+$/.test(name));
  assert.ok(hostile.length > 50);
  let slowest = 0;
  for (const name of hostile) {
    const start = Date.now();
    const { state, said } = await read(page, file(name));
    slowest = Math.max(slowest, Date.now() - start);
    assert.ok(state !== "refused" || said.includes(name), `${name}: ${said}`);
    assert.ok(!/inside the reader|longer than/.test(said), `${name}: ${said}`);
  }
  t.diagnostic(`${hostile.length} damaged files, the slowest took ${slowest} ms`);
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("layers that are not in the file are asked for in a form, by keyboard alone", { skip }, async (t) => {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  assert.equal((await read(page, file("safetensors-digits_mlp.safetensors"))).state, "asks");
  assert.deepEqual(await axe(page), []);
  // A wrong shape is refused, and the form is still there.
  await page.locator("#layout-shape").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("63");
  await page.locator("#layout-read").focus();
  await page.keyboard.press("Enter");
  await page.locator("#inspect-refused").waitFor({ timeout: PATIENCE });
  await page.locator("#layout-shape").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("64");
  await page.locator("#layout-read").focus();
  await page.keyboard.press("Enter");
  await inspect(page, ["open"]);
  assert.match(await page.locator("#inspect-notes").innerText(), /layout/);
  // Numbers, one input a line: an 8 × 8 picture.
  await page.locator("#inspect-tried summary").focus();
  await page.keyboard.press("Enter");
  await page.fill("#inspect-numbers", Array.from({ length: 64 }, (_, n) => (n % 5) / 5).join(", "));
  await page.locator("#inspect-take").focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector('#inspect-radius [data-stage="done"]', { timeout: PATIENCE });
  assert.deepEqual(seen.errors, []);
});

test("a set: table, curves, reports; paused, gone on with, cancelled", async (t) => {
  const { page, seen } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  await read(page, ["mine.safetensors.gz", own]);
  await page.waitForSelector('#inspect-radius [data-stage="done"]', { timeout: PATIENCE });
  // Begun and paused in one go: ten inputs may be done before a second press.
  await page.evaluate(() => ["#set-start", "#set-pause"].forEach((id) => document.querySelector(id).click()));
  await page.locator("#set-pause", { hasText: /^Go on$/ }).click();
  await page.waitForFunction(() => /10 of 10/.test(document.querySelector("#inspect-set h2").textContent), null, { timeout: 4 * PATIENCE });
  assert.match(await page.locator("#set-said").innerText(), /At ε = .* are proved; the attack leaves/);
  const [csv] = await Promise.all([page.waitForEvent("download"), page.click("#report-csv")]);
  const lines = readFileSync(await csv.path(), "utf8").trim().split("\n");
  assert.equal(lines.length, 1 + 10 * 3, "one row per input and method");
  assert.equal(lines[0].split(",").length, 12);
  const [json] = await Promise.all([page.waitForEvent("download"), page.click("#report-json")]);
  const report = JSON.parse(readFileSync(await json.path(), "utf8"));
  assert.equal(report.rows.length, 30);
  assert.match(report.network, /^[0-9a-f]{64}$/);
  for (const row of report.rows) assert.ok(row.broken_by_pgd === null || row.verified === null || row.verified < row.broken_by_pgd);
  assert.deepEqual(await axe(page), []);
  await page.click("#digits-hundred");
  await page.waitForFunction(() => document.querySelectorAll("#inspect-inputs li").length === 100, null, { timeout: PATIENCE });
  await page.click("#set-start");
  await page.click("#set-cancel");
  await page.locator("#set-start").waitFor({ timeout: PATIENCE });
  assert.deepEqual([...seen.errors, ...seen.foreign], []);
});

test("a reload keeps what was asked to be kept, and nothing else", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&tab=inspect" });
  await inspect(page, ["empty"]);
  await read(page, ["mine.safetensors.gz", own]);
  await page.reload();
  await inspect(page, ["empty"]);
  await read(page, ["mine.safetensors.gz", own]);
  await page.click("#inspect-keep-it");
  await page.locator("#inspect-forget").waitFor({ timeout: PATIENCE });
  await page.reload();
  await inspect(page, ["open"]);
  assert.equal(await page.locator("#inspect-title").innerText(), "mine.safetensors.gz");
  await page.locator("#inspect-forget").click();
  await page.locator("#inspect-keep-it").waitFor({ timeout: PATIENCE });
  await page.reload();
  await inspect(page, ["empty"]);
});

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 1440]) {
    test(`${width} px, ${scheme}: no axe violation, nothing hangs over the edge`, async (t) => {
      const { page } = await open(t, here, { hash: "#v1&tab=inspect", width, scheme });
      await inspect(page, ["empty"]);
      assert.deepEqual(await axe(page), []);
      await read(page, ["mine.safetensors.gz", own]);
      await page.waitForSelector('#inspect-radius [data-stage="done"]', { timeout: PATIENCE });
      assert.deepEqual(await axe(page), []);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overhang, 0, `${overhang} px hang over the right edge`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/inspect-${width}-${scheme}.png`, fullPage: true });
    });
  }
}
