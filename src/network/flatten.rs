//! Flatten: the same numbers as one vector.

use super::Map;
use super::operator::{Affine, Operator, Role, single};

/// `[c, h, w]` to `[c·h·w]`, in C order.
#[derive(Clone, Debug)]
pub struct Flatten;

impl Operator for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }

    fn describe(&self) -> String {
        "flatten".into()
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        Ok(vec![single(inputs)?.iter().product()])
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Affine(Affine { map: Map::Identity, bias: None, rounding: 0.0, bias_error: 0.0 })
    }
}
