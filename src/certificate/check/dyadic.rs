//! Numbers m·2^e: sums and products of these are exact.

use num_bigint::{BigInt, Sign};
use std::{
    cmp::Ordering,
    ops::{Add, AddAssign, Mul, Neg, Sub},
};

/// m·2^e.
#[derive(Clone, Debug)]
pub(super) struct Dyadic {
    whole: BigInt,
    exponent: i64,
}

/// m·2^e with |m| < 2^62: what long sums are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Float {
    pub(super) whole: i64,
    pub(super) exponent: i64,
}

/// Bits of a [`Float`].
const FLOAT: u64 = 62;

impl Float {
    pub(super) const ZERO: Float = Float { whole: 0, exponent: 0 };

    /// A finite f64, exactly.
    pub(super) fn of(number: f64) -> Float {
        let bits = number.to_bits();
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, (bits & ((1 << 52) - 1)) as i64);
        // number = whole · 2^(exponent − 1075), the least exponent counting as 1.
        let whole = if exponent == 0 { fraction } else { fraction | 1 << 52 };
        let zeros = if whole == 0 { 0 } else { whole.trailing_zeros() };
        let whole = if number < 0.0 { -whole } else { whole };
        Float { whole: whole >> zeros, exponent: exponent.max(1) - 1075 + i64::from(zeros) }
    }
}

impl Dyadic {
    pub(super) fn new(whole: BigInt, exponent: i64) -> Dyadic {
        Dyadic { whole, exponent }
    }

    pub(super) fn zero() -> Dyadic {
        Dyadic::new(BigInt::ZERO, 0)
    }

    /// A finite f64, exactly.
    pub(super) fn of(number: f64) -> Dyadic {
        Float::of(number).into()
    }

    pub(super) fn integer(whole: i64) -> Dyadic {
        Dyadic::new(whole.into(), 0)
    }

    /// 2^exponent.
    pub(super) fn power(exponent: i64) -> Dyadic {
        Dyadic::new(1.into(), exponent)
    }

    pub(super) fn is_negative(&self) -> bool {
        self.whole.sign() == Sign::Minus
    }

    pub(super) fn is_positive(&self) -> bool {
        self.whole.sign() == Sign::Plus
    }

    pub(super) fn abs(&self) -> Dyadic {
        if self.is_negative() { -self } else { self.clone() }
    }

    pub(super) fn times_power(&self, exponent: i64) -> Dyadic {
        Dyadic::new(self.whole.clone(), self.exponent + exponent)
    }

    /// The greatest whole number whose multiple of 2^exponent is not above this.
    pub(super) fn floor(&self, exponent: i64) -> BigInt {
        let shift = self.exponent - exponent;
        // `>>` of BigInt rounds down.
        if shift >= 0 { &self.whole << shift } else { &self.whole >> shift.unsigned_abs() }
    }

    /// The greatest whole number not above this·2^digits over a number above 0.
    pub(super) fn over(&self, denominator: &Dyadic, digits: i64) -> BigInt {
        let shift = self.exponent + digits - denominator.exponent;
        let (mut over, mut under) = (self.whole.clone(), denominator.whole.clone());
        *(if shift >= 0 { &mut over } else { &mut under }) <<= shift.unsigned_abs();
        let (quotient, rest) = (&over / &under, &over % &under);
        if rest.sign() == Sign::Minus { quotient - 1 } else { quotient }
    }

    /// The greatest f64 that is not above this, or one near it.
    pub(super) fn below(&self) -> f64 {
        let mut near = self.near();
        while near.is_finite() && Dyadic::of(near) > *self {
            near = near.next_down();
        }
        near
    }

    /// The same, or what is below it and has no digits so far behind the point that sums would become long.
    pub(super) fn shortened(self) -> Dyadic {
        const FINEST: i64 = -8192;
        if self.exponent >= FINEST { self } else { Dyadic::new(self.floor(FINEST), FINEST) }
    }

    /// log₂ of its size, rounded up to a whole number; `None` for 0.
    pub(super) fn size(&self) -> Option<i64> {
        (self.whole != BigInt::ZERO).then(|| self.whole.bits() as i64 + self.exponent)
    }

    /// The greatest [`Float`] of some 61 digits that is not above this.
    pub(super) fn down(&self) -> Float {
        let extra = self.whole.bits().saturating_sub(FLOAT - 1);
        let whole = i64::try_from(&self.whole >> extra).unwrap_or_default();
        Float { whole, exponent: self.exponent + extra as i64 }
    }

    /// The least one that is not below it.
    pub(super) fn up(&self) -> Float {
        let down = (-self).down();
        Float { whole: -down.whole, exponent: down.exponent }
    }

    /// An f64 nearby: to be shown, or as a guess.
    pub(super) fn near(&self) -> f64 {
        let Float { whole, exponent } = self.down();
        // Two steps, since 2^exponent alone may be beyond the range.
        let half = (exponent / 2).clamp(-1100, 1100);
        whole as f64 * 2f64.powi(half as i32) * 2f64.powi((exponent - half).clamp(-1100, 1100) as i32)
    }

    /// At least the square root of a number that is not negative, by less than a 2⁻¹⁰⁰ of it.
    pub(super) fn root_above(&self) -> Dyadic {
        if !self.is_positive() {
            return Dyadic::zero();
        }
        let extra = 240u64.saturating_sub(self.whole.bits());
        let extra = extra + ((self.exponent - extra as i64) & 1) as u64;
        let whole = &self.whole << extra;
        let root = whole.sqrt();
        let root = if &root * &root == whole { root } else { root + 1 };
        Dyadic::new(root, (self.exponent - extra as i64) / 2)
    }
}

impl From<Float> for Dyadic {
    fn from(number: Float) -> Dyadic {
        Dyadic::new(number.whole.into(), number.exponent)
    }
}

impl Add for &Dyadic {
    type Output = Dyadic;
    fn add(self, other: &Dyadic) -> Dyadic {
        let exponent = self.exponent.min(other.exponent);
        Dyadic::new(self.floor(exponent) + other.floor(exponent), exponent)
    }
}

impl AddAssign<&Dyadic> for Dyadic {
    fn add_assign(&mut self, other: &Dyadic) {
        if other.whole != BigInt::ZERO {
            *self = &*self + other;
        }
    }
}

impl Neg for &Dyadic {
    type Output = Dyadic;
    fn neg(self) -> Dyadic {
        Dyadic::new(-&self.whole, self.exponent)
    }
}

impl Sub for &Dyadic {
    type Output = Dyadic;
    fn sub(self, other: &Dyadic) -> Dyadic {
        self + &-other
    }
}

impl Mul for &Dyadic {
    type Output = Dyadic;
    fn mul(self, other: &Dyadic) -> Dyadic {
        Dyadic::new(&self.whole * &other.whole, self.exponent + other.exponent)
    }
}

impl PartialEq for Dyadic {
    fn eq(&self, other: &Dyadic) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Dyadic {}

impl PartialOrd for Dyadic {
    fn partial_cmp(&self, other: &Dyadic) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dyadic {
    fn cmp(&self, other: &Dyadic) -> Ordering {
        let signs = self.whole.sign().cmp(&other.whole.sign());
        if signs != Ordering::Equal {
            return signs;
        }
        let exponent = self.exponent.min(other.exponent);
        self.floor(exponent).cmp(&other.floor(exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roundings_stay_on_their_side() {
        for number in [0.1, -0.1, 1e300, -1e300, 5e-324, 3.0, -0.0] {
            let exact = Dyadic::of(number);
            assert_eq!(exact.near(), number);
            let third = &exact * &(&Dyadic::of(1.0 / 3.0) + &Dyadic::power(-200));
            assert!(Dyadic::from(third.down()) <= third && third <= Dyadic::from(third.up()));
            let gap = &Dyadic::from(third.up()) - &Dyadic::from(third.down());
            assert!(gap <= third.abs().times_power(-58) || number == 0.0);
        }
    }

    #[test]
    fn roots_are_above_and_near() {
        for number in [2.0, 4.0, 0.25, 1e-300, 1e300, 7.0, 0.5, 5e-324] {
            let (exact, root) = (Dyadic::of(number), Dyadic::of(number).root_above());
            let square = &root * &root;
            assert!(square >= exact && &square - &exact <= exact.times_power(-100), "{number}");
        }
        assert_eq!(Dyadic::of(6.25).root_above(), Dyadic::of(2.5));
    }
}
