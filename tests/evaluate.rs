//! Verified error over a set: counts are those of the images one by one, progress arrives, cancel ends it.

use crate::common;

use boundscope::{
    bounds::{Bounding, BoundsError, Climb, Method, Norm, Prepared, Region, Strategy},
    certify::{Evaluation, Question, evaluate, predicted},
    network::Network,
    pulse::Steady,
    tensor::Cpu,
};
use common::golden_network;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const IMAGES: usize = 100;

/// A tiny network and a grid of inputs, each labelled as predicted but every seventh.
fn set() -> (Network, Vec<f64>, Vec<usize>) {
    let network = golden_network("toy2d");
    let images: Vec<f64> =
        (0..IMAGES).flat_map(|i| [(i % 10) as f64 * 0.37 - 1.6, (i / 10) as f64 * 0.29 - 1.3]).collect();
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    let (_, outputs) = pollster::block_on(prepared.infer(&images)).expect("inference works");
    let classes = network.classes();
    let label = |(index, z): (usize, &[f64])| {
        let class = predicted(z).expect("numbers");
        if index % 7 == 0 { (class + 1) % classes } else { class }
    };
    let labels = outputs.chunks(classes).enumerate().map(label).collect();
    (network, images, labels)
}

fn question() -> Question {
    let region = |epsilon| Region { norm: Norm::Inf, epsilon, clip: None };
    Question {
        regions: [0.0, 0.05, 0.3].map(region).to_vec(),
        methods: vec![Method::Ibp.into(), Method::Crown.into(), Bounding::Alpha(Climb::alpha(5))],
        strategy: Strategy::Tight,
        attack: None,
        exhaustive: true,
    }
}

fn ask(progress: &(dyn Fn(usize) + Sync), cancel: &AtomicBool) -> Result<Evaluation, BoundsError> {
    let (network, images, labels) = set();
    evaluate(&Cpu::<f64>::new(), &network, &images, &labels, &question(), progress, cancel)
}

#[test]
fn counts_are_those_of_the_images_one_by_one() {
    let most = AtomicUsize::new(0);
    let seen = |done: usize| {
        most.fetch_max(done, Ordering::Relaxed);
    };
    let found = ask(&seen, &AtomicBool::new(false)).expect("a valid question");
    assert_eq!((found.images, most.into_inner()), (IMAGES, IMAGES));
    let wrong = (0..IMAGES).filter(|index| index % 7 == 0).count();
    assert_eq!(found.correct, IMAGES - wrong);
    let (network, images, labels) = set();
    let prepared = Prepared::new(Cpu::<f64>::new(), &network);
    for tally in &found.tallies {
        let verified = images.chunks(2).zip(&labels).enumerate().filter(|(index, (image, label))| {
            let (label, labels, region) = (**label, [**label], &tally.region);
            let verified = match tally.method {
                Bounding::Plain(method) => {
                    let bounds = prepared.bounds(image, Some(&labels), region, method, Strategy::Tight, &Steady);
                    pollster::block_on(bounds).expect("a valid question")[0].verified()
                }
                Bounding::Alpha(climb) => {
                    let found = prepared.alpha_proof(image, label, region, &climb, &Steady);
                    pollster::block_on(found).expect("a valid question").is_some()
                }
            };
            index % 7 != 0 && verified
        });
        assert_eq!(tally.verified, verified.count(), "{tally:?}");
        assert!(found.verified_error(tally) >= found.clean_error());
    }
    let errors: Vec<f64> = found.tallies.iter().map(|tally| found.verified_error(tally)).collect();
    assert!(errors[0] < errors[3] && errors[3] < errors[6], "the error rises with ε: {errors:?}");
}

#[test]
fn cancel_ends_it_and_an_empty_set_is_refused() {
    assert_eq!(ask(&|_| (), &AtomicBool::new(true)), Err(BoundsError::Cancelled));
    let network = golden_network("toy2d");
    let none = evaluate(&Cpu::<f64>::new(), &network, &[], &[], &question(), &|_| (), &AtomicBool::new(false));
    assert_eq!(none, Err(BoundsError::NoImage));
}
