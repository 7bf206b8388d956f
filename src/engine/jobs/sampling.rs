//! Points of a region: what a bound must hold for, drawn inside the bounds so that people see it does.

use crate::{
    bounds::{Norm, Region},
    random::Random,
};

/// `count` points of the region around `image`, one after the other: the image itself first, then by turns points on
/// the region's extremes (corners, the sphere, vertices) and points inside it.
pub(super) fn points(image: &[f64], region: &Region, count: usize, random: &mut Random) -> Vec<f64> {
    let epsilon = region.epsilon;
    let mut points = image.to_vec();
    for index in 1..count {
        let extreme = index % 2 == 1;
        let mut step: Vec<f64> = match region.norm {
            Norm::Inf => {
                image.iter().map(|_| epsilon * if extreme { random.sign() } else { random.signed() }).collect()
            }
            Norm::Two => {
                let step: Vec<f64> = image.iter().map(|_| random.bell()).collect();
                let length = step.iter().map(|s| s * s).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
                let reach = if extreme { epsilon } else { epsilon * random.signed().abs() };
                step.iter().map(|s| s * reach / length).collect()
            }
            Norm::One if extreme => {
                let mut step = vec![0.0; image.len()];
                step[(random.next() % image.len() as u64) as usize] = epsilon * random.sign();
                step
            }
            Norm::One => {
                let step: Vec<f64> = image.iter().map(|_| random.signed().powi(15)).collect();
                let length = step.iter().map(|s| s.abs()).sum::<f64>().max(f64::MIN_POSITIVE);
                step.iter().map(|s| s * epsilon / length).collect()
            }
        };
        for (step, &value) in step.iter_mut().zip(image) {
            *step += value;
            if let Some([low, high]) = region.clip {
                *step = step.clamp(low, high);
            }
        }
        points.extend(step);
    }
    points
}

/// Which of the [`points`] shows best what a random change of a region's size looks like: noise on every pixel.
pub(super) fn typical(norm: Norm) -> usize {
    match norm {
        // Inside a box, and inside a cross-polytope: every pixel has a share of its own.
        Norm::Inf | Norm::One => 2,
        // On the sphere: points inside it are drawn at random lengths.
        Norm::Two => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_in_the_region() {
        let image = [0.0, 0.05, 0.5, 1.0];
        for norm in Norm::ALL {
            for clip in [None, Some([0.0, 1.0])] {
                let region = Region { norm, epsilon: 0.1, clip: clip.filter(|_| norm == Norm::Inf) };
                for point in points(&image, &region, 200, &mut Random::new(1)).chunks(4) {
                    let steps: Vec<f64> = point.iter().zip(&image).map(|(a, b)| (a - b).abs()).collect();
                    let length = match norm {
                        Norm::Inf => steps.iter().copied().fold(0.0, f64::max),
                        Norm::Two => steps.iter().map(|s| s * s).sum::<f64>().sqrt(),
                        Norm::One => steps.iter().sum(),
                    };
                    assert!(length <= 0.1 + 1e-12, "{norm:?} {length}");
                    if region.clip.is_some() {
                        assert!(point.iter().all(|x| (0.0..=1.0).contains(x)));
                    }
                }
            }
        }
    }
}
