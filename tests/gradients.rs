//! Gradients against finite differences in f64: every operation that training walks through, and the whole losses.
//!
//! Bounds have kinks (a neuron's status changes, a coefficient changes sign). At one the two one-sided differences disagree;
//! such coordinates are counted, must stay rare, and are left out.

use boundscope::{
    bounds::margin_rows,
    network::{Conv2d, Flatten, LeakyRelu, Linear, Network, ParamRamp, Relu},
    pulse::Steady,
    random::Random,
    tensor::{Backend, Cpu, Run, Slots},
    train::{LossProgram, Parts, Robust},
};
use std::sync::Arc;

const BATCH: usize = 3;

/// Layers to build a small network of.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Relu,
    Leaky,
    Ramp,
}

/// Parameters in the order in which [`build`] takes them.
type Parameters = Vec<Vec<f32>>;

fn values(count: usize, scale: f64, random: &mut Random) -> Vec<f32> {
    (0..count).map(|_| (random.bell() / 2.0 * scale) as f32).collect()
}

/// A 2×5×5 image through a convolution of 3 channels, a dense layer of 6, to 4 classes.
fn fresh(random: &mut Random) -> Parameters {
    let bend = |count: usize, random: &mut Random| (0..count).map(|_| 0.4 + 0.3 * random.signed() as f32).collect();
    vec![
        values(3 * 2 * 3 * 3, 0.3, random),
        values(3, 0.3, random),
        bend(27, random),
        values(6 * 27, 0.3, random),
        values(6, 0.3, random),
        bend(6, random),
        values(4 * 6, 0.5, random),
        values(4, 0.3, random),
    ]
}

fn build(kind: Kind, parameters: &Parameters) -> Network {
    let take = |index: usize| -> Arc<[f32]> { parameters[index].as_slice().into() };
    let mut network = Network::new(&[2, 5, 5]).expect("a shape");
    let activation = |network: &mut Network, bend: usize, shape: Vec<usize>| match kind {
        Kind::Relu => network.push(Relu),
        Kind::Leaky => network.push(LeakyRelu { slope: 0.05 }),
        Kind::Ramp => network.push(ParamRamp { slope: 0.05, bend: take(bend), shape }),
    };
    network
        .push(Conv2d {
            outputs: 3,
            inputs: 2,
            kernel: [3, 3],
            stride: [1, 1],
            padding: [0, 0],
            groups: 1,
            weight: take(0),
            bias: Some(take(1)),
        })
        .expect("fits");
    activation(&mut network, 2, vec![3, 3, 3]).expect("fits");
    network.push(Flatten).expect("fits");
    network.push(Linear { outputs: 6, inputs: 27, weight: take(3), bias: Some(take(4)) }).expect("fits");
    activation(&mut network, 5, vec![6]).expect("fits");
    network.push(Linear { outputs: 4, inputs: 6, weight: take(6), bias: Some(take(7)) }).expect("fits");
    network
}

struct Question {
    images: Vec<f64>,
    epsilon: f64,
}

/// The weight of every penalty.
const PENALTY: f64 = 0.3;

fn total(program: &LossProgram, network: &Network, question: &Question) -> (f64, Option<Vec<Vec<f64>>>) {
    run(program, network, question, false)
}

/// The mean loss over the batch plus weighted penalties, and its gradient by parameter.
fn run(program: &LossProgram, network: &Network, question: &Question, wanted: bool) -> (f64, Option<Vec<Vec<f64>>>) {
    let backend = Cpu::<f64>::new();
    let slots = Slots::new(&backend, network);
    let moved = |by: f64| question.images.iter().map(|x| (x + by).clamp(0.0, 1.0)).collect::<Vec<_>>();
    let shape = [BATCH, 1, 50];
    let given = [
        backend.upload(shape, &question.images),
        backend.upload(shape, &moved(-question.epsilon)),
        backend.upload(shape, &moved(question.epsilon)),
        backend.upload([BATCH, 3, 4], &margin_rows(&[0, 3, 1], BATCH, 4).expect("labels")),
        backend.upload([1, 1, 1], &[0.3]),
        backend.upload([1, 1, 1], &[0.4]),
    ];
    pollster::block_on(async {
        let run = Run::forward(&backend, &slots, program.tape.program(), &given, &Steady).await.expect("steady");
        let mut loss = backend.read(run.value(program.loss)).await.expect("read").iter().sum::<f64>() / BATCH as f64;
        let mut seeds = vec![(program.loss, backend.upload([BATCH, 1, 1], &[1.0 / BATCH as f64; BATCH]))];
        for &penalty in &program.penalties {
            loss += PENALTY * backend.read(run.value(penalty)).await.expect("read")[0];
            seeds.push((penalty, backend.upload([1, 1, 1], &[PENALTY])));
        }
        if !wanted {
            return (loss, None);
        }
        let found = run.backward(&program.tape, seeds, &Steady).await.expect("steady");
        // Maps: convolution, flatten, dense, dense.
        let order = [
            &found.maps[0],
            &found.biases[0],
            &found.bends[0],
            &found.maps[2],
            &found.biases[2],
            &found.bends[1],
            &found.maps[3],
            &found.biases[3],
        ];
        let mut gradients = Vec::new();
        for tensor in order {
            gradients.push(match tensor {
                Some(found) => {
                    let values = backend.read(found).await.expect("read");
                    // The convolution's bias is one number per channel, added to every pixel.
                    if values.len() == 27 && std::ptr::eq(tensor, order[1]) {
                        values.chunks(9).map(|channel| channel.iter().sum()).collect()
                    } else {
                        values
                    }
                }
                None => Vec::new(),
            });
        }
        (loss, Some(gradients))
    })
}

fn check(kind: Kind, parts: Parts, seed: u64) {
    let mut random = Random::new(seed);
    let parameters = fresh(&mut random);
    let images: Vec<f64> = (0..BATCH * 50).map(|_| (random.signed() + 1.0) / 2.0).collect();
    let question = Question { images, epsilon: 0.04 };
    let program = LossProgram::record(&build(kind, &parameters), parts, BATCH).expect("recorded");
    let (loss, gradients) = run(&program, &build(kind, &parameters), &question, true);
    let gradients = gradients.expect("asked for");
    let (mut checked, mut kinks) = (0, 0);
    for (tensor, gradient) in gradients.iter().enumerate() {
        if gradient.is_empty() {
            assert!(
                matches!((kind, tensor), (Kind::Relu | Kind::Leaky, 2 | 5)),
                "{kind:?} tensor {tensor} has no gradient"
            );
            continue;
        }
        for index in 0..gradient.len() {
            let at = |step: f32| {
                let mut moved = parameters.clone();
                moved[tensor][index] += step;
                let width = f64::from(moved[tensor][index]) - f64::from(parameters[tensor][index]);
                (total(&program, &build(kind, &moved), &question).0, width)
            };
            let ((above, up), (below, down)) = (at(1e-4), at(-1e-4));
            let (forward, backward) = ((above - loss) / up, (below - loss) / down);
            if (forward - backward).abs() > 1e-2 * (1e-2 + forward.abs()) {
                kinks += 1;
                continue;
            }
            checked += 1;
            let wanted = (above - below) / (up - down);
            let error = (gradient[index] - wanted).abs();
            assert!(
                error < 1e-5 * (1.0 + wanted.abs()),
                "{kind:?} {parts:?}: tensor {tensor}[{index}] is {}, differences say {wanted}",
                gradient[index]
            );
        }
    }
    assert!(kinks * 10 < checked, "{kind:?} {parts:?}: {kinks} kinks among {checked} coordinates");
}

#[test]
fn losses_have_the_gradients_that_differences_say() {
    let mut all = vec![Parts { clean: true, robust: None, penalties: false }];
    for robust in [Robust::Ibp, Robust::Mixed] {
        for clean in [false, true] {
            all.push(Parts { clean, robust: Some(robust), penalties: clean });
        }
    }
    for kind in [Kind::Relu, Kind::Leaky, Kind::Ramp] {
        for parts in &all {
            for seed in 0..3 {
                check(kind, *parts, seed);
            }
        }
    }
}
