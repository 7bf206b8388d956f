// Bounds of a network of a few neurons in exact fractions: what a worksheet's numbers are drawn and worked out with. The engine's own answers to
// the same networks stand in lessons/*/answers.json under the same keys; tests/e2e/learn.test.mjs holds one to the other.

/** A fraction in lowest terms: numerator and denominator, which is above 0. */
const lowest = (n, d) => {
  if (d < 0n) [n, d] = [-n, -d];
  let [a, b] = [n < 0n ? -n : n, d];
  while (b) [a, b] = [b, a % b];
  return a > 1n ? [n / a, d / a] : [n, d];
};
export const zero = [0n, 1n];
export const one = [1n, 1n];
export const add = ([a, b], [c, d]) => lowest(a * d + c * b, b * d);
export const negative = ([a, b]) => [-a, b];
export const subtract = (a, b) => add(a, negative(b));
export const times = ([a, b], [c, d]) => lowest(a * c, b * d);
export const over = ([a, b], [c, d]) => lowest(a * d, b * c);
export const below = ([a, b], [c, d]) => a * d < c * b;
export const sign = ([a]) => (a > 0n ? 1 : a < 0n ? -1 : 0);
const size = (a) => (sign(a) < 0 ? negative(a) : a);
const sum = (list) => list.reduce(add, zero);
const dot = (row, values) => sum(row.map((weight, at) => times(weight, values[at])));

/** `3`, `-3/4`, `0.25`, also with the minus signs that people and typesetters use; null where a text is no number. */
export function parsed(text) {
  const [, minus, digits, after, under] =
    /^\s*([-+\u2212\u2013]?)\s*(\d{1,12})(?:[.,](\d{1,12}))?\s*(?:[/\u2044]\s*(\d{1,12}))?\s*$/.exec(String(text)) ?? [];
  if (digits === undefined || (under !== undefined && BigInt(under) === 0n)) return null;
  const scale = 10n ** BigInt(after?.length ?? 0);
  const value = lowest(BigInt(digits) * scale + BigInt(after ?? 0), scale * BigInt(under ?? 1));
  return /[-\u2212\u2013]/.test(minus) ? negative(value) : value;
}

/** As answers.json writes it. */
export const written = ([n, d]) => (d === 1n ? `${n}` : `${n}/${d}`);
export const value = ([n, d]) => Number(n) / Number(d);

/** An activation by its name: η below `from`, slope 1 for a length of `bend` (null: without end), η again beyond. */
function activation(name) {
  const [kind, numbers = ""] = name.split(":");
  const [first, second] = numbers.split(",").map(parsed);
  if (kind === "clip") return { slope: zero, from: first, bend: subtract(second, first), base: first };
  const slope = kind === "relu" ? zero : first;
  return { slope, from: zero, bend: kind === "ramp" ? second : null, base: zero };
}

/** σ(z). */
function image({ slope, from, bend, base }, z) {
  const at = subtract(z, from);
  if (sign(at) < 0) return add(base, times(slope, at));
  if (bend === null || !below(bend, at)) return add(base, at);
  return add(base, add(bend, times(slope, subtract(at, bend))));
}

/** The lines around σ over [l, u]: `[slope, height at 0]` below and above (docs/methods.md, section 3). */
function lines(rule, adaptive, l, u) {
  const { slope, from, bend, base } = rule;
  const through = (s, z) => [s, subtract(image(rule, z), times(s, z))];
  const chord = (p, q) => through(over(subtract(image(rule, q), image(rule, p)), subtract(q, p)), p);
  const flat = [slope, subtract(base, times(slope, from))];
  const straight = [one, subtract(base, from)];
  const end = bend === null ? null : add(from, bend);
  const far = end === null ? null : through(slope, end);
  if (!below(from, u)) return { below: flat, above: flat };
  const past = end !== null && below(end, u);
  if (!below(l, from)) {
    if (!past) return { below: straight, above: straight };
    if (!below(l, end)) return { below: far, above: far };
    const mostlyPast = below(subtract(end, l), subtract(u, end));
    return { below: chord(l, u), above: adaptive && !mostlyPast ? straight : far };
  }
  const mostlyBefore = below(subtract(u, from), subtract(from, l));
  if (!past) return { below: adaptive && !mostlyBefore ? straight : flat, above: chord(l, u) };
  const mostlyPast = below(subtract(end, l), subtract(u, end));
  return {
    below: adaptive && !mostlyBefore ? chord(from, u) : flat,
    above: adaptive && !mostlyPast ? chord(l, end) : far,
  };
}

const numbers = (list) => list.map((item) => (Array.isArray(item) ? numbers(item) : parsed(item)));
const atLeast = (row, lower, upper) => sum(row.map((w, at) => times(w, sign(w) < 0 ? upper[at] : lower[at])));
const turned = (rows) => rows.map((row) => row.map(negative));

/**
 * Every bound of a network `{ weights, biases, activation, point, epsilon, label }` by IBP, CROWN-IBP, LBP, CROWN-LBP and CROWN, with the
 * lines and linear functions that CROWN rests on: a map from keys to fractions.
 */
export function answers(network) {
  const { weights, biases, point, epsilon } = Object.fromEntries(
    ["weights", "biases", "point", "epsilon"].map((key) => [key, numbers([network[key]])[0]]),
  );
  const rule = activation(network.activation);
  const found = {};
  const [low, high] = [point.map((x) => subtract(x, epsilon)), point.map((x) => add(x, epsilon))];
  const depth = weights.length;
  const label = network.label ?? null;
  const classes = biases[depth - 1].length;
  const rivals = label === null ? [] : [...Array(classes).keys()].filter((at) => at !== label);
  const marginRows = rivals.map((rival) => Array.from({ length: classes }, (_, at) => [at === label ? 1n : at === rival ? -1n : 0n, 1n]));
  const marginKey = (at) => (rivals.length === 1 ? "m" : `m.${rivals[at] + 1}`);
  const layerName = (k) => (k === depth - 1 ? "y" : `z${k + 1}`);
  /** Rows times an affine layer. */
  const into = (rows, k) => ({
    rows: rows.map((row) => weights[k][0].map((_, at) => sum(row.map((w, out) => times(w, weights[k][out][at]))))),
    constants: rows.map((row) => dot(row, biases[k])),
  });
  const units = (k) => biases[k].map((_, row) => biases[k].map((_, at) => (row === at ? one : zero)));

  weights.forEach((rows, k) =>
    rows.forEach((row, at) => {
      row.forEach((w, column) => (found[`W${k + 1}.${at + 1}.${column + 1}`] = w));
      found[`b${k + 1}.${at + 1}`] = biases[k][at];
    }),
  );
  found.eps = epsilon;
  point.forEach((x, at) => Object.assign(found, { [`x.${at + 1}`]: x, [`x.${at + 1}.l`]: low[at], [`x.${at + 1}.u`]: high[at] }));

  // The point itself, and intervals.
  const walk = (name, from) => {
    let [l, u] = from;
    const ranges = [];
    for (let k = 0; k < depth; k++) {
      const ends = (rows, constants) => [
        rows.map((row, at) => add(constants[at], atLeast(row, l, u))),
        rows.map((row, at) => subtract(constants[at], atLeast(row.map(negative), l, u))),
      ];
      if (k === depth - 1 && rivals.length) {
        const { rows, constants } = into(marginRows, k);
        rows.forEach((row, at) => (found[`${name}.${marginKey(at)}`] = add(constants[at], atLeast(row, l, u))));
      }
      const range = ends(weights[k], biases[k]);
      ranges.push(range);
      if (k < depth - 1) [l, u] = range.map((end) => end.map((z) => image(rule, z)));
      const single = name === "clean";
      range[0].forEach((z, at) => {
        const key = `${name}.${layerName(k)}.${at + 1}`;
        Object.assign(found, single ? { [key]: z } : { [`${key}.l`]: z, [`${key}.u`]: range[1][at] });
        if (k === depth - 1) return;
        const after = `${name}.a${k + 1}.${at + 1}`;
        Object.assign(found, single ? { [after]: l[at] } : { [`${after}.l`]: l[at], [`${after}.u`]: u[at] });
      });
    }
    return ranges;
  };
  walk("clean", [point, point]);
  const intervals = walk("ibp", [low, high]);

  for (const adaptive of [false, true]) {
    const word = adaptive ? "adaptive" : "tight";
    const relaxed = ([l, u]) => l.map((_, at) => lines(rule, adaptive, l[at], u[at]));
    /** Linear functions of x below rows of layer k. */
    const back = (rows, constants, k, relaxations) => {
      for (let layer = k; ; layer--) {
        const through = into(rows, layer);
        constants = constants.map((c, at) => add(c, through.constants[at]));
        rows = through.rows;
        if (layer === 0) return { rows, constants };
        const chosen = rows.map((row) => row.map((w, at) => relaxations[layer - 1][at][sign(w) < 0 ? "above" : "below"]));
        constants = constants.map((c, at) => add(c, sum(rows[at].map((w, i) => times(w, chosen[at][i][1])))));
        rows = rows.map((row, at) => row.map((w, i) => times(w, chosen[at][i][0])));
      }
    };
    const least = ({ rows, constants }) => rows.map((row, at) => add(constants[at], atLeast(row, low, high)));
    const nothing = (rows) => rows.map(() => zero);
    const backward = (k, relaxations) => {
      const [lower, upper] = [units(k), turned(units(k))].map((rows) => least(back(rows, nothing(rows), k, relaxations)));
      return [lower, upper.map(negative)];
    };
    /** Forms pushed forward: ranges of every layer, and the margins. */
    const forward = () => {
      let forms = null;
      const ranges = [];
      for (let k = 0; k < depth; k++) {
        const relaxation = k ? relaxed(ranges[k - 1]) : null;
        const pushed = (rows, constants) => {
          if (!k) return { rows, constants };
          const parts = rows.map((row) =>
            row.map((w, at) => {
              const [side, [s, t]] = sign(w) < 0 ? ["above", relaxation[at].above] : ["below", relaxation[at].below];
              return { w: times(w, s), at: times(w, t), form: forms[side], index: at };
            }),
          );
          return {
            rows: parts.map((row) => point.map((_, input) => sum(row.map(({ w, form, index }) => times(w, form.rows[index][input]))))),
            constants: parts.map((row, at) =>
              add(constants[at], sum(row.map(({ w, at, form, index }) => add(at, times(w, form.constants[index]))))),
            ),
          };
        };
        if (k === depth - 1 && rivals.length) {
          const { rows, constants } = into(marginRows, k);
          least(pushed(rows, constants)).forEach((m, at) => (found[`lbp-${word}.${marginKey(at)}`] = m));
        }
        const lower = pushed(weights[k], biases[k]);
        const upper = pushed(turned(weights[k]), biases[k].map(negative));
        ranges.push([least(lower), least(upper).map(negative)]);
        forms = { below: lower, above: { rows: turned(upper.rows), constants: upper.constants.map(negative) } };
      }
      return ranges;
    };
    const forwards = forward();
    const backwards = [];
    for (let k = 0; k < depth; k++) backwards.push(backward(k, backwards.map(relaxed)));
    const hidden = { "crown-ibp": intervals, lbp: forwards, "crown-lbp": forwards, crown: backwards };
    for (const [method, ranges] of Object.entries(hidden)) {
      const name = `${method}-${word}`;
      const relaxations = ranges.slice(0, -1).map(relaxed);
      const last = method === "lbp" ? forwards[depth - 1] : backward(depth - 1, relaxations);
      [...ranges.slice(0, -1), last].forEach(([l, u], k) =>
        l.forEach((_, at) => Object.assign(found, { [`${name}.${layerName(k)}.${at + 1}.l`]: l[at], [`${name}.${layerName(k)}.${at + 1}.u`]: u[at] })),
      );
      if (method !== "lbp") {
        const form = back(marginRows, nothing(marginRows), depth - 1, relaxations);
        least(form).forEach((m, at) => (found[`${name}.${marginKey(at)}`] = m));
        if (method === "crown") {
          form.rows.forEach((row, at) => {
            const key = `${name}.${marginKey(at)}`;
            row.forEach((w, input) => {
              found[`${key}.w.${input + 1}`] = w;
              found[`${key}.corner.${input + 1}`] = sign(w) < 0 ? high[input] : sign(w) > 0 ? low[input] : point[input];
            });
            found[`${key}.c`] = form.constants[at];
          });
        }
      }
    }
    const shown = backwards.slice(0, -1).map(relaxed);
    shown.forEach((layer, k) =>
      layer.forEach((pair, at) => {
        const key = `crown-${word}.z${k + 1}.${at + 1}`;
        for (const side of ["below", "above"]) [found[`${key}.${side}.slope`], found[`${key}.${side}.at`]] = pair[side];
        const [l, u] = backwards[k].map((end) => end[at]);
        const gap = (z) => subtract(add(times(pair.above[0], z), pair.above[1]), add(times(pair.below[0], z), pair.below[1]));
        found[`${key}.area`] = over(times(add(gap(l), gap(u)), subtract(u, l)), [2n, 1n]);
      }),
    );
    if (!adaptive && rivals.length === 1 && shown.length) {
      const margin = (relaxations) => back(marginRows, nothing(marginRows), depth - 1, relaxations);
      const [l, u] = backwards[0];
      // Children of a decision on a neuron of the first hidden layer: over the whole region, with what is decided in its range.
      l.forEach((_, at) => {
        if (sign(l[at]) >= 0 || sign(u[at]) <= 0) return;
        const key = `split.z1.${at + 1}`;
        for (const [side, range] of [["on", [zero, u[at]]], ["off", [l[at], zero]]]) {
          const decided = shown[0].map((pair, i) => (i === at ? lines(rule, false, ...range) : pair));
          const form = margin([decided, ...shown.slice(1)]);
          form.rows[0].forEach((w, input) => (found[`${key}.${side}.w.${input + 1}`] = w));
          found[`${key}.${side}.c`] = form.constants[0];
          found[`${key}.${side}.m`] = least(form)[0];
        }
        const [on, off] = ["on", "off"].map((side) => found[`${key}.${side}.m`]);
        found[`${key}.m`] = below(on, off) ? on : off;
      });
      // Lower slopes of one's own.
      for (const [name, slopes] of Object.entries(network.slopes ?? {})) {
        const steered = shown[0].map((pair, at) => {
          const s = parsed(slopes[at]);
          const bends = [l[at], u[at], rule.from, ...(rule.bend === null ? [] : [add(rule.from, rule.bend)])];
          const heights = bends
            .filter((z) => !below(z, l[at]) && !below(u[at], z))
            .map((z) => subtract(image(rule, z), times(s, z)));
          return { ...pair, below: [s, heights.reduce((a, b) => (below(b, a) ? b : a))] };
        });
        found[`${name}.m`] = least(margin([steered, ...shown.slice(1)]))[0];
      }
    }
    const turn = { below: units(depth - 1), above: turned(units(depth - 1)) };
    for (const [side, rows] of Object.entries(turn)) {
      const form = back(rows, nothing(rows), depth - 1, shown);
      const own = side === "above" ? negative : (a) => a;
      form.rows.forEach((row, at) => {
        row.forEach((w, input) => (found[`crown-${word}.y.${at + 1}.${side}.w.${input + 1}`] = own(w)));
        found[`crown-${word}.y.${at + 1}.${side}.c`] = own(form.constants[at]);
      });
    }
  }
  return found;
}

/** Numbers from a seed: the same everywhere (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A network of the shape of `network` with numbers from a seed. `draw`: the lists to draw `weights`, `biases`, `point` and `epsilon` from (what has
 * no list stays), and `unstable`: how many neurons of the first hidden layer must be so, at least.
 */
export function drawn(network, draw, seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const fill = (item, list) => (Array.isArray(item) ? item.map((part) => fill(part, list)) : pick(list));
  for (let tries = 0; tries < 500; tries++) {
    const made = { ...network };
    for (const key of ["weights", "biases", "point", "epsilon"]) if (draw[key]) made[key] = fill(network[key], draw[key]);
    if (made.weights.some((layer) => layer.some((row) => row.every((weight) => sign(parsed(weight)) === 0)))) continue;
    const found = answers(made);
    const rows = made.biases.length > 1 ? made.biases[0].length : 0;
    const unstable = Array.from({ length: rows }, (_, at) => `ibp.z1.${at + 1}`).filter(
      (key) => sign(found[`${key}.l`]) < 0 && sign(found[`${key}.u`]) > 0,
    ).length;
    if (unstable >= (draw.unstable ?? 0) && (!draw.right || sign(found["clean.m"] ?? one) > 0)) return { network: made, found };
  }
  return { network, found: answers(network) };
}
