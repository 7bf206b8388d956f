//! ELU: z from 0 on, α·(e^z − 1) below.

use super::curved::{self, Enclosed, Shape, curved};
use super::exponential::{exp_minus, one_less_exp_minus};
use super::outward::{down, greater, lesser, up};
use super::rule::{Outward, Rule, settled_at};
use super::{Lines, Real, Side, Status, Strategy};

/// `scale·(e^z − 1)` below 0, `z` from 0 on: convex, with a bend at 0 where the scale is below 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu<T> {
    /// α in (0, 1]: above 1 the curve would rise faster before 0 than after it.
    pub scale: T,
}

impl<T: Real> Shape<T> for Elu<T> {
    #[inline]
    fn value(&self, z: T) -> T {
        if z < T::zero() { self.scale * z.exp_m1() } else { z }
    }

    #[inline]
    fn slope(&self, z: T) -> T {
        if z <= T::zero() { self.scale * z.exp() } else { T::one() }
    }

    fn curvature(&self, z: T) -> T {
        if z <= T::zero() { self.scale * z.exp() } else { T::zero() }
    }

    fn with_slope(&self, slope: T, _: Side) -> T {
        if slope < self.scale { (slope / self.scale).ln() } else { T::zero() }
    }

    fn turn(&self) -> T {
        T::infinity()
    }

    fn straight(&self, lower: T, _: T) -> bool {
        lower >= T::zero()
    }
}

curved!(Elu<T>, Elu<f64>);

impl Enclosed for Elu<f64> {
    fn value_around(&self, z: f64) -> (f64, f64) {
        if z >= 0.0 {
            return (z, z);
        }
        let (low, high) = one_less_exp_minus(-z);
        (-up(self.scale * high), -greater(down(self.scale * low), 0.0))
    }

    fn slope_around(&self, z: f64, near: f64) -> (f64, f64) {
        if z > 0.0 {
            return (1.0, 1.0);
        }
        if z == 0.0 {
            let between = near.clamp(self.scale, 1.0);
            return (between, between);
        }
        let (low, high) = exp_minus(-z);
        (greater(down(self.scale * low), 0.0), lesser(up(self.scale * high), self.scale))
    }

    fn settled_near(&self, lower: f64, upper: f64) -> (f64, f64) {
        settled_at([0.0, f64::INFINITY], lower, upper)
    }
}
