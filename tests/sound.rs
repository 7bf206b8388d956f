//! The sound arithmetic: its bounds enclose what exact arithmetic gives, and are not much wider than f64's.

use crate::common;

use boundscope::{
    bounds::{Bounds, Method, Norm, Prepared, Region, Strategy},
    network::*,
    tensor::{Backend, Cpu, Sound},
};
use common::{
    all_methods, bounds, depth, flat, golden_expected, golden_network,
    random::{Rng, any_network, any_region, images},
    reference::{bounded_values, point},
};
use proptest::prelude::*;

/// How the sound bounds of one image lie around others that were computed without charging rounding.
struct Gap {
    /// Most that a sound bound lies inside the other, relative to the numbers' size.
    inside: f64,
    /// Most that it lies outside.
    outside: f64,
}

fn gap(sound: &Bounds, plain: &Bounds) -> Gap {
    let (sound, plain) = (flat(sound), flat(plain));
    let mut gap = Gap { inside: f64::NEG_INFINITY, outside: f64::NEG_INFINITY };
    // A bound can be small by cancellation: its rounding is judged on the scale of its image's numbers.
    let scale = plain.0.iter().chain(&plain.1).filter(|value| value.is_finite()).fold(1.0, |a: f64, b| a.max(b.abs()));
    let mut compare = |inwards: f64| {
        if !inwards.is_nan() {
            gap.inside = gap.inside.max(inwards / scale);
            gap.outside = gap.outside.max(-inwards / scale);
        }
    };
    sound.0.iter().zip(&plain.0).for_each(|(s, p)| compare(s - p));
    sound.1.iter().zip(&plain.1).filter(|(_, p)| p.is_finite()).for_each(|(s, p)| compare(p - s));
    gap
}

/// Golden cases: sound bounds contain the f64 ones (which the oracle confirms, tests/golden.rs) and are nearly as tight.
fn golden(name: &str, every: usize) {
    let (network, expected) = (golden_network(name), golden_expected(name));
    let (sound, plain) = (Prepared::new(Sound, &network), Prepared::new(Cpu::<f64>::new(), &network));
    let mut worst = 0.0f64;
    let mut verdicts = 0;
    for case in expected.results.iter().step_by(every) {
        let region = Region { norm: case.norm.parse().expect("a norm"), epsilon: case.epsilon, clip: case.clip };
        let strategy = case.strategy.as_ref().map_or(Strategy::Tight, |name| name.parse().expect("a strategy"));
        let method = common::golden_method(&case.method);
        let image = expected.input(case.input);
        let mut ask = |sound_bounds: Bounds, plain_bounds: Bounds| {
            let gap = gap(&sound_bounds, &plain_bounds);
            let place = format!("{name} input {} {method} {strategy:?} {region:?}", case.input);
            // By no more than the plain bound's own rounding, which may well have made that one looser.
            assert!(gap.inside <= 1e-14, "{place}: a sound bound lies inside the plain one by {:e}", gap.inside);
            assert!(gap.outside <= 1e-9, "{place}: a sound bound is {:e} wider", gap.outside);
            let ends = [(&sound_bounds.logits.lower, &case.logits.lower), (&sound_bounds.margins, &case.margins)];
            for (found, oracle) in ends.into_iter().flat_map(|(a, b)| a.iter().zip(b)) {
                assert!(*found <= oracle + 1e-12 * (1.0 + oracle.abs()), "{place}: {found} above {oracle}");
            }
            for (found, oracle) in sound_bounds.logits.upper.iter().zip(&case.logits.upper) {
                assert!(*found >= oracle - 1e-12 * (1.0 + oracle.abs()), "{place}: {found} below {oracle}");
            }
            worst = worst.max(gap.outside);
            verdicts += usize::from(sound_bounds.verified());
        };
        ask(
            bounds(&sound, &image, &[case.label], &region, method, strategy).remove(0),
            bounds(&plain, &image, &[case.label], &region, method, strategy).remove(0),
        );
    }
    println!("{name}: sound bounds at most {worst:.1e} wider, {verdicts} verified");
}

macro_rules! golden_cases {
    ($($test:ident: $name:literal every $every:literal,)*) => {
        mod golden {
            $(#[test]
            fn $test() {
                super::golden($name, $every);
            })*
        }
    };
}

golden_cases! {
    tiny_relu: "tiny-relu" every 1,
    tiny_leaky: "tiny-leaky" every 1,
    tiny_ramp: "tiny-ramp" every 1,
    tiny_ramp_eta: "tiny-ramp-eta" every 1,
    tiny_conv: "tiny-conv" every 1,
    toy2d: "toy2d" every 1,
    mnist_mlp_ibp: "mnist-mlp-ibp" every 5,
    mnist_mlp_normal: "mnist-mlp-normal" every 5,
    mnist_cnn_ibp_ramp: "mnist-cnn-ibp-ramp" every 37,
    mnist_cnn_normal: "mnist-cnn-normal" every 37,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Sound bounds hold every point without any tolerance but that of evaluating the point, and contain f64's bounds.
    #[test]
    fn sound_bounds_enclose_values_and_plain_bounds(recipe in any_network(), region in any_region()) {
        let network = recipe.build();
        let (sound, plain) = (Prepared::new(Sound, &network), Prepared::new(Cpu::<f64>::new(), &network));
        let mut rng = Rng::new(recipe.seed ^ 11);
        let count = 1 + rng.below(3);
        let images = images(&network, count, &mut rng);
        let labels: Vec<usize> = (0..count).map(|_| rng.below(network.classes())).collect();
        for method in all_methods(depth(&network)) {
            for strategy in Strategy::ALL {
                let found = bounds(&sound, &images, &labels, &region, method, strategy);
                let other = bounds(&plain, &images, &labels, &region, method, strategy);
                for (index, (found, other)) in found.iter().zip(&other).enumerate() {
                    let gap = gap(found, other);
                    // Constant lines never choose; the others may choose differently where an end is 0 by a hair.
                    if strategy == Strategy::Constant {
                        prop_assert!(gap.outside <= 1e-9, "{method}: {:e} wider", gap.outside);
                        prop_assert!(gap.inside <= 1e-13, "{method}: {:e} inside", gap.inside);
                    }
                    let (lower, upper) = flat(found);
                    let image = &images[index * network.input_len()..][..network.input_len()];
                    for _ in 0..4 {
                        let x = point(&region, image, &mut rng);
                        let values = bounded_values(&network, &x, labels[index]);
                        for (at, value) in values.iter().enumerate() {
                            let slack = 1e-12 * (1.0 + value.abs());
                            let holds = lower[at] <= value + slack && *value <= upper[at] + slack;
                            prop_assert!(holds, "{method} {strategy:?}: {value} outside [{}, {}]", lower[at], upper[at]);
                        }
                    }
                }
            }
        }
    }
}

/// Exact interval arithmetic on multiples of 2⁻ˢ, for networks whose numbers are such multiples.
mod exact {
    use super::*;

    /// `value · 2^scale`, which must be whole.
    pub fn whole(value: f64, scale: i32) -> i128 {
        let scaled = value * 2f64.powi(scale);
        assert!(scaled.fract() == 0.0 && scaled.abs() < 2f64.powi(100), "{value} is no multiple of 2^-{scale}");
        scaled as i128
    }

    /// Whether a finite f64 is at most `exact · 2^-scale`, decided without rounding.
    pub fn at_most(value: f64, exact: i128, scale: i32) -> bool {
        // Splits off the whole part at this scale; what is left decides ties.
        let scaled = value * 2f64.powi(scale);
        assert!(scaled.abs() < 2f64.powi(100));
        let floor = scaled.floor() as i128;
        floor < exact || (floor == exact && scaled.fract() == 0.0)
    }

    /// Lower and upper ends of every layer's pre-activations, the logits and the margins, times 2^-(scale): IBP in
    /// integers. Every layer multiplies the scale by that of the weights.
    pub fn ibp(network: &Network, centre: &[f64], epsilon: f64, step: i32, label: usize) -> Vec<(i128, i128, i32)> {
        let mut scale = step;
        let mut range: Vec<(i128, i128)> =
            centre.iter().map(|x| (whole(x - epsilon, step), whole(x + epsilon, step))).collect();
        let mut all = Vec::new();
        let linear = |rows: &[Vec<i128>], bias: &[i128], range: &[(i128, i128)]| -> Vec<(i128, i128)> {
            let end = |row: &[i128], bias: i128, upper: bool| {
                row.iter().zip(range).fold(bias, |sum, (w, (l, u))| sum + w * if (*w < 0) == upper { l } else { u })
            };
            rows.iter().zip(bias).map(|(row, b)| (end(row, *b, false), end(row, *b, true))).collect()
        };
        let nodes = network.nodes();
        for (id, node) in nodes.iter().enumerate().skip(1) {
            let operator = node.operator.as_ref().expect("a layer");
            match operator.name() {
                "relu" => range.iter_mut().for_each(|(l, u)| (*l, *u) = ((*l).max(0), (*u).max(0))),
                "clip" => {
                    let settings = operator.settings();
                    let end = |name: &str| {
                        let value = settings.get(name)?.as_f64().expect("a number");
                        Some(whole(value, scale))
                    };
                    let (low, high) = (end("low").unwrap_or(i128::MIN), end("high").unwrap_or(i128::MAX));
                    range.iter_mut().for_each(|(l, u)| (*l, *u) = ((*l).clamp(low, high), (*u).clamp(low, high)));
                }
                "reshape" | "flatten" => {}
                // Over neighbours in a row, two by two.
                "max_pool" => {
                    let pairs = range.windows(2).map(|pair| (pair[0].0.max(pair[1].0), pair[0].1.max(pair[1].1)));
                    range = pairs.collect();
                }
                "linear" => {
                    let tensors = operator.tensors();
                    let values = |at: usize, scale: i32| -> Vec<i128> {
                        tensors[at].values.iter().map(|&w| whole(f64::from(w), scale)).collect()
                    };
                    let rows: Vec<Vec<i128>> = values(0, step).chunks(range.len()).map(<[i128]>::to_vec).collect();
                    scale += step;
                    let bias = if tensors.len() > 1 { values(1, scale) } else { vec![0; rows.len()] };
                    let out = linear(&rows, &bias, &range);
                    all.extend(out.iter().map(|&(l, u)| (l, u, scale)));
                    if id == network.output() {
                        for other in (0..rows.len()).filter(|&other| other != label) {
                            let row = rows[label].iter().zip(&rows[other]).map(|(a, b)| a - b).collect();
                            let margin = linear(&[row], &[bias[label] - bias[other]], &range)[0];
                            all.push((margin.0, margin.1, scale));
                        }
                    }
                    range = out;
                }
                other => panic!("no exact arithmetic for {other}"),
            }
        }
        all
    }
}

/// A multiple of 2⁻²⁰ below 2^(bits − 20) in size.
fn dyadic(rng: &mut Rng, bits: u32) -> f32 {
    let whole = rng.below(1 << (bits + 1)) as f64 - f64::from(1u32 << bits);
    (whole / 2f64.powi(20)) as f32
}

/// A network of two hidden layers whose parameters are multiples of 2⁻²⁰: ReLU and clips, and now and then the larger of neighbours.
fn dyadic_network(rng: &mut Rng) -> Network {
    let sizes = [1 + rng.below(6), 1 + rng.below(30), 1 + rng.below(6), 3];
    let mut network = Network::new(&[sizes[0]]).expect("a shape with elements");
    for pair in sizes.windows(2) {
        let mut inputs = pair[0];
        if network.nodes().len() > 1 {
            let mut end = || f64::from(dyadic(rng, 20));
            let (low, high) = (end(), end());
            let (low, high) = (low.min(high), low.max(high) + 2f64.powi(-20));
            match rng.below(5) {
                0 => network.push(Clip { low, high }).expect("fits"),
                1 => network.push(Clip { low, high: f64::INFINITY }).expect("fits"),
                2 => network.push(Clip { low: f64::NEG_INFINITY, high }).expect("fits"),
                _ => network.push(Relu).expect("fits"),
            };
            if inputs > 1 && rng.below(2) == 0 {
                network.push(Reshape { shape: vec![1, 1, inputs] }).expect("fits");
                network.push(MaxPool { kernel: [1, 2], stride: [1, 1], padding: [0, 0] }).expect("fits");
                network.push(Flatten).expect("fits");
                inputs -= 1;
            }
        }
        let weight = (0..inputs * pair[1]).map(|_| dyadic(rng, 21)).collect();
        let bias = (0..pair[1]).map(|_| dyadic(rng, 21)).collect();
        network.push(Linear { outputs: pair[1], inputs, weight, bias: Some(bias) }).expect("fits");
    }
    network
}

/// Fails unless lower ≤ exact ends ≤ upper, decided without rounding.
fn assert_around(found: &Bounds, exact: &[(i128, i128, i32)], place: &str) {
    let (lower, upper) = flat(found);
    assert_eq!(lower.len(), exact.len());
    for (at, &(l, u, scale)) in exact.iter().enumerate() {
        assert!(exact::at_most(lower[at], l, scale), "{place} at {at}: {} above the exact value", lower[at]);
        let above = upper[at] == f64::INFINITY || exact::at_most(-upper[at], -u, scale);
        assert!(above, "{place} at {at}: {} below the exact value", upper[at]);
    }
}

/// Interval bounds of dyadic networks, to the last digit: lower ≤ exact ≤ upper without any tolerance.
#[test]
fn interval_bounds_enclose_exact_rational_ones() {
    let mut rng = Rng::new(5);
    for trial in 0..200 {
        let network = dyadic_network(&mut rng);
        let centre: Vec<f64> = (0..network.input_len()).map(|_| f64::from(dyadic(&mut rng, 20))).collect();
        let region = Region::linf(f64::from(dyadic(&mut rng, 18)).abs());
        let label = rng.below(3);
        let exact = exact::ibp(&network, &centre, region.epsilon, 20, label);
        let found = bounds(&Prepared::new(Sound, &network), &centre, &[label], &region, Method::Ibp, Strategy::Tight);
        assert_around(&found[0], &exact, &format!("trial {trial}"));
        for (lower, &(l, _, scale)) in flat(&found[0]).0.iter().zip(&exact) {
            assert!((lower - l as f64 / 2f64.powi(scale)).abs() < 1e-9, "trial {trial}: sound, but vacuous");
        }
    }
}

/// Points of every norm's ball, evaluated in integers, against every method: no tolerance at all. At ε = 0 the bounds
/// are a few units in the last place apart and the exact value must lie between them.
#[test]
fn exactly_evaluated_points_lie_inside_every_bound() {
    let mut rng = Rng::new(9);
    for trial in 0..120 {
        let network = dyadic_network(&mut rng);
        let n = network.input_len();
        let prepared = Prepared::new(Sound, &network);
        let centre: Vec<f64> = (0..n).map(|_| f64::from(dyadic(&mut rng, 20))).collect();
        let epsilon = if trial % 2 == 0 { 0.0 } else { f64::from(dyadic(&mut rng, 17)).abs() };
        let label = rng.below(3);
        for norm in Norm::ALL {
            let points: Vec<_> = (0..8)
                .map(|_| {
                    let axis = rng.below(n);
                    let mut point = centre.clone();
                    for (at, x) in point.iter_mut().enumerate() {
                        let moves = norm == Norm::Inf || at == axis;
                        *x += if !moves {
                            0.0
                        } else if rng.below(2) == 0 {
                            epsilon
                        } else {
                            -epsilon
                        };
                    }
                    exact::ibp(&network, &point, 0.0, 20, label)
                })
                .collect();
            for method in all_methods(4) {
                for strategy in Strategy::ALL {
                    let region = Region { norm, epsilon, clip: None };
                    let found = bounds(&prepared, &centre, &[label], &region, method, strategy).remove(0);
                    for point in &points {
                        assert_around(&found, point, &format!("trial {trial} {method} {strategy:?} {norm:?}"));
                    }
                    let (lower, upper) = flat(&found);
                    for (l, u) in lower.iter().zip(&upper).filter(|(_, u)| epsilon == 0.0 && u.is_finite()) {
                        assert!(u - l < 1e-10, "{method} {strategy:?}: [{l}, {u}] at ε = 0");
                    }
                }
            }
        }
    }
}

/// One image, all methods and norms: margins' lower bounds and verdicts in f32, f64 and sound arithmetic.
fn verdicts(network: &Network, image: &[f64], epsilon: f64) -> Vec<(String, bool, bool, bool)> {
    let (sound, double) = (Prepared::new(Sound, network), Prepared::new(Cpu::<f64>::new(), network));
    let single = Prepared::new(Cpu::<f32>::new(), network);
    let mut all = Vec::new();
    for method in all_methods(2) {
        for norm in Norm::ALL {
            let region = Region { norm, epsilon, clip: None };
            let place = format!("{method} {norm:?}");
            all.push((
                place,
                bounds(&single, image, &[0], &region, method, Strategy::Tight)[0].verified(),
                bounds(&double, image, &[0], &region, method, Strategy::Tight)[0].verified(),
                bounds(&sound, image, &[0], &region, method, Strategy::Tight)[0].verified(),
            ));
        }
    }
    all
}

/// A margin that is exactly −2⁻³⁰ but comes out positive where large terms swallow the small ones.
#[test]
fn cancellation_that_fools_plain_arithmetic_does_not_fool_the_sound_one() {
    // m = 2⁶⁰·x₀ − 2⁶⁰·x₀ + … : in any order f64 loses the −2⁻³⁰ beside 2⁶⁰, and the + 2⁻⁴⁰ that comes last survives.
    let big = 2f32.powi(60);
    let mut network = Network::new(&[4]).expect("a shape with elements");
    let weight = [big, -2f32.powi(-30), -big, 2f32.powi(-40), 0.0, 0.0, 0.0, 0.0];
    network.push(Linear { outputs: 2, inputs: 4, weight: weight.into(), bias: None }).expect("fits");
    let found = verdicts(&network, &[1.0; 4], 0.0);
    assert!(found.iter().any(|(_, _, double, _)| *double), "the case does not fool f64: {found:?}");
    assert!(found.iter().any(|(_, single, _, _)| *single), "the case does not fool f32: {found:?}");
    for (place, _, _, sound) in found {
        assert!(!sound, "{place}: verified, though the margin is negative");
    }
}

/// A hidden neuron that is really −2⁻⁴⁰ and cancels to 2⁻⁴⁵: the network behind it turns that into a verdict.
#[test]
fn cancellation_in_a_hidden_layer_does_not_fool_it_either() {
    let big = 2f32.powi(40);
    let mut network = Network::new(&[4]).expect("a shape with elements");
    let weight = [big, -2f32.powi(-40), -big, 2f32.powi(-45)];
    network.push(Linear { outputs: 1, inputs: 4, weight: weight.into(), bias: None }).expect("fits");
    network.push(Relu).expect("fits");
    network
        .push(Linear { outputs: 2, inputs: 1, weight: [big, 0.0].into(), bias: Some([0.0, 0.0].into()) })
        .expect("fits");
    let found = verdicts(&network, &[1.0; 4], 0.0);
    assert!(found.iter().any(|(_, _, double, _)| *double), "the case does not fool f64: {found:?}");
    for (place, _, _, sound) in found {
        assert!(!sound, "{place}: verified, though the margin is 0");
    }
}

/// x + ε rounds down to x: the box of plain arithmetic misses most of the region, the sound one holds it.
#[test]
fn the_ends_of_the_box_are_rounded_outward() {
    let epsilon = 2f64.powi(-60);
    assert_eq!(Cpu::<f64>::new().interval_around(1.0, epsilon), (1.0, 1.0));
    let (lower, upper) = Sound.interval_around(1.0, epsilon);
    assert!(lower < 1.0 && upper > 1.0 && upper - lower < 1e-15);
    // What is exact stays exact.
    assert_eq!(Sound.interval_around(0.5, 0.25), (0.25, 0.75));
    assert_eq!(Sound.interval_around(0.1, 0.0), (0.1, 0.1));
    assert!(Sound.interval_around(f64::MAX, f64::MAX).1.is_nan());
}

/// Weights so large that the arithmetic overflows, and normalisations that do: unknown, never verified.
#[test]
fn overflow_is_unknown() {
    let huge = f32::MAX;
    let mut network = Network::new(&[2]).expect("a shape with elements");
    for _ in 0..12 {
        network
            .push(Linear { outputs: 2, inputs: 2, weight: [huge, 0.0, 0.0, huge].into(), bias: None })
            .expect("fits");
        network.push(Relu).expect("fits");
    }
    network.push(Linear { outputs: 2, inputs: 2, weight: [1.0, 0.0, 0.0, -1.0].into(), bias: None }).expect("fits");
    let sound = Prepared::new(Sound, &network);
    for method in all_methods(12) {
        for strategy in Strategy::ALL {
            for norm in Norm::ALL {
                let region = Region { norm, epsilon: 0.1, clip: None };
                let found = bounds(&sound, &[1.0, 1.0], &[0], &region, method, strategy).remove(0);
                assert!(!found.verified(), "{method} {strategy:?} {norm:?}");
            }
        }
    }
}
