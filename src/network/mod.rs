//! Networks: a graph of operators, each in its own file.

mod curve;

pub use curve::Curve;
