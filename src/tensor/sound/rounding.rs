//! Directed rounding without rounding modes: every helper returns a number on the safe side of the exact one.

use crate::activation::Curve;

/// Unit roundoff: one operation that neither overflows nor underflows has a relative error of at most this.
pub(super) const UNIT: f64 = f64::EPSILON / 2.0;

/// Stands for everything lost to underflow (2⁻¹⁰⁷⁴ per operation), with much to spare: still so small that it changes
/// no bound, and far enough from the subnormal numbers that products with it stay fast.
const FLOOR: f64 = f64::MIN_POSITIVE * (1u64 << 62) as f64;

/// A number below the exact result whose rounding `x` is; NaN where `x` is not finite, so that an overflow can not step
/// back to a finite bound.
#[inline]
pub(super) fn down(x: f64) -> f64 {
    if x.is_finite() { x.next_down() } else { f64::NAN }
}

/// A number above the exact result whose rounding `x` is; NaN where `x` is not finite.
#[inline]
pub(super) fn up(x: f64) -> f64 {
    if x.is_finite() { x.next_up() } else { f64::NAN }
}

/// At least the exact value of an expression without negative parts that was computed as `x` with up to 14 roundings.
#[inline]
pub(super) fn over(x: f64) -> f64 {
    x * (1.0 + 16.0 * UNIT) + FLOOR
}

/// γ = n·u / (1 − n·u), rounded up: the relative error of a sum of `terms` products in any order, of its absolute
/// values' sum. The kernels add some partial sums of their own, which the spare terms cover.
pub(super) fn gamma(terms: usize) -> f64 {
    const SPARE: usize = 48;
    let share = (terms + SPARE) as f64 * UNIT;
    over(share / (1.0 - share))
}

/// At least Σ of non-negative terms whose computed sum is `sum`, for `gamma` of their number.
#[inline]
pub(super) fn whole(sum: f64, gamma: f64) -> f64 {
    over(sum * (1.0 + 2.0 * gamma))
}

/// The greater of two numbers, or NaN if either is one (`max` would swallow it).
#[inline]
pub(super) fn greater(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

/// The lesser of two numbers, or NaN if either is one.
#[inline]
pub(super) fn lesser(a: f64, b: f64) -> f64 {
    if b < a || b.is_nan() { b } else { a }
}

/// Numbers around the exact a + b; the sum itself where it is exact.
#[inline]
pub(super) fn sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    // Knuth's two-sum: the error of the addition, exactly (or NaN after an overflow).
    let part = sum - a;
    let error = (a - (sum - part)) + (b - part);
    if error == 0.0 { (sum, sum) } else { (down(sum), up(sum)) }
}

/// Numbers around the exact a·b; the product itself where that is plain.
#[inline]
pub(super) fn product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let plain = a == 0.0 || b == 0.0 || a == 1.0 || b == 1.0;
    if plain && product.is_finite() { (product, product) } else { (down(product), up(product)) }
}

/// Numbers around the exact σ(z), for the real number z.
#[inline]
pub(super) fn around(curve: &Curve<f64>, z: f64) -> (f64, f64) {
    if z < 0.0 {
        product(curve.slope, z)
    } else if z <= curve.bend {
        (z, z)
    } else {
        // r + η·(z − r), each step rounded outward; z > r, so no part is negative.
        let (past_low, past_high) = sum(z, -curve.bend);
        let low = product(curve.slope, past_low).0;
        let high = product(curve.slope, past_high).1;
        (sum(curve.bend, low).0, sum(curve.bend, high).1)
    }
}
