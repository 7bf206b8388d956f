//! Reshape: the same numbers in another shape.

use super::Map;
use super::operator::{Affine, Operator, Role, expect_len, single};
use serde_json::json;

/// The input in C order under the shape given.
#[derive(Clone, Debug)]
pub struct Reshape {
    /// The new shape; its product is the input's length.
    pub shape: Vec<usize>,
}

impl Operator for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn describe(&self) -> String {
        format!("reshape {:?}", self.shape)
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let length = self.shape.iter().try_fold(1usize, |length, &n| length.checked_mul(n));
        let length = length.ok_or("the shape is too large")?;
        if !matches!(self.shape.len(), 1 | 3) {
            return Err(format!("the shape {:?} must be [n] or [channels, height, width]", self.shape));
        }
        expect_len("the input", single(inputs)?.iter().product(), length)?;
        Ok(self.shape.clone())
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Affine(Affine { map: Map::Identity, bias: None, rounding: 0.0, bias_error: 0.0 })
    }

    fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::from_iter([("shape".to_owned(), json!(self.shape))])
    }
}
