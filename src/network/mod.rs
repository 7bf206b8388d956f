//! Networks: a graph of operators, each in its own file.
//!
//! Every operator plays one of three [`Role`]s: *affine* (a [`Map`] and a bias), *activation* (a [`Curves`](crate::activation::Curves)), or the
//! *sum* of its inputs. A bound method is a walk over the graph that speaks only to those roles, so a new operator
//! touches one file here and its line in the model format.

mod add;
mod avg_pool;
mod batch_norm;
mod conv2d;
mod flatten;
mod graph;
mod hash;
mod leaky_relu;
mod linear;
mod map;
mod normalize;
mod operator;
mod param_ramp;
mod relu;
mod reshape;

pub use add::Add;
pub use avg_pool::AvgPool;
pub use batch_norm::BatchNorm;
pub use conv2d::Conv2d;
pub use flatten::Flatten;
pub use graph::{Layer, Network, Node, NodeId};
pub use leaky_relu::LeakyRelu;
pub use linear::Linear;
pub use map::{Map, Window};
pub use normalize::Normalize;
pub use operator::{Affine, NetworkError, Operator, Role, Tensor};
pub use param_ramp::ParamRamp;
pub use relu::Relu;
pub use reshape::Reshape;
