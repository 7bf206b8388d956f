// TensorFlow.js in a worker of its own, one backend per worker, as our engine has a worker of its own.
//
// Every choice is in its favour: images and labels lie ready on the backend (ours are gathered anew for each step), the last
// layer's bounds are folded so that one small product serves the whole batch, and nothing but the loss is computed (ours
// counts errors too).

importScripts(
  "node_modules/@tensorflow/tfjs-core/dist/tf-core.min.js",
  // Not for its layers: it brings the gradients, which the core's bundle leaves out.
  "node_modules/@tensorflow/tfjs-layers/dist/tf-layers.min.js",
  "node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
  "node_modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
);

const CLASSES = 10;

/** A chain of dense layers with ReLU between them, from weights `[outputs, inputs]` and biases. */
function network(layers) {
  const parameters = layers.map(({ outputs, inputs, weight, bias }) => ({
    // As its own dense layers keep them, which saves a transposition in every product.
    weight: tf.variable(tf.tidy(() => tf.transpose(tf.tensor2d(weight, [outputs, inputs])))),
    bias: tf.variable(tf.tensor1d(bias)),
  }));
  const all = parameters.flatMap(({ weight, bias }) => [weight, bias]);
  return { hidden: parameters.slice(0, -1), last: parameters.at(-1), all };
}

/** A dense layer. Its fused product would be slower here: its gradient takes that of the images along. */
const dense = (x, { weight, bias }) => tf.add(tf.matMul(x, weight), bias);

/** Cross-entropy of the outputs. */
function cleanLoss({ hidden, last }, { images, hot }) {
  const ends = hidden.reduce((x, layer) => tf.relu(dense(x, layer)), images);
  return tf.losses.softmaxCrossEntropy(hot, dense(ends, last));
}

/**
 * Cross-entropy of IBP's margins. Centre and radius go through each layer; the margin of class y over class i is bounded in the
 * difference of two rows of the last layer, |W_i − W_y| r, for all pairs in one product, of which each image takes its y.
 */
function intervalLoss({ hidden, last }, { centre, radius, hot }) {
  for (const layer of hidden) {
    const middle = dense(centre, layer);
    const width = tf.matMul(radius, tf.abs(layer.weight));
    const [lower, upper] = [tf.relu(tf.sub(middle, width)), tf.relu(tf.add(middle, width))];
    [centre, radius] = [tf.mul(tf.add(lower, upper), 0.5), tf.mul(tf.sub(upper, lower), 0.5)];
  }
  const inputs = last.weight.shape[0];
  const [rivals, owns] = [[inputs, 1, CLASSES], [inputs, CLASSES, 1]].map((shape) => tf.reshape(last.weight, shape));
  const pairs = tf.reshape(tf.abs(tf.sub(rivals, owns)), [inputs, CLASSES * CLASSES]);
  const widths = tf.reshape(tf.matMul(radius, pairs), [-1, CLASSES, CLASSES]);
  const own = tf.sum(tf.mul(widths, tf.reshape(hot, [-1, CLASSES, 1])), 1);
  return tf.losses.softmaxCrossEntropy(hot, tf.add(dense(centre, last), own));
}

/** The images of one step on the backend, with the clipped box around them. */
function upload({ pixels, labels, epsilon }) {
  return tf.tidy(() => {
    const images = tf.tensor2d(pixels, [labels.length, pixels.length / labels.length]);
    const hot = tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES), "float32");
    if (!(epsilon > 0)) return { images, hot };
    const [lower, upper] = [tf.maximum(tf.sub(images, epsilon), 0), tf.minimum(tf.add(images, epsilon), 1)];
    return { hot, centre: tf.mul(tf.add(lower, upper), 0.5), radius: tf.mul(tf.sub(upper, lower), 0.5) };
  });
}

const runs = new Map();
const orders = {
  async begin({ backend }) {
    tf.wasm.setWasmPaths(new URL("node_modules/@tensorflow/tfjs-backend-wasm/dist/", self.location.href).href);
    tf.wasm.setThreadsCount(1);
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} backend here`);
    await tf.ready();
    return { version: tf.version_core };
  },
  /** `loss`: "clean" or "ibp"; `batches`: of pixels and labels; `rate`: Adam's step. */
  async start({ run, loss, layers, batches, epsilon, rate }) {
    const made = network(layers);
    const ready = batches.map((batch) => upload({ ...batch, epsilon: loss === "clean" ? 0 : epsilon }));
    // PyTorch's numbers, which are ours.
    const adam = tf.train.adam(rate, 0.9, 0.999, 1e-8);
    runs.set(run, { made, ready, adam, loss: loss === "clean" ? cleanLoss : intervalLoss, steps: 0 });
  },
  /** Takes steps until there were `steps` of them and `milliseconds` are over, reading each loss before the next. */
  async steps({ run, steps, milliseconds }) {
    const here = runs.get(run);
    const losses = [];
    const start = performance.now();
    while (losses.length < steps || performance.now() - start < milliseconds) {
      const batch = here.ready[here.steps++ % here.ready.length];
      const cost = here.adam.minimize(() => here.loss(here.made, batch), true, here.made.all);
      losses.push((await cost.data())[0]);
      cost.dispose();
    }
    return { losses, milliseconds: performance.now() - start };
  },
  async drop({ run }) {
    const { made, ready, adam } = runs.get(run);
    [...made.all, ...ready.flatMap((batch) => Object.values(batch))].forEach((tensor) => tensor.dispose());
    adam.dispose();
    runs.delete(run);
  },
};

self.onmessage = async ({ data: { id, order, ...rest } }) => {
  try {
    self.postMessage({ id, answer: await orders[order](rest) });
  } catch (error) {
    self.postMessage({ id, error: String(error.message ?? error) });
  }
};
