//! The question about an image: does any input near it get another class?

use crate::{
    bounds::{BoundsError, Region, margin_rows},
    network::{Part, Query, Row, f32_above, f32_below},
    tensor::{Backend, Cpu, Sound},
};

/// Is there an input within ε of an image in ℓ∞, cut to the clip range, that a network with so many classes does not call `label`? Ties
/// count as such.
///
/// The region is the real one: ends that are no `f64` are rounded outward.
///
/// # Errors
/// An invalid image, ε, clip range or label.
pub fn around(
    image: &[f64],
    epsilon: f64,
    clip: Option<[f64; 2]>,
    label: usize,
    classes: usize,
) -> Result<Query, BoundsError> {
    let region = Region { clip, ..Region::linf(epsilon) };
    region.around(&Cpu::<f64>::new(), image, image.len())?;
    margin_rows(&[label], 1, classes)?;
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    let mut points = [Vec::new(), Vec::new()];
    for &x in image {
        // The exact ends lie between the outer and the inner ones.
        let (mut low, mut high) = Sound.interval_around(x, epsilon);
        let inner = |end: f64, near: f64, toward: fn(f64) -> f64| if end == near { end } else { toward(near) };
        let mut points_low = f32_above(inner(low, x - epsilon, f64::next_up));
        let mut points_high = f32_below(inner(high, x + epsilon, f64::next_down));
        if let Some([least, most]) = clip {
            (low, high) = (low.max(least), high.min(most));
            (points_low, points_high) = (points_low.max(f32_above(least)), points_high.min(f32_below(most)));
        }
        lower.push(low);
        upper.push(high);
        points[0].push(points_low);
        points[1].push(points_high);
    }
    let rivals = (0..classes).filter(|&rival| rival != label);
    let clauses = rivals.map(|rival| {
        let mut weights = vec![(label, 1.0), (rival, -1.0)];
        if rival < label {
            weights.reverse();
        }
        vec![Row { weights, limit: 0.0, surely: 0.0, strict: false }]
    });
    let part = Part { lower, upper, points, clauses: clauses.collect() };
    Ok(Query { inputs: image.len(), outputs: classes, parts: vec![part] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_holds_the_real_region_and_its_points_lie_within() {
        let image = [0.1f32, 0.5, 1.0, 0.0].map(f64::from);
        for (epsilon, clip) in [(0.1, None), (0.25, Some([0.0, 1.0])), (0.0, None), (1e-9, Some([0.0, 1.0]))] {
            let query = around(&image, epsilon, clip, 1, 3).expect("a question");
            let part = &query.parts[0];
            assert!(part.has_points() && part.contains(&image.map(|x| x as f32)));
            for (at, x) in image.iter().enumerate() {
                assert!(
                    part.lower[at] <= f64::from(part.points[0][at]) && f64::from(part.points[1][at]) <= part.upper[at]
                );
                // Differences of such near numbers are exact.
                assert!(x - f64::from(part.points[0][at]) <= epsilon && f64::from(part.points[1][at]) - x <= epsilon);
                assert!(clip.is_none() || (part.lower[at] >= 0.0 && part.upper[at] <= 1.0));
            }
        }
        assert!(around(&image, -1.0, None, 1, 3).is_err() && around(&image, 0.1, None, 3, 3).is_err());
        let query = around(&image, 0.1, None, 1, 3).expect("a question");
        assert!(query.parts[0].is_unsafe(&[2.0, 2.0, 0.0]) && !query.parts[0].is_unsafe(&[1.0, 2.0, 1.5]));
    }
}
