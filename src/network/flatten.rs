//! Flatten: the same numbers as one vector.

use super::Map;
use super::operator::{Affine, Operator, Role, single};
use super::parts::Parts;

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

    fn parts(&self) -> Parts<'_> {
        Parts::Flatten
    }
}

#[cfg(test)]
mod tests {
    use super::Flatten;
    use crate::network::tables::{shapes, value};

    #[test]
    fn the_same_numbers_stand_in_one_vector() {
        shapes(&Flatten, &[(&[&[2, 3, 4]], Ok(&[24])), (&[&[5]], Ok(&[5])), (&[&[5], &[5]], Err("one input"))]);
        assert_eq!(value(&Flatten, &[(&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0])]), [1.0, 2.0, 3.0, 4.0]);
    }
}
