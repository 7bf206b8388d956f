//! ParamRamp: LeakyReLU that bends back at a learned r (the paper's activation, §5).

use super::leaky_relu::check_slope;
use super::operator::{Operator, Role, Tensor, expect_len, single};
use super::parts::Parts;
use crate::activation::{Activation, Curves};
use std::sync::Arc;

/// η·z below 0, z up to r, η·z + (1 − η)·r beyond; r per neuron.
#[derive(Clone, Debug)]
pub struct ParamRamp {
    /// η in [0, 1).
    pub slope: f64,
    /// r > 0 of each neuron.
    pub bend: Arc<[f32]>,
    /// Shape of `bend`, that of the layer.
    pub shape: Vec<usize>,
}

impl Operator for ParamRamp {
    fn name(&self) -> &'static str {
        "param_ramp"
    }

    fn describe(&self) -> String {
        format!("ParamRamp({})", self.slope)
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        check_slope(self.slope)?;
        let shape = single(inputs)?;
        if shape != self.shape {
            return Err(format!("bend has shape {:?}, its input {shape:?}", self.shape));
        }
        expect_len("bend", self.bend.len(), shape.iter().product())?;
        if let Some(index) = self.bend.iter().position(|&r| r.is_nan() || r <= 0.0) {
            return Err(format!("bend[{index}] is {}, must be above 0", self.bend[index]));
        }
        Ok(shape.to_vec())
    }

    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Activation(Activation::Curves(Curves { slope: self.slope, bend: Some(self.bend.clone()) }))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::ParamRamp { slope: self.slope }
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        vec![Tensor { name: "bend", shape: self.shape.clone(), values: &self.bend }]
    }
}

#[cfg(test)]
mod tests {
    use super::ParamRamp;
    use crate::network::tables::{shapes, value};

    #[test]
    fn every_neuron_bends_back_at_its_own_place() {
        let ramp = |slope: f64, bend: [f32; 2]| ParamRamp { slope, bend: bend.into(), shape: vec![2] };
        shapes(
            &ramp(0.5, [1.0, 4.0]),
            &[
                (&[&[2]], Ok(&[2])),
                (&[&[3]], Err("bend has shape [2], its input [3]")),
                (&[&[2, 1, 1]], Err("its input [2, 1, 1]")),
                (&[&[2], &[2]], Err("one input")),
            ],
        );
        for bend in [0.0, -1.0, f32::NAN] {
            shapes(&ramp(0.5, [1.0, bend]), &[(&[&[2]], Err("bend[1]"))]);
        }
        shapes(&ramp(1.0, [1.0, 1.0]), &[(&[&[2]], Err("slope is 1"))]);
        shapes(&ParamRamp { shape: vec![3], ..ramp(0.5, [1.0, 1.0]) }, &[(&[&[3]], Err("bend has 2 values, needs 3"))]);
        let at = |z: f64| value(&ramp(0.5, [1.0, 4.0]), &[(&[2], &[z, z])]);
        // η·z + (1 − η)·r beyond r.
        assert_eq!([at(-2.0), at(0.5), at(6.0)], [[-1.0, -1.0], [0.5, 0.5], [3.5, 5.0]]);
    }
}
