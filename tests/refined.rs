//! Ranges by intervals and walks back together: they hold, and neurons that bend have the tighter of both, in a batch in which every box has other
//! such neurons.

use crate::common;

use boundscope::{
    activation::Status,
    bounds::{Prepared, Region, Steering, Strategy},
    network::*,
    tensor::{Backend, Ball, Cpu, Pair, Sound, Steerable},
};
use common::{
    random::{Rng, any_network, any_region, images},
    reference::{evaluate, layers, point},
};
use pollster::block_on;
use proptest::prelude::*;

const IMAGES: usize = 3;

fn read<B: Backend>(backend: &B, tensor: &B::Tensor) -> Vec<f64> {
    block_on(backend.read(tensor)).expect("a CPU does not fail")
}

/// Lower and upper ends of each layer, image after image.
fn ends<B: Steerable>(prepared: &Prepared<B>, ranges: &[Pair<B::Tensor>]) -> Vec<[Vec<f64>; 2]> {
    ranges.iter().map(|range| [&range.lower, &range.upper].map(|end| read(prepared.backend(), end))).collect()
}

fn holds<B: Steerable>(
    backend: B,
    network: &Network,
    region: &Region,
    seed: u64,
    slack: f64,
) -> Result<[usize; 2], TestCaseError> {
    let prepared = Prepared::new(backend, network);
    let backend = prepared.backend();
    let mut rng = Rng::new(seed);
    let images = images(network, IMAGES, &mut rng);
    let inputs = network.input_len();
    let around = |images: &[f64]| region.around(backend, images, inputs).expect("pixels are near the clip range");
    let (widths, known) = (prepared.layer_widths(), layers(network));
    let plain = vec![Steering::default(); prepared.activations().len()];
    let mut met = [0; 2];
    for strategy in [Strategy::Adaptive, Strategy::Tight] {
        let ball: Ball<B::Tensor> = around(&images);
        let ranges = prepared.refined(&ball, strategy);
        let found = ends(&prepared, &prepared.layer_ranges(&ranges));
        for (place, layer) in network.layers().iter().enumerate() {
            let width = widths[place];
            let identity = backend.identity(0..width, width);
            let rows = backend.concat_rows(&[identity.clone(), backend.negate(&identity)]);
            let walked = read(backend, &prepared.steered(&ball, &ranges, Some(place), &rows, &plain).lower);
            for at in 0..IMAGES * width {
                let (image, neuron) = (at / width, at % width);
                // The ranges of a layer whose walks lose nothing stand for every image at once.
                let own = |end: usize| found[place][end][at % found[place][end].len()];
                let (low, high) = (own(0), own(1));
                let straight = matches!(
                    layer.rule.status(neuron, low, high),
                    Status::LeftDead | Status::Alive | Status::RightDead
                );
                met[usize::from(straight)] += 1;
                let row = |row: usize| walked[(image * 2 * width + row) % walked.len()];
                if !straight {
                    let back = [row(neuron), -row(width + neuron)];
                    prop_assert!(
                        low >= back[0] - slack * (1.0 + back[0].abs())
                            && high <= back[1] + slack * (1.0 + back[1].abs()),
                        "layer {place} neuron {neuron}: [{low}, {high}] looser than {back:?}"
                    );
                }
            }
        }
        for (image, centre) in images.chunks(inputs).enumerate() {
            let own = |place: usize, end: usize| {
                let all = &found[place][end];
                let start = image * widths[place] % all.len();
                &all[start..start + widths[place]]
            };
            for _ in 0..10 {
                let values = evaluate(network, &point(region, centre, &mut rng));
                for (place, &node) in known.iter().enumerate() {
                    for (at, value) in values[node].iter().enumerate() {
                        let (low, high) = (own(place, 0)[at], own(place, 1)[at]);
                        let room = slack * (1.0 + value.abs() + low.abs().max(high.abs()));
                        prop_assert!(low - room <= *value && *value <= high + room, "{value} in [{low}, {high}]");
                    }
                }
            }
        }
    }
    Ok(met)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn refined_ranges_hold_and_are_the_tighter_of_both_where_neurons_bend(recipe in any_network(), region in any_region()) {
        let network = recipe.build();
        holds(Cpu::<f64>::new(), &network, &region, recipe.seed, 1e-9)?;
        holds(Sound, &network, &region, recipe.seed, 1e-9)?;
    }
}

/// Dense chains, whose rows are picked box by box.
#[test]
fn dense_networks_have_rows_picked_box_by_box() {
    let mut met = [0; 2];
    for seed in 0..40 {
        let mut rng = Rng::new(seed);
        let mut network = Network::new(&[3]).expect("inputs");
        let widths = [3, 12, 20, 9, 4];
        for (layer, pair) in widths.windows(2).enumerate() {
            let mut many =
                |count: usize, reach: f64| -> Vec<f32> { (0..count).map(|_| rng.between(-reach, reach)).collect() };
            let weight = many(pair[0] * pair[1], 1.5 / (pair[0] as f64).sqrt());
            let bias = (seed % 3 > 0).then(|| many(pair[1], 0.8).into());
            network.push(Linear { outputs: pair[1], inputs: pair[0], weight: weight.into(), bias }).expect("it fits");
            if layer + 2 < widths.len() {
                let bend = (0..pair[1]).map(|_| rng.between(0.2, 1.0)).collect();
                match seed % 2 {
                    0 => network.push(LeakyRelu { slope: 0.0 }).expect("it fits"),
                    _ => network.push(ParamRamp { slope: 0.1, bend, shape: vec![pair[1]] }).expect("it fits"),
                };
            }
        }
        let region = Region::linf(f64::from(rng.between(0.01, 0.4)));
        for found in
            [holds(Cpu::<f64>::new(), &network, &region, seed, 1e-9), holds(Sound, &network, &region, seed, 1e-9)]
        {
            let [bent, straight] = found.expect("ranges that hold");
            met = [met[0] + bent, met[1] + straight];
        }
    }
    assert!(met[0] > 1000 && met[1] > 1000, "{met:?}");
}
