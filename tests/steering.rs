//! Walks back whose lines and multipliers come from outside (docs/methods.md §5): the strategy's own slopes give the strategy's own
//! bits, any slopes and multipliers are sound, and what is reported gives the derivatives.

use crate::common;

use boundscope::{
    bounds::{Method, Norm, Prepared, Region, Signs, Steered, Steering, Strategy},
    network::*,
    pulse::Steady,
    tensor::{Backend, Cpu, Pair, Sound, Steerable},
};
use common::{
    random::{Rng, any_network, any_region, images},
    reference::{evaluate, layers, point},
};
use pollster::block_on;
use proptest::prelude::*;

const METHODS: [Method; 3] = [Method::CrownIbp, Method::CrownLbp, Method::Crown];

fn random_rows(rng: &mut Rng, count: usize, width: usize) -> Vec<f64> {
    (0..count * width).map(|_| f64::from(rng.between(-1.0, 1.0))).collect()
}

fn read<B: Backend>(backend: &B, tensor: &B::Tensor) -> Vec<f64> {
    block_on(backend.read(tensor)).expect("a CPU does not fail")
}

fn bits(values: Vec<f64>) -> Vec<u64> {
    values.into_iter().map(f64::to_bits).collect()
}

/// The slopes of a walk's lines, for each row its own where `rows` is more than 1.
fn slopes_of<B: Backend>(backend: &B, steered: &Steered<B::Tensor>, rows: usize) -> Vec<Steering<B::Tensor>> {
    let repeat = |slope: &B::Tensor| backend.concat_rows(&vec![slope.clone(); rows]);
    let slopes = |slope: &Pair<B::Tensor>| Pair { lower: repeat(&slope.lower), upper: repeat(&slope.upper) };
    steered
        .passed
        .iter()
        .map(|passed| Steering { slopes: passed.as_ref().map(|passed| slopes(&passed.lines.slope)), signs: None })
        .collect()
}

fn same_bits<B: Steerable>(backend: B, network: &Network, region: &Region, seed: u64) -> Result<(), TestCaseError> {
    let prepared = Prepared::new(backend, network);
    let backend = prepared.backend();
    let mut rng = Rng::new(seed);
    let images = images(network, 2, &mut rng);
    let ball = region.around(backend, &images, network.input_len()).expect("pixels are near the clip range");
    let (count, classes) = (3, network.classes());
    let rows = backend.upload([1, count, classes], &random_rows(&mut rng, count, classes));
    let layers = prepared.activations().len();
    for method in METHODS {
        for strategy in Strategy::ALL {
            let place = format!("{method} {strategy:?}");
            let (_, plain) = block_on(prepared.lower_bounds(&ball, &rows, method, strategy, &Steady)).expect("it fits");
            let plain = bits(read(backend, &plain));
            let ranges = block_on(prepared.ranges(&ball, method, strategy, &Steady)).expect("it fits");
            let unsteered = prepared.steered(&ball, &ranges, None, &rows, &vec![Steering::default(); layers]);
            prop_assert_eq!(&plain, &bits(read(backend, &unsteered.lower)), "{}: unsteered", place);
            let again = prepared.ranges_from(&ranges, prepared.layer_ranges(&ranges), strategy);
            let again = prepared.steered(&ball, &again, None, &rows, &vec![Steering::default(); layers]);
            prop_assert_eq!(&plain, &bits(read(backend, &again.lower)), "{}: from its own ranges", place);
            for per_row in [1, count] {
                let steering = slopes_of(backend, &unsteered, per_row);
                let steered = prepared.steered(&ball, &ranges, None, &rows, &steering);
                prop_assert_eq!(&plain, &bits(read(backend, &steered.lower)), "{}: slopes for {} rows", place, per_row);
            }
        }
    }
    Ok(())
}

/// Random slopes for every row, and multipliers on the signs that the pre-activations have at one point: the bound holds there.
fn any_slopes_hold<B: Steerable>(
    backend: B,
    network: &Network,
    region: &Region,
    seed: u64,
    slack: f64,
) -> Result<(), TestCaseError> {
    let prepared = Prepared::new(backend, network);
    let backend = prepared.backend();
    let mut rng = Rng::new(seed);
    let image = images(network, 1, &mut rng);
    let ball = region.around(backend, &image, network.input_len()).expect("pixels are near the clip range");
    let (count, classes) = (3, network.classes());
    let numbers = random_rows(&mut rng, count, classes);
    let rows = backend.upload([1, count, classes], &numbers);
    let widths = prepared.layer_widths();
    let ranges = block_on(prepared.ranges(&ball, Method::Crown, Strategy::Adaptive, &Steady)).expect("it fits");
    let known = layers(network);
    for round in 0..6 {
        let x = point(region, &image, &mut rng);
        let values = evaluate(network, &x);
        let mut draw = |low: f64, high: f64, size: usize| -> Vec<f64> {
            (0..size).map(|_| f64::from(rng.between(low, high))).collect()
        };
        let mut steering = Vec::new();
        for &layer in &prepared.activations() {
            let width = widths[layer];
            let shape = [1, count, width];
            let slopes = Pair {
                lower: backend.upload(shape, &draw(-0.2, 1.2, count * width)),
                upper: backend.upload(shape, &draw(-0.2, 1.2, count * width)),
            };
            // z ≥ p or z ≤ p, whichever is so at x. The first rounds go without.
            let signs = (round > 1).then(|| {
                let at = draw(-0.3, 0.6, width);
                let multipliers = draw(0.0, 0.7, count * width);
                let sign = |neuron: usize| if values[known[layer]][neuron] >= at[neuron] { 1.0 } else { -1.0 };
                let signed: Vec<f64> = multipliers.iter().enumerate().map(|(i, m)| m * sign(i % width)).collect();
                Signs { signed: backend.upload(shape, &signed), at: Some(backend.upload([1, 1, width], &at)) }
            });
            steering.push(Steering { slopes: Some(slopes), signs });
        }
        let steered = prepared.steered(&ball, &ranges, None, &rows, &steering);
        let lower = read(backend, &steered.lower);
        let mut points = vec![x];
        if round <= 1 {
            points.extend((0..20).map(|_| point(region, &image, &mut rng)));
            points.extend(read(backend, &steered.corner).chunks(image.len()).map(<[f64]>::to_vec));
        }
        for x in points {
            let outputs = evaluate(network, &x).pop().expect("an output");
            for (row, bound) in numbers.chunks(classes).zip(&lower) {
                let value: f64 = row.iter().zip(&outputs).map(|(a, z)| a * z).sum();
                let size: f64 = row.iter().zip(&outputs).map(|(a, z)| (a * z).abs()).sum();
                prop_assert!(*bound <= value + slack * (1.0 + size + bound.abs()), "{bound} above {value}");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_strategys_slopes_from_outside_give_its_own_bits(recipe in any_network(), region in any_region()) {
        let network = recipe.build();
        same_bits(Cpu::<f32>::new(), &network, &region, recipe.seed)?;
        same_bits(Cpu::<f64>::new(), &network, &region, recipe.seed)?;
        same_bits(Sound, &network, &region, recipe.seed)?;
    }

    #[test]
    fn any_slopes_and_multipliers_are_sound(recipe in any_network(), region in any_region()) {
        let network = recipe.build();
        any_slopes_hold(Cpu::<f64>::new(), &network, &region, recipe.seed, 1e-9)?;
        // What is left is the reference's own rounding.
        any_slopes_hold(Sound, &network, &region, recipe.seed, 1e-13)?;
    }
}

/// Dense layers with their weights at hand.
struct Chain {
    network: Network,
    weights: Vec<(Vec<f64>, Vec<f64>)>,
}

fn chain(widths: &[usize], ramp: bool, rng: &mut Rng) -> Chain {
    let mut network = Network::new(&widths[..1]).expect("inputs");
    let mut weights = Vec::new();
    for (layer, pair) in widths.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let mut many =
            |count: usize, reach: f64| -> Vec<f32> { (0..count).map(|_| rng.between(-reach, reach)).collect() };
        let (weight, bias) = (many(inputs * outputs, 1.5 / (inputs as f64).sqrt()), many(outputs, 0.4));
        let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect();
        weights.push((wide(&weight), wide(&bias)));
        network.push(Linear { outputs, inputs, weight: weight.into(), bias: Some(bias.into()) }).expect("it fits");
        if layer + 2 < widths.len() {
            let bend = (0..outputs).map(|_| rng.between(0.2, 1.0)).collect();
            if ramp {
                network.push(ParamRamp { slope: 0.1, bend, shape: vec![outputs] }).expect("it fits");
            } else {
                network.push(LeakyRelu { slope: 0.0 }).expect("it fits");
            }
        }
    }
    Chain { network, weights }
}

/// Where a search stands: slopes below and above and multipliers, per layer, `[rows, n]` each.
#[derive(Clone)]
struct Chosen {
    layers: Vec<[Vec<f64>; 3]>,
    points: Vec<Vec<f64>>,
}

#[test]
fn what_is_reported_gives_the_derivatives() {
    let backend = Cpu::<f64>::new();
    let (mut checked, mut kinks) = (0, 0);
    for seed in 0..12u64 {
        let mut rng = Rng::new(seed);
        let widths = [4, 5, 4, 3];
        let Chain { network, weights } = chain(&widths, seed % 2 == 0, &mut rng);
        let prepared = Prepared::new(backend, &network);
        let image = images(&network, 1, &mut rng);
        let norm = Norm::ALL[seed as usize % 3];
        let region = Region { norm, epsilon: 0.5, clip: None };
        let ball = region.around(&backend, &image, 4).expect("a region");
        let count = 2;
        let rows = backend.upload([1, count, 3], &random_rows(&mut rng, count, 3));
        let ranges = block_on(prepared.ranges(&ball, Method::CrownIbp, Strategy::Tight, &Steady)).expect("it fits");
        let mut draw = |low: f64, high: f64, size: usize| -> Vec<f64> {
            (0..size).map(|_| f64::from(rng.between(low, high))).collect()
        };
        let layer = |width: usize, draw: &mut dyn FnMut(f64, f64, usize) -> Vec<f64>| {
            let multipliers = draw(-0.3, 0.3, count * width);
            [draw(0.1, 0.9, count * width), draw(0.1, 0.9, count * width), multipliers]
        };
        let chosen = Chosen {
            layers: [5, 4].map(|width| layer(width, &mut draw)).to_vec(),
            points: [5, 4].map(|width| draw(-0.2, 0.4, width)).to_vec(),
        };
        let walk = |chosen: &Chosen| {
            let steering = chosen.layers.iter().zip(&chosen.points).map(|([below, above, signed], points)| {
                let shape = [1, count, points.len()];
                let slopes = Pair { lower: backend.upload(shape, below), upper: backend.upload(shape, above) };
                let at = Some(backend.upload([1, 1, points.len()], points));
                Steering { slopes: Some(slopes), signs: Some(Signs { signed: backend.upload(shape, signed), at }) }
            });
            prepared.steered(&ball, &ranges, None, &rows, &steering.collect::<Vec<_>>())
        };
        let found = walk(&chosen);
        let corner = read(&backend, &found.corner);
        for row in 0..count {
            // The corner, pushed forward through the lines that the row used.
            let mut a = corner[row * 4..][..4].to_vec();
            for (place, passed) in found.passed.iter().enumerate() {
                let passed = passed.as_ref().expect("a chain passes every layer");
                let (weight, bias) = &weights[place];
                let z: Vec<f64> = weight
                    .chunks(a.len())
                    .zip(bias)
                    .map(|(w, b)| w.iter().zip(&a).map(|(w, a)| w * a).sum::<f64>() + b)
                    .collect();
                let width = z.len();
                let part = |tensor| read(&backend, tensor)[row * width..][..width].to_vec();
                let above = part(&passed.rows);
                let (slope, intercept) = (&passed.lines.slope, &passed.lines.intercept);
                let at = passed.at.as_ref().expect("slopes came from outside");
                let slopes = [part(&slope.lower), part(&slope.upper)];
                let intercepts = [part(&intercept.lower), part(&intercept.upper)];
                let touches = [part(&at.lower), part(&at.upper)];
                for neuron in 0..width {
                    let positive = above[neuron] >= 0.0;
                    let used = usize::from(!positive);
                    let mut check = |which: usize, wanted: f64| {
                        let moved = |step: f64| {
                            let mut moved = chosen.clone();
                            moved.layers[place][which][row * width + neuron] += step;
                            read(&backend, &walk(&moved).lower)[row]
                        };
                        let (h, here) = (1e-6, read(&backend, &found.lower)[row]);
                        let (up, down) = ((moved(h) - here) / h, (here - moved(-h)) / h);
                        if (up - down).abs() > 1e-4 {
                            kinks += 1;
                            return;
                        }
                        checked += 1;
                        let central = (up + down) / 2.0;
                        assert!(
                            (central - wanted).abs() < 1e-5 * (1.0 + wanted.abs()),
                            "seed {seed} layer {place} number {which}: {central} by differences, {wanted} by the formula"
                        );
                    };
                    for (side, touches) in touches.iter().enumerate() {
                        let moves = if side == used { above[neuron] * (z[neuron] - touches[neuron]) } else { 0.0 };
                        check(side, moves);
                    }
                    // By s·β; the formula's −s·z is for the decision at p = 0.
                    check(2, chosen.points[place][neuron] - z[neuron]);
                }
                a = (0..width)
                    .map(|neuron| {
                        let used = usize::from(above[neuron] < 0.0);
                        slopes[used][neuron] * z[neuron] + intercepts[used][neuron]
                    })
                    .collect();
            }
        }
    }
    println!("{checked} derivatives, {kinks} left out at kinks");
    assert!(checked > 500 && kinks * 20 < checked, "{checked} checked, {kinks} kinks");
}

/// A decision makes the bound of its domain better, and clamped ranges are taken.
#[test]
fn a_decision_helps_in_its_domain() {
    let backend = Cpu::<f64>::new();
    let mut network = Network::new(&[1]).expect("one input");
    network.push(Linear { outputs: 1, inputs: 1, weight: [1.0].into(), bias: None }).expect("fits");
    network.push(Relu).expect("fits");
    network.push(Linear { outputs: 1, inputs: 1, weight: [-1.0].into(), bias: None }).expect("fits");
    let prepared = Prepared::new(backend, &network);
    let ball = Region::linf(1.0).around(&backend, &[0.0], 1).expect("a region");
    let rows = backend.upload([1, 1, 1], &[1.0]);
    let ranges = block_on(prepared.ranges(&ball, Method::Crown, Strategy::Tight, &Steady)).expect("it fits");
    let lower = |ranges, steering| read(&backend, &prepared.steered(&ball, ranges, None, &rows, &[steering]).lower)[0];
    // −ReLU(z) over [−1, 1] is −1 at least, and 0 where z ≤ 0.
    assert_eq!(lower(&ranges, Steering::default()), -1.0);
    let range = prepared.layer_ranges(&ranges).remove(0);
    let clamped = Pair { lower: range.lower, upper: backend.upload([1, 1, 1], &[0.0]) };
    let clamped = prepared.ranges_from(&ranges, vec![clamped], Strategy::Tight);
    assert_eq!(lower(&clamped, Steering::default()), 0.0);
    let signs = Signs { signed: backend.upload([1, 1, 1], &[-0.5]), at: None };
    assert_eq!(lower(&ranges, Steering { slopes: None, signs: Some(signs) }), -0.5);
}
