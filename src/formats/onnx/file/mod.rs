//! An ONNX file taken apart: its graph in an order in which every node comes after those it reads, functions written out.

pub mod expand;
pub mod messages;
pub mod node;
pub mod operators;
mod refusal;
pub mod tensor;

pub use refusal::{at, wrong};

use super::super::FormatError;
use messages::{
    FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, SparseTensorProto, TensorName, TensorProto,
    ValueInfoProto,
};
use node::{Node, shown};
use prost::{Message, bytes::Bytes};
use refusal::NODES;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tensor::{External, Tensor};

/// Versions of ONNX's own operators that are read.
const OPSETS: std::ops::RangeInclusive<i64> = 6..=28;
/// Newest version of the file's structure that is read.
const IR: i64 = 16;
/// Most inputs, outputs and imports.
const FEW: usize = 4096;

/// An input or an output of the graph.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// `TensorProto.DataType` of its numbers; 0 where it does not say.
    pub code: i32,
    /// Its shape, where it has one; a size that is free is `None`.
    pub dims: Option<Vec<Option<usize>>>,
}

/// A tensor of the file, not opened yet.
#[derive(Clone, Debug)]
enum Closed {
    /// Open after all: of a graph that was put together here.
    Open(Tensor),
    Dense(Bytes),
    Sparse(Bytes),
}

/// A graph.
#[derive(Debug)]
pub struct Graph {
    /// Who wrote the file.
    pub producer: String,
    /// Version of ONNX's own operators.
    pub opset: i64,
    /// Nodes, each after those it reads.
    pub nodes: Vec<Node>,
    /// Inputs that are not weights.
    pub inputs: Vec<Value>,
    /// Outputs, in the file's order.
    pub outputs: Vec<Value>,
    /// Functions that were written out, by name.
    pub functions: Vec<String>,
    tensors: HashMap<String, Closed>,
}

impl Graph {
    /// Opens a file.
    ///
    /// # Errors
    /// Bytes that are no ONNX model; versions that are not known; nodes that do not form a graph.
    pub fn open(bytes: &[u8]) -> Result<Graph, FormatError> {
        let model = ModelProto::decode(Bytes::copy_from_slice(bytes)).map_err(damaged)?;
        let Some(ir) = model.ir_version else { return Err(wrong("it names no IR version: no ONNX model")) };
        if !(1..=IR).contains(&ir) {
            return Err(wrong(format!("its IR version is {ir}; 1 to {IR} are read")));
        }
        let versions = versions(&model.opset_import)?;
        let Some(&opset) = versions.get("") else {
            return Err(wrong("it does not say which opset it is written in (opset_import); export it again"));
        };
        if !OPSETS.contains(&opset) {
            let (from, to) = (OPSETS.start(), OPSETS.end());
            return Err(wrong(format!(
                "its opset is {opset}; {from} to {to} are read: export with another opset_version"
            )));
        }
        let graph = model.graph.ok_or_else(|| wrong("it holds no graph"))?;
        let mut tensors = tensors(&graph)?;
        let inputs = values(&graph.input)?.into_iter().filter(|input| !tensors.contains_key(&input.name)).collect();
        let outputs = values(&graph.output)?;
        let nodes = nodes(&graph.node, &versions)?;
        let functions = model.functions.iter().map(|bytes| {
            let function = FunctionProto::decode(bytes.clone()).map_err(damaged)?;
            let versions = self::versions(&function.opset_import)?;
            let nodes = nodes_of(&function.node, &versions)?;
            expand::Function::new(function, nodes)
        });
        if model.functions.len() > FEW {
            return Err(wrong(format!("it has {} functions; at most {FEW} are read", model.functions.len())));
        }
        let functions = functions.collect::<Result<Vec<_>, FormatError>>()?;
        let (nodes, written) = expand::expand(nodes, &functions)?;
        let producer = [model.producer_name, model.producer_version];
        let producer = shown(producer.join(" ").trim());
        let mut graph = Graph { producer, opset, nodes, inputs, outputs, functions: written, tensors: HashMap::new() };
        std::mem::swap(&mut graph.tensors, &mut tensors);
        graph.sort()?;
        Ok(graph)
    }

    /// A graph put together from another format: its nodes, its constants, its one input with its shape, its one output.
    ///
    /// # Errors
    /// Nodes that do not form a graph.
    pub fn assembled(
        producer: String,
        opset: i64,
        nodes: Vec<Node>,
        tensors: HashMap<String, Tensor>,
        (input, dims): (&str, Vec<Option<usize>>),
        output: &str,
    ) -> Result<Graph, FormatError> {
        let single = 1;
        let inputs = vec![Value { name: input.to_owned(), code: single, dims: Some(dims) }];
        let outputs = vec![Value { name: output.to_owned(), code: single, dims: None }];
        let tensors = tensors.into_iter().map(|(name, tensor)| (name, Closed::Open(tensor))).collect();
        let mut graph = Graph { producer, opset, nodes, inputs, outputs, functions: Vec::new(), tensors };
        graph.sort()?;
        Ok(graph)
    }

    /// Whether the file holds a tensor of that name.
    pub fn holds(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Opens a tensor of the file; a sparse one is written out up to `limit` numbers.
    ///
    /// # Errors
    /// One that is damaged, or of a type that weights cannot have.
    pub fn tensor(&self, name: &str, limit: usize, external: &mut External<'_>) -> Result<Tensor, FormatError> {
        let bad = |why: String| wrong(format!("tensor \"{}\": {why}", shown(name)));
        match self.tensors.get(name) {
            None => Err(bad("the file does not hold it".into())),
            Some(Closed::Open(tensor)) => Ok(tensor.clone()),
            Some(Closed::Dense(bytes)) => {
                let proto = TensorProto::decode(bytes.clone()).map_err(damaged)?;
                tensor::read(&proto, external).map_err(bad)
            }
            Some(Closed::Sparse(bytes)) => {
                let proto = SparseTensorProto::decode(bytes.clone()).map_err(damaged)?;
                tensor::read_sparse(&proto, limit, external).map_err(bad)
            }
        }
    }

    /// Puts the nodes in an order in which each comes after those it reads.
    fn sort(&mut self) -> Result<(), FormatError> {
        let mut made: HashMap<&str, Option<usize>> = HashMap::new();
        for name in self.inputs.iter().map(|input| input.name.as_str()).chain(self.tensors.keys().map(String::as_str)) {
            made.insert(name, None);
        }
        for (place, node) in self.nodes.iter().enumerate() {
            for output in node.outputs.iter().filter(|output| !output.is_empty()) {
                if made.insert(output, Some(place)).is_some() {
                    return Err(at(node, format!("it makes the value \"{}\", which is there already", shown(output))));
                }
            }
        }
        let mut waiting = vec![0usize; self.nodes.len()];
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (place, node) in self.nodes.iter().enumerate() {
            for input in node.inputs.iter().filter(|input| !input.is_empty()) {
                match made.get(input.as_str()) {
                    None => {
                        return Err(at(
                            node,
                            format!("it reads \"{}\", which nothing in the file makes", shown(input)),
                        ));
                    }
                    Some(None) => {}
                    Some(Some(maker)) => {
                        waiting[place] += 1;
                        readers[*maker].push(place);
                    }
                }
            }
        }
        if let Some(output) = self.outputs.iter().find(|output| !made.contains_key(output.name.as_str())) {
            return Err(wrong(format!("nothing in it makes its output \"{}\"", shown(&output.name))));
        }
        let mut order: Vec<usize> = (0..self.nodes.len()).filter(|&place| waiting[place] == 0).collect();
        let mut next = 0;
        while next < order.len() {
            for &reader in &readers[order[next]] {
                waiting[reader] -= 1;
                if waiting[reader] == 0 {
                    order.push(reader);
                }
            }
            next += 1;
        }
        if let Some(stuck) = waiting.iter().position(|&count| count > 0) {
            return Err(at(
                &self.nodes[stuck],
                "it needs its own value, directly or through others: the graph has a cycle",
            ));
        }
        let mut nodes: Vec<Option<Node>> = std::mem::take(&mut self.nodes).into_iter().map(Some).collect();
        self.nodes = order.into_iter().filter_map(|place| nodes[place].take()).collect();
        Ok(())
    }

    /// The nodes that lead to a value, in order.
    pub fn leading_to(&self, value: &str) -> Vec<&Node> {
        let mut wanted = HashSet::from([value]);
        let mut found = Vec::new();
        for node in self.nodes.iter().rev() {
            if node.outputs.iter().any(|output| !output.is_empty() && wanted.contains(output.as_str())) {
                wanted.extend(node.inputs.iter().map(String::as_str));
                found.push(node);
            }
        }
        found.reverse();
        found
    }
}

/// What the protobuf reader found.
fn damaged(error: prost::DecodeError) -> FormatError {
    wrong(format!("its structure is damaged or cut short: {error}"))
}

fn few(what: &str, count: usize) -> Result<(), FormatError> {
    if count <= FEW { Ok(()) } else { Err(wrong(format!("it has {count} {what}; at most {FEW} are read"))) }
}

/// Versions of operators by domain; ONNX's own is "".
fn versions(imports: &[OperatorSetIdProto]) -> Result<HashMap<String, i64>, FormatError> {
    few("imports", imports.len())?;
    let name = |domain: &str| if domain == "ai.onnx" { String::new() } else { domain.to_owned() };
    Ok(imports.iter().map(|import| (name(&import.domain), import.version)).collect())
}

fn nodes(all: &[Bytes], versions: &HashMap<String, i64>) -> Result<Vec<Node>, FormatError> {
    nodes_of(all, versions)
}

fn nodes_of(all: &[Bytes], versions: &HashMap<String, i64>) -> Result<Vec<Node>, FormatError> {
    if all.len() > NODES {
        return Err(wrong(format!("it has {} nodes; at most {NODES} are read", all.len())));
    }
    let read = all.iter().map(|bytes| {
        let proto = NodeProto::decode(bytes.clone()).map_err(damaged)?;
        let domain = if proto.domain == "ai.onnx" { "" } else { proto.domain.as_str() };
        let version = versions.get(domain).copied().unwrap_or(0);
        Node::read(proto, version).map_err(wrong)
    });
    read.collect()
}

fn values(all: &[Bytes]) -> Result<Vec<Value>, FormatError> {
    few("inputs or outputs", all.len())?;
    let read = all.iter().map(|bytes| {
        let proto = ValueInfoProto::decode(bytes.clone()).map_err(damaged)?;
        let tensor = proto.r#type.and_then(|of| of.tensor_type);
        let size = |value: Option<i64>| value.and_then(|size| usize::try_from(size).ok()).filter(|&size| size > 0);
        let dims = tensor.as_ref().and_then(|tensor| tensor.shape.as_ref());
        let dims = dims.map(|shape| shape.dim.iter().map(|dim| size(dim.dim_value)).collect());
        Ok(Value { name: proto.name, code: tensor.map_or(0, |tensor| tensor.elem_type), dims })
    });
    read.collect()
}

fn tensors(graph: &GraphProto) -> Result<HashMap<String, Closed>, FormatError> {
    let mut tensors = HashMap::new();
    let dense = graph.initializer.iter().map(|bytes| {
        let name = TensorName::decode(bytes.clone()).map_err(damaged)?.name;
        Ok::<_, FormatError>((name, Closed::Dense(bytes.clone())))
    });
    let sparse = graph.sparse_initializer.iter().map(|bytes| {
        let proto = SparseTensorProto::decode(bytes.clone()).map_err(damaged)?;
        Ok((proto.values.map(|values| values.name).unwrap_or_default(), Closed::Sparse(bytes.clone())))
    });
    if graph.initializer.len() + graph.sparse_initializer.len() > 4 * NODES {
        return Err(wrong(format!("it has {} tensors; at most {} are read", graph.initializer.len(), 4 * NODES)));
    }
    for entry in dense.chain(sparse) {
        let (name, closed) = entry?;
        if tensors.contains_key(&name) {
            return Err(wrong(format!("two tensors are named \"{}\"", shown(&name))));
        }
        tensors.insert(name, closed);
    }
    Ok(tensors)
}

/// A file beside the model, read once however many tensors lie in it.
pub fn beside<'a>(read: &'a dyn Fn(&str) -> Option<Vec<u8>>) -> impl FnMut(&str) -> Result<Arc<Vec<u8>>, String> + 'a {
    let mut held: HashMap<String, Arc<Vec<u8>>> = HashMap::new();
    move |location| {
        let inside = !location.is_empty()
            && !location.starts_with(['/', '\\'])
            && !location.contains([':', '\0'])
            && !location.split(['/', '\\']).any(|part| part == "..");
        if !inside {
            return Err(format!(
                "its data lie in \"{}\", outside the model's folder; that is not followed",
                shown(location)
            ));
        }
        if let Some(bytes) = held.get(location) {
            return Ok(bytes.clone());
        }
        let name = shown(location);
        let bytes = read(location).ok_or_else(|| {
            format!("its data lie in the file \"{name}\" beside the model, which is not there; put it there, or export with the weights inside")
        })?;
        let bytes = Arc::new(bytes);
        held.insert(location.to_owned(), bytes.clone());
        Ok(bytes)
    }
}
