// Both contestants under one interface, each in a worker of its own:
//
//   await begin()                    loads it; throws where it cannot run here, with a reason to print
//   await start(run)                 a fresh run: `{ loss, layers, images, labels, epsilon, rate, epochs }`
//   await first(count)               `{ losses }` of the first steps, to see that all compute the same
//   await time(steps, milliseconds)  takes at least so many steps for at least so long: `{ steps, milliseconds }`
//   await stop()                     forgets the run

export const BATCH = 128;

/** TensorFlow.js with one of its backends, "wasm" or "webgpu". */
export class TensorFlow {
  #worker;
  #waiting = new Map();
  #id = 0;

  constructor(backend) {
    this.backend = backend;
  }

  #ask(order, words = {}) {
    return new Promise((done, fail) => {
      this.#waiting.set(++this.#id, { done, fail });
      this.#worker.postMessage({ id: this.#id, order, run: 0, ...words });
    });
  }

  async begin() {
    this.#worker = new Worker("tensorflow.js");
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      const { done, fail } = this.#waiting.get(id);
      this.#waiting.delete(id);
      error === undefined ? done(answer) : fail(new Error(error));
    };
    this.#worker.onerror = ({ message }) => this.#waiting.forEach(({ fail }) => fail(new Error(message)));
    const { version } = await this.#ask("begin", { backend: this.backend });
    return version;
  }

  async start({ loss, layers, images, labels, epsilon, rate }) {
    const inputs = images.length / labels.length;
    const batches = [];
    for (let first = 0; first < labels.length; first += BATCH) {
      const pixels = Float32Array.from(images.subarray(first * inputs, (first + BATCH) * inputs), (byte) => byte / 255);
      batches.push({ pixels, labels: Int32Array.from(labels.subarray(first, first + BATCH)) });
    }
    await this.#ask("start", { loss, layers, batches, epsilon, rate });
  }

  async first(count) {
    return { losses: (await this.#ask("steps", { steps: count, milliseconds: 0 })).losses };
  }

  async time(steps, milliseconds) {
    const { losses, milliseconds: took } = await this.#ask("steps", { steps, milliseconds });
    return { steps: losses.length, milliseconds: took };
  }

  async stop() {
    await this.#ask("drop");
  }
}

/** Our engine, as the page runs it. `device`: "cpu", or "gpu" for the WebGPU lane. */
export class Boundscope {
  #worker;
  #listeners = new Set();

  constructor(device) {
    this.device = device;
  }

  #send(name, fields) {
    this.#worker.postMessage({ train: { request: { [name]: fields } } });
  }

  /** The first answer about training that `pick` makes something of; a refusal ends the wait. */
  #answer(pick) {
    return new Promise((done, fail) => {
      const listener = ({ train, failed, type, message }) => {
        const refused = failed ?? train?.response.failed ?? (type === "died" ? { message } : undefined);
        const found = refused ? undefined : train && pick(train.response);
        if (!refused && found === undefined) return;
        this.#listeners.delete(listener);
        refused ? fail(new Error(refused.message)) : done(found);
      };
      this.#listeners.add(listener);
    });
  }

  async begin() {
    this.#worker = new Worker(new URL("../dist/worker.js", document.baseURI), { type: "module" });
    this.#worker.onmessage = ({ data }) => [...this.#listeners].forEach((listener) => listener(data));
    const tiny = { images: new Uint8Array(784), labels: new Uint8Array(1) };
    await this.#data(tiny);
    if (this.device === "gpu") await this.#gpu();
    await this.#put({ loss: "clean", epochs: 1 }, this.device);
    this.#send("drop", { run: 0 });
  }

  /** Opens the GPU, whose kernels are tried first; a lane that falls back to the CPU later on is no GPU lane. */
  async #gpu() {
    const opened = new Promise((resolve, reject) => {
      this.#listeners.add((message) => {
        const status = message.gpu?.response.status;
        if (status?.state === "ready") resolve();
        if (status?.state === "refused") reject(new Error(status.message || "there is no GPU"));
        if (message.train?.response.lane?.device === "cpu") reject(new Error("the lane fell back to the CPU"));
      });
    });
    this.#worker.postMessage({ gpu: { request: "open" } });
    await opened;
  }

  async #data({ images, labels }) {
    const taken = this.#answer(({ data }) => data?.images);
    const set = { first: true, total: labels.length, shape: [1, 28, 28], classes: 10 };
    this.#send("data", { ...set, images: images.slice(), labels: labels.slice() });
    await taken;
    // A run is measured before its first step: on one image, and that step is not timed.
    this.#send("held-out", { images: images.slice(0, images.length / labels.length), labels: labels.slice(0, 1) });
  }

  async #put({ loss, epochs, epsilon = 0, rate = 5e-4 }, device) {
    const always = (value) => ({ points: [[0, value]], motion: "step" });
    const robust = loss !== "clean";
    const schedules = {
      epsilon: always(robust ? epsilon : 0),
      // The steps that most of a run consists of: ε at its largest, no clean part beside the robust one.
      kappa: always(robust ? 0 : 1),
      beta: always(0),
      slope: always(0),
      learning_rate: always(rate),
    };
    const plan = {
      architecture: "mlp:64-32",
      activation: "relu",
      loss,
      recipe: "paper",
      epochs,
      epsilon: robust ? epsilon : 0,
      batch: BATCH,
      seed: 1,
      schedules,
      initialization: robust ? "uniform" : "he",
      gradient_clip: null,
      regularizer: 0,
      noise: 0,
    };
    const probe = { epsilon: 0, count: 1, attack_every: 0, images: 1, last_images: 1, methods: [] };
    const started = this.#answer(({ started }) => started);
    this.#send("start", { run: 0, plan, probe, device });
    await started;
  }

  async start(run) {
    await this.#data(run);
    await this.#put(run, this.device);
  }

  #play() {
    this.#send("play", { runs: [0], speed: 0 });
  }

  /** Plays to the end: the loss of every step (a short run has a point for each), and the weights before the first. */
  async first() {
    const losses = [];
    let weights;
    const ended = this.#answer(({ steps, probe, state }) => {
      losses.push(...(steps?.points ?? []).map(({ loss }) => loss));
      weights ??= probe?.model;
      return state?.state === "finished" || undefined;
    });
    this.#play();
    await ended;
    return { losses, layers: layers(weights) };
  }

  /** From one report of steps to a later one, on the page's clock: messages and checkpoints are part of the price. */
  async time(steps, milliseconds) {
    let first;
    const passed = this.#answer(({ steps: report }) => {
      if (!report) return undefined;
      const now = { steps: report.last.step, at: performance.now() };
      first ??= now;
      const took = { steps: now.steps - first.steps, milliseconds: now.at - first.at };
      return took.steps >= steps && took.milliseconds >= milliseconds ? took : undefined;
    });
    this.#play();
    const took = await passed;
    const rests = this.#answer(({ state }) => (state?.state === "paused" ? true : undefined));
    this.#send("pause", { runs: [0] });
    await rests;
    return took;
  }

  async stop() {
    this.#send("drop", { run: 0 });
  }
}

/** Dense layers of a model file (safetensors). */
function layers(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const head = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, head)));
  const floats = (name) => {
    const [from, to] = header[name].data_offsets;
    return new Float32Array(file.slice(head + from, head + to).buffer);
  };
  const linear = JSON.parse(header.__metadata__.boundscope).layers.filter(({ op }) => op === "linear");
  return linear.map(({ weight, bias }) => {
    const [outputs, inputs] = header[weight].shape;
    return { outputs, inputs, weight: floats(weight), bias: floats(bias) };
  });
}
