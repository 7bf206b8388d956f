//! The rule of one neuron's activation: its value, its status over a range, the two lines that hold it there, and how those
//! move. Scalar functions, generic over [`Real`]; networks, kernels, backends and bounds all stand on them.

mod curve;
mod lines;
mod lines_gradient;
mod real;
mod status;

pub use curve::{Curve, Curves};
pub use lines::{Line, Lines, Side, Strategy, lines, touching};
pub(crate) use lines_gradient::{bend_slope_at, lines_gradient, slope_at};
pub use real::Real;
pub use status::{Status, StatusCounts, count_statuses, status};
