//! ELU: z from 0 on, α·(e^z − 1) below.

use super::operator::{Operator, Role, single};
use super::parts::Parts;
use crate::activation::{self, Activation};

/// z from 0 on, `scale`·(e^z − 1) below.
#[derive(Clone, Debug)]
pub struct Elu {
    /// α in (0, 1].
    pub scale: f64,
}

impl Operator for Elu {
    fn name(&self) -> &'static str {
        "elu"
    }

    fn describe(&self) -> String {
        format!("ELU({})", self.scale)
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        if !(self.scale > 0.0 && self.scale <= 1.0) {
            return Err(format!("scale is {}, must lie in (0, 1]", self.scale));
        }
        single(inputs).map(<[usize]>::to_vec)
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(Activation::Elu(activation::Elu { scale: self.scale }))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::Elu { scale: self.scale }
    }
}

#[cfg(test)]
mod tests {
    use super::Elu;
    use crate::network::tables::{refused, shapes, value};

    #[test]
    fn scales_above_0_up_to_1_are_taken() {
        let elu = Elu { scale: 0.5 };
        shapes(&elu, &[(&[&[3]], Ok(&[3])), (&[&[2, 1, 1]], Ok(&[2, 1, 1])), (&[&[3], &[3]], Err("one input"))]);
        let found = value(&elu, &[(&[3], &[-1.0, 0.0, 4.0])]);
        assert!((found[0] + 0.316_060_279_414_278_84).abs() < 1e-15 && found[1..] == [0.0, 4.0], "{found:?}");
        for scale in [-0.1, 0.0, 1.1, f64::NAN, f64::INFINITY] {
            refused(&Elu { scale }, &["scale is", "(0, 1]"]);
        }
    }
}
