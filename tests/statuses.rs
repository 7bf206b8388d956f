//! Statuses over a set: counts are those of the images one by one, progress arrives, cancel ends it.

use crate::common;

use boundscope::{
    activation::{Status, status},
    bounds::{BoundsError, Method, Norm, Prepared, Region, Strategy},
    certify::{LayerStatuses, PLACES, place_edge, statuses},
    network::Network,
    tensor::Cpu,
};
use common::{golden_network, random::Rng, random::images, try_bounds};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const IMAGES: usize = 70;

fn regions() -> [Region; 2] {
    [(0.05, None), (0.3, Some([0.0, 1.0]))].map(|(epsilon, clip)| Region { norm: Norm::Inf, epsilon, clip })
}

fn ask(network: &Network, images: &[f64], cancel: &AtomicBool) -> Result<Vec<Vec<LayerStatuses>>, BoundsError> {
    statuses(&Cpu::<f64>::new(), network, images, &regions(), &|_| (), cancel)
}

#[test]
fn counts_are_those_of_the_images_one_by_one() {
    for case in ["tiny-ramp-eta", "tiny-leaky", "tiny-conv"] {
        let network = golden_network(case);
        let set = images(&network, IMAGES, &mut Rng::new(5));
        let found = ask(&network, &set, &AtomicBool::new(false)).expect("a valid set");
        let prepared = Prepared::new(Cpu::<f64>::new(), &network);
        for (region, found) in regions().iter().zip(&found) {
            let layers = network.layers();
            let mut wanted = vec![[0; 7]; layers.len()];
            let mut beyond = vec![0; layers.len()];
            for image in set.chunks(network.input_len()) {
                let bounds = try_bounds(&prepared, image, None, region, Method::Ibp, Strategy::Tight).expect("valid");
                for (place, (layer, bounds)) in layers.iter().zip(&bounds[0].layers).enumerate() {
                    for (index, (&l, &u)) in bounds.lower.iter().zip(&bounds.upper).enumerate() {
                        let neuron = layer.rule.at(index);
                        wanted[place][status(&neuron, l, u) as usize] += 1;
                        let [_, bend] = neuron.bends().expect("straight between its bends");
                        beyond[place] += u64::from((l + u) / 2.0 >= bend);
                    }
                }
            }
            assert_eq!(found.len(), layers.len());
            for ((found, wanted), beyond) in found.iter().zip(&wanted).zip(&beyond) {
                assert_eq!(&found.counts, wanted, "{case}");
                assert!((found.shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
                assert_eq!(found.counts[Status::Unknown as usize], 0);
                if case != "tiny-ramp-eta" {
                    assert!(found.places.is_empty(), "{case} has no bend");
                    continue;
                }
                let bins = found.places.iter().enumerate();
                let far: u64 = bins.filter(|(bin, _)| place_edge(*bin) >= 1.0).flat_map(|(_, counts)| counts).sum();
                assert_eq!((found.places.len(), far), (PLACES, *beyond), "{case}");
                assert_eq!(found.places.iter().flatten().sum::<u64>(), wanted.iter().sum::<u64>());
            }
        }
    }
}

#[test]
fn progress_reaches_the_end_and_cancel_stops() {
    let network = golden_network("tiny-relu");
    let set = images(&network, IMAGES, &mut Rng::new(6));
    let most = AtomicUsize::new(0);
    let seen = |done: usize| {
        most.fetch_max(done, Ordering::Relaxed);
    };
    let never = AtomicBool::new(false);
    statuses(&Cpu::<f32>::new(), &network, &set, &regions(), &seen, &never).expect("a valid set");
    assert_eq!(most.into_inner(), IMAGES);
    assert!(matches!(ask(&network, &set, &AtomicBool::new(true)), Err(BoundsError::Cancelled)));
}

#[test]
fn invalid_sets_are_refused() {
    let network = golden_network("tiny-relu");
    let cancel = AtomicBool::new(false);
    assert!(matches!(ask(&network, &[], &cancel), Err(BoundsError::NoImage)));
    let short = vec![0.5; network.input_len() * IMAGES - 1];
    assert!(matches!(ask(&network, &short, &cancel), Err(BoundsError::ImageLength { .. })));
    let negative = [Region::linf(-1.0)];
    let refused = statuses(&Cpu::<f64>::new(), &network, &[0.5; 5], &negative, &|_| (), &cancel);
    assert!(matches!(refused, Err(BoundsError::Epsilon(_))));
}
