//! What sums of products may be wrong by. Single operations are rounded outward by the helpers of `activation`.

use crate::activation::UNIT;

/// Stands for everything lost to underflow (2⁻¹⁰⁷⁴ per operation), with much to spare: still so small that it changes
/// no bound, and far enough from the subnormal numbers that products with it stay fast.
const FLOOR: f64 = f64::MIN_POSITIVE * (1u64 << 62) as f64;

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
