//! Reshape: the same numbers in another shape.

use super::Map;
use super::operator::{Affine, Operator, Role, expect_len, single};
use super::parts::Parts;

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

    fn parts(&self) -> Parts<'_> {
        Parts::Reshape(&self.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::Reshape;
    use crate::network::tables::{shapes, value};

    #[test]
    fn the_same_numbers_stand_in_another_shape() {
        let to = |shape: &[usize]| Reshape { shape: shape.to_vec() };
        shapes(
            &to(&[1, 2, 3]),
            &[
                (&[&[6]], Ok(&[1, 2, 3])),
                (&[&[3, 2, 1]], Ok(&[1, 2, 3])),
                (&[&[5]], Err("has 5 values, needs 6")),
                (&[], Err("one input")),
            ],
        );
        shapes(&to(&[6]), &[(&[&[1, 2, 3]], Ok(&[6]))]);
        shapes(&to(&[2, 3]), &[(&[&[6]], Err("[n] or [channels, height, width]"))]);
        shapes(&to(&[usize::MAX, 2, 2]), &[(&[&[6]], Err("too large"))]);
        assert_eq!(value(&to(&[1, 1, 2]), &[(&[2], &[1.0, 2.0])]), [1.0, 2.0]);
    }
}
