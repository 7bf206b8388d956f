//! LeakyReLU: z above 0, η·z below.

use super::operator::{Operator, Role, single};
use crate::activation::Curves;
use serde_json::json;

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
        Role::Activation(Curves { slope: self.slope, bend: None })
    }

    fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::from_iter([("slope".to_owned(), json!(self.slope))])
    }
}
