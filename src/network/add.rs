//! Add: the sum of several inputs of one shape (residual connections).

use super::operator::{Operator, Role};

/// Elementwise sum.
#[derive(Clone, Debug)]
pub struct Add;

impl Operator for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn describe(&self) -> String {
        "add".into()
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        match inputs {
            [first, rest @ ..] if !rest.is_empty() => match rest.iter().find(|shape| *shape != first) {
                Some(other) => Err(format!("inputs differ in shape: {first:?} and {other:?}")),
                None => Ok(first.to_vec()),
            },
            _ => Err(format!("needs at least two inputs, has {}", inputs.len())),
        }
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Sum
    }
}
