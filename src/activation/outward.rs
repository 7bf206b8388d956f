//! Directed rounding without rounding modes: every helper returns a number on the safe side of the exact one.
//!
//! Rust's `f64` operations round to nearest, so that the exact result lies between the neighbours of the computed one.

/// Unit roundoff: one operation that neither overflows nor underflows has a relative error of at most this.
pub(crate) const UNIT: f64 = f64::EPSILON / 2.0;

/// A number below the exact result whose rounding `x` is; NaN where `x` is not finite, so that an overflow can not step
/// back to a finite bound.
#[inline]
pub(crate) fn down(x: f64) -> f64 {
    if x.is_finite() { x.next_down() } else { f64::NAN }
}

/// A number above the exact result whose rounding `x` is; NaN where `x` is not finite.
#[inline]
pub(crate) fn up(x: f64) -> f64 {
    if x.is_finite() { x.next_up() } else { f64::NAN }
}

/// The greater of two numbers, or NaN if either is one (`max` would swallow it).
#[inline]
pub(crate) fn greater(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

/// The lesser of two numbers, or NaN if either is one.
#[inline]
pub(crate) fn lesser(a: f64, b: f64) -> f64 {
    if b < a || b.is_nan() { b } else { a }
}

/// Numbers around the exact a + b; the sum itself where it is exact.
#[inline]
pub(crate) fn sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    // Knuth's two-sum: the error of the addition, exactly (or NaN after an overflow).
    let part = sum - a;
    let error = (a - (sum - part)) + (b - part);
    if error == 0.0 { (sum, sum) } else { (down(sum), up(sum)) }
}

/// Numbers around the exact a·b; the product itself where that is plain.
#[inline]
pub(crate) fn product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let plain = a == 0.0 || b == 0.0 || a == 1.0 || b == 1.0;
    if plain && product.is_finite() { (product, product) } else { (down(product), up(product)) }
}
