//! Whole modules: a `torch.nn.Sequential` of standard layers holds all its settings; any other class holds its layers and not their order.

use super::{
    pickle::{At, Item, Pickle},
    refusal::{EXPORT, wrong},
    tensors::Tensors,
};
use crate::formats::{
    FormatError,
    ends::End,
    reading::{Answer, Asks, Choice},
    weights::{Named, Weights, short},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The class of an object, and its fields; `None` for what is no object of a class.
pub fn class(pickle: &Pickle, at: At) -> Option<(String, At)> {
    let (module, name, with, state) = pickle.made(at)?;
    let (module, name) = if name == "_reconstructor" {
        match pickle.list(with).and_then(|list| list.first()).map(|&class| pickle.get(class)) {
            Some(Item::Name(module, name)) => (module.as_str(), name.as_str()),
            _ => return None,
        }
    } else {
        (module, name)
    };
    if module == "torch._utils" || name.ends_with("Dict") || module == "argparse" {
        return None;
    }
    // The state of a class with slots is a pair.
    let state = state?;
    let fields = pickle.list(state).and_then(|pair| pair.first().copied()).unwrap_or(state);
    Some((format!("{module}.{name}"), fields))
}

/// Layers inside layers.
const DEEP: usize = 16;

/// What has been read of a Sequential.
struct Layers<'a, 'b> {
    pickle: &'a Pickle,
    tensors: &'a mut Tensors<'b>,
    weights: Weights,
    layers: Vec<Value>,
    end: Option<End>,
    /// Numbers that the first layer takes, where it says.
    inputs: Option<usize>,
    /// Channels, where the first layer with weights is a convolution.
    channels: Option<usize>,
}

/// Sizes of images that are tried, where the file does not say.
const SIDES: [usize; 8] = [28, 32, 8, 16, 64, 96, 128, 224];

/// Reads a whole module of that class.
///
/// # Errors
/// Other classes than Sequential, and layers that are not read.
pub fn read(
    pickle: &Pickle,
    whole: At,
    name: &str,
    tensors: &mut Tensors<'_>,
    choice: &Choice,
) -> Result<Answer, FormatError> {
    if name != "torch.nn.modules.container.Sequential" {
        let why = format!("it is a whole module of the class {}, whose forward code is not in the file", short(name));
        return Err(wrong(format!("{why}; save model.state_dict(), or {EXPORT}")));
    }
    let weights = Weights { format: "PyTorch module", ..Weights::default() };
    let mut read = Layers { pickle, tensors, weights, layers: Vec::new(), end: None, inputs: None, channels: None };
    read.module(whole, "", 0)?;
    // A Sigmoid at the very end makes shares of one logit.
    if read.end.is_none() && read.layers.last().is_some_and(|layer| layer["op"] == "sigmoid") {
        read.layers.pop();
        read.end = Some(End::Sigmoid);
    }
    let Layers { weights, layers, end, inputs, channels, .. } = read;
    let described = |shape: Value| json!({ "input_shape": shape, "layers": layers }).to_string();
    let with = |layers: String| {
        let choice = Choice { output: None, layers: Some(layers) };
        weights.clone().answer(&choice)
    };
    let given = choice.layers.clone();
    let answer = match (given, inputs, channels) {
        (Some(layers), ..) => with(layers)?,
        (None, Some(inputs), None) => with(described(json!([inputs])))?,
        (None, _, Some(channels)) => {
            let fits = |side: &&usize| with(described(json!([channels, side, side]))).is_ok();
            let side = SIDES.iter().find(fits);
            let Some(side) = side else {
                // What is wrong at the likeliest size.
                return with(described(json!([channels, SIDES[0], SIDES[0]])));
            };
            return Ok(Answer::Asks(Asks {
                format: "PyTorch module",
                producer: String::new(),
                needs: vec!["input_shape".into()],
                guess: json!({ "input_shape": [channels, side, side], "layers": layers }),
                why: "it is a Sequential of standard layers and does not say how large its images are".into(),
            }));
        }
        _ => return Err(wrong("it has no layer with weights")),
    };
    let Answer::Network(mut reading) = answer else { return Ok(answer) };
    reading.notes.retain(|note| !note.contains("layout that was given"));
    if let Some(end) = end {
        let name = end.name();
        reading.left_off.push(name.into());
        reading
            .notes
            .push(format!("{name} at the end left off: bounds and margins are those of the logits in front of it"));
        reading.own = Some(Arc::new(end));
    }
    Ok(Answer::Network(reading))
}

impl Layers<'_, '_> {
    fn module(&mut self, at: At, path: &str, deep: usize) -> Result<(), FormatError> {
        let Some((name, fields)) = class(self.pickle, at) else {
            return Err(wrong(format!("its layer \"{}\" is no module", short(path))));
        };
        let bad = |why: String| wrong(format!("its layer \"{}\" ({}): {why}", short(path), short(&name)));
        if deep > DEEP || self.layers.len() > 4096 {
            return Err(bad("modules are nested too deeply, or are too many".into()));
        }
        let Some(kind) = name.strip_prefix("torch.nn.modules.") else {
            return Err(bad(format!("a class of its own is not read; {EXPORT}")));
        };
        if self.end.is_some() && !kind.starts_with("dropout.") && !kind.ends_with(".Identity") {
            return Err(bad("it stands behind a Softmax or Sigmoid, which is read at the end only".into()));
        }
        if kind == "container.Sequential" {
            let modules =
                self.pickle.item(fields, "_modules").and_then(|modules| self.pickle.dict(modules)).unwrap_or_default();
            for &(name, module) in modules {
                let name = self.pickle.text(name).unwrap_or_default();
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                self.module(module, &path, deep + 1)?;
            }
            return Ok(());
        }
        let layer = self.layer(kind, fields, path).map_err(bad)?;
        if let Some(layer) = layer {
            self.layers.push(layer);
        }
        Ok(())
    }

    /// A field that is a whole number, or a pair of them.
    fn pair(&self, fields: At, name: &str) -> Result<[usize; 2], String> {
        let at = self.pickle.item(fields, name).ok_or_else(|| format!("it does not say its {name}"))?;
        let whole = |at: At| self.pickle.int(at).and_then(|value| usize::try_from(value).ok());
        let pair = match (whole(at), self.pickle.list(at)) {
            (Some(value), _) => Some([value, value]),
            (_, Some([a, b])) => whole(*a).zip(whole(*b)).map(|(a, b)| [a, b]),
            _ => None,
        };
        pair.ok_or_else(|| format!("its {name} is no pair of whole numbers"))
    }

    fn number(&self, fields: At, name: &str) -> Result<f64, String> {
        let at = self.pickle.item(fields, name).ok_or_else(|| format!("it does not say its {name}"))?;
        self.pickle.number(at).ok_or_else(|| format!("its {name} is no number"))
    }

    /// Takes a tensor of a layer; gives the name it stands under from now on.
    fn tensor(
        &mut self,
        fields: At,
        from: &str,
        name: &str,
        path: &str,
    ) -> Result<Option<(String, Vec<usize>)>, String> {
        let Some(at) = self.pickle.item(fields, from).and_then(|dict| self.pickle.item(dict, name)) else {
            return Ok(None);
        };
        if *self.pickle.get(at) == Item::Nothing {
            return Ok(None);
        }
        let read = self.tensors.read(at).map_err(|why| format!("its {name}: {why}"))?;
        let (shape, numbers) = read.ok_or_else(|| format!("its {name} holds whole numbers"))?;
        let full = format!("{path}.{name}");
        let values = self.weights.single(&numbers);
        self.weights.tensors.push(Named { name: full.clone(), shape: shape.clone(), values });
        Ok(Some((full, shape)))
    }

    /// A layer in the project's own description; `None` for one that does nothing, or is left off.
    fn layer(&mut self, kind: &str, fields: At, path: &str) -> Result<Option<Value>, String> {
        let mut layer = Map::new();
        let mut put = |name: &str, value: Value| drop(layer.insert(name.to_owned(), value));
        let op = match kind {
            "linear.Linear" | "conv.Conv2d" => {
                let conv = kind == "conv.Conv2d";
                let (weight, shape) = self.tensor(fields, "_parameters", "weight", path)?.ok_or("it has no weight")?;
                put("weight", json!(weight));
                if let Some((bias, _)) = self.tensor(fields, "_parameters", "bias", path)? {
                    put("bias", json!(bias));
                }
                let first = self.inputs.is_none() && self.channels.is_none();
                let inputs = shape.get(1).copied().unwrap_or(0);
                if !conv {
                    self.inputs = self.inputs.or(first.then_some(inputs));
                    "linear"
                } else {
                    let groups = self.pair(fields, "groups")?[0];
                    if self.pair(fields, "dilation")? != [1, 1] {
                        return Err(format!("dilation is not read here; {EXPORT}"));
                    }
                    if let Some(mode) = self.pickle.item(fields, "padding_mode").and_then(|at| self.pickle.text(at))
                        && mode != "zeros"
                    {
                        return Err(format!("its padding_mode {} is not read", short(mode)));
                    }
                    put("stride", json!(self.pair(fields, "stride")?));
                    put("padding", json!(self.pair(fields, "padding")?));
                    put("groups", json!(groups));
                    self.channels = self.channels.or(first.then_some(inputs * groups));
                    "conv2d"
                }
            }
            "batchnorm.BatchNorm1d" | "batchnorm.BatchNorm2d" => {
                for (from, name, to) in [
                    ("_parameters", "weight", "weight"),
                    ("_parameters", "bias", "bias"),
                    ("_buffers", "running_mean", "mean"),
                    ("_buffers", "running_var", "variance"),
                ] {
                    let tensor = self.tensor(fields, from, name, path)?;
                    put(to, json!(tensor.ok_or_else(|| format!("it has no {name}"))?.0));
                }
                put("stabilizer", json!(self.number(fields, "eps")?));
                "batch_norm"
            }
            "flatten.Flatten" => {
                let ends = [self.number(fields, "start_dim")?, self.number(fields, "end_dim")?];
                if ends != [1.0, -1.0] {
                    return Err("it flattens some axes only".into());
                }
                "flatten"
            }
            "activation.ReLU" => "relu",
            "activation.LeakyReLU" => {
                put("slope", json!(self.number(fields, "negative_slope")?));
                "leaky_relu"
            }
            "activation.ReLU6" | "activation.Hardtanh" => {
                put("low", json!(self.number(fields, "min_val")?));
                put("high", json!(self.number(fields, "max_val")?));
                "clip"
            }
            "activation.ELU" => {
                put("scale", json!(self.number(fields, "alpha")?));
                "elu"
            }
            "activation.Softplus" if self.number(fields, "beta")? == 1.0 => "softplus",
            "activation.Tanh" => "tanh",
            "activation.Sigmoid" => "sigmoid",
            "activation.Softmax" | "activation.LogSoftmax" => {
                self.end = Some(if kind == "activation.Softmax" { End::Softmax } else { End::LogSoftmax });
                return Ok(None);
            }
            "pooling.AvgPool2d" | "pooling.MaxPool2d" => {
                if self.pickle.item(fields, "ceil_mode").and_then(|at| self.pickle.int(at)).unwrap_or(0) != 0 {
                    return Err(format!("its ceil_mode is not read here; {EXPORT}"));
                }
                let kernel = self.pair(fields, "kernel_size")?;
                let padding = self.pair(fields, "padding")?;
                put("kernel", json!(kernel));
                put("stride", json!(self.pair(fields, "stride").unwrap_or(kernel)));
                put("padding", json!(padding));
                if kind == "pooling.MaxPool2d" {
                    if self.pair(fields, "dilation")? != [1, 1] {
                        return Err(format!("dilation is not read here; {EXPORT}"));
                    }
                    "max_pool"
                } else {
                    let counted =
                        self.pickle.item(fields, "count_include_pad").and_then(|at| self.pickle.int(at)).unwrap_or(1)
                            != 0;
                    if padding != [0, 0] && !counted {
                        return Err(format!("an average that does not count its padding is not read here; {EXPORT}"));
                    }
                    "avg_pool"
                }
            }
            "dropout.Dropout"
            | "dropout.Dropout1d"
            | "dropout.Dropout2d"
            | "dropout.AlphaDropout"
            | "linear.Identity" => return Ok(None),
            _ => return Err(format!("this layer is not read; {EXPORT}")),
        };
        put("op", json!(op));
        Ok(Some(Value::Object(layer)))
    }
}
