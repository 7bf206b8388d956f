//! Tanh: (e^z − e^(−z)) / (e^z + e^(−z)).

use super::curved::{self, Enclosed, Shape, curved};
use super::exponential::exp_minus;
use super::outward::{down, greater, lesser, up};
use super::rule::{Outward, Rule};
use super::{Lines, Real, Side, Status, Strategy};

/// The hyperbolic tangent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

/// Up to here a few terms of the series around 0 are better than a quotient whose numerator cancels.
const SMALL: f64 = 1.0 / 4096.0;

impl<T: Real> Shape<T> for Tanh {
    #[inline]
    fn value(&self, z: T) -> T {
        z.tanh()
    }

    #[inline]
    fn slope(&self, z: T) -> T {
        // 1 − tanh² would cancel far from 0.
        let e = (-(z.abs() + z.abs())).exp();
        let sum = T::one() + e;
        T::of(4.0) * e / (sum * sum)
    }

    fn curvature(&self, z: T) -> T {
        let value = Shape::value(self, z);
        -(value + value) * Shape::<T>::slope(self, z)
    }

    /// With 1 − t² = s and t = √(1 − s): artanh t = ln((1 + t)/√s) after 0, its mirror before it.
    fn with_slope(&self, slope: T, side: Side) -> T {
        let point = ((T::one() + (T::one() - slope).max(T::zero()).sqrt()) / slope.sqrt()).ln();
        if side == Side::Below { -point } else { point }
    }
}

curved!(Tanh, Tanh);

impl Enclosed for Tanh {
    fn value_around(&self, z: f64) -> (f64, f64) {
        if z == 0.0 {
            return (0.0, 0.0);
        }
        let size = z.abs();
        let (low, high) = if size < SMALL {
            // z − z³/3 < tanh z < z − z³/3 + 2z⁵/15 for z > 0.
            let (least, most) = (cube(size, down), cube(size, up));
            let fifth = up(up(up(2.0 * most) * up(size * size)) / 15.0);
            (down(size - up(most / 3.0)), up(up(size - down(least / 3.0)) + fifth))
        } else {
            // (1 − e)/(1 + e) with e = e^(−2z), which falls as e grows.
            let (low, high) = exp_minus(2.0 * size);
            (down(down(1.0 - high) / up(1.0 + high)), up(up(1.0 - low) / down(1.0 + low)))
        };
        let (low, high) = (greater(low, 0.0), lesser(high, 1.0));
        if z > 0.0 { (low, high) } else { (-high, -low) }
    }

    fn slope_around(&self, z: f64, _: f64) -> (f64, f64) {
        let (low, high) = exp_minus(2.0 * z.abs());
        // 4e/(1 + e)² grows with e up to 1.
        let (below, above) = (up(1.0 + low), down(1.0 + high));
        (greater(down(4.0 * low / up(below * below)), 0.0), lesser(up(4.0 * high / down(above * above)), 1.0))
    }
}

/// z³ for z > 0, every product rounded by `step`.
fn cube(z: f64, step: fn(f64) -> f64) -> f64 {
    step(step(z * z) * z)
}
