//! The activation of one neuron as a scalar function, and of a layer of them.

use super::Real;
use std::sync::Arc;

/// One neuron's activation: `slope·z` below 0, `z` up to `bend`, `slope·z + (1 − slope)·bend` beyond it.
///
/// ReLU is `slope = 0, bend = ∞`; LeakyReLU(η) is `slope = η, bend = ∞`; ParamRamp(η, r) has a finite `bend = r > 0`
/// (docs/methods.md §3). With an infinite bend every ParamRamp rule reduces to LeakyReLU's, so one type serves all three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve<T> {
    /// η in [0, 1): the slope below 0 and beyond the bend.
    pub slope: T,
    /// r > 0: where the ramp bends back; infinite for ReLU and LeakyReLU.
    pub bend: T,
}

impl<T: Real> Curve<T> {
    /// σ(z).
    #[inline]
    pub fn value(&self, z: T) -> T {
        if z < T::zero() {
            self.slope * z
        } else if z <= self.bend {
            z
        } else {
            self.slope * z + self.offset()
        }
    }

    /// b = (1 − η)·r, the intercept of the branch beyond the bend (infinite where there is none).
    #[inline]
    pub fn offset(&self) -> T {
        (T::one() - self.slope) * self.bend
    }

    /// Whether the curve bends back at a finite r (ParamRamp: six statuses instead of three).
    #[inline]
    pub fn has_bend(&self) -> bool {
        self.bend < T::infinity()
    }
}

/// The activation of every neuron of a layer.
#[derive(Clone, Debug)]
pub struct Curves {
    /// η, shared by the layer.
    pub slope: f64,
    /// r of each neuron; `None` for ReLU and LeakyReLU.
    pub bend: Option<Arc<[f32]>>,
}

impl Curves {
    /// The curve of neuron `index`.
    #[inline]
    pub fn at<T: Real>(&self, index: usize) -> Curve<T> {
        let bend = self.bend.as_ref().map_or(T::infinity(), |bend| T::of(f64::from(bend[index])));
        Curve { slope: T::of(self.slope), bend }
    }
}
