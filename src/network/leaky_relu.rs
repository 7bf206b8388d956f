//! LeakyReLU: z above 0, η·z below.

use super::operator::{Operator, Role, single};
use super::parts::Parts;
use crate::activation::{Activation, Curves};

/// z above 0, `slope`·z below.
#[derive(Clone, Debug)]
pub struct LeakyRelu {
    /// η in [0, 1).
    pub slope: f64,
}

/// Slopes outside [0, 1) would turn the table of lines upside down.
pub(super) fn check_slope(slope: f64) -> Result<(), String> {
    if (0.0..1.0).contains(&slope) { Ok(()) } else { Err(format!("slope is {slope}, must lie in [0, 1)")) }
}

impl Operator for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }

    fn describe(&self) -> String {
        format!("LeakyReLU({})", self.slope)
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        check_slope(self.slope)?;
        single(inputs).map(<[usize]>::to_vec)
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(Activation::Curves(Curves { slope: self.slope, bend: None }))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::LeakyRelu { slope: self.slope }
    }
}

#[cfg(test)]
mod tests {
    use super::LeakyRelu;
    use crate::network::tables::{refused, shapes, value};

    #[test]
    fn slopes_from_0_to_below_1_are_taken() {
        let leaky = LeakyRelu { slope: 0.25 };
        shapes(&leaky, &[(&[&[3]], Ok(&[3])), (&[&[2, 1, 1]], Ok(&[2, 1, 1])), (&[&[3], &[3]], Err("one input"))]);
        assert_eq!(value(&leaky, &[(&[3], &[-4.0, 0.0, 4.0])]), [-1.0, 0.0, 4.0]);
        for slope in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            refused(&LeakyRelu { slope }, &["slope is", "[0, 1)"]);
        }
    }
}
