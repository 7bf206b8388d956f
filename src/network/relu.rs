//! ReLU: max(z, 0).

use super::operator::{Operator, Role, single};
use crate::activation::Curves;

/// max(z, 0).
#[derive(Clone, Debug)]
pub struct Relu;

impl Operator for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn describe(&self) -> String {
        "ReLU".into()
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        single(inputs).map(<[usize]>::to_vec)
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(Curves { slope: 0.0, bend: None })
    }
}
