//! `shared/curve.wgsl` in Rust: the activation of one neuron, in traced numbers.

use super::{Draw, Traced};
use crate::activation;

/// One neuron's activation; a bend of ∞ where the layer has none.
pub(super) struct Curve {
    pub(super) slope: f32,
    pub(super) bend: f32,
}

impl Curve {
    pub(super) fn of(slope: f32, bends: u32, bend: &[f32], index: usize) -> Self {
        Curve { slope, bend: if bends != 0 { bend[index] } else { f32::INFINITY } }
    }

    pub(super) fn exact(&self) -> activation::Curve<f32> {
        activation::Curve { slope: self.slope, bend: self.bend }
    }

    pub(super) fn value(&self, z: Traced) -> Traced {
        if z.value < 0.0 {
            Traced::from(self.slope) * z
        } else if z.value <= f64::from(self.bend) {
            z
        } else {
            Traced::from(self.slope) * z + self.offset()
        }
    }

    /// The intercept beyond the bend.
    pub(super) fn offset(&self) -> Traced {
        (Traced::from(1.0) - self.slope.into()) * self.bend.into()
    }

    pub(super) fn slope_at(&self, z: f32) -> Traced {
        if z > 0.0 && z < self.bend { Traced::from(1.0) } else { self.slope.into() }
    }

    pub(super) fn bend_slope_at(&self, z: f32) -> Traced {
        if z >= self.bend { Traced::from(1.0) - self.slope.into() } else { Traced::from(0.0) }
    }

    pub(super) fn leans_right(&self, l: f32, u: f32) -> bool {
        u - self.bend <= self.bend - l
    }
}

/// A slope, and whether the layer has bends.
pub(super) fn draw(draw: &mut Draw) -> (f32, u32) {
    ([0.0, 0.01, 0.3][draw.below(3)], draw.flag())
}
