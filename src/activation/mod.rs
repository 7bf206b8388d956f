//! The rules of activations: value, status over a range, the lines that hold it there, and how those move. Scalar functions, generic over
//! [`Real`]; networks, kernels, backends and bounds all stand on them.
//!
//! `rule` is the frame. Each rule is one file that fills it: `curve` (ReLU, LeakyReLU, ParamRamp), `clip`, and `sigmoid`, `tanh`, `elu` and
//! `softplus` (which share `curved`). `layer` lists them.

mod clip;
mod curve;
mod curved;
mod elu;
mod exponential;
mod layer;
mod lines;
mod outward;
mod real;
mod rule;
mod sigmoid;
mod softplus;
mod status;
mod tanh;
#[cfg(test)]
mod tests;

pub use clip::Clip;
pub use curve::{Curve, Curves};
pub use elu::Elu;
pub(crate) use layer::by_rule;
pub use layer::{Activation, Neuron, Rules};
pub use lines::{Line, Lines, Side, Strategy};
pub(crate) use outward::{UNIT, down, greater, lesser, product, sum, up};
pub use real::Real;
pub(crate) use rule::{Outward, choices, gap_around, lines_gradient};
pub use rule::{Rule, lines, status, touching};
pub use sigmoid::Sigmoid;
pub use softplus::Softplus;
pub use status::{Status, StatusCounts, count_statuses};
pub use tanh::Tanh;
