//! Lines whose rounding is charged.

use super::rounding::{around, greater, lesser, product, sum};
use crate::activation::{Curve, Line, Lines, Strategy, lines};

/// Bounding lines of the real-valued activation over the real interval [lower, upper].
///
/// Any slope is sound with the right intercept (docs/methods.md §3), so slopes come from the plain rules and count as
/// exact; intercepts are the outward-rounded extremes over ends and break points.
pub(super) fn sound_lines(curve: &Curve<f64>, strategy: Strategy, lower: f64, upper: f64) -> Lines<f64> {
    let (l, u) = settled(curve, lower, upper);
    let chosen = lines(curve, strategy, l, u);
    enclosing(curve, [chosen.lower.slope, chosen.upper.slope], lower, upper)
}

/// The lines of these slopes, below and above the real-valued activation over the real interval [lower, upper].
pub(super) fn enclosing(curve: &Curve<f64>, [below, above]: [f64; 2], lower: f64, upper: f64) -> Lines<f64> {
    let slopes = below.is_finite() && above.is_finite();
    if !(lower.is_finite() && upper.is_finite() && slopes && lower <= upper) {
        let nan = Line { slope: f64::NAN, intercept: f64::NAN };
        return Lines { lower: nan, upper: nan };
    }
    let inside = [0.0, curve.bend].into_iter().filter(|&point| lower < point && point < upper);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for point in inside.chain([lower, upper]) {
        let (value_low, value_high) = around(curve, point);
        low = lesser(low, sum(value_low, -product(below, point).1).0);
        high = greater(high, sum(value_high, -product(above, point).0).1);
    }
    Lines { lower: Line { slope: below, intercept: low }, upper: Line { slope: above, intercept: high } }
}

/// The interval as exact arithmetic would most likely have it, for choosing slopes only: outward rounding turns an end
/// of exactly 0 into one just beyond, and the neuron from alive to unstable.
fn settled(curve: &Curve<f64>, lower: f64, upper: f64) -> (f64, f64) {
    let near = 1e-10 * greater(lower.abs(), upper.abs());
    let (mut l, mut u) = (lower, upper);
    for point in [0.0, curve.bend] {
        if (l - point).abs() <= near {
            l = point;
        }
        if (u - point).abs() <= near {
            u = point;
        }
    }
    // The adaptive rules compare distances to the two bends.
    if (l + u).abs() <= near {
        l = -u;
    }
    if (u + l - 2.0 * curve.bend).abs() <= near {
        u = curve.bend + (curve.bend - l);
    }
    if l <= u { (l, u) } else { (lower, upper) }
}
