//! IBP by centre and radius keeps an end that is tiny beside the interval's width (docs/methods.md §2): the tighter of two forms
//! is taken where a difference has lost it.

use crate::common;

use boundscope::{
    activation::Real,
    bounds::{Method, Prepared, Region, Strategy},
    network::*,
    tensor::{Backend, Cpu, Pair, Sound},
};
use common::{
    bounds,
    random::{Rng, affine_network, images},
};
use pollster::block_on;
use proptest::prelude::*;

/// Each affine layer's interval image against Σ w⁺l + w⁻u over the rows of the map itself.
fn ends_survive<B: Backend>(backend: &B, network: &Network, seed: u64, precision: f64) -> Result<(), TestCaseError> {
    let mut rng = Rng::new(seed);
    for (id, node) in network.nodes().iter().enumerate().skip(1) {
        let Some(Role::Affine(affine)) = network.role(id) else { continue };
        let inputs = network.nodes()[node.inputs[0]].width();
        let map = backend.map(&affine, inputs);
        // Ends from 1 to 1e30 and their negatives, so that most results have one end far smaller than the other.
        let ends: Vec<(f64, f64)> = (0..inputs)
            .map(|_| match rng.below(4) {
                0 => (1.0, 1.5),
                1 => (-1.25, 0.5),
                2 => (-1e20, -1.0),
                _ => (1.0, 1e20),
            })
            .collect();
        let part = |pick: fn(&(f64, f64)) -> f64| -> Vec<f64> { ends.iter().map(pick).collect() };
        let (l, u) = (part(|ends| ends.0), part(|ends| ends.1));
        let shape = [1, 1, inputs];
        let range = Pair { lower: backend.upload(shape, &l), upper: backend.upload(shape, &u) };
        let found = backend.apply_interval(&map, None, &range);
        let read = |tensor| block_on(backend.read(tensor)).expect("a CPU does not fail");
        let (low, high) = (read(&found.lower), read(&found.upper));
        let outputs = node.width();
        let rows = read(&backend.map_rows(&map, 0..outputs));
        for (output, row) in rows.chunks(inputs).enumerate() {
            let sum = |sign: f64| {
                let products = row.iter().enumerate().map(|(at, &w)| w * if sign * w < 0.0 { u[at] } else { l[at] });
                products.fold((0.0, 0.0), |(sum, size): (f64, f64), product| (sum + product, size + product.abs()))
            };
            let ((least, small), (most, large)) = (sum(1.0), sum(-1.0));
            // One end is much smaller than the other: it must have digits of its own.
            if small < 1e-12 * large {
                let gap = (low[output] - least).abs();
                prop_assert!(gap <= precision * small, "layer {id} lower {} for {least}", low[output]);
            }
            if large < 1e-12 * small {
                let gap = (high[output] - most).abs();
                prop_assert!(gap <= precision * large, "layer {id} upper {} for {most}", high[output]);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_ends_survive_beside_large_ones(recipe in affine_network()) {
        let network = recipe.build();
        ends_survive(&Cpu::<f32>::new(), &network, recipe.seed, 1e-5)?;
        ends_survive(&Cpu::<f64>::new(), &network, recipe.seed, 1e-13)?;
        ends_survive(&Sound, &network, recipe.seed, 1e-12)?;
    }

    #[test]
    fn a_point_stays_a_point(recipe in affine_network()) {
        let network = recipe.build();
        let image = images(&network, 1, &mut Rng::new(recipe.seed));
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let found = bounds(&prepared, &image, &[0], &Region::linf(0.0), Method::Ibp, Strategy::Tight).remove(0);
        prop_assert_eq!(found.logits.lower, found.logits.upper);
    }
}

/// The example: 1 and 1e30 at once.
#[test]
fn one_beside_a_weight_of_1e30() {
    fn check<B: Backend>(backend: B, name: &str) {
        let linear = |outputs, inputs, weight: &[f32], bias: &[f32]| Linear {
            outputs,
            inputs,
            weight: weight.into(),
            bias: Some(bias.into()),
        };
        let mut network = Network::new(&[1]).expect("one input");
        network.push(linear(1, 1, &[1e30], &[1.0])).expect("fits");
        network.push(Relu).expect("fits");
        network.push(linear(2, 1, &[1.0, -1.0], &[0.0, 0.0])).expect("fits");
        network.push(Relu).expect("fits");
        network.push(linear(2, 2, &[1.0, 0.0, 0.0, 1.0], &[0.0, 0.0])).expect("fits");
        let prepared = Prepared::new(backend, &network);
        // x in [0, 1]: the first neuron lies in [1, 1e30], and so does the second layer's first.
        let region = Region { clip: Some([0.0, 1.0]), ..Region::linf(1.0) };
        let found = bounds(&prepared, &[0.0], &[0], &region, Method::Ibp, Strategy::Tight).remove(0);
        let near = |value: f64| (value - 1.0).abs() < 1e-6;
        assert!(near(found.layers[0].lower[0]), "{name}: {}", found.layers[0].lower[0]);
        assert!(near(found.layers[1].lower[0]), "{name}: {}", found.layers[1].lower[0]);
        assert!(near(-found.layers[1].upper[1]), "{name}: {}", found.layers[1].upper[1]);
    }
    check(Cpu::<f32>::new(), f32::NAME);
    check(Cpu::<f64>::new(), f64::NAME);
    check(Sound, "sound");
}
