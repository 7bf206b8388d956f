//! ONNX files that a test makes, node by node.

use super::random::Rng;
use prost::Message;

/// The messages that a small graph takes, as onnx.proto has them.
#[derive(Clone, PartialEq, Message)]
pub struct Model {
    #[prost(int64, tag = "1")]
    pub ir: i64,
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    pub opsets: Vec<Opset>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Opset {
    #[prost(string, tag = "1")]
    pub domain: String,
    #[prost(int64, tag = "2")]
    pub version: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub nodes: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    pub tensors: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub inputs: Vec<Port>,
    #[prost(message, repeated, tag = "12")]
    pub outputs: Vec<Port>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Node {
    #[prost(string, repeated, tag = "1")]
    pub inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub outputs: Vec<String>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub op: String,
    #[prost(message, repeated, tag = "5")]
    pub settings: Vec<Setting>,
    #[prost(string, tag = "7")]
    pub domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Setting {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(float, optional, tag = "2")]
    pub float: Option<f32>,
    #[prost(int64, optional, tag = "3")]
    pub int: Option<i64>,
    #[prost(bytes = "vec", optional, tag = "4")]
    pub text: Option<Vec<u8>>,
    #[prost(int64, repeated, tag = "8")]
    pub ints: Vec<i64>,
    #[prost(int32, tag = "20")]
    pub kind: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, tag = "1")]
    pub dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub kind: i32,
    #[prost(float, repeated, tag = "4")]
    pub floats: Vec<f32>,
    #[prost(int64, repeated, tag = "7")]
    pub ints: Vec<i64>,
    #[prost(string, tag = "8")]
    pub name: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Port {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub kind: Option<Type>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Type {
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    #[prost(int32, tag = "1")]
    pub kind: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub dims: Vec<Dim>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Dim {
    #[prost(int64, optional, tag = "1")]
    pub size: Option<i64>,
}

/// A graph under construction: "x" comes in with a free batch, what the last node makes goes out.
pub struct Made {
    pub graph: Graph,
    rng: Rng,
}

pub fn port(name: &str, kind: i32, dims: &[Option<i64>]) -> Port {
    let dims = dims.iter().map(|&size| Dim { size }).collect();
    Port { name: name.into(), kind: Some(Type { tensor: Some(TensorType { kind, shape: Some(Shape { dims }) }) }) }
}

impl Made {
    pub fn new(sample: &[i64]) -> Self {
        let dims: Vec<Option<i64>> = std::iter::once(None).chain(sample.iter().map(|&size| Some(size))).collect();
        let graph = Graph { nodes: vec![], tensors: vec![], inputs: vec![port("x", 1, &dims)], outputs: vec![] };
        Made { graph, rng: Rng::new(7) }
    }

    /// A tensor of random numbers.
    pub fn random(mut self, name: &str, dims: &[i64]) -> Self {
        let count = dims.iter().product::<i64>() as usize;
        let floats = (0..count).map(|_| self.rng.between(-1.0, 1.0)).collect();
        self.graph.tensors.push(Tensor { dims: dims.to_vec(), kind: 1, floats, ints: vec![], name: name.into() });
        self
    }

    pub fn floats(mut self, name: &str, dims: &[i64], values: &[f32]) -> Self {
        self.graph.tensors.push(Tensor {
            dims: dims.to_vec(),
            kind: 1,
            floats: values.to_vec(),
            ints: vec![],
            name: name.into(),
        });
        self
    }

    pub fn ints(mut self, name: &str, values: &[i64]) -> Self {
        let dims = vec![values.len() as i64];
        self.graph.tensors.push(Tensor { dims, kind: 7, floats: vec![], ints: values.to_vec(), name: name.into() });
        self
    }

    /// A node: "op in in > out", and its settings.
    pub fn node(mut self, words: &str, settings: &[(&str, S)]) -> Self {
        let (left, out) = words.split_once(" > ").expect("an output");
        let mut left = left.split(' ');
        let op = left.next().expect("an operator").to_owned();
        let settings = settings.iter().map(|(name, value)| value.named(name)).collect();
        let inputs = left.map(|name| if name == "-" { String::new() } else { name.to_owned() }).collect();
        self.graph.nodes.push(Node {
            inputs,
            outputs: vec![out.into()],
            name: format!("n_{out}"),
            op,
            settings,
            domain: String::new(),
        });
        self
    }

    pub fn bytes(mut self, opset: i64) -> Vec<u8> {
        let last = self.graph.nodes.last().expect("a node").outputs[0].clone();
        self.graph.outputs.push(port(&last, 1, &[]));
        let opsets = vec![Opset { domain: String::new(), version: opset }];
        Model { ir: 8, graph: Some(self.graph), opsets }.encode_to_vec()
    }
}

/// A setting's value.
pub enum S {
    F(f32),
    I(i64),
    T(&'static str),
    L(&'static [i64]),
}

impl S {
    fn named(&self, name: &str) -> Setting {
        let mut setting = Setting { name: name.into(), float: None, int: None, text: None, ints: vec![], kind: 0 };
        match self {
            S::F(value) => (setting.float, setting.kind) = (Some(*value), 1),
            S::I(value) => (setting.int, setting.kind) = (Some(*value), 2),
            S::T(value) => (setting.text, setting.kind) = (Some(value.as_bytes().to_vec()), 3),
            S::L(value) => (setting.ints, setting.kind) = (value.to_vec(), 7),
        }
        setting
    }
}
