//! What an attack finds is real: points of the region, with the margins they have, never below what bounds prove.

use crate::common;

use boundscope::{
    attack::{Attack, Attacked, Attacker},
    bounds::{BoundsError, Method, Norm, Prepared, Region, Strategy},
    certify::{Evaluation, Question, evaluate},
    formats::read_shard,
    network::{Linear, Network},
    pulse::Steady,
    tensor::{Cpu, Sound},
};
use common::{bounds, golden_expected, golden_network, reference};
use std::{fs, path::PathBuf, sync::atomic::AtomicBool};

const QUICK: Attack = Attack { steps: 20, restarts: 2, seed: 1, targeted: false };

/// The first images of a golden case, as the `f32` values that are attacked, and their labels.
fn golden_images(case: &str, count: usize) -> (Vec<f64>, Vec<usize>) {
    let expected = golden_expected(case);
    let images = (0..count).flat_map(|index| expected.input(index)).map(|pixel| f64::from(pixel as f32));
    (images.collect(), expected.labels[..count].to_vec())
}

/// The first MNIST test images.
fn mnist(count: usize) -> (Vec<f64>, Vec<usize>) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", "mnist", "test-00.gz"].iter().collect();
    let (images, labels) = read_shard(&fs::read(path).expect("the shard is there")).expect("a shard");
    let pixels = (0..count).flat_map(|index| images.unit(index)).map(f64::from).collect();
    (pixels, labels.iter().take(count).map(|&label| usize::from(label)).collect())
}

fn run(attacker: &Attacker, images: &[f64], labels: &[usize], region: &Region, attack: &Attack) -> Vec<Attacked> {
    pollster::block_on(attacker.attack(images, labels, region, attack, &Steady)).expect("a valid question")
}

/// Margins of a point, by the plain evaluation.
fn margins_at(network: &Network, point: &[f32], label: usize) -> Vec<f64> {
    let x: Vec<f64> = point.iter().map(|&x| f64::from(x)).collect();
    let outputs = &reference::evaluate(network, &x)[network.output()];
    (0..outputs.len()).filter(|&class| class != label).map(|class| outputs[label] - outputs[class]).collect()
}

/// Whether a point lies in the region as exact numbers: lengths are charged what adding them up can have lost.
fn inside(region: &Region, image: &[f64], point: &[f32]) -> bool {
    let steps = || point.iter().zip(image).map(|(&x, x0)| (f64::from(x) - x0).abs());
    let lost = 1.0 + image.len() as f64 * f64::EPSILON;
    let [low, high] = region.clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    let length = match region.norm {
        Norm::Inf => steps().fold(0.0, f64::max),
        Norm::Two => steps().map(|step| step * step).sum::<f64>().sqrt() * lost,
        Norm::One => steps().sum::<f64>() * lost,
    };
    length <= region.epsilon && point.iter().all(|&x| (low..=high).contains(&f64::from(x)))
}

fn regions(scale: f64) -> [Region; 4] {
    let region = |norm, epsilon, clip| Region { norm, epsilon: epsilon * scale, clip };
    [
        region(Norm::Inf, 0.06, None),
        region(Norm::Inf, 0.06, Some([0.0, 1.0])),
        region(Norm::Two, 0.9, None),
        region(Norm::One, 3.0, None),
    ]
}

/// Cases, images of each, and the size of their regions.
const CASES: [(&str, usize, f64); 8] = [
    ("toy2d", 3, 2.0),
    ("tiny-relu", 2, 1.0),
    ("tiny-leaky", 2, 1.0),
    ("tiny-ramp", 2, 1.0),
    ("tiny-ramp-eta", 2, 1.0),
    ("tiny-conv", 2, 1.0),
    ("mnist-mlp-normal", 3, 0.3),
    ("mnist-mlp-ibp", 3, 1.0),
];

#[test]
fn every_point_found_lies_in_the_region_and_has_the_margins_reported() {
    for (case, count, scale) in CASES {
        let (network, (images, labels)) = (golden_network(case), golden_images(case, count));
        let (attacker, inputs) = (Attacker::new(&network), network.input_len());
        for region in regions(scale) {
            for targeted in [false, true] {
                let attack = Attack { restarts: network.classes() - 1, targeted, ..QUICK };
                let found = run(&attacker, &images, &labels, &region, &attack);
                for ((found, image), &label) in found.iter().zip(images.chunks(inputs)).zip(&labels) {
                    assert!(inside(&region, image, &found.point), "{case} {region:?}");
                    let margins = margins_at(&network, &found.point, label);
                    let worst = margins.iter().copied().fold(f64::INFINITY, f64::min);
                    let size = 1.0 + margins.iter().fold(0.0, |most: f64, margin| most.max(margin.abs()));
                    assert!((found.worst - worst).abs() < 1e-4 * size, "{case} {region:?}: {} {worst}", found.worst);
                    assert_eq!(found.worst, found.margins.iter().copied().fold(f64::INFINITY, f64::min));
                    assert_eq!(found.broken(), found.worst <= 0.0);
                    // It is at least as bad as the image itself, rival by rival.
                    let own: Vec<f32> = image.iter().map(|&x| x as f32).collect();
                    for (found, own) in found.margins.iter().zip(margins_at(&network, &own, label)) {
                        assert!(*found <= own + 1e-4 * size, "{case} {region:?}: {found} {own}");
                    }
                }
            }
        }
    }
}

#[test]
fn no_margin_found_is_below_a_proved_bound() {
    let cases = CASES.into_iter().map(|(case, count, scale)| (case, count, scale, 4));
    for (case, count, scale, kinds) in cases.chain([("mnist-cnn-ibp-ramp", 1, 1.0, 1)]) {
        let (network, (images, labels)) = (golden_network(case), golden_images(case, count));
        let (attacker, prepared) = (Attacker::new(&network), Prepared::new(Sound, &network));
        let attack = Attack { restarts: network.classes() - 1, targeted: true, ..QUICK };
        let mut nearest = f64::INFINITY;
        for region in regions(scale).iter().rev().take(kinds) {
            let found = run(&attacker, &images, &labels, region, &attack);
            for method in Method::NAMED {
                let proved = bounds(&prepared, &images, &labels, region, method, Strategy::Tight);
                for (found, proved) in found.iter().zip(&proved) {
                    for (found, proved) in found.margins.iter().zip(&proved.margins) {
                        // Margins are evaluated in f32, bounds are not.
                        assert!(found >= &(proved - 1e-4 * (1.0 + proved.abs())), "{case} {method}: {found} {proved}");
                        nearest = nearest.min((found - proved) / (1.0 + proved.abs()));
                    }
                }
            }
        }
        // Over all regions the two meet somewhere near, or comparing them says little.
        assert!(kinds < 4 || nearest < 1.0, "{case}: attacks stay {nearest} above every bound");
    }
}

#[test]
fn a_seed_gives_one_outcome_whatever_the_neighbours() {
    let network = golden_network("mnist-mlp-normal");
    let (images, labels) = golden_images("mnist-mlp-normal", 3);
    let attacker = Attacker::new(&network);
    for region in regions(0.3) {
        let together = run(&attacker, &images, &labels, &region, &QUICK);
        assert_eq!(run(&Attacker::new(&network), &images, &labels, &region, &QUICK), together);
        for (index, image) in images.chunks(network.input_len()).enumerate() {
            let alone = run(&attacker, image, &labels[index..=index], &region, &QUICK);
            assert_eq!(alone[0], together[index], "{region:?}: image {index}");
        }
        let other = run(&attacker, &images, &labels, &region, &Attack { seed: 2, ..QUICK });
        // In l1 whatever the start, the corner with all of ε on one pixel is where it ends.
        let elsewhere = other.iter().zip(&together).any(|(a, b)| a.point != b.point);
        assert!(elsewhere || region.norm == Norm::One, "another seed starts elsewhere");
    }
}

#[test]
fn without_room_an_attack_is_inference() {
    for case in ["toy2d", "tiny-conv", "mnist-mlp-normal"] {
        let (network, (images, labels)) = (golden_network(case), golden_images(case, 2));
        let attacker = Attacker::new(&network);
        for norm in Norm::ALL {
            let region = Region { norm, epsilon: 0.0, clip: None };
            let found = run(&attacker, &images, &labels, &region, &QUICK);
            for ((found, image), &label) in found.iter().zip(images.chunks(network.input_len())).zip(&labels) {
                assert!(found.point.iter().zip(image).all(|(&x, x0)| f64::from(x) == *x0), "{case} {norm:?}");
                for (found, wanted) in found.margins.iter().zip(margins_at(&network, &found.point, label)) {
                    assert!((found - wanted).abs() < 1e-4 * (1.0 + wanted.abs()), "{case}: {found} {wanted}");
                }
            }
        }
    }
}

#[test]
fn a_network_that_was_not_trained_for_it_breaks() {
    let (images, labels) = mnist(40);
    let broken = |case: &str, epsilon: f64| {
        let region = Region { norm: Norm::Inf, epsilon, clip: Some([0.0, 1.0]) };
        let found = run(&Attacker::new(&golden_network(case)), &images, &labels, &region, &QUICK);
        found.iter().filter(|found| found.broken()).count()
    };
    let normal = broken("mnist-mlp-normal", 0.1);
    assert!(normal >= 35, "{normal} of 40 broken");
    let robust = broken("mnist-mlp-ibp", 0.05);
    assert!(robust <= 8, "{robust} of 40 broken in a network trained to withstand it");
}

#[test]
fn questions_that_do_not_fit_are_refused() {
    let network = golden_network("toy2d");
    let attacker = Attacker::new(&network);
    let ask = |images: &[f64], labels: &[usize], region: Region| {
        pollster::block_on(attacker.attack(images, labels, &region, &QUICK, &Steady)).expect_err("refused")
    };
    assert!(matches!(ask(&[0.0; 2], &[9], Region::linf(0.1)), BoundsError::Label { .. }));
    assert!(matches!(ask(&[0.0; 4], &[0], Region::linf(0.1)), BoundsError::Labels { .. }));
    assert!(matches!(ask(&[0.0; 3], &[0], Region::linf(0.1)), BoundsError::ImageLength { .. }));
    assert!(matches!(ask(&[0.0; 2], &[0], Region::linf(-0.1)), BoundsError::Epsilon(_)));
    let clipped = Region { norm: Norm::Two, epsilon: 0.1, clip: Some([0.0, 1.0]) };
    assert!(matches!(ask(&[0.0; 2], &[0], clipped), BoundsError::ClipNorm(_)));
}

#[test]
fn an_evaluation_reports_no_more_attack_error_than_verified_error_and_skips_only_what_is_known() {
    let (images, labels) = mnist(64);
    for (case, epsilons) in [("mnist-cnn-ibp-ramp", [0.1, 0.2]), ("mnist-mlp-normal", [0.005, 0.03])] {
        let network = golden_network(case);
        let ask = |exhaustive: bool| -> Evaluation {
            let region = |epsilon| Region { norm: Norm::Inf, epsilon, clip: Some([0.0, 1.0]) };
            let question = Question {
                regions: epsilons.map(region).to_vec(),
                methods: Method::NAMED.map(Into::into).to_vec(),
                strategy: Strategy::Tight,
                attack: Some(QUICK),
                exhaustive,
            };
            let cancel = AtomicBool::new(false);
            evaluate(&Cpu::<f32>::new(), &network, &images, &labels, &question, &|_| (), &cancel).expect("valid")
        };
        let (all, quick) = (ask(true), ask(false));
        assert_eq!(all, quick, "{case}");
        for (index, tallies) in all.tallies.chunks(Method::NAMED.len()).enumerate() {
            let attacked = all.attack_error(index).expect("asked for");
            assert!(attacked >= all.clean_error(), "{case}");
            for tally in tallies {
                assert!(attacked <= all.verified_error(tally), "{case}: {attacked} {tally:?}");
            }
        }
        let verified: Vec<usize> = all.tallies.iter().map(|tally| tally.verified).collect();
        assert!(verified.iter().any(|&count| count > 0 && count < 64), "{case}: {verified:?} tells nothing");
    }
}

/// A network of one affine layer on random numbers, several pixels sharing the largest weight of each rival, and a point whose
/// label is 0; with the rival that each norm reaches first often not the closest one.
fn linear_case(seed: u64, classes: usize, inputs: usize) -> (Network, Vec<f64>, Vec<f64>) {
    let mut rng = common::random::Rng::new(seed);
    let image: Vec<f64> = (0..inputs).map(|_| f64::from(rng.between(0.0, 1.0))).collect();
    let mut weight: Vec<f32> = (0..classes * inputs).map(|_| rng.between(-0.05, 0.05)).collect();
    weight[..inputs].fill(0.0);
    let mut margins = Vec::new();
    let mut bias = vec![0.0_f32; classes];
    for class in 1..classes {
        let row = &mut weight[class * inputs..][..inputs];
        let largest = rng.between(0.1, 0.6);
        for _ in 0..=rng.below(4) {
            row[rng.below(inputs)] = if rng.below(2) == 0 { largest } else { -largest };
        }
        let sum: f64 = row.iter().zip(&image).map(|(&w, x)| f64::from(w) * x).sum();
        bias[class] = (-sum - f64::from(rng.between(0.2, 2.0))) as f32;
        margins.push(-sum - f64::from(bias[class]));
    }
    let mut network = Network::new(&[inputs]).expect("a shape");
    let layer = Linear { outputs: classes, inputs, weight: weight.into(), bias: Some(bias.into()) };
    network.push(layer).expect("fits");
    (network, image, margins)
}

#[test]
fn a_linear_network_is_broken_exactly_where_its_radius_ends() {
    for seed in 0..8 {
        let (classes, inputs) = if seed % 2 == 0 { (10, 784) } else { (2, 30) };
        let (network, image, margins) = linear_case(seed, classes, inputs);
        let attacker = Attacker::new(&network);
        let at = |x: &[f64]| reference::evaluate(&network, x)[network.output()].clone();
        let zero = at(&vec![0.0; inputs]);
        // Columns of the weights, from the network itself: what each rival gains by each pixel.
        let columns: Vec<Vec<f64>> = (0..inputs)
            .map(|pixel| {
                let mut x = vec![0.0; inputs];
                x[pixel] = 1.0;
                at(&x).iter().zip(&zero).map(|(one, none)| one - none).collect()
            })
            .collect();
        for norm in Norm::ALL {
            let dual = |class: usize| -> f64 {
                let gains = columns.iter().map(|column| (column[class] - column[0]).abs());
                match norm {
                    Norm::Inf => gains.sum(),
                    Norm::Two => gains.map(|gain| gain * gain).sum::<f64>().sqrt(),
                    Norm::One => gains.fold(0.0, f64::max),
                }
            };
            let radius =
                margins.iter().zip(1..).map(|(margin, class)| margin / dual(class)).fold(f64::INFINITY, f64::min);
            // In l1 every start tries another rival by itself; elsewhere that has to be asked for.
            let attack = Attack { steps: 60, restarts: classes - 1, seed: 1, targeted: norm != Norm::One };
            // Steps of one length leave an angle to the gradient, which in l2 costs some percent of the way.
            let just_above = if norm == Norm::Two { 1.05 } else { 1.002 };
            for (share, broken) in [(0.999, false), (just_above, true), (1.5, true), (4.0, true)] {
                let region = Region { norm, epsilon: radius * share, clip: None };
                let found = &run(&attacker, &image, &[0], &region, &attack)[0];
                assert_eq!(found.broken(), broken, "{norm:?}, seed {seed}, {share} of {radius}: {}", found.worst);
                assert!(inside(&region, &image, &found.point));
            }
            if norm == Norm::One {
                // One start is enough: it goes against the rival that is reached first.
                let region = Region { norm, epsilon: radius * 1.002, clip: None };
                for steps in [1, 20] {
                    let found = &run(&attacker, &image, &[0], &region, &Attack { steps, restarts: 1, ..attack })[0];
                    assert!(found.broken(), "seed {seed}, {steps} steps: {}", found.worst);
                }
            }
        }
    }
}

#[test]
fn clipped_pixels_end_where_the_range_does() {
    // z0 − z1 = 0.5 − w·(x − x0): the best pixel has no room in [0, 1], so others have to do it.
    let image = [1.0, 0.5, 0.25, 0.0];
    let weight: Vec<f32> = [vec![0.0; 4], vec![8.0, 1.0, 1.0, -8.0]].concat();
    let bias = -(8.0 + 0.5 + 0.25) - 0.5;
    let mut network = Network::new(&[4]).expect("a shape");
    network
        .push(Linear { outputs: 2, inputs: 4, weight: weight.into(), bias: Some(vec![0.0, bias].into()) })
        .expect("fits");
    let attacker = Attacker::new(&network);
    for (epsilon, broken) in [(0.249, false), (0.2505, true)] {
        let region = Region { norm: Norm::Inf, epsilon, clip: Some([0.0, 1.0]) };
        assert_eq!(run(&attacker, &image, &[0], &region, &QUICK)[0].broken(), broken, "{epsilon}");
    }
}
