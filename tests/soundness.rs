//! The promise everything else rests on: no point of the region leaves any bound (docs/methods.md §7).
//!
//! Random networks of every operator, evaluated by a reference that shares no code with the library; every method,
//! strategy, norm and clipping; points drawn from the region, its extreme points, and points sought out for each bound.

use crate::common;

use boundscope::{
    activation::Real,
    bounds::{Norm, Prepared, Region, Strategy},
    network::Network,
    tensor::Cpu,
};
use common::{
    all_methods, bounds, depth, flat,
    random::{Recipe, Rng, affine_network, any_network, any_region, images},
    reference::{bounded_values, descend, evaluate, layers, point},
};
use proptest::prelude::*;

/// How far a value may lie outside a bound whose rounding is not charged.
fn slack(tolerance: f64, value: f64, bound: f64) -> f64 {
    tolerance * (1.0 + value.abs() + bound.abs().min(1e3))
}

/// Images of a random batch, one label each.
fn batch(network: &Network, seed: u64) -> (Vec<f64>, Vec<usize>) {
    let mut rng = Rng::new(seed);
    let count = 1 + rng.below(5);
    let images = images(network, count, &mut rng);
    (images, (0..count).map(|_| rng.below(network.classes())).collect())
}

/// Values at many points of the region around one image, in the order of [`flat`].
fn witnesses(network: &Network, region: &Region, image: &[f64], label: usize, rng: &mut Rng) -> Vec<Vec<f64>> {
    let mut seen = vec![bounded_values(network, image, label)];
    seen.extend((0..24).map(|_| bounded_values(network, &point(region, image, rng), label)));
    // Each search is for one bound, but every point it passes is a witness against all of them.
    let width = seen[0].len();
    for target in 0..width.min(12) {
        let target = if width <= 12 { target } else { rng.below(width) };
        let sign = if rng.below(2) == 0 { 1.0 } else { -1.0 };
        descend(region, image, rng, |x| {
            let values = bounded_values(network, x, label);
            let value = sign * values[target];
            seen.push(values);
            value
        });
    }
    seen
}

fn holds<T: Real>(recipe: &Recipe, region: &Region, tolerance: f64) -> Result<(), TestCaseError> {
    let network = recipe.build();
    let prepared = Prepared::new(Cpu::<T>::new(), &network);
    let (images, labels) = batch(&network, recipe.seed ^ 1);
    let inputs = network.input_len();
    let mut rng = Rng::new(recipe.seed ^ 2);
    let mut extremes = Vec::new();
    for (image, &label) in images.chunks(inputs).zip(&labels) {
        let seen = witnesses(&network, region, image, label, &mut rng);
        let fold = |start: f64, pick: fn(f64, f64) -> f64| -> Vec<f64> {
            (0..seen[0].len()).map(|at| seen.iter().map(|values| values[at]).fold(start, pick)).collect()
        };
        extremes.push((fold(f64::INFINITY, f64::min), fold(f64::NEG_INFINITY, f64::max)));
    }
    for method in all_methods(depth(&network)) {
        for strategy in Strategy::ALL {
            let all = bounds(&prepared, &images, &labels, region, method, strategy);
            prop_assert_eq!(all.len(), labels.len());
            for (index, (found, (least, most))) in all.iter().zip(&extremes).enumerate() {
                let (lower, upper) = flat(found);
                prop_assert_eq!(lower.len(), least.len());
                let place = || format!("{method} {strategy:?} image {index}");
                for at in 0..lower.len() {
                    let below = lower[at] <= least[at] + slack(tolerance, least[at], lower[at]);
                    prop_assert!(below, "{}: value {} below bound {} at {at}", place(), least[at], lower[at]);
                    let above = upper[at] >= most[at] - slack(tolerance, most[at], upper[at]);
                    prop_assert!(above, "{}: value {} above bound {} at {at}", place(), most[at], upper[at]);
                }
            }
            if T::NAME == "f64" && labels.len() > 1 {
                // One at a time gives what the batch gave, up to the order of sums.
                for (index, (image, label)) in images.chunks(inputs).zip(&labels).enumerate() {
                    let single = bounds(&prepared, image, &[*label], region, method, strategy).remove(0);
                    let (single, batched) = (flat(&single), flat(&all[index]));
                    for (a, b) in single.0.iter().chain(&single.1).zip(batched.0.iter().chain(&batched.1)) {
                        prop_assert!(a == b || (a - b).abs() <= 1e-9 * (1.0 + a.abs()), "{a} alone, {b} in a batch");
                    }
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_point_leaves_any_bound_in_f64(recipe in any_network(), region in any_region()) {
        holds::<f64>(&recipe, &region, 1e-9)?;
    }

    /// f32 keeps about seven digits; a few are lost over the layers of these networks.
    #[test]
    fn no_point_leaves_any_bound_in_f32_by_more_than_its_digits(recipe in any_network(), region in any_region()) {
        holds::<f32>(&recipe, &region, 2e-4)?;
    }

    #[test]
    fn a_region_of_radius_zero_gives_inference(recipe in any_network(), norm in 0..3usize) {
        let network = recipe.build();
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let image = images(&network, 1, &mut Rng::new(recipe.seed ^ 3));
        let wanted = bounded_values(&network, &image, 0);
        let region = Region { norm: Norm::ALL[norm], ..Region::linf(0.0) };
        for method in all_methods(depth(&network)) {
            for strategy in Strategy::ALL {
                let found = bounds(&prepared, &image, &[0], &region, method, strategy).remove(0);
                let (lower, upper) = flat(&found);
                for (at, wanted) in wanted.iter().enumerate() {
                    for found in [lower[at], upper[at]].into_iter().filter(|found| found.is_finite()) {
                        let close = (found - wanted).abs() <= 1e-9 * (1.0 + wanted.abs());
                        prop_assert!(close, "{method} {strategy:?} at {at}: {found}, inference has {wanted}");
                    }
                }
            }
        }
    }

    #[test]
    fn inference_agrees_with_the_reference(recipe in any_network()) {
        let network = recipe.build();
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let image = images(&network, 1, &mut Rng::new(recipe.seed ^ 4));
        let (hidden, logits) = pollster::block_on(prepared.infer(&image)).expect("the image is valid");
        let values = evaluate(&network, &image);
        let wanted: Vec<f64> =
            layers(&network).into_iter().chain([network.output()]).flat_map(|id| values[id].clone()).collect();
        let found: Vec<f64> = hidden.into_iter().flatten().chain(logits).collect();
        prop_assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(&wanted) {
            prop_assert!((found - wanted).abs() <= 1e-11 * (1.0 + wanted.abs()), "{found}, the reference has {wanted}");
        }
    }

    /// W·x₀ + b ∓ ε‖W‖_q, with W read off the reference column by column; several affine layers are one.
    #[test]
    fn an_affine_network_is_bounded_exactly(recipe in affine_network(), region in any_region(), activated in any::<bool>()) {
        let mut network = recipe.build();
        if activated {
            // What feeds the first activation is a hidden layer, and still affine.
            network.push(boundscope::network::Relu).expect("an activation fits everywhere");
        }
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        let mut rng = Rng::new(recipe.seed ^ 5);
        let image = images(&network, 1, &mut rng);
        let label = rng.below(network.classes());
        let exact = exact_affine(&network, &region, &image, label, activated);
        for method in all_methods(1) {
            for strategy in Strategy::ALL {
                let found = bounds(&prepared, &image, &[label], &region, method, strategy).remove(0);
                let (mut lower, mut upper) = flat(&found);
                if activated {
                    (lower, upper) = (found.layers[0].lower.clone(), found.layers[0].upper.clone());
                }
                for (at, (least, most)) in exact.iter().enumerate() {
                    let close = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-10 * (1.0 + wanted.abs());
                    prop_assert!(close(lower[at], *least), "{method} at {at}: lower {} not {least}", lower[at]);
                    let no_upper = upper[at] == f64::INFINITY;
                    prop_assert!(no_upper || close(upper[at], *most), "{method} at {at}: upper {} not {most}", upper[at]);
                }
            }
        }
    }
}

/// Exact ends of every logit and margin of an affine network (of the logits alone, before a last activation).
fn exact_affine(network: &Network, region: &Region, x: &[f64], label: usize, activated: bool) -> Vec<(f64, f64)> {
    let at = |x: &[f64]| {
        if activated { evaluate(network, x)[network.output() - 1].clone() } else { bounded_values(network, x, label) }
    };
    let n = x.len();
    let offset = at(&vec![0.0; n]);
    let columns: Vec<Vec<f64>> = (0..n)
        .map(|input| at(&(0..n).map(|other| if other == input { 1.0 } else { 0.0 }).collect::<Vec<_>>()))
        .collect();
    let ends = |output: usize| {
        let row = columns.iter().map(|column| column[output] - offset[output]);
        let middle: f64 = offset[output] + row.clone().zip(x).map(|(w, x)| w * x).sum::<f64>();
        match (region.norm, region.clip) {
            (Norm::Inf, clip) => {
                let [low, high] = clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
                row.zip(x).fold((offset[output], offset[output]), |(least, most), (w, x)| {
                    let ends = [w * (x - region.epsilon).max(low), w * (x + region.epsilon).min(high)];
                    (least + ends[0].min(ends[1]), most + ends[0].max(ends[1]))
                })
            }
            (Norm::Two, _) => {
                let reach = region.epsilon * row.map(|w| w * w).sum::<f64>().sqrt();
                (middle - reach, middle + reach)
            }
            (Norm::One, _) => {
                let reach = region.epsilon * row.map(f64::abs).fold(0.0, f64::max);
                (middle - reach, middle + reach)
            }
        }
    };
    (0..offset.len()).map(ends).collect()
}

/// The generator really makes what the promise is about.
#[test]
fn the_random_networks_hold_every_operator_and_every_kind_of_graph() {
    use proptest::{
        strategy::{Strategy as _, ValueTree},
        test_runner::TestRunner,
    };
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..1000 {
        let network = any_network().new_tree(&mut runner).expect("a recipe").current().build();
        for (id, node) in network.nodes().iter().enumerate() {
            let Some(operator) = &node.operator else { continue };
            seen.insert(operator.name().to_owned());
            let settings = operator.settings();
            if settings.contains_key("groups") {
                seen.insert("groups".into());
            }
            if settings.get("padding").is_some_and(|padding| padding != &serde_json::json!([0, 0])) {
                seen.insert("padding".into());
            }
            if settings.get("stride").is_some_and(|stride| stride != &serde_json::json!([1, 1])) {
                seen.insert("stride".into());
            }
            if node.inputs != [id - 1] && node.inputs.len() == 1 {
                seen.insert("branch".into());
            }
        }
        if depth(&network) >= 4 {
            seen.insert("deep".into());
        }
        let read = |id: &usize| network.nodes().iter().position(|node| node.inputs.contains(id));
        let layers = layers(&network);
        if layers.windows(2).any(|pair| read(&pair[0]) > read(&pair[1])) {
            seen.insert("layers read out of order".into());
        }
    }
    for wanted in [
        "linear",
        "conv2d",
        "flatten",
        "reshape",
        "normalize",
        "batch_norm",
        "avg_pool",
        "add",
        "relu",
        "leaky_relu",
        "param_ramp",
        "clip",
        "sigmoid",
        "tanh",
        "elu",
        "softplus",
        "max_pool",
        "groups",
        "padding",
        "stride",
        "branch",
        "deep",
        "layers read out of order",
    ] {
        assert!(seen.contains(wanted), "no random network has {wanted}");
    }
}
