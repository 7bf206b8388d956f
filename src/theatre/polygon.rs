//! Convex polygons on the plane.

use crate::bounds::{Norm, Region};

/// A point of the plane.
pub type Point = [f64; 2];

/// Corners of the polygon that stands for an ℓ2 ball: it lies inside the ball, which is larger by less than a thousandth.
pub const CIRCLE: usize = 96;

/// The area that corners in order enclose, whichever way round.
pub fn area(corners: &[Point]) -> f64 {
    let after = corners.iter().cycle().skip(1);
    (corners.iter().zip(after).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f64>() / 2.0).abs()
}

/// A region around a point, as corners in order. An ℓ2 ball is a polygon of [`CIRCLE`] corners on its edge.
pub fn ball(centre: Point, region: &Region) -> Vec<Point> {
    let [x, y] = centre;
    let r = region.epsilon;
    match region.norm {
        Norm::Inf => {
            let [low, high] = region.clip.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
            let ends = centre.map(|at| [(at - r).max(low), (at + r).min(high)]);
            let [[left, right], [bottom, top]] = ends;
            vec![[left, bottom], [right, bottom], [right, top], [left, top]]
        }
        Norm::One => vec![[x - r, y], [x, y - r], [x + r, y], [x, y + r]],
        Norm::Two => (0..CIRCLE)
            .map(|step| {
                let (up, across) = (std::f64::consts::TAU * step as f64 / CIRCLE as f64).sin_cos();
                [x + r * across, y + r * up]
            })
            .collect(),
    }
}

/// The part of a convex polygon where `towards·p ≥ least`. Nothing where no part of it is.
pub fn clip(corners: &[Point], towards: Point, least: f64) -> Vec<Point> {
    let above = |p: &Point| towards[0] * p[0] + towards[1] * p[1] - least;
    let mut kept = Vec::with_capacity(corners.len() + 1);
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let (at_a, at_b) = (above(a), above(b));
        if at_a >= 0.0 {
            kept.push(*a);
        }
        if (at_a > 0.0 && at_b < 0.0) || (at_a < 0.0 && at_b > 0.0) {
            kept.push(between(*a, *b, at_a / (at_a - at_b)));
        }
    }
    kept
}

/// The point a share of the way from one point to another.
pub(super) fn between(a: Point, b: Point, share: f64) -> Point {
    [0, 1].map(|axis| a[axis] + share * (b[axis] - a[axis]))
}

/// Points of a convex polygon: its middle, and rings of points ever closer to its edge, the last on it.
pub(super) fn points_of(corners: &[Point], rings: usize, around: usize) -> Vec<Point> {
    let count = corners.len().max(1) as f64;
    let middle = [0, 1].map(|axis| corners.iter().map(|p| p[axis]).sum::<f64>() / count);
    let mut points = vec![middle];
    for ring in 1..=rings {
        for step in 0..around {
            let place = step as f64 * corners.len() as f64 / around as f64;
            let first = place as usize % corners.len();
            let edge = between(corners[first], corners[(first + 1) % corners.len()], place.fract());
            points.push(between(middle, edge, ring as f64 / rings as f64));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balls_have_the_areas_of_their_norms() {
        let of = |norm| area(&ball([0.5, 0.25], &Region { norm, epsilon: 0.2, clip: None }));
        assert!((of(Norm::Inf) - 0.16).abs() < 1e-12);
        assert!((of(Norm::One) - 0.08).abs() < 1e-12);
        let circle = std::f64::consts::PI * 0.04;
        assert!(of(Norm::Two) < circle && of(Norm::Two) > 0.999 * circle);
        let cut = ball([0.5, 0.1], &Region { norm: Norm::Inf, epsilon: 0.2, clip: Some([0.0, 1.0]) });
        assert!((area(&cut) - 0.4 * 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_cut_leaves_what_lies_on_its_side() {
        let square = ball([0.0, 0.0], &Region::linf(1.0));
        assert!((area(&clip(&square, [1.0, 0.0], 0.5)) - 1.0).abs() < 1e-12);
        assert!((area(&clip(&square, [1.0, 1.0], 0.0)) - 2.0).abs() < 1e-12);
        assert_eq!(clip(&square, [1.0, 0.0], -2.0), square);
        assert!(clip(&square, [1.0, 0.0], 1.5).is_empty());
    }

    #[test]
    fn points_of_a_polygon_lie_in_it() {
        let diamond = ball([0.3, 0.4], &Region { norm: Norm::One, epsilon: 0.1, clip: None });
        let points = points_of(&diamond, 4, 10);
        assert_eq!(points.len(), 41);
        assert!(points.iter().all(|p| (p[0] - 0.3).abs() + (p[1] - 0.4).abs() <= 0.1 + 1e-12));
    }
}
