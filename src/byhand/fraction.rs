//! Exact fractions of whole numbers that have at most 38 digits.

use std::{cmp::Ordering, fmt};

/// A fraction, reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    above: i128,
    /// Positive.
    below: i128,
}

/// A fraction that would need more digits than there are: nobody would write it down by hand either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fractions become too large")]
pub struct TooLarge;

impl Fraction {
    /// 0.
    pub const ZERO: Fraction = Fraction { above: 0, below: 1 };
    /// 1.
    pub const ONE: Fraction = Fraction { above: 1, below: 1 };

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Fraction { above: number as i128, below: 1 }
    }

    /// `above / below`, reduced.
    ///
    /// # Errors
    /// `below` is 0, or the digits do not suffice.
    pub fn of(above: i128, below: i128) -> Result<Self, TooLarge> {
        let (above, below) = if below < 0 {
            (above.checked_neg().ok_or(TooLarge)?, below.checked_neg().ok_or(TooLarge)?)
        } else {
            (above, below)
        };
        if below == 0 || above == i128::MIN {
            return Err(TooLarge);
        }
        let common = common(above.unsigned_abs(), below.unsigned_abs()) as i128;
        Ok(Fraction { above: above / common, below: below / common })
    }

    /// What stands above the line, with its sign.
    pub fn above(self) -> i128 {
        self.above
    }

    /// What stands below it: 1 for a whole number.
    pub fn below(self) -> i128 {
        self.below
    }

    /// self + other.
    ///
    /// # Errors
    /// The digits do not suffice; so below.
    pub fn plus(self, other: Self) -> Result<Self, TooLarge> {
        // Over the least common denominator, which overflows least.
        let common = common(self.below.unsigned_abs(), other.below.unsigned_abs()) as i128;
        let (left, right) = (other.below / common, self.below / common);
        let sum = self.above.checked_mul(left).zip(other.above.checked_mul(right));
        let sum = sum.and_then(|(a, b)| a.checked_add(b)).ok_or(TooLarge)?;
        Fraction::of(sum, self.below.checked_mul(left).ok_or(TooLarge)?)
    }

    /// self − other.
    pub fn minus(self, other: Self) -> Result<Self, TooLarge> {
        self.plus(other.negated())
    }

    /// self · other.
    pub fn times(self, other: Self) -> Result<Self, TooLarge> {
        // Reduced crosswise first.
        let a = common(self.above.unsigned_abs(), other.below.unsigned_abs()).max(1) as i128;
        let b = common(other.above.unsigned_abs(), self.below.unsigned_abs()).max(1) as i128;
        let above = (self.above / a).checked_mul(other.above / b).ok_or(TooLarge)?;
        Fraction::of(above, (self.below / b).checked_mul(other.below / a).ok_or(TooLarge)?)
    }

    /// self / other.
    pub fn over(self, other: Self) -> Result<Self, TooLarge> {
        self.times(Fraction::of(other.below, other.above)?)
    }

    /// −self.
    pub fn negated(self) -> Self {
        Fraction { above: -self.above, below: self.below }
    }

    /// Whether it is below 0.
    pub fn negative(self) -> bool {
        self.above < 0
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.above == 0
    }

    /// Near it, for drawings and comparisons.
    pub fn near(self) -> f64 {
        self.above as f64 / self.below as f64
    }
}

/// The greatest common divisor; 1 where one is 0 and the other 1.
fn common(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        // As continued fractions: products may have too many digits.
        let (mut a, mut b, mut c, mut d) = (self.above, self.below, other.above, other.below);
        loop {
            let (left, right) = (a.div_euclid(b), c.div_euclid(d));
            if left != right {
                return left.cmp(&right);
            }
            let (left, right) = (a.rem_euclid(b), c.rem_euclid(d));
            if left == 0 || right == 0 {
                return left.cmp(&right);
            }
            // left / b against right / d is d / right against b / left.
            (a, b, c, d) = (d, right, b, left);
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    /// `-3/4`, as it can be typed again.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.below == 1 { write!(out, "{}", self.above) } else { write!(out, "{}/{}", self.above, self.below) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fraction() -> impl Strategy<Value = Fraction> {
        (-1000..1000i128, 1..1000i128).prop_map(|(above, below)| Fraction::of(above, below).unwrap())
    }

    proptest! {
        #[test]
        fn they_compute_as_numbers_do(a in fraction(), b in fraction(), c in fraction()) {
            let near = |x: Fraction, y: f64| (x.near() - y).abs() <= 1e-9 * (1.0 + y.abs());
            prop_assert!(near(a.plus(b).unwrap(), a.near() + b.near()));
            prop_assert!(near(a.times(b).unwrap(), a.near() * b.near()));
            prop_assert_eq!(a.minus(b).unwrap().plus(b).unwrap(), a);
            prop_assert_eq!(a.plus(b).unwrap().times(c).unwrap(), a.times(c).unwrap().plus(b.times(c).unwrap()).unwrap());
            if b.is_zero() {
                prop_assert!(a.over(b).is_err());
            } else {
                prop_assert_eq!(a.over(b).unwrap().times(b).unwrap(), a);
            }
            prop_assert_eq!(a.cmp(&b), (a.above * b.below).cmp(&(b.above * a.below)));
        }

        #[test]
        fn what_has_no_room_is_an_error_and_comparisons_need_none(a in 2i128.pow(100)..2i128.pow(120), b in 2i128.pow(100)..2i128.pow(120)) {
            let (x, y) = (Fraction::of(a, b).unwrap(), Fraction::of(a - 1, b).unwrap());
            prop_assert_eq!([x.cmp(&y), y.cmp(&x), x.cmp(&x)], [Ordering::Greater, Ordering::Less, Ordering::Equal]);
            prop_assert!(x.negated() < y.negated());
            prop_assert!(Fraction::whole(3).times(Fraction::of(i128::MAX, 2).unwrap()).is_err());
            prop_assert!(Fraction::of(i128::MAX, 1).unwrap().plus(Fraction::ONE).is_err());
        }
    }

    #[test]
    fn they_are_reduced_and_written_as_they_are_typed() {
        for (above, below, text) in [(6, 8, "3/4"), (3, -6, "-1/2"), (0, -5, "0"), (-8, 4, "-2")] {
            assert_eq!(Fraction::of(above, below).unwrap().to_string(), text);
        }
        assert_eq!(Fraction::of(1, 0), Err(TooLarge));
        assert_eq!(Fraction::of(i128::MIN, 1), Err(TooLarge));
    }
}
