//! The messages of onnx.proto that an exported network needs, with their field numbers.
//!
//! Source: onnx/onnx.proto of ONNX 1.8, the release of opset 13 and of IR version 7.

use super::protobuf::Message;

/// Version of the file's structure.
const IR_VERSION: i64 = 7;
/// Version of the operators.
pub(super) const OPSET: i64 = 13;
/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// A setting of a node. The value of `AttributeProto.type` stands beside each kind.
pub(super) enum Attribute<'a> {
    /// FLOAT = 1.
    Float(f32),
    /// INT = 2.
    Int(usize),
    /// INTS = 7.
    Ints(&'a [usize]),
}

/// A graph being written: nodes in the order in which they are added, which must be topological.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<Message>,
    initializers: Vec<Message>,
}

/// A size or setting as protobuf holds it. Nothing in a network comes near 2⁶³.
fn integer(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl Graph {
    /// Adds a `NodeProto` with one output. The node is named after it.
    pub(super) fn node(&mut self, op: &str, inputs: &[&str], output: &str, attributes: &[(&str, Attribute<'_>)]) {
        let node = Message::new()
            .each(inputs, |node, input| node.text(1, input))
            .text(2, output)
            .text(3, output)
            .text(4, op)
            .each(attributes, |node, (name, value)| node.message(5, &attribute(name, value)));
        self.nodes.push(node);
    }

    /// Adds a `TensorProto` of single-precision numbers, each with the bits it has here; returns its name.
    pub(super) fn floats(&mut self, name: String, shape: &[usize], values: &[f32]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(name, shape, FLOAT, &bytes)
    }

    /// Adds a `TensorProto` of integers with one axis; returns its name.
    pub(super) fn integers(&mut self, name: String, values: &[i64]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(name, &[values.len()], INT64, &bytes)
    }

    fn initializer(&mut self, name: String, shape: &[usize], kind: i64, bytes: &[u8]) -> String {
        let dims = Message::new().each(shape, |tensor, &size| tensor.int(1, integer(size)));
        self.initializers.push(dims.int(2, kind).text(8, &name).raw(9, bytes));
        name
    }

    /// The `ModelProto` of the finished graph: its one input and one output by name and shape (without the batch, which
    /// both have in front and whose size is left open), and what a reader may want to know, by key.
    pub(super) fn model(self, input: (&str, &[usize]), output: (&str, &[usize]), about: &[(&str, &str)]) -> Message {
        let graph = Message::new()
            .each(&self.nodes, |graph, node| graph.message(1, node))
            .text(2, "boundscope")
            .each(&self.initializers, |graph, tensor| graph.message(5, tensor))
            .message(11, &value(input))
            .message(12, &value(output));
        Message::new()
            .int(1, IR_VERSION)
            .text(2, env!("CARGO_PKG_NAME"))
            .text(3, env!("CARGO_PKG_VERSION"))
            .message(7, &graph)
            // The default domain, whose name is empty: standard operators alone.
            .message(8, &Message::new().text(1, "").int(2, OPSET))
            .each(about, |model, (key, value)| model.message(14, &Message::new().text(1, key).text(2, value)))
    }
}

/// An `AttributeProto`.
fn attribute(name: &str, value: &Attribute<'_>) -> Message {
    let named = Message::new().text(1, name);
    match value {
        Attribute::Float(value) => named.float(2, *value).int(20, 1),
        Attribute::Int(value) => named.int(3, integer(*value)).int(20, 2),
        Attribute::Ints(values) => named.each(*values, |m, &value| m.int(8, integer(value))).int(20, 7),
    }
}

/// A `ValueInfoProto`: a tensor of single-precision numbers whose first axis is the batch.
fn value((name, shape): (&str, &[usize])) -> Message {
    let batch = Message::new().text(2, "batch");
    let dims = Message::new()
        .message(1, &batch)
        .each(shape, |dims, &size| dims.message(1, &Message::new().int(1, integer(size))));
    let tensor = Message::new().int(1, FLOAT).message(2, &dims);
    Message::new().text(1, name).message(2, &Message::new().message(1, &tensor))
}
