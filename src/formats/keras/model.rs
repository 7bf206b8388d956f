//! A Keras model's config: which layers read which.

use super::{
    layers::{self, Layer},
    nodes::{Nodes, Value},
    refusal::refuse,
    settings::{Settings, shown},
    weights::{Weights, snake},
};
use crate::formats::{FormatError, weights::short};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// Most layers of a model, those of models inside it counted.
const LAYERS: usize = 2000;
/// Deepest model inside a model.
const DEPTH: usize = 8;

/// A model as it is written out.
pub struct Model<'a> {
    /// Operators and constants so far.
    pub nodes: Nodes,
    weights: &'a Weights,
    layers: usize,
}

/// A layer as the config has it.
struct Entry<'a> {
    class: &'a str,
    name: &'a str,
    config: &'a Map<String, Json>,
    /// The layers that each call of this one reads, with the number of their call.
    calls: Vec<Vec<(String, usize)>>,
}

/// What a whole model reads and makes.
pub struct Ends {
    /// The input's shape behind the batch; a free size is `None`.
    pub input: Vec<Option<usize>>,
    /// The value that is the model's output.
    pub output: Value,
}

impl<'a> Model<'a> {
    /// A model of which nothing is written yet.
    pub fn new(weights: &'a Weights) -> Model<'a> {
        Model { nodes: Nodes::default(), weights, layers: 0 }
    }

    /// Writes a whole model out, from the name of its input.
    ///
    /// # Errors
    /// The layer that is not read, and why.
    pub fn whole(&mut self, config: &Json, input: &str) -> Result<Ends, FormatError> {
        let entries = entries(config)?;
        let shape = input_shape(config, &entries)?;
        let start = Value { name: input.to_owned(), rank: shape.len() + 1 };
        let output = self.container(config, &entries, "", &[start], 0)?;
        Ok(Ends { input: shape, output })
    }

    /// Writes the layers of a container out.
    fn container(
        &mut self,
        config: &Json,
        entries: &[Entry<'_>],
        path: &str,
        inputs: &[Value],
        depth: usize,
    ) -> Result<Value, FormatError> {
        self.layers += entries.len();
        if depth > DEPTH || self.layers > LAYERS {
            return Err(refuse(format!("it has more than {LAYERS} layers, or models more than {DEPTH} deep")));
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        let places: Vec<String> = entries.iter().map(|entry| place(&mut counts, entry.class)).collect();
        if class(config)? == "Sequential" {
            let [input] = inputs else { return Err(refuse("a chain of layers is given several inputs")) };
            let mut value = input.clone();
            for (entry, place) in entries.iter().zip(&places) {
                value = self.layer(entry, place, path, &[value], depth)?;
            }
            return Ok(value);
        }
        let ends = |key: &str| {
            let list = config.pointer(&format!("/config/{key}")).unwrap_or(&Json::Null);
            ends(list).ok_or_else(|| refuse(format!("its {key} are not named")))
        };
        let (first, last) = (ends("input_layers")?, ends("output_layers")?);
        if first.len() != inputs.len() {
            return Err(refuse(format!("it has {} inputs; networks of one are read", first.len())));
        }
        let [last] = &last[..] else {
            return Err(refuse(format!("it has {} outputs; networks of one are read", last.len())));
        };
        let mut known: HashMap<(String, usize), Value> = first.into_iter().zip(inputs.iter().cloned()).collect();
        // Layers stand in any order: each round writes those whose inputs are there.
        let mut open: Vec<(usize, usize)> = entries
            .iter()
            .enumerate()
            .flat_map(|(at, entry)| (0..entry.calls.len()).map(move |call| (at, call)))
            .collect();
        open.retain(|&(at, call)| !known.contains_key(&(entries[at].name.to_owned(), call)));
        while !known.contains_key(last) {
            let before = open.len();
            let mut left = Vec::new();
            for (at, call) in open {
                let entry = &entries[at];
                let read: Option<Vec<Value>> = entry.calls[call].iter().map(|key| known.get(key).cloned()).collect();
                match read {
                    Some(read) if !read.is_empty() => {
                        let value = self.layer(entry, &places[at], path, &read, depth)?;
                        known.insert((entry.name.to_owned(), call), value);
                    }
                    _ => left.push((at, call)),
                }
            }
            if left.len() == before {
                return Err(refuse(format!("its output layer \"{}\" does not depend on its input", short(&last.0))));
            }
            open = left;
        }
        known.remove(last).ok_or_else(|| refuse("its output is not made"))
    }

    /// Writes one layer out, or the model that it is.
    fn layer(
        &mut self,
        entry: &Entry<'_>,
        place: &str,
        path: &str,
        inputs: &[Value],
        depth: usize,
    ) -> Result<Value, FormatError> {
        if matches!(entry.class, "Sequential" | "Functional" | "Model") {
            let config = serde_json::json!({ "class_name": entry.class, "config": entry.config });
            let entries = entries(&config)?;
            return self.container(&config, &entries, &self.weights.inside(path, place), inputs, depth + 1);
        }
        let layer = Layer {
            class: entry.class,
            settings: Settings::new(entry.config),
            weights: self.weights.of(path, place, entry.name)?,
        };
        self.nodes.layer = short(entry.name);
        layers::write(&mut self.nodes, layer, inputs).map_err(|why| FormatError::Node {
            node: format!("layer \"{}\" ({})", short(entry.name), short(entry.class)),
            why,
        })
    }
}

/// A layer's place in its container: its class, counted.
fn place(counts: &mut HashMap<String, usize>, class: &str) -> String {
    let snake = snake(class);
    let count = counts.entry(snake.clone()).or_default();
    *count += 1;
    if *count == 1 { snake } else { format!("{snake}_{}", *count - 1) }
}

fn class(config: &Json) -> Result<&str, FormatError> {
    match config.get("class_name").and_then(Json::as_str) {
        Some(class @ ("Sequential" | "Functional" | "Model")) => Ok(class),
        Some(other) => Err(refuse(format!(
            "it is of the class \"{}\", whose code is not in the file; models of layers (Sequential, Functional) are read. Export ONNX: model.export(\"model.onnx\", format=\"onnx\")",
            short(other)
        ))),
        None => Err(refuse("its config does not say what it is (class_name)")),
    }
}

/// The layers of a model.
fn entries(config: &Json) -> Result<Vec<Entry<'_>>, FormatError> {
    class(config)?;
    // Keras 2.0 had a chain's layers where their object now stands.
    let inner = config.get("config").unwrap_or(&Json::Null);
    let list = inner.get("layers").unwrap_or(inner).as_array();
    let list = list.ok_or_else(|| refuse("its config holds no list of layers"))?;
    list.iter()
        .map(|layer| {
            let text = |key: &str| layer.get(key).and_then(Json::as_str);
            let class = text("class_name").ok_or_else(|| refuse("a layer in its config has no class_name"))?;
            let config = layer.get("config").and_then(Json::as_object);
            let config = config.ok_or_else(|| refuse(format!("the layer of class \"{}\" has no config", short(class))))?;
            let name = text("name").or_else(|| config.get("name").and_then(Json::as_str)).unwrap_or(class);
            let package = text("registered_name").filter(|name| name.contains('>') && !name.starts_with("keras"));
            if let Some(package) = package {
                return Err(refuse(format!(
                    "the layer \"{}\" is of the class \"{}\", whose code is not in the file; export ONNX: model.export(\"model.onnx\", format=\"onnx\")",
                    short(name),
                    short(package)
                )));
            }
            let calls = layer.get("inbound_nodes").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            let calls = calls.iter().map(|call| {
                let mut read = Vec::new();
                sources(call, &mut read, 0).map(|()| read).map_err(|why| refuse(format!("the layer \"{}\" {why}", short(name))))
            });
            let mut calls = calls.collect::<Result<Vec<_>, FormatError>>()?;
            if calls.is_empty() {
                // An input is there without a call.
                calls.push(Vec::new());
            }
            Ok(Entry { class, name, config, calls })
        })
        .collect()
}

/// The layers that a call reads: `["dense", 0, 0, {}]` in Keras 2, a tensor with its `keras_history` in Keras 3, in lists of any depth.
fn sources(call: &Json, out: &mut Vec<(String, usize)>, depth: usize) -> Result<(), String> {
    if depth > 8 {
        return Err("reads values in lists that lie too deep".into());
    }
    match call {
        Json::Array(all) => match &all[..] {
            [Json::String(name), Json::Number(call), Json::Number(output), rest @ ..] => {
                if output.as_u64() != Some(0) {
                    return Err("reads the second output of another layer, which is not read".into());
                }
                if rest.iter().any(|with| with.as_object().is_some_and(|with| with.values().any(is_set))) {
                    return Err("is called with further arguments, which are not read".into());
                }
                let call = call.as_u64().and_then(|call| usize::try_from(call).ok());
                out.push((name.clone(), call.ok_or("reads a call that is no number")?));
                Ok(())
            }
            all => all.iter().try_for_each(|one| sources(one, out, depth + 1)),
        },
        Json::Object(object) => {
            if let Some(history) = call.pointer("/config/keras_history") {
                return sources(history, out, depth + 1);
            }
            if object.get("kwargs").and_then(Json::as_object).is_some_and(|with| with.values().any(is_set)) {
                return Err("is called with further arguments, which are not read".into());
            }
            object.get("args").map_or(Ok(()), |args| sources(args, out, depth + 1))
        }
        other => Err(format!("is called with {}, which is not read", shown(other))),
    }
}

/// Whether an argument says something: not null, false or empty.
fn is_set(value: &Json) -> bool {
    !matches!(value, Json::Null | Json::Bool(false)) && value.as_object().is_none_or(|map| !map.is_empty())
}

/// Ends of a model: `["in", 0, 0]` or a list of them.
fn ends(list: &Json) -> Option<Vec<(String, usize)>> {
    let one = |value: &Json| match value.as_array()?.as_slice() {
        [Json::String(name), Json::Number(call), ..] => Some((name.clone(), usize::try_from(call.as_u64()?).ok()?)),
        _ => None,
    };
    one(list).map(|one| vec![one]).or_else(|| list.as_array()?.iter().map(one).collect())
}

/// The shape of a model's input, behind the batch.
fn input_shape(config: &Json, entries: &[Entry<'_>]) -> Result<Vec<Option<usize>>, FormatError> {
    let of = |config: &Map<String, Json>| {
        let shape = config.get("batch_shape").or_else(|| config.get("batch_input_shape"))?.as_array()?.clone();
        Some(shape)
    };
    let shape = entries.iter().find_map(|entry| of(entry.config));
    let built = || {
        let built = config.pointer("/config/build_input_shape").or_else(|| config.pointer("/build_config/input_shape"));
        built.and_then(Json::as_array).cloned()
    };
    let shape = shape.or_else(built).ok_or_else(|| {
        refuse("it does not say the shape of its input; build the model with an Input layer before saving it")
    })?;
    let sizes = shape.iter().skip(1).map(|size| match size {
        Json::Null => Ok(None),
        size => size.as_u64().and_then(|size| usize::try_from(size).ok()).filter(|&size| size > 0).map(Some).ok_or(()),
    });
    let sizes = sizes.collect::<Result<Vec<_>, ()>>().ok().filter(|sizes| !sizes.is_empty() && sizes.len() <= 4);
    sizes.ok_or_else(|| refuse(format!("the shape of its input is {}", shown(&Json::Array(shape)))))
}
