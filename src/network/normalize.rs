//! Input normalisation by channel.

use super::Map;
use super::operator::{Affine, Operator, Role, Tensor, expect_len, single};
use super::parts::Parts;
use std::sync::Arc;

/// `(x − mean[c]) / std[c]`, where c is the first axis.
#[derive(Clone, Debug)]
pub struct Normalize {
    /// One mean per channel.
    pub mean: Arc<[f32]>,
    /// One standard deviation per channel, above 0.
    pub std: Arc<[f32]>,
}

/// Repeats one number per channel over each channel's elements.
pub(super) fn spread(shape: &[usize], value: impl Fn(usize) -> f64) -> Arc<[f64]> {
    let area: usize = shape[1..].iter().product();
    (0..shape[0]).flat_map(|channel| std::iter::repeat_n(value(channel), area)).collect()
}

impl Operator for Normalize {
    fn name(&self) -> &'static str {
        "normalize"
    }

    fn describe(&self) -> String {
        "normalize".into()
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let shape = single(inputs)?;
        expect_len("mean", self.mean.len(), shape[0])?;
        expect_len("std", self.std.len(), shape[0])?;
        if let Some(channel) = self.std.iter().position(|&std| std.is_nan() || std <= 0.0) {
            return Err(format!("std[{channel}] is {}, must be above 0", self.std[channel]));
        }
        Ok(shape.to_vec())
    }

    fn role(&self, inputs: &[&[usize]]) -> Role {
        let (mean, std) = (|c: usize| f64::from(self.mean[c]), |c: usize| f64::from(self.std[c]));
        let largest = (0..self.mean.len()).map(|c| (mean(c) / std(c)).abs()).fold(0.0, f64::max);
        Role::Affine(Affine {
            map: Map::Diagonal { scale: spread(inputs[0], |c| 1.0 / std(c)), shape: inputs[0].to_vec() },
            bias: Some(spread(inputs[0], |c| -mean(c) / std(c))),
            rounding: f64::EPSILON,
            bias_error: f64::EPSILON * largest,
        })
    }

    fn parts(&self) -> Parts<'_> {
        Parts::Normalize
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        vec![
            Tensor { name: "mean", shape: vec![self.mean.len()], values: &self.mean },
            Tensor { name: "std", shape: vec![self.std.len()], values: &self.std },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::Normalize;
    use crate::network::tables::{shapes, value};

    #[test]
    fn every_channel_has_its_mean_and_deviation() {
        let norm = |std: [f32; 2]| Normalize { mean: [1.0, -1.0].into(), std: std.into() };
        shapes(
            &norm([2.0, 0.5]),
            &[
                (&[&[2]], Ok(&[2])),
                (&[&[2, 3, 1]], Ok(&[2, 3, 1])),
                (&[&[3]], Err("mean has 2 values, needs 3")),
                (&[&[2], &[2]], Err("one input")),
            ],
        );
        for std in [0.0, -1.0, f32::NAN] {
            shapes(&norm([2.0, std]), &[(&[&[2]], Err("std[1]"))]);
        }
        shapes(&Normalize { mean: [0.0].into(), std: [1.0, 1.0].into() }, &[(&[&[1, 2, 2]], Err("std has 2 values"))]);
        assert_eq!(value(&norm([2.0, 0.5]), &[(&[2, 1, 2], &[3.0, 1.0, 0.0, -1.0])]), [1.0, 0.0, 2.0, 0.0]);
    }
}
