//! α-CROWN (docs/methods.md §5): never looser than CROWN, sound, better with every step, and its derivatives are those of the bound.

use crate::common;

use boundscope::{
    bounds::{Alpha, BoundsError, Choice, Climb, Method, Norm, Prepared, Region, Start, Steering, Strategy},
    network::*,
    pulse::{Cancelled, Pulse, Steady},
    tensor::{Backend, Cpu, Sound, Steerable},
};
use common::{
    random::{Rng, any_network, any_region, images},
    reference::{evaluate, point},
};
use pollster::block_on;
use proptest::{prelude::*, test_runner::TestRunner};
use std::cell::Cell;

/// A question about a network: images, rows of its outputs, a region.
struct Asked<'a> {
    network: &'a Network,
    images: Vec<f64>,
    rows: Vec<f64>,
    region: &'a Region,
}

const ROWS: usize = 3;

impl<'a> Asked<'a> {
    fn new(network: &'a Network, region: &'a Region, count: usize, rng: &mut Rng) -> Self {
        let rows = (0..ROWS * network.classes()).map(|_| f64::from(rng.between(-1.0, 1.0))).collect();
        Asked { network, images: images(network, count, rng), rows, region }
    }

    fn rows<B: Backend>(&self, backend: &B) -> B::Tensor {
        backend.upload([1, ROWS, self.network.classes()], &self.rows)
    }

    fn alpha<B: Steerable>(&self, prepared: &Prepared<B>, climb: &Climb) -> Alpha<B> {
        let backend = prepared.backend();
        let ball = self
            .region
            .around(backend, &self.images, self.network.input_len())
            .expect("pixels are near the clip range");
        block_on(prepared.alpha_crown(&ball, &self.rows(backend), climb, &Steady, |_| false)).expect("it fits")
    }

    fn confirmed(&self, choice: &Choice) -> Vec<f64> {
        let prepared = Prepared::new(Sound, self.network);
        let ball = self.region.around(&Sound, &self.images, self.network.input_len()).expect("as before");
        block_on(prepared.alpha_confirmed(&ball, &self.rows(&Sound), choice, &Steady)).expect("it fits").lower
    }

    /// CROWN's bounds of the rows.
    fn crown<B: Backend>(&self, prepared: &Prepared<B>, strategy: Strategy) -> Vec<f64> {
        let backend = prepared.backend();
        let ball = self.region.around(backend, &self.images, self.network.input_len()).expect("as before");
        let rows = self.rows(backend);
        let found = block_on(prepared.lower_bounds(&ball, &rows, Method::Crown, strategy, &Steady));
        block_on(backend.read(&found.expect("it fits").1)).expect("a CPU does not fail")
    }

    /// But for rounding: neurons that are straight have other ranges here, and are paid for by other amounts.
    fn never_looser<B: Backend>(&self, prepared: &Prepared<B>, found: &[f64], room: f64) -> Result<(), TestCaseError> {
        for strategy in [Strategy::Tight, Strategy::Adaptive] {
            for (row, (found, crown)) in found.iter().zip(self.crown(prepared, strategy)).enumerate() {
                prop_assert!(
                    *found >= crown - room * (1.0 + crown.abs()) || crown.is_nan(),
                    "row {row}: {found} below {strategy:?} CROWN's {crown}"
                );
            }
        }
        Ok(())
    }

    /// No point of the region has a row below its bound.
    fn holds(&self, found: &[f64], rng: &mut Rng, slack: f64) -> Result<(), TestCaseError> {
        let inputs = self.network.input_len();
        for (image, found) in self.images.chunks(inputs).zip(found.chunks(ROWS)) {
            for _ in 0..12 {
                let x = point(self.region, image, rng);
                let outputs = evaluate(self.network, &x).pop().expect("an output");
                for (row, bound) in self.rows.chunks(outputs.len()).zip(found) {
                    let value: f64 = row.iter().zip(&outputs).map(|(a, z)| a * z).sum();
                    let size: f64 = row.iter().zip(&outputs).map(|(a, z)| (a * z).abs()).sum();
                    prop_assert!(*bound <= value + slack * (1.0 + size + bound.abs()), "{bound} above {value}");
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_looser_than_crown_and_sound(recipe in any_network(), region in any_region(), steps in 0..12usize) {
        let network = recipe.build();
        let mut rng = Rng::new(recipe.seed);
        let asked = Asked::new(&network, &region, 2, &mut rng);
        let climb = Climb::alpha(steps);
        let single = Prepared::new(Cpu::<f32>::new(), &network);
        let found = asked.alpha(&single, &climb);
        asked.never_looser(&single, &found.lower, 1e-4)?;
        // Slopes found in f32 prove as much in the sound arithmetic as CROWN does there.
        let proved = asked.confirmed(&found.choice);
        asked.never_looser(&Prepared::new(Sound, &network), &proved, 1e-10)?;
        asked.holds(&proved, &mut rng, 1e-13)?;
        let double = Prepared::new(Cpu::<f64>::new(), &network);
        let found = asked.alpha(&double, &climb);
        asked.never_looser(&double, &found.lower, 1e-10)?;
        asked.holds(&found.lower, &mut rng, 1e-9)?;
    }

    #[test]
    fn more_steps_are_never_worse(recipe in any_network(), region in any_region()) {
        let network = recipe.build();
        let asked = Asked::new(&network, &region, 1, &mut Rng::new(recipe.seed));
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let mut before = vec![f64::NEG_INFINITY; ROWS];
        for steps in [0, 1, 3, 9, 15] {
            let found = asked.alpha(&prepared, &Climb::alpha(steps)).lower;
            for (now, before) in found.iter().zip(&before) {
                prop_assert!(now >= before, "{now} after {steps} steps, {before} before");
            }
            before = found;
        }
    }
}

/// Dense layers with one activation between each.
fn chain(widths: &[usize], kind: usize, rng: &mut Rng) -> Network {
    let mut network = Network::new(&widths[..1]).expect("inputs");
    for (layer, pair) in widths.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let reach = 1.8 / (inputs as f64).sqrt();
        let weight: Vec<f32> = (0..inputs * outputs).map(|_| rng.between(-reach, reach)).collect();
        let bias: Vec<f32> = (0..outputs).map(|_| rng.between(-0.3, 0.3)).collect();
        network.push(Linear { outputs, inputs, weight: weight.into(), bias: Some(bias.into()) }).expect("it fits");
        if layer + 2 < widths.len() {
            match kind {
                0 => network.push(Relu).map(drop),
                1 => network.push(LeakyRelu { slope: 0.1 }).map(drop),
                2 => {
                    let bend = (0..outputs).map(|_| rng.between(0.1, 1.0)).collect();
                    network.push(ParamRamp { slope: 0.05, bend, shape: vec![outputs] }).map(drop)
                }
                3 => network.push(Clip { low: -0.3, high: 0.5 }).map(drop),
                4 => network.push(Tanh).map(drop),
                5 => network.push(Elu { scale: 0.4 }).map(drop),
                _ => network.push(Softplus).map(drop),
            }
            .expect("it fits");
        }
    }
    network
}

/// What an ascent is for: on most networks it proves more than CROWN does.
#[test]
fn it_climbs() {
    let mut gains = [0; 7];
    for seed in 0..140u64 {
        let kind = seed as usize % 7;
        let mut rng = Rng::new(seed);
        let network = chain(&[4, 8, 8, 3], kind, &mut rng);
        let region = Region { norm: Norm::ALL[seed as usize % 3], epsilon: 0.6, clip: None };
        let asked = Asked::new(&network, &region, 1, &mut rng);
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let start: f64 = asked.alpha(&prepared, &Climb::alpha(0)).lower.iter().sum();
        let end: f64 = asked.alpha(&prepared, &Climb::alpha(20)).lower.iter().sum();
        gains[kind] += usize::from(end > start + 0.01 * start.abs());
    }
    println!("better by a hundredth, of 20 networks each: {gains:?}");
    assert!(gains.iter().all(|&gains| gains >= 14), "{gains:?}");
}

/// What an ascent found is worth as much in the sound arithmetic, but for what rounding is charged. (Networks without ties: where a neuron's
/// ends lie alike about its bend, a rounding decides which of two lines CROWN takes there.)
#[test]
fn confirmed_it_loses_only_rounding() {
    for seed in 0..200u64 {
        let mut rng = Rng::new(seed);
        let network = chain(&[4, 8, 8, 3], seed as usize % 5, &mut rng);
        let region = Region { norm: Norm::ALL[seed as usize % 3], epsilon: 0.6, clip: None };
        let asked = Asked::new(&network, &region, 1, &mut rng);
        let found = asked.alpha(&Prepared::new(Cpu::<f64>::new(), &network), &Climb::alpha(12));
        for (sound, plain) in asked.confirmed(&found.choice).iter().zip(&found.lower) {
            let size = 1.0 + plain.abs();
            assert!(*sound <= plain + 1e-12 * size && *sound >= plain - 1e-9 * size, "sound {sound}, f64 {plain}");
        }
    }
}

struct EndsAfter(Cell<usize>);

impl Pulse for EndsAfter {
    async fn tick(&self) -> Result<(), Cancelled> {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        if left == 0 { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn it_tells_stops_and_is_cancelled() {
    let network = chain(&[4, 8, 8, 3], 0, &mut Rng::new(3));
    let region = Region::linf(0.5);
    let asked = Asked::new(&network, &region, 2, &mut Rng::new(3));
    let prepared = Prepared::new(Cpu::<f32>::new(), &network);
    let backend = prepared.backend();
    let ball = region.around(backend, &asked.images, 4).expect("a region");
    let ask = |pulse: &EndsAfter, until: usize| {
        let mut told = Vec::new();
        let found = block_on(prepared.alpha_crown(&ball, &asked.rows(backend), &Climb::alpha(9), pulse, |step| {
            told.push((step.step, step.lower.to_vec()));
            step.step == until
        }));
        (found.map(|found| found.lower), told)
    };
    let (found, told) = ask(&EndsAfter(Cell::new(usize::MAX)), usize::MAX);
    let found = found.expect("nobody cancels");
    assert_eq!(told.iter().map(|(step, _)| *step).collect::<Vec<_>>(), (0..=9).collect::<Vec<_>>());
    assert!(told.windows(2).all(|pair| pair[0].1.iter().zip(&pair[1].1).all(|(before, after)| after >= before)));
    assert_eq!((told[9].1.clone(), found.len()), (found, 2 * ROWS));
    let (stopped, told) = ask(&EndsAfter(Cell::new(usize::MAX)), 4);
    assert_eq!((stopped.expect("nobody cancels"), told.len()), (told[4].1.clone(), 5));
    for ticks in [0, 5, 9] {
        let (cancelled, told) = ask(&EndsAfter(Cell::new(ticks)), usize::MAX);
        assert!(matches!(cancelled, Err(BoundsError::Cancelled)) && told.len() < 10, "after {ticks} ticks");
    }
}

/// The derivative of every slope and multiplier, on graphs of all operators, against differences.
#[test]
fn derivatives_are_those_of_the_bound() {
    let (checked, kinks) = (Cell::new(0), Cell::new(0));
    let backend = Cpu::<f64>::new();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&(any_network(), any_region()), |(recipe, region)| {
        let network = recipe.build();
        let prepared = Prepared::new(backend, &network);
        let mut rng = Rng::new(recipe.seed);
        let asked = Asked::new(&network, &region, 1, &mut rng);
        let ball = region.around(&backend, &asked.images, network.input_len()).expect("pixels are near the clip range");
        let rows = asked.rows(&backend);
        let ranges = block_on(prepared.ranges(&ball, Method::CrownIbp, Strategy::Tight, &Steady)).expect("it fits");
        let widths = prepared.activation_widths();
        let plain = prepared.steered(&ball, &ranges, None, &rows, &vec![Steering::default(); widths.len()]);
        let decided: Vec<_> = widths
            .iter()
            .map(|&width| {
                let signs = (0..width).map(|_| [-1.0, 0.0, 1.0][rng.below(3)]).collect();
                Some(boundscope::bounds::Decided {
                    signs,
                    at: (0..width).map(|_| f64::from(rng.between(-0.2, 0.3))).collect(),
                })
            })
            .collect();
        let mut choice = block_on(prepared.choice_of(&plain, &decided, [1, ROWS])).expect("a CPU does not fail");
        for layer in choice.layers.iter_mut().flatten() {
            for value in layer.below.iter_mut().chain(&mut layer.above) {
                *value = f64::from(rng.between(0.05, 0.95));
            }
            layer.multipliers.iter_mut().for_each(|value| *value = f64::from(rng.between(0.0, 0.3)));
        }
        let walk = |choice: &Choice| {
            prepared.steered(&ball, &ranges, None, &rows, &prepared.steering(choice, &decided, [1, ROWS]))
        };
        let read = |tensor: &_| -> Vec<f64> { block_on(backend.read(tensor)).expect("a CPU does not fail") };
        let found = walk(&choice);
        let (here, pushed) = (read(&found.lower), prepared.pushed(&found, &ranges));
        for (place, &width) in widths.iter().enumerate() {
            let (Some(z), Some(passed)) = (&pushed[place], &found.passed[place]) else { continue };
            let at = passed.at.as_ref().expect("slopes came from outside");
            let (z, above, touches) = (read(z), read(&passed.rows), [read(&at.lower), read(&at.upper)]);
            for _ in 0..16 {
                let (index, which) = (rng.below(ROWS * width), rng.below(3));
                let (row, neuron) = (index / width, index % width);
                let wanted = match which {
                    2 => {
                        let own = decided[place].as_ref().expect("all layers have decisions");
                        -own.signs[neuron] * (z[index] - own.at[neuron])
                    }
                    side if (side == 0) == (above[index] >= 0.0) => above[index] * (z[index] - touches[side][index]),
                    _ => 0.0,
                };
                let moved = |step: f64| {
                    let mut moved = choice.clone();
                    let layer = moved.layers[place].as_mut().expect("it was passed");
                    [&mut layer.below, &mut layer.above, &mut layer.multipliers][which][index] += step;
                    read(&walk(&moved).lower)[row]
                };
                let h = 1e-6;
                let (up, down) = ((moved(h) - here[row]) / h, (here[row] - moved(-h)) / h);
                let size = 1.0 + wanted.abs() + here[row].abs();
                if (up - down).abs() > 1e-4 * size {
                    kinks.set(kinks.get() + 1);
                    continue;
                }
                checked.set(checked.get() + 1);
                let central = (up + down) / 2.0;
                prop_assert!(
                    (central - wanted).abs() < 1e-4 * size,
                    "layer {place} number {which}: {central}, not {wanted}"
                );
            }
        }
        Ok(())
    });
    outcome.expect("every derivative is right");
    let (checked, kinks) = (checked.get(), kinks.get());
    println!("{checked} derivatives, {kinks} left out at kinks");
    assert!(checked >= 10_000 && kinks * 10 < checked, "{checked} checked, {kinks} kinks");
}

/// Known bounds are kept where no walk is better, and the choice stays the start's.
#[test]
fn a_start_that_is_known_to_be_better_stays() {
    let network = chain(&[3, 5, 2], 0, &mut Rng::new(1));
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let backend = prepared.backend();
    let ball = Region::linf(0.4).around(backend, &[0.2, 0.5, 0.7], 3).expect("a region");
    let ranges = block_on(prepared.ranges(&ball, Method::Crown, Strategy::Tight, &Steady)).expect("it fits");
    let rows = backend.identity(0..2, 2);
    let plain = prepared.steered(&ball, &ranges, None, &rows, &[Steering::default()]);
    let choice = block_on(prepared.choice_of(&plain, &[], [1, 2])).expect("a CPU does not fail");
    let start = Start { choice: choice.clone(), lower: vec![1e9, f64::NAN], decided: &[] };
    let asked = (&ball, &ranges, None);
    let found = block_on(prepared.ascend(asked, &rows, start, &Climb::alpha(4), &Steady, |_| false)).expect("it fits");
    assert_eq!(
        (found.lower[0], found.choice.layers[0].as_ref().expect("passed").below[..5].to_vec()),
        (1e9, choice.layers[0].as_ref().expect("passed").below[..5].to_vec())
    );
    assert!(found.lower[1].is_finite() && found.corner.len() == 6 && found.above[0].len() == 10);
}
