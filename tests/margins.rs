//! Margins alone are those that all bounds come with, by every method, whatever work was left out for them; and work is left out.

use crate::common;

use boundscope::{
    bounds::{Margins, Method, Prepared, Region, Strategy},
    network::*,
    pulse::{Cancelled, Pulse, Steady},
    tensor::{Cpu, Sound, Steerable},
};
use common::random::{Rng, any_network, any_region, images};
use pollster::block_on;
use proptest::prelude::*;
use std::cell::Cell;

const IMAGES: usize = 3;
const LINES: [Strategy; 3] = [Strategy::Tight, Strategy::Adaptive, Strategy::Constant];

fn methods() -> Vec<Method> {
    Method::NAMED.into_iter().chain([Method::RelaxedCrown(1), Method::RelaxedCrown(2)]).collect()
}

/// Every method's margins against those of its bounds.
fn same<B: Steerable>(
    backend: B,
    network: &Network,
    region: &Region,
    (seed, room): (u64, f64),
) -> Result<(), TestCaseError> {
    let prepared = Prepared::new(backend, network);
    let mut rng = Rng::new(seed ^ 11);
    let images: Vec<f64> = images(network, IMAGES, &mut rng).iter().map(|x| x.mul_add(0.9, 0.05)).collect();
    let labels: Vec<usize> = (0..IMAGES).map(|_| rng.below(network.classes())).collect();
    for strategy in LINES {
        let methods = methods();
        let found = block_on(prepared.margins(&images, &labels, region, &methods, strategy, &Steady)).expect("it fits");
        for (method, found) in methods.iter().zip(&found) {
            let whole = common::bounds(&prepared, &images, &labels, region, *method, strategy);
            prop_assert_eq!((found.len(), whole.len()), (IMAGES, IMAGES));
            for (image, (found, whole)) in found.iter().zip(&whole).enumerate() {
                prop_assert_eq!(found.lower.len(), whole.margins.len());
                for (a, b) in found.lower.iter().zip(&whole.margins) {
                    prop_assert!(
                        (a - b).abs() <= room * (1.0 + b.abs()) || a == b,
                        "{} {} image {}: {} instead of {}",
                        method,
                        strategy.name(),
                        image,
                        a,
                        b
                    );
                }
                prop_assert!(found.sane || !whole.verified());
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn margins_are_those_of_all_bounds(recipe in any_network(), region in any_region()) {
        let recipe = recipe.without_ties();
        let network = recipe.build();
        let region = Region { clip: region.clip.map(|_| [0.0137, 0.9871]), ..region };
        same(Cpu::<f64>::new(), &network, &region, (recipe.seed, 1e-9))?;
        same(Sound, &network, &region, (recipe.seed, 1e-9))?;
    }
}

/// A chain of convolutions or of dense layers, most of whose neurons are straight over small regions.
fn chain(seed: u64, dense: bool) -> Network {
    let mut rng = Rng::new(seed);
    let mut many =
        |count: usize, low: f64, high: f64| -> Vec<f32> { (0..count).map(|_| rng.between(low, high)).collect() };
    let shape = if dense { vec![12] } else { vec![1, 8, 8] };
    let mut network = Network::new(&shape).expect("inputs");
    let fits = "it fits";
    for layer in 0..3usize {
        let from: usize = network.nodes()[network.output()].shape.iter().product();
        if dense {
            let reach = 1.5 / (from as f64).sqrt();
            let (weight, bias) = (many(30 * from, -reach, reach).into(), Some(many(30, -0.8, 0.8).into()));
            network.push(Linear { outputs: 30, inputs: from, weight, bias }).expect(fits);
        } else {
            let inputs = network.nodes()[network.output()].shape[0];
            let (kernel, padding) = ([3; 2], [layer % 2; 2]);
            let weight = many(3 * inputs * 9, -0.5, 0.5).into();
            let bias = Some(many(3, -0.8, 0.8).into());
            let conv = Conv2d { outputs: 3, inputs, kernel, stride: [1; 2], padding, groups: 1, weight, bias };
            network.push(conv).expect(fits);
        }
        let shape = network.nodes()[network.output()].shape.clone();
        match seed % 3 {
            0 => network.push(Relu).expect(fits),
            1 => network.push(LeakyRelu { slope: 0.1 }).expect(fits),
            _ => {
                let bend = many(shape.iter().product(), 0.2, 1.0).into();
                network.push(ParamRamp { slope: 0.05, bend, shape }).expect(fits)
            }
        };
    }
    if !dense {
        network.push(Flatten).expect(fits);
    }
    let from: usize = network.nodes()[network.output()].shape.iter().product();
    let weight = many(4 * from, -0.5, 0.5).into();
    network.push(Linear { outputs: 4, inputs: from, weight, bias: None }).expect(fits);
    network
}

/// Counts how often work lets others in: CROWN does once for each part of a layer's rows.
#[derive(Default)]
struct Counted(Cell<usize>);

impl Pulse for Counted {
    async fn tick(&self) -> Result<(), Cancelled> {
        self.0.set(self.0.get() + 1);
        Ok(())
    }
}

#[test]
fn chains_have_the_same_margins_by_fewer_walks() {
    let mut walks = [0; 2];
    for seed in 0..6 {
        let network = chain(seed, seed % 2 == 0);
        let region = Region {
            clip: (seed % 4 < 2).then_some([0.0137, 0.9871]),
            ..Region::linf([0.003, 0.03][seed as usize / 3])
        };
        same(Cpu::<f64>::new(), &network, &region, (seed, 1e-9)).expect("the same margins");
        same(Cpu::<f32>::new(), &network, &region, (seed, 2e-3)).expect("the same margins");
        same(Sound, &network, &region, (seed, 1e-9)).expect("the same margins");
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let image = images(&network, 1, &mut Rng::new(seed));
        // Hardly a neuron bends over so small a region.
        let (region, crown) = (Region::linf(1e-7), Method::Crown);
        for lines in [Strategy::Tight, Strategy::Adaptive] {
            let counts = [Counted::default(), Counted::default()];
            let all = prepared.bounds(&image, Some(&[0]), &region, crown, lines, &counts[0]);
            block_on(all).expect("it fits");
            block_on(prepared.margins(&image, &[0], &region, &[crown], lines, &counts[1])).expect("it fits");
            walks = [walks[0] + counts[0].0.get(), walks[1] + counts[1].0.get()];
        }
    }
    assert!(2 * walks[1] < walks[0], "{walks:?}");
}

/// Where adaptive lines leave the constant ones, CROWN may find a neuron unstable that IBP proves stable: those are walked back from.
#[test]
fn crown_with_adaptive_lines_is_not_helped_by_ibp() {
    let mut network = Network::new(&[1]).expect("inputs");
    let linear = |outputs, inputs, weight: &[f32], bias: &[f32]| Linear {
        outputs,
        inputs,
        weight: weight.into(),
        bias: Some(bias.into()),
    };
    let fits = "it fits";
    // z ∈ [−0.9, 1]: the adaptive line below is z itself, so that y = relu(z) + 0.1 may be −0.8 by CROWN and is 0.1 at least by IBP. The outputs
    // are relu(y + 5) and relu(y) + 4.5.
    network.push(linear(1, 1, &[1.0], &[0.05])).expect(fits);
    network.push(Relu).expect(fits);
    network.push(linear(2, 1, &[1.0, 1.0], &[5.1, 0.1])).expect(fits);
    network.push(Relu).expect(fits);
    network.push(linear(2, 2, &[1.0, 0.0, 0.0, 1.0], &[0.0, 4.5])).expect(fits);
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let region = Region::linf(0.95);
    let of = |method, lines| -> (Margins, f64) {
        let found = block_on(prepared.margins(&[0.0], &[0], &region, &[method], lines, &Steady)).expect("it fits");
        let whole = common::bounds(&prepared, &[0.0], &[0], &region, method, lines).remove(0);
        (found[0][0].clone(), whole.worst_margin())
    };
    for lines in [Strategy::Tight, Strategy::Adaptive] {
        let (found, whole) = of(Method::Crown, lines);
        assert!((found.worst() - whole).abs() < 1e-12, "{lines:?}: {} instead of {whole}", found.worst());
        assert_eq!(found.verified(), lines == Strategy::Tight);
    }
}

#[test]
fn a_question_that_does_not_fit_is_refused() {
    let network = chain(0, true);
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let ask = |pixels: usize, labels: &[usize]| {
        let image = vec![0.5; pixels];
        block_on(prepared.margins(&image, labels, &Region::linf(0.1), &[Method::Crown], Strategy::Tight, &Steady))
    };
    assert!(ask(12, &[3]).is_ok_and(|found| found[0].len() == 1));
    for (pixels, labels) in [(12, &[4][..]), (12, &[]), (11, &[0]), (24, &[0])] {
        assert!(ask(pixels, labels).is_err(), "{pixels} {labels:?}");
    }
}
