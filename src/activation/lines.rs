//! Bounding lines of one activation over an input range (docs/methods.md §3).

use super::status::{Status, status};
use super::{Curve, Real};
use serde::{Deserialize, Serialize};

/// How the two lines around an activation are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Never outside the constant lines on [l, u]: what Theorem 2 needs.
    #[default]
    Tight,
    /// Least area for unstable neurons, CROWN's usual choice; can leave the constant lines.
    Adaptive,
    /// Slope 0 through σ(l) and σ(u): turns LBP and CROWN into IBP (paper, appendix A.5).
    Constant,
}

impl Strategy {
    /// All three, in the order in which they are offered.
    pub const ALL: [Strategy; 3] = [Strategy::Tight, Strategy::Adaptive, Strategy::Constant];

    /// The name used on the command line and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Tight => "tight",
            Strategy::Adaptive => "adaptive",
            Strategy::Constant => "constant",
        }
    }
}

/// `slope·z + intercept`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line<T> {
    /// Slope, never negative: every activation here is increasing.
    pub slope: T,
    /// Value at z = 0.
    pub intercept: T,
}

impl<T: Real> Line<T> {
    /// The line's value at `z`.
    #[inline]
    pub fn at(&self, z: T) -> T {
        self.slope * z + self.intercept
    }
}

/// The two lines that hold σ between them on [l, u].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines<T> {
    /// Below σ on [l, u].
    pub lower: Line<T>,
    /// Above σ on [l, u].
    pub upper: Line<T>,
}

/// The bounding lines of `curve` over `[lower, upper]`.
///
/// Slopes follow the tables of docs/methods.md §3. Where a slope comes out of a division (chords), its intercept is set
/// afterwards as the extreme of σ(v) − s·v over both ends and the break points between them, so that a rounded slope,
/// or `lower ≈ upper`, never costs soundness. A range that is not finite gives lines that are not numbers: nothing is
/// known of its chords, and `max` and `min` would swallow the NaN they come to.
#[inline]
pub fn lines<T: Real>(curve: &Curve<T>, strategy: Strategy, lower: T, upper: T) -> Lines<T> {
    let (zero, one) = (T::zero(), T::one());
    if !(lower.is_finite() && upper.is_finite()) {
        let nan = Line { slope: T::nan(), intercept: T::nan() };
        return Lines { lower: nan, upper: nan };
    }
    if strategy == Strategy::Constant {
        return Lines {
            lower: Line { slope: zero, intercept: curve.value(lower) },
            upper: Line { slope: zero, intercept: curve.value(upper) },
        };
    }
    let adaptive = strategy == Strategy::Adaptive;
    let left = Line { slope: curve.slope, intercept: zero };
    let middle = Line { slope: one, intercept: zero };
    let right = || Line { slope: curve.slope, intercept: curve.offset() };
    let chord = |from: T, to: T| {
        let slope = (curve.value(to) - curve.value(from)) / (to - from);
        slope.max(curve.slope).min(one)
    };
    let above = |slope: T| Line { slope, intercept: extreme(curve, slope, lower, upper, T::max) };
    let below = |slope: T| Line { slope, intercept: extreme(curve, slope, lower, upper, T::min) };
    match status(curve, lower, upper) {
        Status::LeftDead | Status::Unknown => Lines { lower: left, upper: left },
        Status::Alive => Lines { lower: middle, upper: middle },
        Status::RightDead => Lines { lower: right(), upper: right() },
        Status::LeftUnstable => {
            Lines { lower: if adaptive && -lower <= upper { middle } else { left }, upper: above(chord(lower, upper)) }
        }
        Status::RightUnstable => Lines {
            lower: below(chord(lower, upper)),
            upper: if adaptive && upper - curve.bend <= curve.bend - lower { middle } else { right() },
        },
        Status::Unstable => Lines {
            lower: if adaptive && -lower <= upper { below(chord(zero, upper)) } else { left },
            upper: if adaptive && upper - curve.bend <= curve.bend - lower {
                above(chord(lower, curve.bend))
            } else {
                right()
            },
        },
    }
}

/// The least (or greatest) σ(v) − s·v over [l, u]; σ is piecewise linear, so ends and break points suffice.
#[inline]
fn extreme<T: Real>(curve: &Curve<T>, slope: T, lower: T, upper: T, pick: fn(T, T) -> T) -> T {
    let gap = |v: T| curve.value(v) - slope * v;
    let mut best = pick(gap(lower), gap(upper));
    for point in [T::zero(), curve.bend] {
        if lower < point && point < upper {
            best = pick(best, gap(point));
        }
    }
    best
}

/// Which side of a curve a line stays on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nowhere above it.
    Below,
    /// Nowhere below it.
    Above,
}

/// The line of a given slope that stays on one side of `curve` over `[lower, upper]` and touches it there: its intercept, and
/// the point where it touches. Any slope will do (docs/methods.md §3, ◆); the intercept moves with it as minus that point.
///
/// For the slopes that [`lines`] chooses the intercepts are the same to the last bit.
#[inline]
pub fn touching<T: Real>(curve: &Curve<T>, slope: T, lower: T, upper: T, side: Side) -> (T, T) {
    if !(lower.is_finite() && upper.is_finite() && slope.is_finite()) {
        return (T::nan(), T::nan());
    }
    // From the bend on a line of the curve's own slope lies on it: its intercept is known without a difference.
    let gap = |v: T| {
        if slope == curve.slope && v >= curve.bend { curve.offset() } else { curve.value(v) - slope * v }
    };
    let (mut best, mut at) = (gap(lower), lower);
    for point in [upper, T::zero(), curve.bend] {
        if point == upper || (lower < point && point < upper) {
            let gap = gap(point);
            let better = if side == Side::Below { gap < best } else { gap > best };
            if better || gap.is_nan() {
                (best, at) = (gap, point);
            }
        }
    }
    (best, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(curve: Curve<f64>, strategy: Strategy, l: f64, u: f64) {
        let pair = lines(&curve, strategy, l, u);
        let slack = 1e-14 * (1.0 + l.abs().max(u.abs()));
        for step in 0..=64 {
            let z = l + (u - l) * f64::from(step) / 64.0;
            let value = curve.value(z);
            assert!(pair.lower.at(z) <= value + slack, "lower line above at {z} in [{l}, {u}] {strategy:?} {curve:?}");
            assert!(pair.upper.at(z) >= value - slack, "upper line below at {z} in [{l}, {u}] {strategy:?} {curve:?}");
            if strategy == Strategy::Tight {
                assert!(pair.lower.at(z) >= curve.value(l) - slack, "tight lower line leaves the constant one");
                assert!(pair.upper.at(z) <= curve.value(u) + slack, "tight upper line leaves the constant one");
            }
        }
    }

    #[test]
    fn lines_hold_the_curve_between_them_for_every_status() {
        let points = [-3.0, -1.0, -1e-9, 0.0, 1e-9, 0.4, 0.5, 0.75, 1.0, 3.0];
        for slope in [0.0, 0.01, 0.3] {
            for bend in [0.5, 1.0, f64::INFINITY] {
                for (i, &l) in points.iter().enumerate() {
                    for &u in &points[i..] {
                        for strategy in Strategy::ALL {
                            holds(Curve { slope, bend }, strategy, l, u);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_slopes_chosen_give_the_same_lines_when_they_come_from_outside() {
        let points = [-3.0, -0.7, -1e-9, 0.0, 1e-9, 0.4, 0.5, 0.75, 1.0, 3.0];
        for (slope, bend) in [(0.0, 0.5), (0.01, 1.0), (0.3, 0.75), (0.0, f64::INFINITY), (0.1, f64::INFINITY)] {
            let curve = Curve { slope, bend };
            for (i, &l) in points.iter().enumerate() {
                for &u in &points[i..] {
                    for strategy in Strategy::ALL {
                        let chosen = lines(&curve, strategy, l, u);
                        for (line, side) in [(chosen.lower, Side::Below), (chosen.upper, Side::Above)] {
                            let (intercept, at) = touching(&curve, line.slope, l, u, side);
                            assert_eq!(intercept, line.intercept, "{side:?} [{l}, {u}] {strategy:?} {curve:?}");
                            assert!(l <= at && at <= u);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_line_of_any_slope_stays_on_its_side_and_touches() {
        let curve = Curve { slope: 0.1, bend: 1.0 };
        for (l, u) in [(-2.0, 3.0), (-1.0, 0.5), (0.2, 4.0), (0.2, 0.8), (1.5, 2.0), (-2.0, -1.0), (0.3, 0.3)] {
            for slope in [-0.5, 0.0, 0.05, 0.1, 0.4, 0.99, 1.0, 1.5] {
                for side in [Side::Below, Side::Above] {
                    let (intercept, at) = touching(&curve, slope, l, u, side);
                    let gap = |z: f64| curve.value(z) - (slope * z + intercept);
                    assert!(gap(at).abs() < 1e-14, "touches");
                    for step in 0..=32 {
                        let gap = gap(l + (u - l) * f64::from(step) / 32.0);
                        assert!(if side == Side::Below { gap > -1e-14 } else { gap < 1e-14 }, "{side:?} {slope}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_range_that_is_not_finite_gives_no_lines() {
        let relu = Curve { slope: 0.0, bend: f64::INFINITY };
        for (l, u) in [(-1.0, f64::INFINITY), (f64::NEG_INFINITY, 1.0), (f64::NAN, 1.0), (-1.0, f64::NAN)] {
            for strategy in Strategy::ALL {
                let pair = lines(&relu, strategy, l, u);
                assert!(pair.lower.at(0.0).is_nan() && pair.upper.at(0.0).is_nan(), "[{l}, {u}] {strategy:?}");
            }
        }
    }

    #[test]
    fn an_unstable_relu_has_the_chord_above() {
        let pair = lines(&Curve { slope: 0.0, bend: f64::INFINITY }, Strategy::Tight, -1.0, 3.0);
        assert_eq!(pair.upper, Line { slope: 0.75, intercept: 0.75 });
        assert_eq!(pair.lower, Line { slope: 0.0, intercept: 0.0 });
    }

    #[test]
    fn adaptive_takes_slope_one_at_the_tie() {
        let relu = Curve { slope: 0.0, bend: f64::INFINITY };
        assert_eq!(lines(&relu, Strategy::Adaptive, -1.0, 1.0).lower.slope, 1.0);
        assert_eq!(lines(&relu, Strategy::Adaptive, -1.0, 0.999).lower.slope, 0.0);
    }
}
