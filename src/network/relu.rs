//! ReLU: max(z, 0).

use super::operator::{Operator, Role, single};
use super::parts::Parts;
use crate::activation::{Activation, Curves};

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
        Role::Activation(Activation::Curves(Curves { slope: 0.0, bend: None }))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::Relu
    }
}

#[cfg(test)]
mod tests {
    use super::Relu;
    use crate::network::tables::{shapes, value};

    #[test]
    fn what_is_negative_becomes_0() {
        shapes(
            &Relu,
            &[
                (&[&[3]], Ok(&[3])),
                (&[&[1, 2, 3]], Ok(&[1, 2, 3])),
                (&[&[3], &[3]], Err("one input")),
                (&[], Err("has 0")),
            ],
        );
        assert_eq!(value(&Relu, &[(&[3], &[-1.5, 0.0, 1.5])]), [0.0, 0.0, 1.5]);
    }
}
