//! Softplus: ln(1 + e^z).

use super::curved::{self, Enclosed, Shape, curved};
use super::exponential::{exp_minus, ln_after_one};
use super::outward::{greater, lesser, sum, up};
use super::rule::{Outward, Rule};
use super::{Lines, Real, Side, Sigmoid, Status, Strategy};

/// ln(1 + e^z): convex everywhere, straight nowhere. Its slope is the sigmoid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softplus;

impl<T: Real> Shape<T> for Softplus {
    #[inline]
    fn value(&self, z: T) -> T {
        let above = if z > T::zero() { z } else { T::zero() };
        above + (-z.abs()).exp().ln_1p()
    }

    #[inline]
    fn slope(&self, z: T) -> T {
        Shape::value(&Sigmoid, z)
    }

    fn curvature(&self, z: T) -> T {
        Shape::slope(&Sigmoid, z)
    }

    /// ln(s/(1 − s)).
    fn with_slope(&self, slope: T, _: Side) -> T {
        (slope / (T::one() - slope)).ln()
    }

    fn turn(&self) -> T {
        T::infinity()
    }
}

curved!(Softplus, Softplus);

impl Enclosed for Softplus {
    fn value_around(&self, z: f64) -> (f64, f64) {
        let (low, high) = exp_minus(z.abs());
        let (low, high) = (ln_after_one(low).0, ln_after_one(lesser(high, 1.0)).1);
        if z > 0.0 { (greater(sum(z, low).0, z), sum(z, high).1) } else { (greater(low, 0.0), high) }
    }

    fn slope_around(&self, z: f64, _: f64) -> (f64, f64) {
        Sigmoid.value_around(z)
    }
}
