//! ParamRamp: LeakyReLU that bends back at a learned r (the paper's activation, §5).

use super::leaky_relu::check_slope;
use super::operator::{Operator, Role, Tensor, expect_len, single};
use crate::activation::Curves;
use serde_json::json;
use std::sync::Arc;

/// η·z below 0, z up to r, η·z + (1 − η)·r beyond; r per neuron.
#[derive(Clone, Debug)]
pub struct ParamRamp {
    /// η in [0, 1).
    pub slope: f64,
    /// r > 0 of each neuron.
    pub bend: Arc<[f32]>,
    /// Shape of `bend`, that of the layer.
    pub shape: Vec<usize>,
}

impl Operator for ParamRamp {
    fn name(&self) -> &'static str {
        "param_ramp"
    }

    fn describe(&self) -> String {
        format!("ParamRamp({})", self.slope)
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        check_slope(self.slope)?;
        let shape = single(inputs)?;
        if shape != self.shape {
            return Err(format!("bend has shape {:?}, its input {shape:?}", self.shape));
        }
        expect_len("bend", self.bend.len(), shape.iter().product())?;
        if let Some(index) = self.bend.iter().position(|&r| r.is_nan() || r <= 0.0) {
            return Err(format!("bend[{index}] is {}, must be above 0", self.bend[index]));
        }
        Ok(shape.to_vec())
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(Curves { slope: self.slope, bend: Some(self.bend.clone()) })
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        vec![Tensor { name: "bend", shape: self.shape.clone(), values: &self.bend }]
    }

    fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::from_iter([("slope".to_owned(), json!(self.slope))])
    }
}
