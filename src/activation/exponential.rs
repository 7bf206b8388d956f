//! e^(−x) and ln(1 + x) between two numbers, from additions, multiplications and divisions alone: what a library's `exp` or `ln` may be wrong by is written
//! down nowhere, what these may be is (docs/methods.md §10).

use super::outward::{down, greater, lesser, sum, up};

/// ln 2 to 32 bits, so that its multiples up to 2²⁰ are exact.
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// The rest, rounded to the nearest: the exact one lies between its neighbours.
const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Terms of the series of e^r for r ≤ 0.75.
const TERMS: u32 = 18;
/// What follows the last term, as a factor: 1 + r/19·(1 + r/20·(…)) < 1/(1 − 0.75/19) < 1.05.
const REST: f64 = 1.05;

/// Beyond this, only that e^(−x) lies between 0 and e^(−700) < 1e-304 is used.
const FAR: f64 = 700.0;

/// Numbers around e^(−x) for x ≥ 0: a few units in the last place apart; NaN where x is not finite.
pub(super) fn exp_minus(x: f64) -> (f64, f64) {
    if !x.is_finite() || x < 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (1.0, 1.0);
    }
    if x > FAR {
        return (0.0, 1e-304);
    }
    // e^(−x) = 2^(−n)·e^r with r = n·ln 2 − x.
    let rest = |n: f64| {
        let (low, high) = sum(n * LN2_HIGH, -x);
        (down(low + down(n * LN2_LOW.next_down())), up(high + up(n * LN2_LOW.next_up())))
    };
    let mut n = (x * std::f64::consts::LOG2_E).floor() + 1.0;
    let mut r = rest(n);
    if r.0 < 0.0 {
        n += 1.0;
        r = rest(n);
    }
    // Not seen: n is off by one at most. If it were, nothing would be claimed.
    if !(r.0 >= 0.0 && r.1 <= 0.75) {
        return (f64::NAN, f64::NAN);
    }
    let series = |r: f64, rest: f64, step: fn(f64) -> f64| {
        (1..=TERMS).rev().fold(rest, |sum, k| step(1.0 + step(step(r * sum) / f64::from(k))))
    };
    // n is at most 1011: the power is a normal number, and so is the product, which is exact.
    let power = f64::from_bits((1023 - n as u64) << 52);
    (series(r.0, 1.0, down) * power, series(r.1, REST, up) * power)
}

/// Numbers around 1 − e^(−x) for x ≥ 0, between 0 and 1 and a few units in the last place apart where x is small too; NaN where x is not finite.
pub(super) fn one_less_exp_minus(x: f64) -> (f64, f64) {
    // From here on the difference has digits enough.
    if x >= 1.0 / 64.0 || !x.is_finite() {
        let (low, high) = exp_minus(x);
        return (greater(down(1.0 - high), 0.0), lesser(up(1.0 - low), 1.0));
    }
    // x·(1 − x/2·(1 − x/3·(…))), where each bracket lies between 0 and 1: the last but eight is so much smaller than what it is taken from.
    let (low, high) = (2..=10).rev().fold((0.0, 1.0), |(low, high), k| {
        let part = |inner: f64, step: fn(f64) -> f64| step(step(x / f64::from(k)) * inner);
        (greater(down(1.0 - part(high, up)), 0.0), lesser(up(1.0 - greater(part(low, down), 0.0)), 1.0))
    });
    (greater(down(x * low), 0.0), lesser(up(x * high), 1.0))
}

/// Terms of the series of ln(1 + x) for x ≤ 1; each is less than a ninth of the one before.
const LN_TERMS: u32 = 18;

/// Numbers around ln(1 + x) for 0 ≤ x ≤ 1: a few units in the last place apart; NaN for other x.
///
/// With y = x/(2 + x) ≤ 1/3 it is 2·artanh y = 2y·(1 + y²/3 + y⁴/5 + …). What follows the term of y^(2n) is less than y^(2n+2)/(1 − y²) < 1.125·9^(−n−1),
/// which beside 1 + y²/3 ≥ 1 is less than half a unit for n = 18; it is added all the same.
pub(super) fn ln_after_one(x: f64) -> (f64, f64) {
    if !(0.0..=1.0).contains(&x) {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 0.0);
    }
    let y = (down(x / up(2.0 + x)), up(x / down(2.0 + x)));
    let square = (greater(down(y.0 * y.0), 0.0), up(y.1 * y.1));
    let series = |square: f64, rest: f64, step: fn(f64) -> f64| {
        (0..=LN_TERMS).rev().fold(rest, |sum, n| step(step(1.0 / f64::from(2 * n + 1)) + step(square * sum)))
    };
    // The last term's own factor: what follows it, as a part of the next power.
    let (low, high) = (series(square.0, 0.0, down), series(square.1, 1.125 / f64::from(2 * LN_TERMS + 3), up));
    (greater(down(2.0 * y.0 * low), 0.0), up(2.0 * y.1 * high))
}
