//! The file's own graph, evaluated node by node in f64: what its reading as a network is held against. Knows nothing of that reading.

use super::{
    compute::{self, args::Args},
    file::{
        Graph, at,
        tensor::{External, Kind, Tensor},
        wrong,
    },
};
use crate::formats::{FormatError, reading::Own};
use std::collections::{HashMap, HashSet};

/// Most numbers of a value.
const LIMIT: usize = 1 << 26;

/// A graph with all its constants opened.
pub struct Evaluation {
    graph: Graph,
    constants: HashMap<String, Tensor>,
    input: String,
    dims: Vec<usize>,
    batch: usize,
    logits: (String, Vec<usize>),
    output: String,
}

impl Evaluation {
    /// A graph with its input's name and shape (`batch` inputs, the first axis where it is more than one), the value that holds its
    /// logits with that value's shape, and its output.
    ///
    /// # Errors
    /// Constants that cannot be opened.
    pub fn new(
        graph: Graph,
        (input, dims, batch): (String, Vec<usize>, usize),
        logits: (String, Vec<usize>),
        output: String,
        external: &mut External<'_>,
    ) -> Result<Evaluation, FormatError> {
        let mut constants = HashMap::new();
        for node in graph.leading_to(&output) {
            for name in node.inputs.iter().filter(|name| graph.holds(name)) {
                if !constants.contains_key(name) {
                    constants.insert(name.clone(), graph.tensor(name, LIMIT, external)?);
                }
            }
        }
        Ok(Evaluation { graph, constants, input, dims, batch, logits, output })
    }

    /// The output's numbers for one input, from a value that is known.
    fn from(&self, name: &str, dims: &[usize], one: &[f64]) -> Result<Vec<f64>, FormatError> {
        let copies = dims.iter().product::<usize>().checked_div(one.len()).unwrap_or(0);
        if one.len() * copies != dims.iter().product::<usize>() {
            return Err(wrong(format!("{} numbers do not fit the value \"{name}\" of shape {dims:?}", one.len())));
        }
        let start = Tensor::new(dims.to_vec(), Kind::Single, one.repeat(copies));
        let mut values = HashMap::from([(name, start)]);
        let mut wanted = HashSet::from([self.output.as_str()]);
        let mut nodes = Vec::new();
        for node in self.graph.nodes.iter().rev() {
            let needed = |output: &String| wanted.contains(output.as_str()) && output != name;
            if node.outputs.iter().any(needed) {
                wanted.extend(node.inputs.iter().map(String::as_str));
                nodes.push(node);
            }
        }
        for node in nodes.into_iter().rev() {
            let inputs = node.inputs.iter().map(|input| match input.as_str() {
                "" => Ok(None),
                input => values.get(input).or_else(|| self.constants.get(input)).cloned().map(Some).ok_or(input),
            });
            let inputs: Result<Vec<_>, &str> = inputs.collect();
            let inputs = inputs.map_err(|input| at(node, format!("it needs \"{input}\", which is not known there")))?;
            let made = compute::run(&Args { node, inputs: &inputs, limit: LIMIT }, &mut |_| {
                Err("its data lie elsewhere".into())
            });
            for (output, value) in node.outputs.iter().zip(made.map_err(|why| at(node, why))?) {
                values.insert(output, value);
            }
        }
        let found = values.get(self.output.as_str()).ok_or_else(|| wrong("its output is not computed"))?;
        // Copies of one input give copies of one output.
        let rows = if self.batch > 1 && found.dims.first() == Some(&self.batch) { self.batch } else { 1 };
        Ok(found.values[..found.values.len() / rows].to_vec())
    }
}

impl Own for Evaluation {
    fn outputs(&self, input: &[f64]) -> Option<Result<Vec<f64>, FormatError>> {
        Some(self.from(&self.input, &self.dims, input))
    }

    fn finish(&self, logits: &[f64]) -> Result<Vec<f64>, FormatError> {
        self.from(&self.logits.0, &self.logits.1, logits)
    }
}
