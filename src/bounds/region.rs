//! Regions: the inputs a certificate speaks about.

use super::{BoundsError, Norm};
use crate::tensor::{Backend, Ball, Dual};

/// A ball around each image of a batch: `{x : ‖x − x₀‖ₚ ≤ ε}`, for ℓ∞ optionally cut to the valid pixel range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// p.
    pub norm: Norm,
    /// ε ≥ 0, in the units of the raw input.
    pub epsilon: f64,
    /// The valid range of an element, ℓ∞ only.
    pub clip: Option<[f64; 2]>,
}

impl Region {
    /// The plain ℓ∞ ball.
    pub fn linf(epsilon: f64) -> Self {
        Region { norm: Norm::Inf, epsilon, clip: None }
    }

    /// The same region with another ε.
    pub fn with_epsilon(self, epsilon: f64) -> Self {
        Region { epsilon, ..self }
    }

    /// Checks ε and the clip range.
    ///
    /// # Errors
    /// [`BoundsError::Epsilon`], [`BoundsError::ClipNorm`], [`BoundsError::ClipRange`].
    pub fn check(&self) -> Result<(), BoundsError> {
        if !self.epsilon.is_finite() || self.epsilon < 0.0 {
            return Err(BoundsError::Epsilon(self.epsilon));
        }
        match self.clip {
            Some(_) if self.norm != Norm::Inf => Err(BoundsError::ClipNorm(self.norm)),
            Some([low, high]) if !(low.is_finite() && high.is_finite() && low <= high) => {
                Err(BoundsError::ClipRange(low, high))
            }
            _ => Ok(()),
        }
    }

    /// The region around `images` (flattened, one after the other, each `inputs` long) on a backend.
    ///
    /// # Errors
    /// An invalid region, no image, an image of the wrong length or with a value that is not finite, or an image that
    /// lies outside the clip range by more than ε.
    pub fn around<B: Backend>(
        &self,
        backend: &B,
        images: &[f64],
        inputs: usize,
    ) -> Result<Ball<B::Tensor>, BoundsError> {
        self.check()?;
        let count = images.len() / inputs;
        if images.is_empty() {
            return Err(BoundsError::NoImage);
        }
        if !images.len().is_multiple_of(inputs) {
            return Err(BoundsError::ImageLength { image: count, found: images.len() % inputs, wanted: inputs });
        }
        if let Some(at) = images.iter().position(|value| !value.is_finite()) {
            return Err(BoundsError::ImageValue { image: at / inputs, index: at % inputs, value: images[at] });
        }
        let shape = [count, 1, inputs];
        let dual = match self.norm {
            Norm::Inf => {
                let (mut lower, mut upper) = (Vec::with_capacity(images.len()), Vec::with_capacity(images.len()));
                for (at, &value) in images.iter().enumerate() {
                    let (mut low, mut high) = backend.interval_around(value, self.epsilon);
                    if let Some([least, most]) = self.clip {
                        (low, high) = (low.max(least), high.min(most));
                        if low > high {
                            let (image, index) = (at / inputs, at % inputs);
                            return Err(BoundsError::EmptyRegion { image, index, value });
                        }
                    }
                    lower.push(low);
                    upper.push(high);
                }
                return Ok(Ball::Box { lower: backend.upload(shape, &lower), upper: backend.upload(shape, &upper) });
            }
            Norm::Two => Dual::Two,
            Norm::One => Dual::Inf,
        };
        Ok(Ball::Norm {
            centre: backend.upload(shape, images),
            radius: backend.upload([count, 1, 1], &vec![self.epsilon; count]),
            dual,
        })
    }
}
