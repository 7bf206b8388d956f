//! Lines whose rounding is charged, and rows taken through them.

use super::rounding::{UNIT, around, gamma, greater, lesser, over, product, sum, whole};
use crate::{
    bounds::{Line, Lines, Strategy, lines},
    network::Curve,
    tensor::cpu::dense,
};

/// Bounding lines of the real-valued activation over the real interval [lower, upper].
///
/// Any slope is sound with the right intercept (METHODS.md §3), so slopes come from the plain rules and count as
/// exact; intercepts are the outward-rounded extremes over ends and break points.
pub(super) fn sound_lines(curve: &Curve<f64>, strategy: Strategy, lower: f64, upper: f64) -> Lines<f64> {
    let (l, u) = settled(curve, lower, upper);
    let Lines { lower: below, upper: above } = lines(curve, strategy, l, u);
    let slopes = below.slope.is_finite() && above.slope.is_finite();
    if !(lower.is_finite() && upper.is_finite() && slopes && lower <= upper) {
        let nan = Line { slope: f64::NAN, intercept: f64::NAN };
        return Lines { lower: nan, upper: nan };
    }
    let inside = [0.0, curve.bend].into_iter().filter(|&point| lower < point && point < upper);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for point in inside.chain([lower, upper]) {
        let (value_low, value_high) = around(curve, point);
        low = lesser(low, sum(value_low, -product(below.slope, point).1).0);
        high = greater(high, sum(value_high, -product(above.slope, point).0).1);
    }
    Lines { lower: Line { intercept: low, ..below }, upper: Line { intercept: high, ..above } }
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

/// What one activation layer says about one item: slices of one number per neuron.
#[derive(Clone, Copy)]
pub(super) struct Layer<'a> {
    /// Slopes of the lower and of the upper lines.
    pub(super) slopes: (&'a [f64], &'a [f64]),
    /// Their intercepts.
    pub(super) intercepts: (&'a [f64], &'a [f64]),
    /// max(|σ(l)|, |σ(u)|).
    pub(super) reach: &'a [f64],
}

/// One row of a backward walk through an activation layer: `row ± radius` bounding A·σ(z) becomes `out ± out_radius`
/// in z; returns the offset and its radius. What is uncertain about A is paid at once, as radius times the most that
/// σ(z) can be.
#[inline]
pub(super) fn row_through(
    row: &[f64],
    radius: Option<&[f64]>,
    layer: Layer<'_>,
    out: &mut [f64],
    out_radius: &mut [f64],
) -> (f64, f64) {
    const LANES: usize = 8;
    let width = row.len();
    let (slope_lower, slope_upper) = (&layer.slopes.0[..width], &layer.slopes.1[..width]);
    let (at_lower, at_upper) = (&layer.intercepts.0[..width], &layer.intercepts.1[..width]);
    let (out, out_radius) = (&mut out[..width], &mut out_radius[..width]);
    let mut sums = [[0.0; LANES]; 2];
    let mut step = |index: usize, lane: usize| {
        let a = row[index];
        let negative = a < 0.0;
        let slope = if negative { slope_upper[index] } else { slope_lower[index] };
        let part = a * if negative { at_upper[index] } else { at_lower[index] };
        out[index] = a * slope;
        out_radius[index] = over(UNIT * out[index].abs());
        sums[0][lane] += part;
        sums[1][lane] += part.abs();
    };
    for block in 0..width / LANES {
        for lane in 0..LANES {
            step(block * LANES + lane, lane);
        }
    }
    for index in width / LANES * LANES..width {
        step(index, 0);
    }
    let absorbed = radius.map_or(0.0, |radius| dense::dot(radius, &layer.reach[..width]));
    let total = |parts: &[f64; LANES]| parts.iter().sum::<f64>();
    let gamma = gamma(width);
    (total(&sums[0]), whole(gamma * total(&sums[1]) + absorbed, gamma))
}
