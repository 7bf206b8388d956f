//! ELU: z from 0 on, α·(e^z − 1) below.

use super::curved::{self, Enclosed, Shape, curved};
use super::exponential::exp_minus;
use super::outward::{down, greater, lesser, up};
use super::rule::{Outward, Rule, settled_at};
use super::{Lines, Real, Side, Status, Strategy};

/// `scale·(e^z − 1)` below 0, `z` from 0 on: convex, with a bend at 0 where the scale is below 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu<T> {
    /// α in (0, 1]: above 1 the curve would rise faster before 0 than after it.
    pub scale: T,
}

/// Up to here a few terms of the series around 0 are better than a difference that cancels.
const SMALL: f64 = 1.0 / 4096.0;

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
        // 1 − e^z, both ends positive.
        let size = -z;
        let (low, high) = if size < SMALL {
            // x − x²/2 < 1 − e^(−x) < x − x²/2 + x³/6.
            let square = (down(size * size), up(size * size));
            (down(size - up(square.1 / 2.0)), up(up(size - down(square.0 / 2.0)) + up(up(square.1 * size) / 6.0)))
        } else {
            let (low, high) = exp_minus(size);
            (down(1.0 - high), up(1.0 - low))
        };
        (-up(self.scale * lesser(high, 1.0)), -greater(down(self.scale * greater(low, 0.0)), 0.0))
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
