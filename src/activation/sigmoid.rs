//! Sigmoid: 1 / (1 + e^(−z)).

use super::curved::{self, Enclosed, Shape, curved};
use super::exponential::exp_minus;
use super::outward::{down, greater, lesser, up};
use super::rule::{Outward, Rule};
use super::{Lines, Real, Side, Status, Strategy};

/// 1 / (1 + e^(−z)).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

impl<T: Real> Shape<T> for Sigmoid {
    #[inline]
    fn value(&self, z: T) -> T {
        // Of e^z and e^(−z), the one that does not overflow.
        let e = (-z.abs()).exp();
        let far = T::one() / (T::one() + e);
        if z < T::zero() { e * far } else { far }
    }

    #[inline]
    fn slope(&self, z: T) -> T {
        let e = (-z.abs()).exp();
        let sum = T::one() + e;
        e / (sum * sum)
    }

    fn curvature(&self, z: T) -> T {
        let value = Shape::value(self, z);
        Shape::<T>::slope(self, z) * (T::one() - value - value)
    }

    /// With p(1 − p) = s and p = (1 + √(1 − 4s))/2: ln(p/(1 − p)) = 2·ln(p/√s) after 0, its mirror before it.
    fn with_slope(&self, slope: T, side: Side) -> T {
        let (two, four) = (T::of(2.0), T::of(4.0));
        let p = (T::one() + (T::one() - four * slope).max(T::zero()).sqrt()) / two;
        let point = two * (p / slope.sqrt()).ln();
        if side == Side::Below { -point } else { point }
    }
}

curved!(Sigmoid, Sigmoid);

impl Enclosed for Sigmoid {
    fn value_around(&self, z: f64) -> (f64, f64) {
        if z == 0.0 {
            return (0.5, 0.5);
        }
        let (low, high) = exp_minus(z.abs());
        if z > 0.0 {
            (down(1.0 / up(1.0 + high)), lesser(up(1.0 / down(1.0 + low)), 1.0))
        } else {
            (greater(down(low / up(1.0 + low)), 0.0), up(high / down(1.0 + high)))
        }
    }

    fn slope_around(&self, z: f64, _: f64) -> (f64, f64) {
        let (low, high) = exp_minus(z.abs());
        // e/(1 + e)² grows with e up to 1.
        let (below, above) = (up(1.0 + low), down(1.0 + high));
        (greater(down(low / up(below * below)), 0.0), lesser(up(high / down(above * above)), 0.25))
    }
}
