//! Lines whose rounding is charged.

use crate::activation::{Line, Lines, Outward, Side, Strategy, gap_around, greater, lesser, lines};

/// Bounding lines of the real-valued activation over the real interval [lower, upper].
///
/// Any slope is sound with the right intercept (docs/methods.md §3), so slopes come from the plain rules and count as
/// exact; intercepts are the outward-rounded extremes over ends and what lies between them.
pub(super) fn sound_lines(rule: &impl Outward, strategy: Strategy, lower: f64, upper: f64) -> Lines<f64> {
    let (l, u) = rule.settled(lower, upper);
    let chosen = lines(rule, strategy, l, u);
    enclosing(rule, [chosen.lower.slope, chosen.upper.slope], lower, upper)
}

/// The lines of these slopes, below and above the real-valued activation over the real interval [lower, upper].
pub(super) fn enclosing(rule: &impl Outward, [below, above]: [f64; 2], lower: f64, upper: f64) -> Lines<f64> {
    let slopes = below.is_finite() && above.is_finite();
    if !(lower.is_finite() && upper.is_finite() && slopes && lower <= upper) {
        return Lines::unknown();
    }
    let mut low = rule.inner(below, lower, upper, Side::Below);
    let mut high = rule.inner(above, lower, upper, Side::Above);
    for end in [lower, upper] {
        low = lesser(low, gap_around(rule, below, end).0);
        high = greater(high, gap_around(rule, above, end).1);
    }
    Lines { lower: Line { slope: below, intercept: low }, upper: Line { slope: above, intercept: high } }
}
