// node bench.mjs [REPORT.json]: what a visitor downloads and waits for. Figures, not tests: they depend on the machine.
//
// What the page tells: <html data-state="live"> when every enabled method is drawn for the current ε, data-epoch rising
// with each such drawing; data-painted-epsilon, the ε of the newest bounds of any method on screen. Times per method come
// from an engine worker of the benchmark's own, in the same page, asked as the native `boundscope bench` asks.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { gzipSync } from "node:zlib";
import { launch, live, PATIENCE, serve } from "./harness.mjs";

const VISITS = 5;
const MOVES = 40;
const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
const ms = (time) => (time === null ? "not told" : `${time.toFixed(1)} ms`);
const quantile = (times, q) =>
  times.length === 0 ? null : [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(q * times.length))];

/** Which budget a file counts towards. */
function part(path) {
  if (/^assets\/models/.test(path)) return "model";
  if (/^assets\//.test(path)) return "images and first view";
  if (/^engine/.test(path)) return "whole engine, behind it";
  if (/\.woff2$/.test(path)) return "fonts";
  if (/\.css$/.test(path)) return "style";
  return "page";
}

/** Runs in the page: notes when it becomes live, in milliseconds since navigation started. */
function noteLive() {
  const look = () => {
    const { state } = document.documentElement?.dataset ?? {};
    if (state === "precomputed") window.__precomputedAt ??= performance.now();
    if (state === "live") window.__liveAt ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
}

/** Runs in the page: moves the ε slider `moves` times and waits for the paint each time. */
async function moveSlider({ moves, patience }) {
  const html = document.documentElement;
  const handle = document.querySelector("#epsilon");
  if (!handle) return null;
  const bar = handle.parentElement.getBoundingClientRect();
  const point = (type, x) => handle.dispatchEvent(new PointerEvent(type, { bubbles: true, isPrimary: true, pointerType: "mouse", clientX: x }));
  const paint = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const change = (name, before) =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`data-${name} did not change in ${patience} ms`)), patience);
      const look = () => {
        if (html.dataset[name] === before) return;
        clearTimeout(timer);
        observer.disconnect();
        done();
      };
      const observer = new MutationObserver(look);
      observer.observe(html, { attributes: true });
      look();
    });
  const first = [];
  const all = [];
  const middle = handle.getBoundingClientRect();
  point("pointerdown", middle.x + middle.width / 2);
  for (let move = 0; move < moves; move++) {
    // Back and forth through the middle of the range, never twice the same value.
    const place = 0.2 + 0.6 * ((move * 7) % moves) / moves;
    const { paintedEpsilon } = html.dataset;
    const start = performance.now();
    point("pointermove", bar.x + place * bar.width);
    await change("paintedEpsilon", paintedEpsilon);
    const drawn = paint().then(() => first.push(performance.now() - start));
    // "All" is all five methods, drawn at the new ε: a state may still be that of the ε before.
    const there = () => html.dataset.state === "live" && html.dataset.paintedEpsilon === handle.getAttribute("aria-valuenow");
    for (let waited = performance.now(); !there(); ) {
      if (performance.now() - waited > patience) throw new Error(`not live in ${patience} ms`);
      await new Promise((done) => setTimeout(done));
    }
    await paint();
    all.push(performance.now() - start);
    await drawn;
    await new Promise((done) => setTimeout(done, 50));
  }
  point("pointerup", bar.x);
  return { first, all };
}

/** Networks timed, with an ε that suits each: the native benchmark's list. */
const NETWORKS = [["mnist-mlp-ibp", 0.08], ["mnist-dm-small-ibp-ramp", 0.2], ["mnist-dm-small-normal", 0.01]];

/** Runs in the page: milliseconds per image by network, method and batch size. */
async function timeMethods({ networks, batch, budget }) {
  const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const unpack = (packed) => new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  const shard = new Uint8Array(await unpack(await bytes("assets/mnist/test-00.gz")));
  const count = new DataView(shard.buffer).getUint32(4);
  const images = () => shard.slice(16, 16 + batch * 784);
  const labels = () => shard.slice(16 + count * 784 + 8, 16 + count * 784 + 8 + batch);
  const worker = new Worker(`worker.js?v=${document.documentElement.dataset.build}`, { type: "module" });
  const rows = [];
  for (const [network, epsilon] of networks) {
    worker.postMessage({ network: { key: network, file: new Uint8Array(await unpack(await bytes(`assets/models/${network}.safetensors.gz`))) } });
    const question = { network, image: new Uint8Array(0), label: 0, norm: "inf", epsilon, clip: [0, 1], lines: "tight" };
    const methods = ["ibp", "crown-ibp", "lbp", "crown-lbp", "crown"];
    await new Promise((done, fail) => {
      worker.onerror = (event) => fail(new Error(event.message));
      worker.onmessage = ({ data }) => {
        const { timing, failed } = data;
        if (timing) rows.push({ network, method: timing.method, images: timing.images, milliseconds: timing.milliseconds });
        if (failed) fail(new Error(failed.message));
        if (data.done) done();
      };
      worker.postMessage({ benchmark: { epoch: 1, question, images: images(), labels: labels(), methods, budget } });
    });
  }
  worker.terminate();
  return rows;
}

/** The runs that are timed: the README states them. */
const RUNS = [
  ["60 000 images, 10 epochs, ReLU", "#v1&tab=train&pair=0&train=60000&epochs=10"],
  ["default pair", "#v1&tab=train"],
];

/** Trains from scratch, as a visitor would: errors at the end, and the time it took. */
async function trainRun(browser, url, hash) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" })).newPage();
  await page.goto(url + hash);
  await page.click("#play");
  const ended = () => {
    const runs = [...document.querySelectorAll(".run")].filter((run) => !run.hidden);
    return runs.length > 0 && runs.every((run) => run.dataset.runState === "finished");
  };
  await page.waitForFunction(ended, null, { timeout: 600_000 });
  await page.waitForTimeout(300);
  const spent = await page.$$eval(".run", (runs) => runs.filter((run) => !run.hidden).map((run) => Number(run.dataset.spent) / 1000));
  const facts = await page.$eval("#error-facts", (facts) => facts.dataset.facts.split(" "));
  await page.context().close();
  return facts.map((fact, place) => {
    const [run, images, clean, attacked, verified] = fact.split(":");
    return { run, images: Number(images), clean: Number(clean), attacked: Number(attacked), verified: Number(verified), seconds: spent[place] };
  });
}

const BATCH = 32;
const server = await serve();
const report = { processor: cpus()[0]?.model, cores: cpus().length, files: [], parts: {} };
try {
  const toLive = [];
  const toFirstView = [];
  for (let visit = 0; visit < VISITS; visit++) {
    // A browser of its own each time: nothing is cached, neither files nor compiled code.
    const browser = await launch();
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" })).newPage();
    const fetched = [];
    page.context().on("response", (response) => fetched.push(response));
    await page.addInitScript(noteLive);
    await page.goto(server.url);
    await live(page);
    toLive.push(await page.evaluate(() => window.__liveAt));
    const firstView = await page.evaluate(() => window.__precomputedAt ?? null);
    if (firstView !== null) toFirstView.push(firstView);
    if (visit === 0) report.browser = `Chromium ${browser.version()}`;
    if (visit === VISITS - 1) {
      const until = fetched.slice();
      for (const response of until) {
        const path = new URL(response.url()).href.slice(server.url.length).replace(/\?.*/, "") || "index.html";
        const body = await response.body();
        const bytes = body.length;
        // What a host that compresses would send; what is compressed already stays as it is.
        const gzip = /\.(gz|woff2)$/.test(path) ? bytes : gzipSync(body, { level: 9 }).length;
        report.files.push({ path, part: part(path), bytes, gzip });
      }
      const moved = await page.evaluate(moveSlider, { moves: MOVES, patience: PATIENCE });
      if (moved) {
        const summary = (times) => ({ median: quantile(times, 0.5), p95: quantile(times, 0.95), times });
        report.sliderToFirstBounds = summary(moved.first);
        report.sliderToAllBounds = summary(moved.all);
      }
      report.methods = await page.evaluate(timeMethods, { networks: NETWORKS, batch: BATCH, budget: 300 });
      report.training = [];
      for (const [name, hash] of RUNS) report.training.push({ name, runs: await trainRun(browser, server.url, hash) });
    }
    await browser.close();
  }
  report.firstView = { median: quantile(toFirstView, 0.5), times: toFirstView };
  report.live = { median: quantile(toLive, 0.5), times: toLive };
} finally {
  server.stop();
}

for (const file of report.files) {
  const sum = (report.parts[file.part] ??= { bytes: 0, gzip: 0 });
  sum.bytes += file.bytes;
  sum.gzip += file.gzip;
}
console.log(`${report.browser} on ${report.cores} cores of ${report.processor}`);
console.log(`\nFetched until live${" ".repeat(22)}kB  gzip kB`);
for (const file of [...report.files].sort((a, b) => b.gzip - a.gzip)) {
  console.log(`  ${file.path.padEnd(30)}${kB(file.bytes)}${kB(file.gzip)}`);
}
const row = (name, { bytes, gzip }) => console.log(`${name.padEnd(32)}${kB(bytes)}${kB(gzip)}`);
for (const [name, sum] of Object.entries(report.parts)) row(name, sum);
// The two budgets: the program (fonts swap in later and are apart), and the data of the first view.
const total = (names) =>
  names.map((name) => report.parts[name] ?? { bytes: 0, gzip: 0 }).reduce((a, b) => ({ bytes: a.bytes + b.bytes, gzip: a.gzip + b.gzip }));
report.program = total(["page", "style"]);
report.data = total(["model", "images and first view"]);
row("= program of the first view", report.program);
row("= data (model, first images)", report.data);
console.log(`\nFirst view shown           ${ms(report.firstView.median)} (median of ${report.firstView.times.length} fresh profiles)`);
console.log(`All bounds live            ${ms(report.live.median)} (median of ${report.live.times.length} fresh profiles)`);
if (report.sliderToAllBounds) {
  const { sliderToFirstBounds: first, sliderToAllBounds: all } = report;
  console.log(`Slider to first new bounds ${ms(first.median)}, 95 % within ${ms(first.p95)}`);
  console.log(`Slider to all new bounds   ${ms(all.median)}, 95 % within ${ms(all.p95)} (${MOVES} moves)`);
} else {
  console.log("Slider to paint            not measured: the page has no #epsilon");
}
console.log(`\nMilliseconds per image in the worker, f32, tight lines, clipped to [0, 1]; median`);
console.log(`${"network".padEnd(22)}${"method".padEnd(12)}${"one".padStart(9)}${`batch ${BATCH}`.padStart(10)}`);
for (const one of report.methods.filter(({ images }) => images === 1)) {
  const batch = report.methods.find((row) => row.network === one.network && row.method === one.method && row.images === BATCH);
  const number = (row) => row?.milliseconds.toFixed(3) ?? "";
  console.log(`${one.network.padEnd(22)}${one.method.padEnd(12)}${number(one).padStart(9)}${number(batch).padStart(10)}`);
}
if (process.argv[2]) writeFileSync(process.argv[2], `${JSON.stringify(report, null, 2)}\n`);
console.log(`\nTraining from scratch, 784-64-32-10, IBP at ε = 0.1; errors on the test images in percent, seconds of training`);
const percent = (share) => (share * 100).toFixed(1).padStart(7);
for (const { name, runs } of report.training) {
  for (const { run, images, clean, attacked, verified, seconds } of runs) {
    const errors = `clean${percent(clean)}, PGD${percent(attacked)}, verified${percent(verified)}`;
    console.log(`${name.padEnd(34)}run ${run}: ${errors} of ${images} images, ${seconds.toFixed(1)} s`);
  }
}
