//! Dense layer: `W·x + b`.

use super::Map;
use super::operator::{Affine, Operator, Role, Tensor, expect_len, single};
use super::parts::Parts;
use std::sync::Arc;

/// `W·x + b` with `W` of shape `[outputs, inputs]`.
#[derive(Clone, Debug)]
pub struct Linear {
    /// Number of outputs.
    pub outputs: usize,
    /// Number of inputs.
    pub inputs: usize,
    /// Row-major weights.
    pub weight: Arc<[f32]>,
    /// One bias per output.
    pub bias: Option<Arc<[f32]>>,
}

impl Operator for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn describe(&self) -> String {
        format!("linear {}", self.outputs)
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let shape = single(inputs)?;
        if shape != [self.inputs] {
            return Err(format!("takes [{}], its input has shape {shape:?}; a flatten may be missing", self.inputs));
        }
        if self.outputs == 0 {
            return Err("has no outputs".into());
        }
        expect_len("weight", self.weight.len(), self.outputs.saturating_mul(self.inputs))?;
        if let Some(bias) = &self.bias {
            expect_len("bias", bias.len(), self.outputs)?;
        }
        Ok(vec![self.outputs])
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Affine(Affine {
            map: Map::Dense { rows: self.outputs, columns: self.inputs, weight: self.weight.clone() },
            bias: self.bias.as_ref().map(|bias| bias.iter().map(|&b| f64::from(b)).collect()),
            rounding: 0.0,
            bias_error: 0.0,
        })
    }

    fn parts(&self) -> Parts<'_> {
        Parts::Linear
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        let weight = Tensor { name: "weight", shape: vec![self.outputs, self.inputs], values: &self.weight };
        let bias = self.bias.as_ref().map(|bias| Tensor { name: "bias", shape: vec![self.outputs], values: bias });
        [weight].into_iter().chain(bias).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Linear;
    use crate::network::tables::{shapes, value};

    #[test]
    fn a_matrix_takes_one_vector_of_its_width() {
        let linear = Linear { outputs: 2, inputs: 3, weight: [1.0, 2.0, 3.0, -1.0, 0.5, 0.0].into(), bias: None };
        shapes(
            &linear,
            &[
                (&[&[3]], Ok(&[2])),
                (&[&[2]], Err("takes [3]")),
                (&[&[1, 1, 3]], Err("a flatten may be missing")),
                (&[&[3], &[3]], Err("one input")),
            ],
        );
        let at: (&[usize], &[f64]) = (&[3], &[1.0, 10.0, 100.0]);
        assert_eq!(value(&linear, &[at]), [321.0, 4.0]);
        assert_eq!(value(&Linear { bias: Some([0.5, -4.0].into()), ..linear.clone() }, &[at]), [321.5, 0.0]);
        for (wrong, word) in [
            (Linear { outputs: 0, weight: [].into(), ..linear.clone() }, "no outputs"),
            (Linear { weight: [0.0; 5].into(), ..linear.clone() }, "weight has 5 values, needs 6"),
            (Linear { bias: Some([0.0].into()), ..linear }, "bias has 1 values, needs 2"),
        ] {
            shapes(&wrong, &[(&[&[3]], Err(word))]);
        }
    }
}
