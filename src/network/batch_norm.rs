//! Batch normalisation at inference: a scale and a shift by channel.

use super::Map;
use super::normalize::spread;
use super::operator::{Affine, Operator, Role, Tensor, expect_len, single};
use super::parts::Parts;
use std::sync::Arc;

/// `weight·(x − mean) / √(variance + stabilizer) + bias`, by channel (the first axis).
#[derive(Clone, Debug)]
pub struct BatchNorm {
    /// γ per channel.
    pub weight: Arc<[f32]>,
    /// β per channel.
    pub bias: Arc<[f32]>,
    /// Running mean per channel.
    pub mean: Arc<[f32]>,
    /// Running variance per channel, at least 0.
    pub variance: Arc<[f32]>,
    /// Added to the variance, 0 or more, the sum above 0 (frameworks call it epsilon; here that word is taken).
    pub stabilizer: f64,
}

impl Operator for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn describe(&self) -> String {
        "batch norm".into()
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let shape = single(inputs)?;
        for tensor in self.tensors() {
            expect_len(tensor.name, tensor.values.len(), shape[0])?;
        }
        if let Some(channel) = self.variance.iter().position(|&variance| variance < 0.0) {
            return Err(format!("variance[{channel}] is {}, must be 0 or more", self.variance[channel]));
        }
        if !(self.stabilizer.is_finite() && self.stabilizer >= 0.0) {
            return Err(format!("stabilizer is {}, must be a finite number, 0 or more", self.stabilizer));
        }
        let negative = self.variance.iter().position(|&variance| f64::from(variance) + self.stabilizer <= 0.0);
        if let Some(channel) = negative {
            return Err(format!("variance[{channel}] + stabilizer must be above 0"));
        }
        Ok(shape.to_vec())
    }

    fn role(&self, inputs: &[&[usize]]) -> Role {
        let scale = |c: usize| f64::from(self.weight[c]) / (f64::from(self.variance[c]) + self.stabilizer).sqrt();
        let shift = |c: usize| f64::from(self.bias[c]) - f64::from(self.mean[c]) * scale(c);
        // The shift is a difference: its error is relative to its parts, not to itself.
        let parts = |c: usize| f64::from(self.bias[c]).abs() + (f64::from(self.mean[c]) * scale(c)).abs();
        let largest = (0..self.bias.len()).map(parts).fold(0.0, f64::max);
        Role::Affine(Affine {
            map: Map::Diagonal { scale: spread(inputs[0], scale), shape: inputs[0].to_vec() },
            bias: Some(spread(inputs[0], shift)),
            rounding: 4.0 * f64::EPSILON,
            bias_error: 8.0 * f64::EPSILON * largest,
        })
    }

    fn parts(&self) -> Parts<'_> {
        Parts::BatchNorm { stabilizer: self.stabilizer }
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        vec![
            Tensor { name: "weight", shape: vec![self.weight.len()], values: &self.weight },
            Tensor { name: "bias", shape: vec![self.bias.len()], values: &self.bias },
            Tensor { name: "mean", shape: vec![self.mean.len()], values: &self.mean },
            Tensor { name: "variance", shape: vec![self.variance.len()], values: &self.variance },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::BatchNorm;
    use crate::network::tables::{shapes, value};

    fn norm(variance: [f32; 2], stabilizer: f64) -> BatchNorm {
        let list = |values: [f32; 2]| values.into();
        BatchNorm {
            weight: list([2.0, -1.0]),
            bias: list([1.0, 0.5]),
            mean: list([3.0, 0.0]),
            variance: list(variance),
            stabilizer,
        }
    }

    #[test]
    fn every_channel_has_its_scale_and_shift() {
        let plain = norm([4.0, 0.0], 0.0);
        shapes(
            &norm([4.0, 0.25], 0.0),
            &[(&[&[2]], Ok(&[2])), (&[&[2, 1, 3]], Ok(&[2, 1, 3])), (&[&[3]], Err("weight has 2 values, needs 3"))],
        );
        shapes(&plain, &[(&[&[2]], Err("variance[1] + stabilizer must be above 0"))]);
        shapes(&norm([4.0, -1.0], 2.0), &[(&[&[2]], Err("variance[1] is -1, must be 0 or more"))]);
        for stabilizer in [-1.0, f64::NAN, f64::INFINITY] {
            shapes(&norm([4.0, 1.0], stabilizer), &[(&[&[2]], Err("stabilizer is"))]);
        }
        // 2·(x − 3)/2 + 1, and −x/(1/2) + 1/2.
        let image: (&[usize], &[f64]) = (&[2, 1, 2], &[5.0, 3.0, 1.0, -2.0]);
        assert_eq!(value(&norm([3.0, 0.0], 0.25), &[(&[2, 1, 1], &[3.0, 1.0])])[1], -1.5);
        assert_eq!(value(&norm([4.0, 0.25], 0.0), &[image]), [3.0, 1.0, -1.5, 4.5]);
    }
}
