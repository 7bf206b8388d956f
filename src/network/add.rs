//! Add: the sum of several inputs of one shape (residual connections).

use super::operator::{Operator, Role};
use super::parts::Parts;

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

    fn parts(&self) -> Parts<'_> {
        Parts::Add
    }
}

#[cfg(test)]
mod tests {
    use super::Add;
    use crate::network::tables::{shapes, value};

    #[test]
    fn inputs_of_one_shape_are_added() {
        shapes(
            &Add,
            &[
                (&[&[2], &[2]], Ok(&[2])),
                (&[&[1, 2, 2], &[1, 2, 2], &[1, 2, 2]], Ok(&[1, 2, 2])),
                (&[&[2]], Err("at least two")),
                (&[], Err("has 0")),
                (&[&[4], &[1, 2, 2]], Err("[4] and [1, 2, 2]")),
            ],
        );
        let inputs: [(&[usize], &[f64]); 3] = [(&[2], &[1.0, 2.0]), (&[2], &[10.0, 20.0]), (&[2], &[-1.0, 0.5])];
        assert_eq!(value(&Add, &inputs), [10.0, 22.5]);
    }
}
