//! How a file is refused: as a whole, or at a node.

use super::node::Node;
use crate::formats::{FormatError, malformed};

/// The word for errors.
pub const FORMAT: &str = "ONNX";
/// Most nodes of a graph.
pub const NODES: usize = 20_000;

/// An error about the file as a whole.
pub fn wrong(why: impl Into<String>) -> FormatError {
    malformed(FORMAT, why)
}

/// An error about a node.
pub fn at(node: &Node, why: impl Into<String>) -> FormatError {
    FormatError::Node { node: node.label(), why: why.into() }
}
