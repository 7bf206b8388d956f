//! Steps and projections in each norm. Every point that comes out lies in the region as exact numbers.

use crate::{
    bounds::{Norm, Region},
    random::Random,
    sorting::sort_numbers,
};

/// A random point of the region around `image`.
pub(super) fn start(region: &Region, image: &[f64], random: &mut Random) -> Vec<f32> {
    let epsilon = region.epsilon;
    let moved: Vec<f64> = match region.norm {
        Norm::Inf => image.iter().map(|x| x + epsilon * random.signed()).collect(),
        Norm::Two | Norm::One => {
            let step: Vec<f64> = image.iter().map(|_| random.bell()).collect();
            let size = length(region.norm, &step).max(f64::MIN_POSITIVE);
            let reach = epsilon * random.signed().abs();
            image.iter().zip(step).map(|(x, step)| x + step * reach / size).collect()
        }
    };
    project(region, image, moved)
}

/// Moves `point` down `gradient` by a step of length `step` in the region's norm, and back into the region.
pub(super) fn descend(region: &Region, image: &[f64], point: &mut Vec<f32>, gradient: &[f64], step: f64) {
    let at = point.iter().map(|&x| f64::from(x));
    let moved: Vec<f64> = match region.norm {
        Norm::Inf => at.zip(gradient).map(|(x, g)| if *g == 0.0 { x } else { x - step * g.signum() }).collect(),
        Norm::Two => {
            let size = length(Norm::Two, gradient);
            if size == 0.0 {
                return;
            }
            at.zip(gradient).map(|(x, g)| x - step * g / size).collect()
        }
        Norm::One => {
            // The steepest ℓ1 step moves one coordinate. Projected again and again, what stands on others wears off: of a linear
            // network's ball this finds the corner where all of ε is on the best pixel.
            let steepest = gradient.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
            let Some((steepest, g)) = steepest.filter(|(_, g)| **g != 0.0 && !g.is_nan()) else { return };
            let mut moved: Vec<f64> = at.collect();
            moved[steepest] -= step * g.signum();
            moved
        }
    };
    *point = project(region, image, moved);
}

fn length(norm: Norm, step: &[f64]) -> f64 {
    match norm {
        Norm::Inf => step.iter().fold(0.0, |most: f64, s| most.max(s.abs())),
        Norm::Two => step.iter().map(|s| s * s).sum::<f64>().sqrt(),
        Norm::One => step.iter().map(|s| s.abs()).sum(),
    }
}

/// The nearest point of the region (in ℓ2), rounded to `f32` without leaving it.
fn project(region: &Region, image: &[f64], point: Vec<f64>) -> Vec<f32> {
    let epsilon = region.epsilon;
    if region.norm == Norm::Inf {
        let [least, most] = region.clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        let ends = image.iter().map(|x| ((x - epsilon).max(least), (x + epsilon).min(most)));
        return point.iter().zip(ends).map(|(x, (low, high))| within(x.max(low).min(high), low, high)).collect();
    }
    let mut step: Vec<f64> = point.iter().zip(image).map(|(x, x0)| x - x0).collect();
    // Room for rounding to f32: far less than any attack needs, far more than the rounding takes.
    let mut reach = epsilon;
    // What adding up a length can lose, so that the exact one is no larger than ε.
    let lost = 1.0 + 2.0 * image.len() as f64 * f64::EPSILON;
    loop {
        shrink(region.norm, &mut step, reach);
        let rounded: Vec<f32> = image.iter().zip(&step).map(|(x0, step)| (x0 + step) as f32).collect();
        let taken: Vec<f64> = rounded.iter().zip(image).map(|(&x, x0)| f64::from(x) - x0).collect();
        if length(region.norm, &taken) * lost <= epsilon {
            return rounded;
        }
        if reach < epsilon * 0.99 {
            // Only where ε is below the spacing of f32 at the image.
            return image.iter().map(|&x| x as f32).collect();
        }
        reach *= 1.0 - 1e-5;
    }
}

/// `x` as an `f32` between two ends; where the ends hold no `f32`, the nearest one.
fn within(x: f64, low: f64, high: f64) -> f32 {
    let rounded = x as f32;
    let moved = if f64::from(rounded) < low {
        rounded.next_up()
    } else if f64::from(rounded) > high {
        rounded.next_down()
    } else {
        return rounded;
    };
    if (low..=high).contains(&f64::from(moved)) { moved } else { rounded }
}

/// Projects a step onto the ball of radius `reach`.
fn shrink(norm: Norm, step: &mut [f64], reach: f64) {
    let size = length(norm, step);
    if size <= reach {
        return;
    }
    if norm == Norm::One {
        // Soft thresholding; the threshold comes from the sorted sizes (Duchi et al. 2008).
        let mut sizes: Vec<f64> = step.iter().map(|s| s.abs()).collect();
        sort_numbers(&mut sizes);
        let (mut sum, mut threshold) = (0.0, 0.0);
        for (index, size) in sizes.iter().rev().enumerate() {
            sum += size;
            let candidate = (sum - reach) / (index + 1) as f64;
            if *size <= candidate {
                break;
            }
            threshold = candidate;
        }
        step.iter_mut().for_each(|s| *s = s.signum() * (s.abs() - threshold).max(0.0));
    } else {
        step.iter_mut().for_each(|s| *s *= reach / size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_in_its_region() {
        let mut random = Random::new(7);
        let image: Vec<f64> = (0..40).map(|_| f64::from(((random.signed() + 1.0) / 2.0) as f32)).collect();
        for (norm, clip) in [(Norm::Inf, Some([0.0, 1.0])), (Norm::Inf, None), (Norm::Two, None), (Norm::One, None)] {
            for epsilon in [0.0, 1e-9, 0.01, 0.3, 5.0] {
                let region = Region { norm, epsilon, clip };
                let mut point = start(&region, &image, &mut random);
                for _ in 0..20 {
                    let taken: Vec<f64> = point.iter().zip(&image).map(|(&x, x0)| f64::from(x) - x0).collect();
                    assert!(length(norm, &taken) <= epsilon, "{norm:?} {epsilon}");
                    if let Some([low, high]) = clip {
                        assert!(point.iter().all(|&x| (low..=high).contains(&f64::from(x))));
                    }
                    let gradient: Vec<f64> = image.iter().map(|_| random.signed()).collect();
                    descend(&region, &image, &mut point, &gradient, epsilon / 4.0);
                }
            }
        }
    }
}
