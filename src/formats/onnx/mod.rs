//! ONNX in and out.
//!
//! Out: `protobuf` writes the wire format, `graph` the messages of onnx.proto, `write` turns layers into standard operators. In, in builds
//! that have it: `file` opens a file and orders its graph, `compute` knows the operators on numbers, `lower` turns them into layers,
//! `ending` finds the logits, `own` evaluates the file's own graph, `read` puts it together.

#[cfg(feature = "readers")]
mod compute;
#[cfg(feature = "readers")]
mod ending;
#[cfg(feature = "readers")]
mod file;
mod graph;
#[cfg(feature = "readers")]
mod lower;
#[cfg(feature = "readers")]
mod own;
mod protobuf;
#[cfg(feature = "readers")]
mod read;
mod write;

#[cfg(feature = "readers")]
pub(super) use file::{
    Graph,
    node::{Node, Setting},
    tensor::Tensor,
};
#[cfg(feature = "readers")]
pub(super) use read::{network, read};
pub use write::{Rounded, onnx_rounded, write_onnx};
