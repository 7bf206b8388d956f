//! Functions of the file, and operators that ONNX Runtime fuses, as the nodes they stand for.

use super::{
    messages::FunctionProto,
    node::{Node, Setting},
    refusal::{NODES, at, wrong},
};
use crate::formats::FormatError;
use std::collections::HashMap;

/// Functions within functions.
const DEPTH: usize = 16;

/// A function of the file.
pub struct Function {
    domain: String,
    name: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
    nodes: Vec<Node>,
}

impl Function {
    /// A function whose nodes have been read.
    pub fn new(proto: FunctionProto, nodes: Vec<Node>) -> Result<Function, FormatError> {
        if !proto.attribute_proto.is_empty() {
            return Err(wrong(format!(
                "its function \"{}\" has settings with defaults, which are not read",
                proto.name
            )));
        }
        let FunctionProto { domain, name, input, output, .. } = proto;
        Ok(Function { domain, name, inputs: input, outputs: output, nodes })
    }
}

/// Writes out every call; also gives the names of the functions that were called.
pub fn expand(nodes: Vec<Node>, functions: &[Function]) -> Result<(Vec<Node>, Vec<String>), FormatError> {
    let mut names = Vec::new();
    let (mut out, mut calls) = (Vec::new(), 0);
    for node in nodes {
        write(node, functions, 0, &mut calls, &mut out, &mut names)?;
    }
    Ok((out, names))
}

fn write(
    node: Node,
    functions: &[Function],
    depth: usize,
    calls: &mut usize,
    out: &mut Vec<Node>,
    names: &mut Vec<String>,
) -> Result<(), FormatError> {
    if out.len() >= NODES {
        return Err(wrong(format!("with its functions written out it has more than {NODES} nodes")));
    }
    let Some(function) = functions.iter().find(|f| f.domain == node.domain && f.name == node.op) else {
        out.extend(fused(node)?);
        return Ok(());
    };
    *calls += 1;
    if depth >= DEPTH || *calls > NODES {
        return Err(at(&node, format!("functions call each other more than {DEPTH} deep, or too often")));
    }
    if !names.contains(&function.name) {
        names.push(function.name.clone());
    }
    if node.inputs.len() > function.inputs.len() || node.outputs.len() > function.outputs.len() {
        return Err(at(&node, "the function it calls has fewer inputs or outputs"));
    }
    // What the call gives and takes keeps its name; the rest gets one that no other call has.
    let mut map: HashMap<&str, String> = HashMap::new();
    for (place, input) in function.inputs.iter().enumerate() {
        map.insert(input, node.inputs.get(place).cloned().unwrap_or_default());
    }
    for (place, output) in function.outputs.iter().enumerate() {
        if let Some(given) = node.outputs.get(place).filter(|name| !name.is_empty()) {
            map.insert(output, given.clone());
        }
    }
    let prefix = format!("{}#{}", node.name, *calls);
    let rename = |name: &String| match map.get(name.as_str()) {
        Some(given) => given.clone(),
        None if name.is_empty() => String::new(),
        None => format!("{prefix}/{name}"),
    };
    for inner in &function.nodes {
        let mut inner = inner.clone();
        inner.name = format!("{}/{}", node.name, inner.name);
        inner.inputs = inner.inputs.iter().map(rename).collect();
        inner.outputs = inner.outputs.iter().map(rename).collect();
        let mut settings = std::mem::take(&mut inner.settings);
        for (name, setting) in std::mem::take(&mut settings) {
            let Setting::OfCall(of) = setting else {
                inner.settings.insert(name, setting);
                continue;
            };
            if let Some(given) = node.settings.get(&of) {
                inner.settings.insert(name, given.clone());
            }
        }
        write(inner, functions, depth + 1, calls, out, names)?;
    }
    Ok(())
}

/// ONNX Runtime's FusedGemm and FusedConv as the operator and the activation they are made of; other nodes as they are.
fn fused(mut node: Node) -> Result<Vec<Node>, FormatError> {
    let plain = match (node.domain.as_str(), node.op.as_str()) {
        ("com.microsoft", "FusedGemm") => "Gemm",
        ("com.microsoft", "FusedConv") if node.inputs.len() <= 3 => "Conv",
        _ => return Ok(vec![node]),
    };
    let original = node.clone();
    let Some(Setting::Text(activation)) = node.settings.remove("activation") else {
        return Err(at(&original, "it does not name its activation"));
    };
    let alpha = match (node.settings.remove("activation_alpha"), node.settings.remove("activation_params")) {
        (Some(Setting::Float(alpha)), None) => Some(alpha),
        (None, Some(Setting::Floats(alpha))) if alpha.len() == 1 => Some(alpha[0]),
        (None, None) => None,
        _ => return Err(at(&original, "it has an activation whose settings are not read")),
    };
    node.settings.remove("activation_beta");
    node.settings.remove("activation_gamma");
    let settings = match (activation.as_str(), alpha) {
        ("LeakyRelu" | "Elu", Some(alpha)) => [("alpha".to_owned(), Setting::Float(alpha))].into(),
        ("Relu" | "Tanh" | "Sigmoid" | "Softplus" | "Elu", None) | ("LeakyRelu", None) => [].into(),
        _ => return Err(at(&original, format!("its activation {activation} with these settings is not read"))),
    };
    (node.op, node.domain, node.version) = (plain.to_owned(), String::new(), 13);
    let Some(output) = node.outputs.first().cloned() else { return Err(at(&original, "it makes no value")) };
    let between = format!("{output}#before");
    node.outputs = vec![between.clone()];
    let after = Node {
        name: format!("{}#activation", node.name),
        op: activation,
        domain: String::new(),
        version: 13,
        inputs: vec![between],
        outputs: vec![output],
        settings,
    };
    Ok(vec![node, after])
}
