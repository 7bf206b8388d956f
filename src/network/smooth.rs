//! Sigmoid, tanh and softplus: curves without a setting that are straight nowhere.

use super::operator::{Operator, Role, single};
use super::parts::Parts;
use crate::activation::Activation;

/// A smooth activation.
#[derive(Clone, Copy, Debug)]
pub enum Smooth {
    /// 1 / (1 + e^(−z)).
    Sigmoid,
    /// (e^z − e^(−z)) / (e^z + e^(−z)).
    Tanh,
    /// ln(1 + e^z).
    Softplus,
}

impl Operator for Smooth {
    fn name(&self) -> &'static str {
        match self {
            Smooth::Sigmoid => "sigmoid",
            Smooth::Tanh => "tanh",
            Smooth::Softplus => "softplus",
        }
    }

    fn describe(&self) -> String {
        self.name().into()
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        single(inputs).map(<[usize]>::to_vec)
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(match self {
            Smooth::Sigmoid => Activation::Sigmoid,
            Smooth::Tanh => Activation::Tanh,
            Smooth::Softplus => Activation::Softplus,
        })
    }

    fn parts(&self) -> Parts<'_> {
        match self {
            Smooth::Sigmoid => Parts::Sigmoid,
            Smooth::Tanh => Parts::Tanh,
            Smooth::Softplus => Parts::Softplus,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Smooth::{Sigmoid, Softplus, Tanh};
    use crate::network::tables::{shapes, value};

    #[test]
    fn every_shape_stays_and_the_values_are_the_textbooks() {
        for curve in [Sigmoid, Tanh, Softplus] {
            shapes(&curve, &[(&[&[3]], Ok(&[3])), (&[&[2, 1, 3]], Ok(&[2, 1, 3])), (&[&[3], &[3]], Err("one input"))]);
        }
        let at = |curve| value(&curve, &[(&[3], &[0.0, 1.0, -800.0])]);
        let near = |found: Vec<f64>, wanted: [f64; 3]| {
            assert!(found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-15), "{found:?}");
        };
        near(at(Sigmoid), [0.5, 0.731_058_578_630_004_9, 0.0]);
        near(at(Tanh), [0.0, 0.761_594_155_955_764_9, -1.0]);
        near(at(Softplus), [std::f64::consts::LN_2, 1.313_261_687_518_222_8, 0.0]);
    }
}
