//! Networks that other programs wrote, where the folder beside the repository has them: no image for which an attack finds a counterexample is
//! certified at that ε, by any method, norm or choice of lines, and no margin that an attack finds lies below one that is proved.
//!
//! A sample of the files; all of them with `BOUNDSCOPE_WILD=all`.
#![cfg(feature = "readers")]

use crate::common;

use boundscope::{
    attack::{Attack, Attacked, Attacker},
    bounds::{Method, Norm, Prepared, Region, Strategy},
    pulse::Steady,
    tensor::Sound,
};
use common::{
    bounds, reference,
    wild::{Classifier, classifiers, everything},
};
use std::collections::BTreeMap;

/// Beyond so many values, walks back from every neuron are left out of a sample.
const WALKED: usize = 800;
/// Beyond so many, everything is.
const MOST: usize = 6000;

/// The smallest ε tried at which an attack breaks the image, and the largest at which it does not.
fn broken(attacker: &Attacker, image: &[f64], label: usize, norm: Norm, rivals: usize) -> Option<(Region, Attacked)> {
    let attack = Attack { steps: 12, restarts: 1 + rivals.min(3), seed: 7, targeted: false };
    let scale = match norm {
        Norm::Inf => 0.01,
        Norm::Two => 0.1,
        Norm::One => 0.5,
    };
    let at = |epsilon: f64| {
        let region = Region { norm, epsilon, clip: None };
        let found = pollster::block_on(attacker.attack(image, &[label], &region, &attack, &Steady));
        (region, found.expect("it fits").swap_remove(0))
    };
    let (mut low, mut high) = (0.0, None);
    for power in 0..8 {
        let found = at(scale * 3f64.powi(power));
        if found.1.broken() {
            high = Some(found);
            break;
        }
        low = found.0.epsilon;
    }
    let mut high = high?;
    for _ in 0..5 {
        let found = at((low + high.0.epsilon) / 2.0);
        if found.1.broken() { high = found } else { low = found.0.epsilon }
    }
    Some(high)
}

/// The margins of a point in f64 by the plain evaluation, and what it may be wrong by.
fn margins(found: &Classifier, point: &[f32], label: usize) -> (Vec<f64>, f64) {
    let point: Vec<f64> = point.iter().map(|&x| f64::from(x)).collect();
    let values = reference::evaluate(&found.network, &point);
    let outputs = &values[found.network.output()];
    let size = values.iter().flatten().fold(1.0, |most: f64, value| most.max(value.abs()));
    let margins = (0..outputs.len()).filter(|&class| class != label).map(|class| outputs[label] - outputs[class]);
    (margins.collect(), 1e-9 * size)
}

#[test]
fn no_image_with_a_counterexample_is_certified() {
    let Some(all) = classifiers() else {
        println!("the collection is not there: nothing was tried");
        return;
    };
    let every = everything();
    let (mut networks, mut images, mut questions) = (0, 0, 0);
    let (mut nearest, mut formats) = (f64::INFINITY, BTreeMap::new());
    for (place, found) in all.iter().enumerate() {
        let size = found.size();
        if size > MOST || (!every && (place % 7 != 0 || size > 2 * WALKED)) {
            continue;
        }
        let attacker = Attacker::new(&found.network);
        let prepared = Prepared::new(Sound, &found.network);
        let mut tried = false;
        for (which, image) in found.images.iter().take(if every { 2 } else { 1 }).enumerate() {
            // An attack works on the f32 numbers next to them.
            let image: Vec<f64> = image.iter().map(|&x| f64::from(x as f32)).collect();
            let Some(label) = found.class(&image) else { continue };
            for norm in Norm::ALL {
                let Some((region, attacked)) = broken(&attacker, &image, label, norm, found.network.classes() - 1)
                else {
                    continue;
                };
                let (seen, slack) = margins(found, &attacked.point, label);
                for (turn, method) in Method::NAMED.into_iter().chain([Method::RelaxedCrown(2)]).enumerate() {
                    let walks = !matches!(method, Method::Ibp | Method::CrownIbp | Method::Lbp);
                    if size > WALKED && walks && !(every && which == 0) {
                        continue;
                    }
                    for (strategy, at) in Strategy::ALL.into_iter().zip(0..) {
                        // All choices of lines where there is time for it, else one after the other.
                        if (size > WALKED || !every) && (place + turn) % 3 != at {
                            continue;
                        }
                        let proved = bounds(&prepared, &image, &[label], &region, method, strategy).remove(0).margins;
                        let place = format!("{} {norm:?} {} {method} {strategy:?}", found.file, region.epsilon);
                        let certified = proved.iter().all(|margin| *margin > slack);
                        assert!(!certified, "{place}: certified, though {seen:?} was found; proved {proved:?}");
                        for (seen, proved) in seen.iter().zip(&proved) {
                            assert!(
                                proved.is_nan() || seen + slack >= *proved,
                                "{place}: {seen} was found below {proved}"
                            );
                            if proved.is_finite() {
                                nearest = nearest.min((seen - proved) / (1.0 + seen.abs()));
                            }
                        }
                        questions += 1;
                    }
                }
                tried = true;
                images += 1;
            }
        }
        networks += usize::from(tried);
        *formats.entry(found.format.as_str()).or_insert(0) += usize::from(tried);
    }
    println!("{networks} networks of {}, {images} counterexamples, {questions} bounds: {formats:?}", all.len());
    assert!(networks >= 15 && images >= 30 && nearest < 0.3, "{networks} networks, {images} images, {nearest}");
}
