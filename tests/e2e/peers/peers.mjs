// The races, in the page: the same steps from the same weights on the same images, first compared, then timed in turns.

import { BATCH, Boundscope, TensorFlow } from "./contestants.mjs";

const EPSILON = 0.1;
const RATE = 5e-4;
/** Steps whose losses must agree. */
const COMPARED = 20;
const TOLERANCE = 1e-3;
/** Images to train on, a whole number of batches. */
const IMAGES = 15 * BATCH;
/** A round of one contestant: at least so many steps, for at least so many milliseconds. */
const STEPS = 10;
const MILLISECONDS = 1000;

const LANES = [
  { name: "Boundscope, CPU", device: "cpu", make: () => new Boundscope("cpu") },
  { name: "TensorFlow.js, wasm", device: "cpu", make: () => new TensorFlow("wasm") },
  { name: "Boundscope, GPU", device: "gpu", make: () => new Boundscope("gpu") },
  { name: "TensorFlow.js, WebGPU", device: "gpu", make: () => new TensorFlow("webgpu") },
];

async function shard(name) {
  const { body } = await fetch(`../dist/assets/mnist/${name}.gz`);
  const bytes = new Uint8Array(await new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
  const count = new DataView(bytes.buffer).getUint32(4);
  const labels = 16 + count * 784 + 8;
  return { images: bytes.slice(16, 16 + count * 784), labels: bytes.slice(labels, labels + count) };
}

function joined(parts, length) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole.slice(0, length);
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The adapter in words, as WebGPU names it. */
async function adapter() {
  const found = await navigator.gpu?.requestAdapter();
  const { vendor, architecture, device, description } = found?.info ?? {};
  return [vendor, architecture, device, description].filter(Boolean).join(" ") || "none";
}

/** Takes the first steps on one batch, which needs no common order of images, and compares the losses with ours on the CPU. */
async function compare(lane, run, expected) {
  await lane.contestant.start({ ...run, epochs: COMPARED });
  const { losses: found } = await lane.contestant.first(COMPARED);
  await lane.contestant.stop();
  const far = found.findIndex((loss, step) => !(Math.abs(loss - expected[step]) <= TOLERANCE * Math.abs(expected[step])));
  if (found.length !== COMPARED || far >= 0) {
    throw new Error(`computes something else: its loss in step ${far + 1} is ${found[far]}, ours ${expected[far]}`);
  }
}

/** Runs everything; `say` tells what is under way. */
window.race = async ({ gpu, rounds, say = () => {} }) => {
  const parts = await Promise.all([shard("train-00"), shard("train-01")]);
  const all = (name, length) => joined(parts.map((part) => part[name]), length);
  const set = { images: all("images", IMAGES * 784), labels: all("labels", IMAGES) };
  const one = { images: set.images.slice(0, BATCH * 784), labels: set.labels.slice(0, BATCH) };
  const report = { adapter: await adapter(), network: "784-64-32-10", batch: BATCH, epsilon: EPSILON, rows: [] };
  const lanes = [];
  for (const { name, device, make } of LANES.filter(({ device }) => gpu || device === "cpu")) {
    const lane = { name, device, contestant: make() };
    say(`${name}: loading`);
    try {
      lane.version = await lane.contestant.begin();
    } catch (error) {
      lane.missing = error.message;
    }
    lanes.push(lane);
  }
  for (const loss of ["clean", "ibp"]) {
    const run = { loss, epsilon: EPSILON, rate: RATE };
    // Every contestant starts from the weights that the seed gives our engine, and is held to the losses of our CPU lane.
    const reference = lanes[0].contestant;
    await reference.start({ ...run, ...one, epochs: COMPARED });
    const { losses: expected, layers } = await reference.first(COMPARED);
    run.layers = layers;
    const rows = lanes.map((lane) => ({ ...lane, loss, times: [] }));
    for (const row of rows.filter((row) => row.missing === undefined)) {
      say(`${row.name}, ${loss}: comparing losses`);
      try {
        await compare(row, { ...run, ...one }, expected);
        await row.contestant.start({ ...run, ...set, epochs: 10_000 });
        await row.contestant.time(STEPS, MILLISECONDS);
      } catch (error) {
        row.missing = error.message;
      }
    }
    for (let round = 1; round <= rounds; round++) {
      for (const row of rows.filter((row) => row.missing === undefined)) {
        say(`${row.name}, ${loss}: round ${round} of ${rounds}`);
        row.times.push(await row.contestant.time(STEPS, MILLISECONDS));
      }
    }
    for (const { contestant, name, device, version, missing, times } of rows) {
      if (missing === undefined) await contestant.stop();
      const each = times.map(({ steps, milliseconds }) => milliseconds / steps);
      const milliseconds = each.length ? median(each) : null;
      const images = milliseconds && (BATCH / milliseconds) * 1e3;
      const steps = times.reduce((sum, { steps }) => sum + steps, 0);
      report.rows.push({ loss, name, device, version, missing, milliseconds, images, steps, rounds: each });
    }
  }
  // Ours on a device against theirs on the same one.
  const rivals = (row) => ({ loss, device, name }) => loss === row.loss && device === row.device && name !== row.name;
  for (const row of report.rows.filter(({ name }) => name.startsWith("Boundscope"))) {
    const theirs = report.rows.find(rivals(row));
    if (row.milliseconds && theirs?.milliseconds) row.ratio = theirs.milliseconds / row.milliseconds;
  }
  return report;
};
document.documentElement.dataset.ready = "yes";
