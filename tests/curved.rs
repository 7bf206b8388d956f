//! Sigmoid, tanh, ELU and softplus in the sound arithmetic, against real numbers known to 1400 bits: nothing is left to a library's `exp` or `ln`, and no
//! tolerance is used but that of these bits.

use crate::common;

use boundscope::{
    activation::{self, Activation, Strategy},
    bounds::{Norm, Prepared, Region},
    network::*,
    tensor::{Backend, Pair, Sound, Steerable},
};
use common::{all_methods, bounds, flat, precise::Precise, random::Rng};
use pollster::block_on;

fn exact(rule: &Activation, z: &Precise) -> Precise {
    match rule {
        Activation::Sigmoid => z.sigmoid(),
        Activation::Tanh => z.tanh(),
        Activation::Elu(elu) => z.elu(elu.scale),
        Activation::Softplus => z.softplus(),
        other => panic!("{other:?} is straight between bends"),
    }
}

fn rules() -> [Activation; 5] {
    let elu = |scale| Activation::Elu(activation::Elu { scale });
    [Activation::Sigmoid, Activation::Tanh, elu(1.0), elu(0.3), Activation::Softplus]
}

/// Numbers of every size, exact ends of what the library treats apart among them.
fn numbers(rng: &mut Rng) -> Vec<f64> {
    let mut all = vec![0.0, f64::MIN_POSITIVE, 5e-324, 1e-300, 1e-17, 699.9999, 700.0, 700.1, 708.5, 745.2, 1e5, 1e300];
    all.extend([1.0 / 4096.0, (1.0f64 / 4096.0).next_down(), 350.0, 350.1, 350.0f64.next_down()]);
    all.extend((-30..10).map(|power| 2f64.powi(power)));
    // Multiples of ln 2, where the reduction changes its mind.
    all.extend((1..40).flat_map(|n| {
        let at = f64::from(n) * std::f64::consts::LN_2;
        [at.next_down(), at, at.next_up(), at / 2.0]
    }));
    all.extend((0..400).map(|_| 4.0 * rng.normal()));
    all.extend((0..200).map(|_| rng.unit() * 2f64.powi(rng.below(40) as i32 - 30)));
    let mirrored: Vec<f64> = all.iter().map(|z| -z).collect();
    all.extend(mirrored);
    all
}

fn read(tensor: &<Sound as Backend>::Tensor) -> Vec<f64> {
    block_on(Sound.read(tensor)).expect("a CPU does not fail")
}

#[test]
fn values_lie_between_their_ends_which_are_close() {
    let all = numbers(&mut Rng::new(1));
    let n = all.len();
    for rule in rules() {
        // Beyond what the series of the test is made for, an S is next to a limit; the others are not.
        let convex = matches!(rule, Activation::Elu(_) | Activation::Softplus);
        let numbers: Vec<f64> = all.iter().map(|&z| if convex { z.clamp(-1e5, 1e5) } else { z }).collect();
        let rules = Sound.rules(&rule, n);
        let at = Sound.upload([1, 1, n], &numbers);
        let found = Sound.activate_interval(&rules, &Pair { lower: at.clone(), upper: at });
        for ((&z, low), high) in numbers.iter().zip(read(&found.lower)).zip(read(&found.upper)) {
            let value = exact(&rule, &Precise::of(z.clamp(-1e5, 1e5)));
            assert!(value.at_least(low) && value.at_most(high), "{rule:?} at {z}: [{low:e}, {high:e}]");
            assert!(high - low <= 4e-15 * z.abs().max(1.0), "{rule:?} at {z}: [{low:e}, {high:e}]");
            // Small values keep their digits; below e^(−700) that is no longer tried.
            let size = value.rough().abs();
            assert!(size < 1e-303 || high - low <= 4e-12 * size, "{rule:?} at {z}: [{low:e}, {high:e}]");
        }
    }
}

/// Ranges of every kind: on one side of 0, around it, tiny, huge, of one number.
fn some_ranges(rng: &mut Rng, count: usize) -> Vec<(f64, f64)> {
    let mut one = || {
        let middle = match rng.below(4) {
            0 => 0.0,
            1 => rng.normal() * 0.01,
            _ => 3.0 * rng.normal(),
        };
        let reach = match rng.below(5) {
            0 => 0.0,
            1 => 1e-12 * rng.unit(),
            2 => 50.0 * rng.unit(),
            _ => 3.0 * rng.unit(),
        };
        (middle - reach, middle + reach * rng.unit())
    };
    let mut all: Vec<(f64, f64)> = (0..count).map(|_| one()).collect();
    all.extend([(-800.0, 3.0), (-1e6, 1e6), (-0.1, 900.0), (0.0, 0.0), (-5e-324, 5e-324)]);
    all.into_iter().filter(|(l, u)| l <= u).collect()
}

/// Whether the lines of these slopes and intercepts hold σ over a range, decided without tolerance at many points, close together where
/// each line comes nearest.
fn hold(rule: &Activation, (l, u): (f64, f64), [below, above]: [(f64, f64); 2], place: &str) {
    let gap = |line: (f64, f64), z: f64| {
        let value = exact(rule, &Precise::of(z));
        &(&value - &(&Precise::of(line.0) * &Precise::of(z))) - &Precise::of(line.1)
    };
    let mut points: Vec<f64> = (0..=6).map(|step| (l + (u - l) * f64::from(step) / 6.0).clamp(l, u)).collect();
    for (slope, _) in [below, above] {
        // Where the curve has the line's slope, to the last digits.
        let root = |steepest: f64| (1.0 - slope / steepest).max(0.0).sqrt();
        let at = match rule {
            Activation::Tanh => root(1.0).atanh(),
            Activation::Elu(elu) => (slope / elu.scale).ln().min(0.0),
            Activation::Softplus => (slope / (1.0 - slope)).ln(),
            _ => 2.0 * root(0.25).atanh(),
        };
        for nudge in [-1e-6, -1e-9, -1e-12, 0.0, 1e-12, 1e-9, 1e-6] {
            points.extend([at + nudge, -at + nudge]);
        }
    }
    for z in points.into_iter().filter(|z| l <= *z && *z <= u) {
        assert!(gap(below, z).at_least(0.0), "{place}: the line {below:?} is above the curve at {z:e}");
        assert!(gap(above, z).at_most(0.0), "{place}: the line {above:?} is below the curve at {z:e}");
    }
}

#[test]
fn lines_hold_the_real_curve() {
    let ranges = some_ranges(&mut Rng::new(2), 60);
    let n = ranges.len();
    for rule in rules() {
        let rules = Sound.rules(&rule, n);
        let part = |pick: fn(&(f64, f64)) -> f64| Sound.upload([1, 1, n], &ranges.iter().map(pick).collect::<Vec<_>>());
        let range = Pair { lower: part(|range| range.0), upper: part(|range| range.1) };
        for strategy in Strategy::ALL {
            let found = Sound.relax(&rules, strategy, &range);
            let (slope, intercept) = (&found.slope, &found.intercept);
            let [s_low, s_high, t_low, t_high] =
                [&slope.lower, &slope.upper, &intercept.lower, &intercept.upper].map(read);
            for (at, &range) in ranges.iter().enumerate() {
                let lines = [(s_low[at], t_low[at]), (s_high[at], t_high[at])];
                hold(&rule, range, lines, &format!("{rule:?} {strategy:?} {range:?}"));
            }
        }
    }
}

#[test]
fn lines_of_any_slope_hold_the_real_curve() {
    let mut rng = Rng::new(3);
    let ranges = some_ranges(&mut rng, 60);
    let n = ranges.len();
    let range = {
        let part = |pick: fn(&(f64, f64)) -> f64| Sound.upload([1, 1, n], &ranges.iter().map(pick).collect::<Vec<_>>());
        Pair { lower: part(|range| range.0), upper: part(|range| range.1) }
    };
    for rule in rules() {
        let rules = Sound.rules(&rule, n);
        for _ in 0..2 {
            let mut draw = || (0..n).map(|_| 1.4 * rng.unit().powi(3) - 0.1).collect::<Vec<f64>>();
            let [below, above] = [draw(), draw()];
            let slopes = Pair { lower: Sound.upload([1, 1, n], &below), upper: Sound.upload([1, 1, n], &above) };
            let found = Sound.touching(&rules, &slopes, &range);
            let [low, high] = [read(&found.intercept.lower), read(&found.intercept.upper)];
            for (at, &range) in ranges.iter().enumerate() {
                let lines = [(below[at], low[at]), (above[at], high[at])];
                hold(&rule, range, lines, &format!("{rule:?} {range:?}"));
            }
        }
    }
}

/// Values of every layer that is bounded, the outputs and the margins, in the order of [`flat`].
fn evaluate(network: &Network, x: &[f64], label: usize) -> Vec<Precise> {
    let mut z: Vec<Precise> = x.iter().map(|&x| Precise::of(x)).collect();
    let mut all = Vec::new();
    for node in &network.nodes()[1..] {
        let operator = node.operator.as_ref().expect("a layer");
        match operator.name() {
            "sigmoid" => z = z.iter().map(Precise::sigmoid).collect(),
            "tanh" => z = z.iter().map(Precise::tanh).collect(),
            "softplus" => z = z.iter().map(Precise::softplus).collect(),
            "elu" => {
                let scale = operator.settings()["scale"].as_f64().expect("a number");
                z = z.iter().map(|z| z.elu(scale)).collect();
            }
            "max_pool" => z = (0..z.len() - 1).map(|at| z[at].max(&z[at + 1])).collect(),
            "reshape" | "flatten" => {}
            "linear" => {
                let tensors = operator.tensors();
                let exact = |value: &f32| Precise::of(f64::from(*value));
                let dot = |(row, bias): (&[f32], &f32)| {
                    row.iter().zip(&z).fold(exact(bias), |sum, (w, z)| &sum + &(&exact(w) * z))
                };
                z = tensors[0].values.chunks(z.len()).zip(tensors[1].values).map(dot).collect();
                all.extend(z.clone());
            }
            other => panic!("not among these networks: {other}"),
        }
    }
    let margins: Vec<Precise> =
        (0..z.len()).filter(|&other| other != label).map(|other| &z[label] - &z[other]).collect();
    all.extend(margins);
    all
}

/// Dense layers with curved activations between them, and now and then a max over neighbours.
fn network(rng: &mut Rng) -> Network {
    let sizes = [2, 3 + rng.below(3), 2 + rng.below(3), 3];
    let mut network = Network::new(&sizes[..1]).expect("a shape");
    for pair in sizes.windows(2) {
        let mut inputs = network.nodes()[network.output()].width();
        if network.nodes().len() > 1 {
            match rng.below(4) {
                0 => network.push(Sigmoid).expect("fits"),
                1 => network.push(Tanh).expect("fits"),
                2 => network.push(Softplus).expect("fits"),
                _ => network.push(Elu { scale: [1.0, 0.3][rng.below(2)] }).expect("fits"),
            };
            if rng.below(2) == 0 {
                network.push(Reshape { shape: vec![1, 1, inputs] }).expect("fits");
                network.push(MaxPool { kernel: [1, 2], stride: [1, 1], padding: [0, 0] }).expect("fits");
                network.push(Flatten).expect("fits");
                inputs -= 1;
            }
        }
        let weight = (0..inputs * pair[1]).map(|_| rng.between(-2.0, 2.0)).collect();
        let bias = (0..pair[1]).map(|_| rng.between(-1.0, 1.0)).collect();
        network.push(Linear { outputs: pair[1], inputs, weight, bias: Some(bias) }).expect("fits");
    }
    network
}

#[test]
fn precisely_evaluated_points_lie_inside_every_bound() {
    let mut rng = Rng::new(4);
    for trial in 0..36 {
        let network = network(&mut rng);
        let prepared = Prepared::new(Sound, &network);
        let centre: Vec<f64> = (0..2).map(|_| f64::from(rng.between(-1.0, 1.0))).collect();
        let epsilon = if trial % 2 == 0 { 0.0 } else { f64::from(rng.between(0.0, 0.5)) };
        let label = rng.below(3);
        for norm in Norm::ALL {
            // Corners of the ℓ1 ball, which every ball holds, rounded towards the centre.
            let corners = (0..4).map(|corner| {
                let mut x = centre.clone();
                let step = if corner % 2 == 0 { epsilon } else { -epsilon };
                let moved = centre[corner / 2] + step;
                let exact = &Precise::of(centre[corner / 2]) + &Precise::of(step);
                let too_far = if step >= 0.0 { !exact.at_least(moved) } else { !exact.at_most(moved) };
                x[corner / 2] = match too_far {
                    true if step > 0.0 => moved.next_down(),
                    true => moved.next_up(),
                    false => moved,
                };
                x
            });
            let points: Vec<Vec<Precise>> =
                corners.chain([centre.clone()]).map(|x| evaluate(&network, &x, label)).collect();
            for method in all_methods(4) {
                for strategy in Strategy::ALL {
                    let region = Region { norm, epsilon, clip: None };
                    let found = bounds(&prepared, &centre, &[label], &region, method, strategy).remove(0);
                    let (lower, upper) = flat(&found);
                    for values in &points {
                        assert_eq!(values.len(), lower.len());
                        for (at, value) in values.iter().enumerate() {
                            let place = format!("trial {trial} {method} {strategy:?} {norm:?} at {at}");
                            assert!(value.at_least(lower[at]), "{place}: {} above {}", lower[at], value.rough());
                            let above = upper[at] == f64::INFINITY || value.at_most(upper[at]);
                            assert!(above, "{place}: {} below {}", upper[at], value.rough());
                        }
                    }
                    for (l, u) in lower.iter().zip(&upper).filter(|(_, u)| epsilon == 0.0 && u.is_finite()) {
                        assert!(u - l < 1e-10, "{method} {strategy:?}: [{l}, {u}] at ε = 0");
                    }
                }
            }
        }
    }
}
