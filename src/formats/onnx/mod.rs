//! ONNX out: a network as a file that other tools read.
//!
//! `protobuf` writes the wire format, `graph` the messages of onnx.proto, `write` turns layers into standard operators.

mod graph;
mod protobuf;
mod write;

pub use write::{Rounded, onnx_rounded, write_onnx};
