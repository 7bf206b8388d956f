//! Networks: a graph of operators, each in its own file.
//!
//! Every operator plays one of four [`Role`]s: *affine* (a [`Map`] and a bias), *activation* (an [`Activation`](crate::activation::Activation)), the
//! *sum* of its inputs, or the *largest* of each of its windows. A bound method is a walk over the graph that speaks only to those roles, so a new operator
//! touches one file here and its line in the model format.

mod add;
mod avg_pool;
mod batch_norm;
mod clip;
mod conv2d;
mod elu;
mod flatten;
mod graph;
mod hash;
mod leaky_relu;
mod linear;
mod map;
mod max_pool;
mod normalize;
mod operator;
mod param_ramp;
mod parts;
mod query;
mod relu;
mod reshape;
mod smooth;
#[cfg(test)]
mod tables;

pub use add::Add;
pub use avg_pool::AvgPool;
pub use batch_norm::BatchNorm;
pub use clip::Clip;
pub use conv2d::Conv2d;
pub use elu::Elu;
pub use flatten::Flatten;
pub use graph::{Layer, Network, Node, NodeId};
pub use leaky_relu::LeakyRelu;
pub use linear::Linear;
pub use map::{Map, Window};
pub use max_pool::MaxPool;
pub use normalize::Normalize;
pub use operator::{Affine, NetworkError, Operator, Role, Tensor};
pub use param_ramp::ParamRamp;
pub use parts::{Parts, Sliding};
pub use query::{Clause, Part, Query, Row, f32_above, f32_below};
pub use relu::Relu;
pub use reshape::Reshape;
pub use smooth::{
    Smooth,
    Smooth::{Sigmoid, Softplus, Tanh},
};
