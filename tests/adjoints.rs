//! Every operation that has an adjoint, by itself: its gradient against finite differences in f64.
//!
//! Weights are multiples of 2⁻¹⁰ below 2, so that a difference's step is exact in `f32` too.

use crate::common;

use boundscope::{
    activation::{Activation, Clip, Curves},
    bounds::Strategy,
    network::{Affine, Map, Window},
    pulse::Steady,
    tensor::{
        Backend, Ball, Cpu, Gradients, Pair, Program, RecordedMap, RecordedPool, Recorder, Relaxation, Run, Shape,
        Slots, Tape, Value, Wanted,
    },
};
use common::{differences::Counts, random::Rng};
use std::sync::Arc;

/// What a program is recorded and run with.
#[derive(Clone, Default)]
struct Setup {
    maps: Vec<(Affine, usize)>,
    rules: Vec<(Activation, usize)>,
    pools: Vec<Window>,
    inputs: Vec<(Shape, Vec<f64>)>,
}

/// The same as a recorder sees it.
struct Recorded {
    maps: Vec<RecordedMap>,
    biases: Vec<Option<Value>>,
    rules: Vec<(usize, usize)>,
    pools: Vec<RecordedPool>,
    inputs: Vec<Value>,
}

impl Recorded {
    fn range(&self) -> Pair<Value> {
        Pair { lower: self.inputs[0], upper: self.inputs[1] }
    }
}

/// A number that a gradient may be asked of.
#[derive(Clone, Copy, Debug)]
enum Target {
    Input(usize),
    Weights(usize),
    Bias(usize),
    Bends(usize),
}

impl Setup {
    fn input(mut self, shape: Shape, rng: &mut Rng) -> Self {
        let count = shape.iter().product();
        self.inputs.push((shape, (0..count).map(|_| rng.normal()).collect()));
        self
    }

    /// Two inputs of one shape, a lower and an upper end, crossing 0 and bends now and then.
    fn range(mut self, shape: Shape, rng: &mut Rng) -> Self {
        let count: usize = shape.iter().product();
        let lower: Vec<f64> = (0..count).map(|_| 3.0 * rng.unit() - 2.0).collect();
        let upper = lower.iter().map(|l| l + 0.3 + 2.5 * rng.unit()).collect();
        self.inputs.extend([(shape, lower), (shape, upper)]);
        self
    }

    fn slots(&self, backend: &Cpu<f64>) -> Slots<Cpu<f64>> {
        Slots {
            maps: self.maps.iter().map(|(affine, inputs)| backend.map(affine, *inputs)).collect(),
            biases: self.maps.iter().map(|(affine, _)| backend.bias(affine)).collect(),
            rules: self.rules.iter().map(|(rule, width)| backend.rules(rule, *width)).collect(),
            pools: self.pools.iter().map(|window| backend.pool(window)).collect(),
        }
    }

    fn targets(&self) -> Vec<Target> {
        let maps = 0..self.maps.len();
        let mut all: Vec<Target> = (0..self.inputs.len()).map(Target::Input).collect();
        all.extend(maps.clone().map(Target::Weights).chain(maps.map(Target::Bias)));
        all.extend((0..self.rules.len()).map(Target::Bends));
        all
    }

    /// How many numbers a target has.
    fn count(&self, target: Target) -> usize {
        match target {
            Target::Input(at) => self.inputs[at].1.len(),
            Target::Bias(at) => self.maps[at].0.bias.as_ref().map_or(0, |bias| bias.len()),
            Target::Bends(at) => match &self.rules[at].0 {
                Activation::Curves(curves) => curves.bend.as_ref().map_or(0, |bend| bend.len()),
                _ => 0,
            },
            Target::Weights(at) => match &self.maps[at].0.map {
                Map::Dense { weight, .. } => weight.len(),
                Map::Conv { weight, .. } => weight.len(),
                // Their factors are no weights of their own: nothing trains them.
                Map::Identity | Map::Diagonal { .. } => 0,
            },
        }
    }

    /// The same with one number moved.
    fn moved(&self, target: Target, index: usize, by: f64) -> Self {
        fn shift(values: &Arc<[f64]>, index: usize, by: f64) -> Arc<[f64]> {
            values.iter().enumerate().map(|(at, value)| if at == index { value + by } else { *value }).collect()
        }
        let narrow = |values: &Arc<[f32]>| -> Arc<[f32]> {
            let values = values.iter().enumerate();
            values.map(|(at, value)| if at == index { value + by as f32 } else { *value }).collect()
        };
        let mut moved = self.clone();
        match target {
            Target::Input(at) => moved.inputs[at].1[index] += by,
            Target::Bias(at) => {
                let bias = &mut moved.maps[at].0.bias;
                *bias = bias.as_ref().map(|bias| shift(bias, index, by));
            }
            Target::Bends(at) => {
                let Activation::Curves(Curves { bend, .. }) = &mut moved.rules[at].0 else {
                    unreachable!("only curves have bends that are trained")
                };
                *bend = bend.as_ref().map(narrow);
            }
            Target::Weights(at) => match &mut moved.maps[at].0.map {
                Map::Dense { weight, .. } => *weight = narrow(weight),
                Map::Conv { weight, .. } => *weight = shift(weight, index, by),
                Map::Identity | Map::Diagonal { .. } => unreachable!("they have no weights"),
            },
        }
        moved
    }
}

fn run<T>(setup: &Setup, program: &Program, ask: impl AsyncFnOnce(&Cpu<f64>, &Run<'_, Cpu<f64>>) -> T) -> T {
    let backend = Cpu::<f64>::new();
    let slots = setup.slots(&backend);
    let given: Vec<_> = setup.inputs.iter().map(|(shape, values)| backend.upload(*shape, values)).collect();
    pollster::block_on(async {
        let run = Run::forward(&backend, &slots, program, &given, &Steady).await.expect("steady");
        ask(&backend, &run).await
    })
}

/// Σ seed·output, the number that is differentiated.
fn total(setup: &Setup, program: &Program, seeds: &[(Value, Vec<f64>)]) -> f64 {
    run(setup, program, async |backend, run| {
        let mut total = 0.0;
        for (value, seed) in seeds {
            let found = backend.read(run.value(*value)).await.expect("read");
            total += found.iter().zip(seed).map(|(found, seed)| found * seed).sum::<f64>();
        }
        total
    })
}

fn gradients(setup: &Setup, tape: &Tape, seeds: &[(Value, Vec<f64>)]) -> Gradients<<Cpu<f64> as Backend>::Tensor> {
    run(setup, tape.program(), async |backend, run| {
        let seeds = seeds.iter().map(|(value, seed)| (*value, backend.upload(tape.program().shape(*value), seed)));
        run.backward(tape, seeds.collect(), &Steady).await.expect("steady")
    })
}

/// Records `body`, seeds its outputs (now and then all but one with nothing) and compares every gradient there is.
fn check(what: &str, setup: &Setup, rng: &mut Rng, body: impl Fn(&Recorder, &Recorded) -> Vec<Value>) -> Counts {
    let recorder = Recorder::new();
    let inputs = setup.inputs.iter().map(|(shape, _)| recorder.input(*shape)).collect();
    let recorded = Recorded {
        maps: setup.maps.iter().map(|(affine, inputs)| recorder.map(affine, *inputs)).collect(),
        biases: setup.maps.iter().map(|(affine, _)| recorder.bias(affine)).collect(),
        rules: setup.rules.iter().map(|(rule, width)| recorder.rules(rule, *width)).collect(),
        pools: setup.pools.iter().map(|window| recorder.pool(window)).collect(),
        inputs,
    };
    let mut outputs = body(&recorder, &recorded);
    let program = recorder.finish(&outputs);
    if rng.below(3) == 0 {
        // An output that nothing was made of must count as 0.
        outputs = vec![outputs[rng.below(outputs.len())]];
    }
    let mut seed = |value: Value| (0..program.shape(value).iter().product()).map(|_| rng.normal()).collect();
    let seeds: Vec<(Value, Vec<f64>)> = outputs.iter().map(|&value| (value, seed(value))).collect();
    let mut counts = Counts::default();
    for target in setup.targets() {
        let wanted = if let Target::Input(index) = target { Wanted::Input(index) } else { Wanted::Parameters };
        let tape = Tape::new(program.clone(), wanted).unwrap_or_else(|error| panic!("{what} {target:?}: {error}"));
        let found = gradients(setup, &tape, &seeds);
        let tensor = match target {
            Target::Input(_) => found.input,
            Target::Weights(at) => found.maps[at].clone(),
            Target::Bias(at) => found.biases[at].clone(),
            Target::Bends(at) => found.bends[at].clone(),
        };
        let count = setup.count(target);
        let values = tensor.map(|tensor| pollster::block_on(Cpu::<f64>::new().read(&tensor)).expect("read"));
        let values = values.unwrap_or_else(|| vec![0.0; count]);
        assert_eq!(values.len(), count, "{what}: {target:?} has its own shape");
        for (index, found) in values.into_iter().enumerate() {
            let at = |by: f64| total(&setup.moved(target, index, by), &program, &seeds);
            counts.compare(&format!("{what}: {target:?}[{index}]"), found, at);
        }
    }
    counts
}

/// Checks a body on several draws; together they must be telling.
fn draws(what: &str, setup: impl Fn(&mut Rng) -> Setup, body: impl Fn(&Recorder, &Recorded) -> Vec<Value>) {
    let mut sum = Counts::default();
    for seed in 0..4 {
        let mut rng = Rng::new(seed);
        let setup = setup(&mut rng);
        let found = check(what, &setup, &mut rng, &body);
        sum.add(&found);
    }
    sum.finish(what);
}

/// A multiple of 2⁻¹⁰ in (−1, 1), never 0.
fn weight(rng: &mut Rng) -> f64 {
    let size = (1 + rng.below(1000)) as f64 / 1024.0;
    if rng.below(2) == 0 { size } else { -size }
}

fn affine(map: Map, bias: Option<usize>, rng: &mut Rng) -> Affine {
    let bias = bias.map(|count| (0..count).map(|_| weight(rng)).collect());
    Affine { map, bias, rounding: 0.0, bias_error: 0.0 }
}

fn dense(rows: usize, columns: usize, bias: bool, rng: &mut Rng) -> (Affine, usize) {
    let weight = (0..rows * columns).map(|_| weight(rng) as f32).collect();
    (affine(Map::Dense { rows, columns, weight }, bias.then_some(rows), rng), columns)
}

fn conv(input: [usize; 3], outputs: usize, geometry: [[usize; 2]; 3], groups: usize, rng: &mut Rng) -> (Affine, usize) {
    let [kernel, stride, padding] = geometry;
    let along = |axis: usize| (input[axis + 1] + 2 * padding[axis] - kernel[axis]) / stride[axis] + 1;
    let window = Window { input, output: [outputs, along(0), along(1)], kernel, stride, padding, groups };
    let weight = (0..outputs * window.patch_len()).map(|_| weight(rng)).collect();
    (affine(Map::Conv { window, weight }, Some(window.output_len()), rng), window.input_len())
}

/// One map of every kind.
fn maps(rng: &mut Rng) -> Vec<(&'static str, (Affine, usize))> {
    let scale = (0..6).map(|_| weight(rng)).collect();
    vec![
        ("dense", dense(4, 5, true, rng)),
        ("dense without bias", dense(3, 6, false, rng)),
        ("conv", conv([2, 4, 3], 3, [[2, 2], [1, 1], [0, 0]], 1, rng)),
        ("conv, stride and padding", conv([2, 5, 4], 2, [[3, 2], [2, 1], [1, 1]], 1, rng)),
        ("conv, uneven stride and padding", conv([1, 4, 5], 2, [[2, 3], [1, 2], [0, 2]], 1, rng)),
        ("conv, groups", conv([4, 3, 3], 6, [[2, 2], [1, 1], [1, 0]], 2, rng)),
        ("conv, kernel wider than the map", conv([1, 1, 2], 2, [[5, 7], [1, 2], [2, 3]], 1, rng)),
        ("conv, a step past the map", conv([2, 2, 1], 2, [[2, 5], [3, 4], [1, 4]], 2, rng)),
        ("conv, depthwise", conv([3, 3, 3], 3, [[3, 3], [1, 1], [1, 1]], 3, rng)),
        ("diagonal", (affine(Map::Diagonal { scale, shape: vec![6] }, Some(6), rng), 6)),
    ]
}

fn outputs_of((affine, inputs): &(Affine, usize)) -> usize {
    match &affine.map {
        Map::Identity => *inputs,
        Map::Dense { rows, .. } => *rows,
        Map::Conv { window, .. } => window.output_len(),
        Map::Diagonal { scale, .. } => scale.len(),
    }
}

#[test]
fn maps_forward_backward_and_over_intervals() {
    for (index, (name, _)) in maps(&mut Rng::new(1)).into_iter().enumerate() {
        let with = |rng: &mut Rng| {
            let map = maps(rng).swap_remove(index).1;
            Setup { maps: vec![map], ..Setup::default() }
        };
        let biased = |recorder: &Recorder, value: Value, own: &Recorded| match &own.biases[0] {
            Some(bias) => recorder.add(&value, bias),
            None => value,
        };
        let forward = |rng: &mut Rng| {
            let setup = with(rng);
            let inputs = setup.maps[0].1;
            setup.input([2, 3, inputs], rng)
        };
        draws(&format!("apply, {name}"), forward, |recorder, own| {
            vec![biased(recorder, recorder.apply(&own.maps[0], &own.inputs[0]), own)]
        });
        let backward = |rng: &mut Rng| {
            let setup = with(rng);
            let outputs = outputs_of(&setup.maps[0]);
            setup.input([2, 2, outputs], rng)
        };
        draws(&format!("apply_transpose, {name}"), backward, |recorder, own| {
            // There and back again, so that a map that is used twice gathers both gradients.
            let there = recorder.apply_transpose(&own.maps[0], &own.inputs[0]);
            vec![recorder.apply(&own.maps[0], &there), there]
        });
        let interval = |rng: &mut Rng| {
            let setup = with(rng);
            let inputs = setup.maps[0].1;
            setup.range([2, 1, inputs], rng)
        };
        draws(&format!("apply_interval, {name}"), interval, |recorder, own| {
            let bias = own.biases[0].as_ref();
            let found = recorder.apply_interval(&own.maps[0], bias, &own.range());
            vec![found.lower, found.upper]
        });
    }
}

#[test]
fn sums_differences_and_products() {
    let pairs: [(Shape, Shape); 5] = [
        ([2, 3, 4], [2, 3, 4]),
        ([2, 3, 4], [1, 3, 4]),
        ([1, 1, 4], [3, 2, 4]),
        ([2, 1, 4], [2, 3, 4]),
        ([1, 3, 4], [2, 1, 4]),
    ];
    for (a, b) in pairs {
        let two = |rng: &mut Rng| Setup::default().input(a, rng).input(b, rng);
        draws(&format!("add {a:?} {b:?}"), two, |recorder, own| vec![recorder.add(&own.inputs[0], &own.inputs[1])]);
    }
    let one = |rng: &mut Rng| Setup::default().input([2, 1, 4], rng);
    draws("negate", one, |recorder, own| vec![recorder.negate(&own.inputs[0])]);
    draws("a value read twice", one, |recorder, own| {
        let double = recorder.add(&own.inputs[0], &own.inputs[0]);
        vec![recorder.dot(&double, &own.inputs[0]), recorder.negate(&double)]
    });
    for batches in [(2, 2), (1, 2), (2, 1)] {
        let four = |rng: &mut Rng| Setup::default().range([batches.0, 1, 4], rng).range([batches.1, 1, 4], rng);
        draws(&format!("add_interval {batches:?}"), four, |recorder, own| {
            let other = Pair { lower: own.inputs[2], upper: own.inputs[3] };
            let sum = recorder.add_interval(&own.range(), &other);
            vec![sum.lower, sum.upper]
        });
        let rows = |rng: &mut Rng| Setup::default().input([batches.0, 3, 5], rng).input([batches.1, 1, 5], rng);
        draws(&format!("dot {batches:?}"), rows, |recorder, own| vec![recorder.dot(&own.inputs[0], &own.inputs[1])]);
    }
}

/// Every rule: ReLU, LeakyReLU and ParamRamp with and without an outer slope, clips, sigmoid, tanh, ELU and softplus.
fn rules(width: usize, rng: &mut Rng) -> Vec<(&'static str, (Activation, usize))> {
    let mut bend = || Some((0..width).map(|_| (300 + rng.below(900)) as f32 / 1024.0).collect());
    let curves = |slope, bend| Activation::Curves(Curves { slope, bend });
    let clip = |low, high| Activation::Clip(Clip { low, high });
    [
        ("ReLU", curves(0.0, None)),
        ("LeakyReLU", curves(0.1, None)),
        ("ParamRamp(0)", curves(0.0, bend())),
        ("ParamRamp(0.1)", curves(0.1, bend())),
        ("clip", clip(-0.7, 0.4)),
        ("clip below", clip(-0.3, f64::INFINITY)),
        ("clip above", clip(f64::NEG_INFINITY, 0.2)),
        ("sigmoid", Activation::Sigmoid),
        ("tanh", Activation::Tanh),
        ("ELU", Activation::Elu(boundscope::activation::Elu { scale: 0.6 })),
        ("softplus", Activation::Softplus),
    ]
    .map(|(name, rule)| (name, (rule, width)))
    .to_vec()
}

#[test]
fn activations_and_their_lines() {
    for (index, (name, _)) in rules(6, &mut Rng::new(0)).into_iter().enumerate() {
        let with = |rng: &mut Rng| Setup { rules: vec![rules(6, rng).swap_remove(index).1], ..Setup::default() };
        draws(
            &format!("activate, {name}"),
            |rng| with(rng).range([3, 2, 6], rng),
            |recorder, own| {
                let found = recorder.activate_interval(&own.rules[0], &own.range());
                vec![found.lower, found.upper]
            },
        );
        for strategy in Strategy::ALL {
            // Wide enough that every status turns up.
            draws(
                &format!("relax, {name}, {strategy:?}"),
                |rng| with(rng).range([12, 1, 6], rng),
                |recorder, own| {
                    let lines = recorder.relax(&own.rules[0], strategy, &own.range());
                    vec![lines.slope.lower, lines.slope.upper, lines.intercept.lower, lines.intercept.upper]
                },
            );
        }
    }
}

#[test]
fn the_largest_of_a_window() {
    let window =
        Window { input: [2, 4, 3], output: [2, 3, 2], kernel: [2, 3], stride: [1, 2], padding: [0, 1], groups: 2 };
    draws(
        "largest",
        |rng| Setup { pools: vec![window], ..Setup::default() }.input([3, 1, 24], rng),
        |recorder, own| vec![recorder.largest(&own.pools[0], &own.inputs[0])],
    );
}

#[test]
fn walking_back_through_lines() {
    for (rows, lines) in [(2, 2), (1, 2), (2, 1)] {
        let setup = |rng: &mut Rng| {
            let four = (0..4).fold(Setup::default(), |setup, _| setup.input([lines, 1, 5], rng));
            four.input([rows, 3, 5], rng)
        };
        draws(&format!("relax_backward {rows} {lines}"), setup, |recorder, own| {
            let pair = |at: usize| Pair { lower: own.inputs[at], upper: own.inputs[at + 1] };
            let relaxation = Relaxation { slope: pair(0), intercept: pair(2), range: pair(2) };
            let (rows, offset) = recorder.relax_backward(&own.inputs[4], &relaxation);
            vec![rows, offset]
        });
    }
}

#[test]
fn concretising_over_a_box() {
    for (rows, ends, offset) in [(2, 2, None), (2, 2, Some(2)), (1, 2, Some(1)), (2, 1, Some(2)), (2, 1, Some(1))] {
        let setup = |rng: &mut Rng| {
            let setup = Setup::default().range([ends, 1, 5], rng).input([rows, 3, 5], rng);
            match offset {
                Some(batch) => setup.input([batch, 1, 3], rng),
                None => setup,
            }
        };
        draws(&format!("concretize {rows} {ends} {offset:?}"), setup, |recorder, own| {
            let region = Ball::Box { lower: own.inputs[0], upper: own.inputs[1] };
            vec![recorder.concretize(&own.inputs[2], own.inputs.get(3), &region)]
        });
    }
}

#[test]
fn losses_and_penalties() {
    draws(
        "margin_loss",
        |rng| Setup::default().input([3, 1, 5], rng),
        |recorder, own| vec![recorder.margin_loss(&own.inputs[0])],
    );
    // The share is a constant: it is given, never trained.
    draws(
        "blend",
        |rng| Setup::default().input([3, 1, 5], rng).input([3, 1, 5], rng),
        |recorder, own| vec![recorder.blend(&own.inputs[0], &own.inputs[1], &recorder.upload([1, 1, 1], &[0.3]))],
    );
    draws(
        "tightness",
        |rng| Setup::default().range([3, 1, 5], rng).range([3, 1, 4], rng),
        |recorder, own| {
            let wider = recorder.add(&own.inputs[3], &recorder.upload([1, 1, 4], &[4.0; 4]));
            vec![recorder.tightness(&own.range(), &Pair { lower: own.inputs[2], upper: wider })]
        },
    );
    // Alive neurons farther from 0 than dead ones, so that both penalties pull.
    draws(
        "balance",
        |rng| Setup::default().range([3, 1, 8], rng),
        |recorder, own| {
            let shift = recorder.upload([1, 1, 8], &[2.5, 3.0, 5.0, 9.0, -1.0, -1.0, -3.5, -4.0]);
            let moved = |end: usize| recorder.add(&own.inputs[end], &shift);
            vec![recorder.balance(&Pair { lower: moved(0), upper: moved(1) })]
        },
    );
}
