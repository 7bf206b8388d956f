//! The frame of an activation: what every bound method asks of it, and nothing else. Each rule fills it in a file of its own.

use super::outward::{UNIT, greater, lesser, product, sum};
use super::{Line, Lines, Real, Side, Status, Strategy};

/// One neuron's activation σ: increasing, and nowhere steeper than 1.
///
/// Ranges that are not finite are kept from it by the functions of this file, which is what everybody else calls.
pub trait Rule<T: Real>: Copy + Send + Sync {
    /// σ(z).
    fn value(&self, z: T) -> T;

    /// σ'(z); at a bend the outer slope.
    fn slope_at(&self, z: T) -> T;

    /// The status over a range without NaN.
    fn status(&self, lower: T, upper: T) -> Status;

    /// The tight or the adaptive lines over a finite range (docs/methods.md §3). Each line's intercept is that of [`touching`](Rule::touching)
    /// for its slope, to the last bit.
    fn lines(&self, strategy: Strategy, lower: T, upper: T) -> Lines<T>;

    /// The line of a given slope, any finite number, that stays on one side over a finite range and touches there: its intercept, and the point
    /// where it touches. The intercept moves with the slope as minus that point.
    fn touching(&self, slope: T, lower: T, upper: T, side: Side) -> (T, T);

    /// The least and the greatest slope worth choosing over a range without NaN, for the line below and for the one above. Two equal numbers
    /// where there is nothing to choose: σ is straight there, or a chord is higher (lower) than every other line everywhere.
    fn choices(&self, lower: T, upper: T) -> [[T; 2]; 2];

    /// The adjoint of [`lines()`]: given the gradient of both lines' slopes and intercepts, that of l, of u and of the rule's own
    /// parameter (0 where it has none).
    fn lines_gradient(&self, strategy: Strategy, lower: T, upper: T, gradient: &Lines<T>) -> [T; 3];

    /// How σ(z) moves with the rule's own parameter.
    fn parameter_slope_at(&self, _z: T) -> T {
        T::zero()
    }

    /// Whether this neuron has a parameter of its own that can be trained.
    fn has_parameter(&self) -> bool {
        false
    }
}

/// What the sound arithmetic asks of a rule beyond that: numbers on the safe side of the real-valued σ.
pub(crate) trait Outward: Rule<f64> {
    /// Numbers around the exact σ(z), for the real number z.
    fn around(&self, z: f64) -> (f64, f64);

    /// The outward-rounded extreme of σ(v) − slope·v over the points strictly between the ends of the range: the least for a line below,
    /// the greatest for one above. Where none of them can be extreme, ∞ or −∞.
    fn inner(&self, slope: f64, lower: f64, upper: f64, side: Side) -> f64;

    /// The range as exact arithmetic would most likely have it, for choosing slopes only.
    fn settled(&self, lower: f64, upper: f64) -> (f64, f64) {
        (lower, upper)
    }

    /// At least the distance between [`Rule::value`] as computed at `z` and the exact σ(z), but for its own last roundings.
    fn error(&self, _z: f64, value: f64) -> f64 {
        8.0 * UNIT * value.abs()
    }
}

/// The bounding lines of a rule over `[lower, upper]`.
///
/// Slopes follow the tables of docs/methods.md §3. Where a slope comes out of a division (chords), its intercept is set
/// afterwards as the extreme of σ(v) − s·v over the range, so that a rounded slope, or `lower ≈ upper`, never costs soundness. A
/// range that is not finite gives lines that are not numbers: nothing is known of its chords, and `max` and `min` would swallow
/// the NaN they come to.
#[inline]
pub fn lines<T: Real>(rule: &impl Rule<T>, strategy: Strategy, lower: T, upper: T) -> Lines<T> {
    if !(lower.is_finite() && upper.is_finite()) {
        return Lines::unknown();
    }
    if strategy == Strategy::Constant {
        return Lines {
            lower: Line { slope: T::zero(), intercept: rule.value(lower) },
            upper: Line { slope: T::zero(), intercept: rule.value(upper) },
        };
    }
    rule.lines(strategy, lower, upper)
}

/// The adjoint of [`lines()`]; where a bound is NaN nothing moves.
pub(crate) fn lines_gradient<T: Real>(
    rule: &impl Rule<T>,
    strategy: Strategy,
    lower: T,
    upper: T,
    gradient: &Lines<T>,
) -> [T; 3] {
    if strategy != Strategy::Constant && (lower.is_nan() || upper.is_nan()) {
        return [T::zero(); 3];
    }
    rule.lines_gradient(strategy, lower, upper, gradient)
}

/// The line of a given slope that stays on one side of σ over `[lower, upper]` and touches it there: its intercept, and the point
/// where it touches. Any slope will do (docs/methods.md §3, ◆); the intercept moves with it as minus that point.
///
/// For the slopes that [`lines()`] chooses the intercepts are the same to the last bit.
#[inline]
pub fn touching<T: Real>(rule: &impl Rule<T>, slope: T, lower: T, upper: T, side: Side) -> (T, T) {
    if !(lower.is_finite() && upper.is_finite() && slope.is_finite()) {
        return (T::nan(), T::nan());
    }
    rule.touching(slope, lower, upper, side)
}

/// [`Rule::choices`]; none where the range is not finite.
#[inline]
pub(crate) fn choices<T: Real>(rule: &impl Rule<T>, lower: T, upper: T) -> [[T; 2]; 2] {
    if lower.is_finite() && upper.is_finite() { rule.choices(lower, upper) } else { [[T::zero(); 2]; 2] }
}

/// [`Rule::choices`] for a curve of slope `least` outside its two bends and 1 between them: convex at the first, concave at the second.
#[inline]
pub(super) fn choices_bent<T: Real>(status: Status, least: T) -> [[T; 2]; 2] {
    let (all, none) = ([least, T::one()], [T::zero(); 2]);
    match status {
        Status::LeftUnstable => [all, none],
        Status::RightUnstable => [none, all],
        Status::Unstable => [all, all],
        _ => [none, none],
    }
}

/// The status of a neuron whose input lies in `[lower, upper]`.
#[inline]
pub fn status<T: Real>(rule: &impl Rule<T>, lower: T, upper: T) -> Status {
    if lower.is_nan() || upper.is_nan() { Status::Unknown } else { rule.status(lower, upper) }
}

/// [`Rule::touching`] for a curve whose extremes against any line are the ends of the range and the bends within it.
/// `gap` is σ(v) − slope·v.
#[inline]
pub(super) fn touching_bent<T: Real>(
    gap: impl Fn(T) -> T,
    bends: [T; 2],
    (lower, upper): (T, T),
    side: Side,
) -> (T, T) {
    let (mut best, mut at) = (gap(lower), lower);
    for point in [upper, bends[0], bends[1]] {
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

/// [`Outward::inner`] for such a curve.
pub(super) fn inner_bent(
    rule: &impl Outward,
    bends: [f64; 2],
    slope: f64,
    (lower, upper): (f64, f64),
    side: Side,
) -> f64 {
    let inside = bends.into_iter().filter(|&point| lower < point && point < upper);
    let start = if side == Side::Below { f64::INFINITY } else { f64::NEG_INFINITY };
    inside.fold(start, |found, point| match side {
        Side::Below => lesser(found, gap_around(rule, slope, point).0),
        Side::Above => greater(found, gap_around(rule, slope, point).1),
    })
}

/// Numbers around the exact σ(v) − slope·v.
pub(crate) fn gap_around(rule: &impl Outward, slope: f64, v: f64) -> (f64, f64) {
    let (low, high) = rule.around(v);
    let (least, most) = product(slope, v);
    (sum(low, -most).0, sum(high, -least).1)
}

/// The interval as exact arithmetic would most likely have it, for choosing slopes only: outward rounding turns an end
/// of exactly a bend into one just beyond, and the neuron from alive to unstable.
pub(super) fn settled_at(bends: [f64; 2], lower: f64, upper: f64) -> (f64, f64) {
    let near = 1e-10 * greater(lower.abs(), upper.abs());
    let (mut l, mut u) = (lower, upper);
    for point in bends {
        if (l - point).abs() <= near {
            l = point;
        }
        if (u - point).abs() <= near {
            u = point;
        }
    }
    // The adaptive rules compare distances to the two bends.
    if (l + u - 2.0 * bends[0]).abs() <= near {
        l = bends[0] - (u - bends[0]);
    }
    if (u + l - 2.0 * bends[1]).abs() <= near {
        u = bends[1] + (bends[1] - l);
    }
    if l <= u { (l, u) } else { (lower, upper) }
}
