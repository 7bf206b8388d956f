// The GPU lane in Chromium, on its software adapter: every shader compiled by the browser and held against its CPU twin, bounds and
// training beside the CPU lane's, the device lost on purpose, and the page that tells of it all.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { axe, launch, live, open, PATIENCE, site } from "./harness.mjs";

const here = site("/", { webgpu: true });
/** Software adapters compile and compute slowly. */
const LONG = 4 * PATIENCE;

/** A page with an engine of the test's own beside the page's: `engine.ask(message)` and `engine.until(name, check)`. */
async function engine(t) {
  const { page, seen } = await open(t, here);
  await page.evaluate((patience) => {
    const worker = new Worker(new URL("worker.js", document.baseURI), { type: "module" });
    const heard = [];
    const waiting = [];
    const sift = () => {
      for (const wait of [...waiting]) {
        const at = heard.findIndex((message, index) => index >= wait.from && (wait.check(message) || message.failed));
        if (at >= 0 && !wait.check(heard[at])) {
          waiting.splice(waiting.indexOf(wait), 1);
          wait.reject(new Error(heard[at].failed.message));
          continue;
        }
        if (at >= 0) {
          waiting.splice(waiting.indexOf(wait), 1);
          wait.resolve(heard[at]);
        }
      }
    };
    worker.onmessage = (event) => {
      heard.push(event.data);
      sift();
    };
    const until = (check, from = heard.length) =>
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`nothing of the kind came; the last words: ${JSON.stringify(heard.slice(-3)).slice(0, 600)}`)), patience);
        waiting.push({ check, from, resolve, reject });
        sift();
      });
    const gpu = (request) => worker.postMessage({ gpu: { request } });
    const state = (...states) => until((message) => states.includes(message.gpu?.response.status?.state));
    globalThis.lab = { worker, heard, until, gpu, state, ask: (message) => worker.postMessage(message) };
  }, LONG);
  const status = await page.evaluate(async () => {
    const settled = lab.state("ready", "refused");
    lab.gpu("open");
    return (await settled).gpu.response.status;
  });
  assert.equal(status.state, "ready", status.message);
  return { page, seen, status };
}

test("every kernel agrees with its twin in the browser, with every loop and tiling", async (t) => {
  const { page, status } = await engine(t);
  assert.ok(status.total >= 42 && status.done === status.total, JSON.stringify(status));
  const tried = await page.evaluate(async () => {
    const answer = lab.until((message) => message.gpu?.response.tried || message.gpu?.response.status?.state === "refused");
    lab.gpu({ try: { rounds: 2, seed: 7 } });
    return (await answer).gpu.response;
  });
  assert.ok(tried.tried, JSON.stringify(tried));
  assert.ok(tried.tried.worst <= 1 && tried.tried.cases >= 2 * (42 + 2 * 8), JSON.stringify(tried));
  t.diagnostic(`${tried.tried.cases} cases, worst error ${tried.tried.worst.toFixed(2)} of what is allowed`);
});

/** Explores one image of a network that ships on both processors: margins by method. */
async function both(page, network, image, epsilon, methods) {
  return page.evaluate(
    async ({ network, image, epsilon, methods }) => {
      const fetched = await fetch(`assets/models/${network}.safetensors.gz`);
      const read = lab.until((message) => message.network?.key === network);
      const plain = new Response(fetched.body.pipeThrough(new DecompressionStream("gzip")));
      lab.ask({ network: { key: network, file: new Uint8Array(await plain.arrayBuffer()) } });
      await read;
      const pixels = new Float32Array(784).map((_, index) => ((index * 37 + image * 11) % 101 > 70 ? ((index * 53) % 97) / 97 : 0));
      const question = {
        network, label: 3, norm: "inf", epsilon, clip: [0, 1], lines: "tight",
        image: new Uint8Array(pixels.buffer),
      };
      const found = {};
      let epoch = 100 * Math.floor(Math.random() * 1000);
      for (const device of ["cpu", "gpu"]) {
        lab.gpu({ choose: { device } });
        epoch += 1;
        const from = lab.heard.length;
        const done = lab.until((message) => message.done?.epoch === epoch || message.failed, from);
        lab.ask({ explore: { epoch, question: { ...question, image: question.image.slice() }, methods } });
        await done;
        found[device] = lab.heard.slice(from).filter((message) => message.bounds).map(({ bounds }) => {
          const { method, device, margins, milliseconds } = bounds.answer;
          return { method, device: device ?? "cpu", milliseconds, margins: [...new Float32Array(margins.slice().buffer)] };
        });
      }
      return found;
    },
    { network, image, epsilon, methods },
  );
}

function agree(found, methods) {
  assert.equal(found.cpu.length, methods);
  assert.equal(found.gpu.length, methods);
  for (const [index, { method, device, margins }] of found.gpu.entries()) {
    assert.deepEqual([device, found.cpu[index].device, found.cpu[index].method], ["gpu", "cpu", method]);
    assert.equal(margins.length, 9);
    for (const [place, margin] of margins.entries()) {
      const wanted = found.cpu[index].margins[place];
      assert.ok(Math.abs(margin - wanted) <= 1e-4 * (1 + Math.abs(wanted)), `${method}: ${margin}, the CPU has ${wanted}`);
    }
  }
}

test("bounds on the GPU are those of the CPU, and a device lost on the way costs nothing", async (t) => {
  const { page } = await engine(t);
  const all = ["ibp", "crown-ibp", "lbp", "crown-lbp", "crown"];
  agree(await both(page, "mnist-mlp-ibp", 1, 0.05, all), 5);
  agree(await both(page, "mnist-dm-small-ibp-ramp", 2, 0.1, ["ibp", "crown-ibp"]), 2);
  await page.evaluate(() => lab.gpu("lose"));
  const again = await both(page, "mnist-mlp-ibp", 1, 0.05, all);
  // The first answer comes from the CPU, the others from the device opened anew.
  assert.deepEqual(again.gpu.map(({ device }) => device), ["cpu", "gpu", "gpu", "gpu", "gpu"]);
  for (const [index, { margins }] of again.gpu.entries()) {
    for (const [place, margin] of margins.entries()) {
      assert.ok(Math.abs(margin - again.cpu[index].margins[place]) < 1e-3);
    }
  }
});

/** Trains a small net on a device, which is lost on the way if `lose`; all that was told of it. */
async function trained(page, device, lose) {
  return page.evaluate(
    async ({ device, lose }) => {
      const images = new Uint8Array(60 * 16).map((_, index) => (Math.floor(index / 16) % 2 === index % 2 ? 220 : 10));
      const labels = new Uint8Array(60).map((_, index) => index % 2);
      const train = (request) => lab.ask({ train: { request } });
      train({ "held-out": { images: images.slice(), labels: labels.slice() } });
      train({ data: { first: true, total: 60, shape: [16], classes: 2, images: images.slice(), labels: labels.slice() } });
      const constant = (value) => ({ points: [[0, value]], motion: "linear" });
      const plan = {
        architecture: "mlp:8",
        activation: "relu", loss: "ibp", recipe: "paper", epochs: 8, epsilon: 0.05, batch: 20, seed: 3,
        schedules: { epsilon: constant(0.05), kappa: constant(0.5), beta: constant(0), slope: constant(0), learning_rate: constant(0.005) },
        initialization: "uniform", gradient_clip: null, regularizer: 0, noise: 0,
      };
      const probe = { epsilon: 0.05, count: 4, attack_every: 0, images: 10, last_images: 20, methods: ["ibp"] };
      const from = lab.heard.length;
      const started = lab.until((message) => message.train?.response.started || message.train?.response.failed, from);
      train({ start: { run: 0, plan, probe, device } });
      const start = await started;
      if (start.train.response.failed) return { failed: start.train.response.failed.message };
      const end = lab.until((message) => ["finished", "stopped"].includes(message.train?.response.state?.state), from);
      if (lose) {
        const stepped = lab.until((message) => message.train?.response.steps, from);
        train({ step: { runs: [0] } });
        await stepped;
        lab.gpu("lose");
      }
      train({ play: { runs: [0], speed: 0 } });
      await end;
      const told = lab.heard.slice(from).map((message) => message.train?.response).filter(Boolean);
      const steps = told.filter((news) => news.steps);
      return {
        state: told.findLast((news) => news.state).state.state,
        last: steps.at(-1).steps.last,
        lanes: told.filter((news) => news.lane).map(({ lane }) => [lane.device, Boolean(lane.cause)]),
      };
    },
    { device, lose },
  );
}

test("a run on the GPU has the CPU's losses, and one whose device is lost ends right", async (t) => {
  const { page } = await engine(t);
  const cpu = await trained(page, "cpu", false);
  assert.ok(!cpu.failed, cpu.failed);
  const gpu = await trained(page, "gpu", false);
  const lost = await trained(page, "gpu", true);
  for (const run of [cpu, gpu, lost]) {
    assert.deepEqual([run.state, run.last.step], ["finished", 23]);
    assert.ok(Math.abs(run.last.loss - cpu.last.loss) < 1e-4, `${run.last.loss}, the CPU has ${cpu.last.loss}`);
  }
  assert.deepEqual([gpu.lanes, lost.lanes], [[["gpu", false]], [["gpu", false], ["gpu", true]]]);
  // A second loss ends on the CPU.
  const twice = await trained(page, "gpu", true);
  assert.deepEqual([twice.state, twice.lanes.at(-1)], ["finished", ["cpu", true]]);
});

test("without a GPU the page says so, and nothing else changes", async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { page, seen } = await open(t, { url: here.url, browser });
  await live(page);
  await page.click("#settings-drawer-button");
  await page.waitForSelector('#processor [data-gpu="refused"]', { timeout: LONG });
  assert.match(await page.textContent("#processor [role=status]"), /runs on the CPU/);
  await page.click("#processor-gpu");
  await page.waitForSelector('#processor [data-gpu="refused"]', { timeout: LONG });
  await live(page);
  assert.deepEqual([seen.errors, seen.foreign], [[], []]);
});

test("the page says how the GPU is, uses it when asked to, and measures it", async (t) => {
  const { page, seen } = await open(t, here);
  await live(page);
  await page.click("#settings-drawer-button");
  await page.waitForSelector('#processor [data-gpu="ready"]', { timeout: LONG });
  assert.match(await page.textContent("#processor [role=status]"), /all \d+ kernels agree with the CPU/);
  await page.click("#processor-gpu");
  assert.equal(await page.getAttribute("#processor-gpu", "aria-pressed"), "true");
  await page.evaluate(() => (document.querySelector("#ladder details").open = true));
  await page.waitForFunction(() => document.querySelector("#ladder table")?.textContent.includes("· GPU"), null, { timeout: LONG });
  await page.click("#processor-auto");
  await page.waitForFunction(() => /CPU and on the GPU: .*IBP [\d.]+ ms and [\d.]+ ms/.test(document.querySelector("#processor [data-races]").innerText), null, { timeout: LONG });
  await page.click("#processor-measure");
  assert.equal(await page.locator("#processor-measure").isVisible(), false);
  // All but the last question, which takes long on a software adapter: it is stopped there, and what was found stays.
  await page.waitForFunction(() => {
    const [, done, total] = document.querySelector("#processor").innerText.match(/Measuring (\d+) of (\d+)/) ?? [];
    return (done && done === total) || !document.querySelector("#processor-json").hidden;
  }, null, { timeout: 3 * LONG });
  const stopped = await page.evaluate(() => {
    // In one go: a device that is fast enough ends by itself between a look and a press.
    const stop = document.querySelector("#processor-stop");
    const runs = !stop.hidden;
    if (runs) stop.click();
    return runs;
  });
  if (stopped) await page.locator("#processor", { hasText: /Stopped after \d+ of \d+/ }).waitFor({ timeout: PATIENCE });
  const tables = await page.$$eval("#processor .lanes", (tables) =>
    tables.map((table) => [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent))));
  assert.ok(tables[0].length >= 3 && tables[1].length === 4, JSON.stringify(tables));
  for (const [what, cpu, gpu] of tables.flat()) assert.ok(parseFloat(cpu) > 0 && parseFloat(gpu) > 0, `${what}: ${cpu}, ${gpu}`);
  for (const row of tables.flat()) t.diagnostic(row.join("  "));
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#processor-json")]);
  const speeds = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.deepEqual(Object.keys(speeds), ["adapter", "loop", "peak", "kernels", "bounds", "steps"]);
  assert.ok(speeds.peak.gigaflops > 0 && speeds.kernels.length > 41 && speeds.bounds.length >= 3 && speeds.steps.length === 4);
  assert.deepEqual([speeds.bounds[0].network, speeds.bounds[0].method], ["mlp:64-32", "crown"]);
  await page.click("#processor summary");
  await page.waitForSelector("#processor .numbers tbody tr", { timeout: PATIENCE });
  const rows = await page.$$eval("#processor .numbers tbody tr", (rows) => rows.map((row) => row.textContent));
  assert.ok(rows.length >= 41, `${rows.length} kernels`);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual([seen.errors, seen.console, seen.foreign], [[], [], []]);
});
