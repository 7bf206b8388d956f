//! Real numbers between two multiples of 2⁻¹⁴⁰⁰: what the sound arithmetic is held against where no fraction is exact.

use num_bigint::BigInt;
use std::ops::{Add, Mul, Neg, Sub};

/// Finer than the smallest f64, so that each of them is exact.
const BITS: u64 = 1400;

/// A real number, known to lie between two others.
#[derive(Clone, Debug)]
pub struct Precise {
    low: BigInt,
    high: BigInt,
}

fn up(value: BigInt, by: u64) -> BigInt {
    -((-value) >> by)
}

impl Precise {
    /// A finite f64, exactly.
    pub fn of(value: f64) -> Self {
        assert!(value.is_finite());
        let bits = value.to_bits();
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
        let whole = if exponent == 0 { fraction } else { fraction | 1 << 52 };
        // value = whole · 2^(exponent − 1075), the least exponent counting as 1.
        let shift = BITS as i64 + exponent.max(1) - 1075;
        let size = BigInt::from(whole) << u64::try_from(shift).expect("BITS are enough");
        let exact = if value < 0.0 { -size } else { size };
        Precise { low: exact.clone(), high: exact }
    }

    fn one() -> Self {
        Precise::of(1.0)
    }

    /// This over a positive number.
    pub fn over(&self, other: &Precise) -> Self {
        assert!(other.low > BigInt::ZERO);
        let floor = |a: &BigInt, b: &BigInt| {
            let (quotient, rest) = ((a << BITS) / b, (a << BITS) % b);
            if rest < BigInt::ZERO { quotient - 1 } else { quotient }
        };
        let least = floor(&self.low, &other.low).min(floor(&self.low, &other.high));
        let most = floor(&self.high, &other.low).max(floor(&self.high, &other.high)) + 1;
        Precise { low: least, high: most }
    }

    /// e^x for x ≥ 0.
    pub fn exp(&self) -> Self {
        assert!(self.low >= BigInt::ZERO);
        // e^x = (e^(x/2^k))^(2^k), with a series below 1 whose rest is less than its last term.
        let mut halvings = 0;
        while &self.high >> halvings >= BigInt::from(1) << BITS {
            halvings += 1;
        }
        // A dozen more make the series short, and cost a dozen bits.
        halvings += 12;
        let x = Precise { low: &self.low >> halvings, high: up(self.high.clone(), halvings) };
        let (mut term, mut sum, mut index) = (Precise::one(), Precise::one(), 0);
        while term.high > BigInt::from(1) {
            index += 1;
            term = &term * &x;
            term = Precise { low: term.low / index, high: term.high / index + 1 };
            sum = &sum + &term;
        }
        sum.high += term.high;
        (0..halvings).fold(sum, |sum, _| &sum * &sum)
    }

    /// 1 / (1 + e^(−x)).
    pub fn sigmoid(&self) -> Self {
        if self.low >= BigInt::ZERO {
            let e = self.exp();
            e.over(&(&Precise::one() + &e))
        } else {
            assert!(self.high <= BigInt::ZERO, "0 lies in the interval itself");
            Precise::one().over(&(&Precise::one() + &(-self).exp()))
        }
    }

    /// The hyperbolic tangent: 2/(1 + e^(−2x)) − 1.
    pub fn tanh(&self) -> Self {
        let half = (self + self).sigmoid();
        &(&half + &half) - &Precise::one()
    }

    /// z from 0 on, `scale`·(e^z − 1) below: of an interval too, since it rises.
    pub fn elu(&self, scale: f64) -> Self {
        let end = |z: &BigInt| {
            let z = Precise { low: z.clone(), high: z.clone() };
            if z.low >= BigInt::ZERO {
                return z;
            }
            &Precise::of(scale) * &(&Precise::one().over(&(-&z).exp()) - &Precise::one())
        };
        Precise { low: end(&self.low).low, high: end(&self.high).high }
    }

    /// ln(1 + e^z): of an interval too, since it rises.
    pub fn softplus(&self) -> Self {
        let end = |z: &BigInt| {
            let z = Precise { low: z.clone(), high: z.clone() };
            let above = if z.low > BigInt::ZERO { z.clone() } else { Precise::of(0.0) };
            let size = if z.low > BigInt::ZERO { z } else { -&z };
            &above + &Precise::one().over(&size.exp()).ln_after_one()
        };
        Precise { low: end(&self.low).low, high: end(&self.high).high }
    }

    /// ln(1 + x) for 0 ≤ x ≤ 1: twice the series of artanh at x/(2 + x), whose terms fall to a ninth each.
    fn ln_after_one(&self) -> Self {
        let y = self.over(&(&(&Precise::one() + &Precise::one()) + self));
        let square = &y * &y;
        let (mut power, mut sum, mut index) = (y, Precise::of(0.0), 1);
        while power.high > BigInt::from(1) {
            sum = &sum + &Precise { low: &power.low / index, high: &power.high / index + 1 };
            power = &power * &square;
            index += 2;
        }
        // What follows is less than an eighth more than the last power.
        sum.high += power.high * 2;
        &sum + &sum
    }

    /// The greater of the two.
    pub fn max(&self, other: &Precise) -> Self {
        Precise { low: self.low.clone().max(other.low.clone()), high: self.high.clone().max(other.high.clone()) }
    }

    /// Whether an f64 may be at most this number: it is not proved to be greater.
    pub fn at_least(&self, value: f64) -> bool {
        Precise::of(value).low <= self.high
    }

    /// Whether an f64 may be at least this number.
    pub fn at_most(&self, value: f64) -> bool {
        Precise::of(value).low >= self.low
    }

    /// The nearest f64, roughly.
    pub fn rough(&self) -> f64 {
        let size = self.low.magnitude().bits();
        let shift = size.saturating_sub(60);
        let whole = i64::try_from(&self.low >> shift).expect("60 bits") as f64;
        // In two steps, so that neither overflows.
        let power = shift as i32 - BITS as i32;
        whole * 2f64.powi(power / 2) * 2f64.powi(power - power / 2)
    }
}

impl Add for &Precise {
    type Output = Precise;
    fn add(self, other: &Precise) -> Precise {
        Precise { low: &self.low + &other.low, high: &self.high + &other.high }
    }
}

impl Neg for &Precise {
    type Output = Precise;
    fn neg(self) -> Precise {
        Precise { low: -&self.high, high: -&self.low }
    }
}

impl Sub for &Precise {
    type Output = Precise;
    fn sub(self, other: &Precise) -> Precise {
        self + &-other
    }
}

impl Mul for &Precise {
    type Output = Precise;
    fn mul(self, other: &Precise) -> Precise {
        let products =
            [&self.low * &other.low, &self.low * &other.high, &self.high * &other.low, &self.high * &other.high];
        let least = products.iter().min().expect("four").clone();
        let most = products.iter().max().expect("four").clone();
        Precise { low: least >> BITS, high: up(most, BITS) }
    }
}
