//! The graph that a Keras model is written out as: ONNX's operators, with values channels last as Keras has them.

use crate::formats::onnx::{Node, Setting, Tensor};
use std::collections::{BTreeMap, HashMap};

/// Version of the operators that are written.
pub const OPSET: i64 = 13;

/// A value: its name, and how many axes it has, with the batch.
#[derive(Clone, Debug)]
pub struct Value {
    pub name: String,
    pub rank: usize,
}

/// Nodes and constants so far.
#[derive(Default)]
pub struct Nodes {
    pub nodes: Vec<Node>,
    pub tensors: HashMap<String, Tensor>,
    /// The layer that nodes are named after.
    pub layer: String,
}

impl Nodes {
    /// Adds a constant; returns its name.
    pub fn constant(&mut self, tensor: Tensor) -> String {
        let name = format!("{}/constant {}", self.layer, self.tensors.len());
        self.tensors.insert(name.clone(), tensor);
        name
    }

    /// Adds an operator on named values; returns what it makes.
    pub fn add(&mut self, op: &str, inputs: &[&str], settings: &[(&str, Setting)]) -> String {
        let output = format!("{}/{} {}", self.layer, op, self.nodes.len());
        let settings: BTreeMap<String, Setting> =
            settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.nodes.push(Node {
            name: self.layer.clone(),
            op: op.to_owned(),
            domain: String::new(),
            version: OPSET,
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            outputs: vec![output.clone()],
            settings,
        });
        output
    }

    /// Channels of an image from last to first.
    pub fn first(&mut self, image: &str) -> String {
        self.add("Transpose", &[image], &[("perm", Setting::Ints(vec![0, 3, 1, 2]))])
    }

    /// Channels of an image from first to last.
    pub fn last(&mut self, image: &str) -> String {
        self.add("Transpose", &[image], &[("perm", Setting::Ints(vec![0, 2, 3, 1]))])
    }
}
