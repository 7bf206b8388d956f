//! The `boundscope` description of a model: a list of layers by name.

use super::{FormatError, malformed};
use crate::{few::sort_few, network::*};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// Tensors of a file by name: shape and values.
pub(super) type Tensors = HashMap<String, (Vec<usize>, Arc<[f32]>)>;

/// Words that `op` may be.
const KNOWN: &str =
    "linear, conv2d, flatten, reshape, normalize, batch_norm, avg_pool, add, relu, leaky_relu, param_ramp";

/// The network's input in a layer's `inputs`.
const INPUT: &str = "input";

#[derive(Deserialize)]
struct Description {
    input_shape: Vec<usize>,
    layers: Vec<LayerDescription>,
}

/// One layer. Which fields it needs depends on `op`.
#[derive(Deserialize)]
struct LayerDescription {
    op: String,
    /// A name that later layers may use in `inputs`.
    name: Option<String>,
    /// Names of the layers it reads; the layer before where absent.
    inputs: Option<Vec<String>>,
    weight: Option<String>,
    bias: Option<String>,
    bend: Option<String>,
    mean: Option<String>,
    std: Option<String>,
    variance: Option<String>,
    stabilizer: Option<f64>,
    slope: Option<f64>,
    stride: Option<[usize; 2]>,
    padding: Option<[usize; 2]>,
    kernel: Option<[usize; 2]>,
    groups: Option<usize>,
    shape: Option<Vec<usize>>,
}

/// A layer being read: its description, its place and the file's tensors.
struct Reader<'a> {
    layer: usize,
    description: &'a LayerDescription,
    tensors: &'a Tensors,
}

impl Reader<'_> {
    fn wrong(&self, why: impl Into<String>) -> FormatError {
        FormatError::Layer { layer: self.layer, op: self.description.op.clone(), why: why.into() }
    }

    fn need<T: Clone>(&self, field: &str, value: &Option<T>) -> Result<T, FormatError> {
        value.clone().ok_or_else(|| self.wrong(format!("needs the field \"{field}\"")))
    }

    fn tensor(&self, field: &str, name: &Option<String>) -> Result<(Vec<usize>, Arc<[f32]>), FormatError> {
        let name = self.need(field, name)?;
        self.tensors.get(&name).cloned().ok_or_else(|| {
            let mut held: Vec<&str> = self.tensors.keys().map(String::as_str).collect();
            sort_few(&mut held, |a, b| a.cmp(b));
            FormatError::MissingTensor {
                layer: self.layer,
                op: self.description.op.clone(),
                tensor: name,
                held: held.join(", "),
            }
        })
    }

    fn vector(&self, field: &str, name: &Option<String>) -> Result<Arc<[f32]>, FormatError> {
        let (shape, values) = self.tensor(field, name)?;
        if shape.len() != 1 {
            return Err(self.wrong(format!("{field} has shape {shape:?}, needs one axis")));
        }
        Ok(values)
    }

    fn optional_vector(&self, field: &str, name: &Option<String>) -> Result<Option<Arc<[f32]>>, FormatError> {
        name.as_ref().map(|_| self.vector(field, name)).transpose()
    }

    fn operator(&self) -> Result<Arc<dyn Operator>, FormatError> {
        let layer = self.description;
        let [stride, padding] = [layer.stride.unwrap_or([1, 1]), layer.padding.unwrap_or([0, 0])];
        Ok(match layer.op.as_str() {
            "linear" => {
                let (shape, weight) = self.tensor("weight", &layer.weight)?;
                let &[outputs, inputs] = shape.as_slice() else {
                    return Err(self.wrong(format!("weight has shape {shape:?}, needs [outputs, inputs]")));
                };
                Arc::new(Linear { outputs, inputs, weight, bias: self.optional_vector("bias", &layer.bias)? })
            }
            "conv2d" => {
                let (shape, weight) = self.tensor("weight", &layer.weight)?;
                let &[outputs, per_group, height, width] = shape.as_slice() else {
                    return Err(self.wrong(format!("weight has shape {shape:?}, needs four axes")));
                };
                let groups = layer.groups.unwrap_or(1);
                let inputs = per_group.checked_mul(groups).ok_or_else(|| self.wrong("groups is too large"))?;
                let (kernel, bias) = ([height, width], self.optional_vector("bias", &layer.bias)?);
                Arc::new(Conv2d { outputs, inputs, kernel, stride, padding, groups, weight, bias })
            }
            "flatten" => Arc::new(Flatten),
            "reshape" => Arc::new(Reshape { shape: self.need("shape", &layer.shape)? }),
            "normalize" => {
                Arc::new(Normalize { mean: self.vector("mean", &layer.mean)?, std: self.vector("std", &layer.std)? })
            }
            "batch_norm" => Arc::new(BatchNorm {
                weight: self.vector("weight", &layer.weight)?,
                bias: self.vector("bias", &layer.bias)?,
                mean: self.vector("mean", &layer.mean)?,
                variance: self.vector("variance", &layer.variance)?,
                stabilizer: self.need("stabilizer", &layer.stabilizer)?,
            }),
            "avg_pool" => {
                let kernel = self.need("kernel", &layer.kernel)?;
                Arc::new(AvgPool { kernel, stride: layer.stride.unwrap_or(kernel), padding })
            }
            "add" => Arc::new(Add),
            "relu" => Arc::new(Relu),
            "leaky_relu" => Arc::new(LeakyRelu { slope: self.need("slope", &layer.slope)? }),
            "param_ramp" => {
                let (shape, bend) = self.tensor("bend", &layer.bend)?;
                Arc::new(ParamRamp { slope: self.need("slope", &layer.slope)?, bend, shape })
            }
            op => return Err(FormatError::UnknownOp { layer: self.layer, op: op.to_owned(), known: KNOWN }),
        })
    }
}

/// Builds a network from its description and tensors.
pub(super) fn build(description: &str, tensors: &Tensors) -> Result<Network, FormatError> {
    let description: Description = serde_json::from_str(description)
        .map_err(|error| malformed("model description", format!("{error}; see \"Files\" in the README")))?;
    let mut network = Network::new(&description.input_shape)?;
    let mut names = HashMap::from([(INPUT.to_owned(), 0)]);
    for (layer, description) in description.layers.iter().enumerate() {
        let reader = Reader { layer, description, tensors };
        let inputs = match &description.inputs {
            None => vec![layer],
            Some(inputs) => {
                let find = |name: &String| {
                    names
                        .get(name)
                        .copied()
                        .ok_or_else(|| reader.wrong(format!("no earlier layer is named \"{name}\"")))
                };
                inputs.iter().map(find).collect::<Result<_, _>>()?
            }
        };
        let id = network.push_from(reader.operator()?, &inputs)?;
        if let Some(name) = &description.name
            && names.insert(name.clone(), id).is_some()
        {
            return Err(reader.wrong(format!("the name \"{name}\" is taken")));
        }
    }
    if network.nodes().len() == 1 {
        return Err(NetworkError::Empty("layers").into());
    }
    Ok(network)
}

/// A tensor to be written: name, shape, values.
pub(super) type NamedTensor = (String, Vec<usize>, Vec<f32>);

/// Writes a network as a description and named tensors.
pub(super) fn describe(network: &Network) -> (Value, Vec<NamedTensor>) {
    let mut tensors = Vec::new();
    let mut layers = Vec::new();
    let nodes = network.nodes();
    let mut named = vec![false; nodes.len()];
    for (layer, node) in nodes[1..].iter().enumerate() {
        if node.inputs != [layer] {
            node.inputs.iter().for_each(|&input| named[input] = true);
        }
    }
    let name = |id: usize| if id == 0 { INPUT.to_owned() } else { format!("layer{}", id - 1) };
    for (layer, node) in nodes[1..].iter().enumerate() {
        let Some(operator) = &node.operator else { continue };
        let mut entry = serde_json::Map::from_iter([("op".to_owned(), json!(operator.name()))]);
        for tensor in operator.tensors() {
            let key = format!("{layer}.{}", tensor.name);
            entry.insert(tensor.name.to_owned(), json!(key));
            tensors.push((key, tensor.shape, tensor.values.to_vec()));
        }
        entry.extend(operator.settings());
        if named[layer + 1] {
            entry.insert("name".to_owned(), json!(name(layer + 1)));
        }
        if node.inputs != [layer] {
            entry.insert("inputs".to_owned(), json!(node.inputs.iter().map(|&id| name(id)).collect::<Vec<_>>()));
        }
        layers.push(Value::Object(entry));
    }
    (json!({ "input_shape": nodes[0].shape, "layers": layers }), tensors)
}
