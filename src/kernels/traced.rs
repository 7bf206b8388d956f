//! Numbers that know how far rounding may have moved them: what a kernel's result is compared with.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// One rounding of a device, relative: WGSL lets results be either neighbour of the exact one.
const ROUNDING: f64 = 1.0 / (1u64 << 23) as f64;

/// A value in f64, the sum of the magnitudes it was summed from, and the longest chain of roundings behind it.
///
/// The error of a sum of n terms is at most (n − 1)·u·Σ|terms| in whatever order and tree it is summed (Higham 2002, §4.2), and
/// products, quotients and functions add their own few roundings. So a device that computes the same terms, in any order, fused or not, stays
/// within [`Traced::tolerance`]; one that takes a wrong term almost never does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traced {
    /// In f64.
    pub value: f64,
    /// Σ of absolute values.
    magnitude: f64,
    /// Roundings in sequence.
    roundings: f64,
}

impl Traced {
    /// How far a device's value may be from [`Traced::value`].
    pub fn tolerance(self) -> f64 {
        // Subnormals may be flushed at every step.
        ROUNDING * self.roundings * self.magnitude + f64::from(f32::MIN_POSITIVE) * (1.0 + self.roundings)
    }

    /// Whether a device's number lies within the tolerance.
    pub fn allows(self, found: f32) -> bool {
        (f64::from(found) - self.value).abs() <= self.tolerance() || (self.value.is_nan() && !found.is_finite())
    }

    fn of(value: f64, magnitude: f64, roundings: f64) -> Self {
        Traced { value, magnitude, roundings }
    }

    /// |x|.
    pub fn abs(self) -> Self {
        Traced { value: self.value.abs(), ..self }
    }

    /// √x: through the inverse square root, to 2 ulp and a product.
    pub fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        let magnitude = if value > 0.0 { self.magnitude / value } else { self.magnitude.sqrt() };
        Traced::of(value, magnitude, self.roundings + 5.0)
    }

    /// eˣ: to 3 + 2|x| ulp, and what the argument's error does.
    pub fn exp(self) -> Self {
        let value = self.value.exp();
        Traced::of(value, value * (1.0 + self.magnitude), self.roundings + 4.0 + 2.0 * self.value.abs())
    }

    /// ln x: to 3 ulp, or to 2⁻²¹ near 1.
    pub fn ln(self) -> Self {
        let value = self.value.ln();
        Traced::of(value, value.abs().max(1.0) * self.magnitude / self.value.abs(), self.roundings + 5.0)
    }

    /// The greater one.
    pub fn max(self, other: Self) -> Self {
        Traced::of(
            self.value.max(other.value),
            self.magnitude.max(other.magnitude),
            self.roundings.max(other.roundings),
        )
    }

    /// The lesser one.
    pub fn min(self, other: Self) -> Self {
        -((-self).max(-other))
    }
}

impl From<f32> for Traced {
    fn from(value: f32) -> Self {
        Traced::of(f64::from(value), f64::from(value.abs()), 0.0)
    }
}

impl Add for Traced {
    type Output = Traced;
    fn add(self, other: Self) -> Self {
        let roundings = self.roundings.max(other.roundings) + 1.0;
        Traced::of(self.value + other.value, self.magnitude + other.magnitude, roundings)
    }
}

impl AddAssign for Traced {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for Traced {
    type Output = Traced;
    fn neg(self) -> Self {
        Traced { value: -self.value, ..self }
    }
}

impl Sub for Traced {
    type Output = Traced;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Traced {
    type Output = Traced;
    fn mul(self, other: Self) -> Self {
        let roundings = self.roundings + other.roundings + 1.0;
        Traced::of(self.value * other.value, self.magnitude * other.magnitude, roundings)
    }
}

impl Div for Traced {
    type Output = Traced;
    /// To 2.5 ulp.
    fn div(self, other: Self) -> Self {
        let size = other.value.abs();
        let magnitude = self.magnitude / size * (other.magnitude / size);
        Traced::of(self.value / other.value, magnitude, self.roundings + other.roundings + 3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_in_f32_stays_within_the_tolerance_and_a_wrong_term_does_not() {
        let mut random = crate::random::Random::new(7);
        for _ in 0..100 {
            let terms: Vec<(f32, f32)> = (0..300).map(|_| (random.signed() as f32, random.signed() as f32)).collect();
            let traced = terms.iter().fold(Traced::from(0.0), |sum, &(a, b)| sum + Traced::from(a) * Traced::from(b));
            let plain = terms.iter().fold(0.0f32, |sum, &(a, b)| sum + a * b);
            assert!(traced.allows(plain));
            let (a, b) = terms[0];
            assert!(!traced.allows(plain - a * b) || (a * b).abs() < 0.01);
        }
    }
}
