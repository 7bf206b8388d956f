//! The end of a classifier: what turns its logits into probabilities or labels, and is left off.

use super::file::{Graph, node::Node};
use std::collections::HashMap;

/// Where a graph's logits are.
pub struct Ending {
    /// The value that holds the logits.
    pub logits: String,
    /// Operators left off, from the last to the first.
    pub left_off: Vec<String>,
}

/// Finds the value in front of a last Softmax, LogSoftmax, Sigmoid, ArgMax or ZipMap, whatever only changes its shape in between.
///
/// # Errors
/// An end over the inputs of a batch: a sentence.
pub fn ending(graph: &Graph, output: &str, batched: bool) -> Result<Ending, String> {
    let makers: HashMap<&str, &Node> =
        graph.nodes.iter().flat_map(|node| node.outputs.iter().map(move |name| (name.as_str(), node))).collect();
    let mut ending = Ending { logits: output.to_owned(), left_off: Vec::new() };
    let mut at = output;
    while let Some(node) = makers.get(at) {
        let Some(first) = node.inputs.first() else { break };
        let own = node.domain.is_empty();
        match node.op.as_str() {
            "Softmax" | "LogSoftmax" | "Sigmoid" | "ArgMax" if own => {
                let old = node.version < 13 && node.op != "ArgMax";
                let none = if node.op == "ArgMax" {
                    0
                } else if old {
                    1
                } else {
                    -1
                };
                if batched && node.op != "Sigmoid" && node.int("axis")?.unwrap_or(none) == 0 {
                    return Err(format!(
                        "{}: it runs over the inputs of a batch (axis 0); export it with axis 1",
                        node.label()
                    ));
                }
                ending.left_off.push(node.op.clone());
                ending.logits.clone_from(first);
            }
            "ZipMap" if node.domain == "ai.onnx.ml" => {
                ending.left_off.push(node.op.clone());
                ending.logits.clone_from(first);
            }
            "Identity" | "Cast" | "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten" if own => {}
            // [1 − p, p]: two classes of one logit.
            "Concat" if own && node.inputs.len() == 2 => {
                let (rest, p) = (&node.inputs[0], &node.inputs[1]);
                let complement = makers.get(rest.as_str());
                if !complement.is_some_and(|node| node.op == "Sub" && node.inputs.get(1) == Some(p)) {
                    break;
                }
                at = p;
                continue;
            }
            _ => break,
        }
        at = first;
    }
    Ok(ending)
}
