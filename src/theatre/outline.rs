//! The polygon that bounds leave: a lower bound of `d·z` for a direction d is a straight edge that z does not cross.

use super::polygon::{Point, clip};

/// Directions in which a pair is bounded: every 11¼ degrees, the four of the axes among them.
pub const DIRECTIONS: usize = 32;

/// Room for the roundings of the last digit, by the size of what is bounded: so that a region of a single point is drawn as one.
const ROOM: f64 = 1e-6;

/// The directions, where values reach `reach` along each axis: even on a picture whose axes are stretched alike.
pub(super) fn directions(reach: Point) -> Vec<Point> {
    let [across, up] = reach.map(|reach| if reach > 0.0 && reach.is_finite() { reach } else { 1.0 });
    (0..DIRECTIONS)
        .map(|step| {
            let quarter = DIRECTIONS / 4;
            // The axes exactly: a box is made of these.
            let (s, c) = match (step % quarter == 0, step / quarter) {
                (true, 0) => (0.0, 1.0),
                (true, 1) => (1.0, 0.0),
                (true, 2) => (0.0, -1.0),
                (true, _) => (-1.0, 0.0),
                _ => (std::f64::consts::TAU * step as f64 / DIRECTIONS as f64).sin_cos(),
            };
            [c / across, s / up]
        })
        .collect()
}

/// The rows that ask for the two ends of two neurons of a stage: −a, a, −b, b.
pub(super) fn ends([a, b]: [usize; 2], width: usize) -> Vec<f64> {
    rows(&[[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], [a, b], width)
}

/// Directions of a pair as rows over all neurons of a stage.
pub(super) fn rows(directions: &[Point], [a, b]: [usize; 2], width: usize) -> Vec<f64> {
    let mut rows = vec![0.0; directions.len() * width];
    for (row, [across, up]) in rows.chunks_mut(width.max(1)).zip(directions) {
        (row[a], row[b]) = (*across, *up);
    }
    rows
}

/// The corners of a box from lower bounds of a, −a, b and −b; `None` where one is no number.
pub(super) fn corners(lower: &[f64]) -> Option<[Point; 2]> {
    let &[left, right, bottom, top] = lower else { return None };
    let ends = [[left, bottom], [-right, -top]];
    ends.as_flattened().iter().all(|end| end.is_finite()).then_some(ends)
}

/// The polygon within a box where each direction keeps to its lower bound; the box itself where nothing is left of it for roundings.
pub(super) fn outline([least, most]: [Point; 2], directions: &[Point], lower: &[f64]) -> Vec<Point> {
    let whole = vec![least, [most[0], least[1]], most, [least[0], most[1]]];
    let size = |direction: &Point| {
        (0..2).map(|axis| (direction[axis] * least[axis]).abs().max((direction[axis] * most[axis]).abs())).sum::<f64>()
    };
    let bounded = directions.iter().zip(lower).filter(|(_, lower)| lower.is_finite());
    let left =
        bounded.fold(whole.clone(), |left, (direction, lower)| clip(&left, *direction, lower - ROOM * size(direction)));
    if left.is_empty() { whole } else { left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theatre::area;

    #[test]
    fn bounds_of_a_diamond_leave_it() {
        let directions = directions([1.0, 1.0]);
        // The support of {|x| + |y| ≤ 1} is the larger of |c| and |s|.
        let lower: Vec<f64> = directions.iter().map(|d| -d[0].abs().max(d[1].abs())).collect();
        let left = outline([[-1.0, -1.0], [1.0, 1.0]], &directions, &lower);
        assert!((area(&left) - 2.0).abs() < 1e-4, "{left:?}");
    }

    #[test]
    fn a_point_is_a_point_and_nonsense_is_the_box() {
        let directions = directions([0.0, 0.0]);
        let lower: Vec<f64> = directions.iter().map(|d| 0.5 * d[0] + 0.25 * d[1] + 1e-9).collect();
        let left = outline([[0.5, 0.25]; 2], &directions, &lower);
        assert!(!left.is_empty() && area(&left) < 1e-9);
        let free = outline([[0.0, 0.0], [1.0, 1.0]], &directions, &[f64::NAN; DIRECTIONS]);
        assert!((area(&free) - 1.0).abs() < 1e-12);
    }
}
