//! Dense layer: `W·x + b`.

use super::Map;
use super::operator::{Affine, Operator, Role, Tensor, expect_len, single};
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

    fn tensors(&self) -> Vec<Tensor<'_>> {
        let weight = Tensor { name: "weight", shape: vec![self.outputs, self.inputs], values: &self.weight };
        let bias = self.bias.as_ref().map(|bias| Tensor { name: "bias", shape: vec![self.outputs], values: bias });
        [weight].into_iter().chain(bias).collect()
    }
}
