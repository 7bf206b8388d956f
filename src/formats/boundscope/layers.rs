//! The `boundscope` description of a model: a list of layers by name.

use super::container::{TRAINING, Tensors};
use crate::{
    formats::{
        FormatError,
        limits::{OUTPUTS, PARAMETERS, VALUES},
        malformed,
        text::read_json,
    },
    network::*,
};
use serde_json::{Map as Fields, Value, json};
use std::{collections::HashMap, sync::Arc};

/// What `op` may be, and the fields that each of them has beside [`COMMON`]. Any other field is refused: what nobody reads would
/// make another network of the file than its writer meant.
const OPERATORS: [(&str, &[&str]); 17] = [
    ("linear", &["weight", "bias"]),
    ("conv2d", &["weight", "bias", "stride", "padding", "groups"]),
    ("flatten", &[]),
    ("reshape", &["shape"]),
    ("normalize", &["mean", "std"]),
    ("batch_norm", &["weight", "bias", "mean", "variance", "stabilizer"]),
    ("avg_pool", &["kernel", "stride", "padding"]),
    ("max_pool", &["kernel", "stride", "padding"]),
    ("add", &[]),
    ("relu", &[]),
    ("leaky_relu", &["slope"]),
    ("param_ramp", &["bend", "slope"]),
    ("clip", &["low", "high"]),
    ("sigmoid", &[]),
    ("tanh", &[]),
    ("elu", &["scale"]),
    ("softplus", &[]),
];

/// Fields that every layer may have: its operator, a name that later layers may use, and the names of the layers it reads (the layer
/// before where absent).
const COMMON: [&str; 3] = ["op", "name", "inputs"];

/// Fields of the description itself. `info` is for people: anything may stand in it, and nothing reads it.
const TOP: [&str; 4] = ["input_shape", "layers", "info", TRAINING];

/// The network's input in a layer's `inputs`.
const INPUT: &str = "input";

/// The word for errors.
const WHAT: &str = "model description";

fn unreadable(why: impl std::fmt::Display) -> FormatError {
    malformed(WHAT, format!("{why}; see \"Files\" in the README"))
}

fn unknown(layer: usize, op: &str) -> FormatError {
    FormatError::UnknownOp { layer, op: op.to_owned(), known: OPERATORS.map(|(op, _)| op).join(", ") }
}

/// A value as an error shows it.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A layer being read: its fields, its place and the file's tensors.
struct Layer<'a> {
    layer: usize,
    op: &'a str,
    fields: &'a Fields<String, Value>,
    tensors: &'a Tensors<'a>,
}

impl<'a> Layer<'a> {
    /// The layer at a place of the list, every field known by name.
    fn new(layer: usize, value: &'a Value, tensors: &'a Tensors<'a>) -> Result<Self, FormatError> {
        let fields =
            value.as_object().ok_or_else(|| unreadable(format!("layer {layer} is {}, no object", shown(value))))?;
        let op = fields.get("op").and_then(Value::as_str);
        let op = op.ok_or_else(|| unreadable(format!("layer {layer} has no \"op\" that names its operator")))?;
        let own = OPERATORS.iter().find(|(known, _)| *known == op).ok_or_else(|| unknown(layer, op))?.1;
        let read = Layer { layer, op, fields, tensors };
        match fields.keys().find(|field| !own.contains(&field.as_str()) && !COMMON.contains(&field.as_str())) {
            None => Ok(read),
            Some(field) => {
                let known: Vec<&str> = own.iter().chain(&COMMON).copied().collect();
                Err(read.wrong(format!("the field \"{field}\" is unknown; a {op} has {}", known.join(", "))))
            }
        }
    }

    fn wrong(&self, why: impl Into<String>) -> FormatError {
        FormatError::Layer { layer: self.layer, op: self.op.to_owned(), why: why.into() }
    }

    /// The value of a field, `None` where it is absent or null.
    fn field(&self, field: &str) -> Option<&'a Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    fn need(&self, field: &str) -> Result<&'a Value, FormatError> {
        self.field(field).ok_or_else(|| self.wrong(format!("needs the field \"{field}\"")))
    }

    fn must_be(&self, field: &str, value: &Value, wanted: &str) -> FormatError {
        self.wrong(format!("{field} is {}, must be {wanted}", shown(value)))
    }

    fn text(&self, field: &str, value: &'a Value) -> Result<&'a str, FormatError> {
        value.as_str().ok_or_else(|| self.must_be(field, value, "a text"))
    }

    fn number(&self, field: &str) -> Result<f64, FormatError> {
        let value = self.need(field)?;
        value.as_f64().ok_or_else(|| self.must_be(field, value, "a number"))
    }

    fn pair(&self, field: &str) -> Result<Option<[usize; 2]>, FormatError> {
        let Some(value) = self.field(field) else { return Ok(None) };
        let pair = sizes(value).and_then(|sizes| sizes.try_into().ok());
        pair.ok_or_else(|| self.must_be(field, value, "a list of two whole numbers, down and to the right")).map(Some)
    }

    fn tensor(&self, field: &str) -> Result<(Vec<usize>, Arc<[f32]>), FormatError> {
        let name = self.text(field, self.need(field)?)?;
        match self.tensors.get(name) {
            Some((shape, Ok(values))) => Ok((shape, values)),
            Some((_, Err(dtype))) => {
                Err(self
                    .wrong(format!("{field} is the tensor \"{name}\", which is {dtype:?}; Boundscope reads F32 only")))
            }
            None => Err(FormatError::MissingTensor {
                layer: self.layer,
                op: self.op.to_owned(),
                tensor: name.to_owned(),
                held: self.tensors.told(),
            }),
        }
    }

    fn vector(&self, field: &str) -> Result<Arc<[f32]>, FormatError> {
        let (shape, values) = self.tensor(field)?;
        if shape.len() != 1 {
            return Err(self.wrong(format!("{field} has shape {shape:?}, needs one axis")));
        }
        Ok(values)
    }

    fn optional_vector(&self, field: &str) -> Result<Option<Arc<[f32]>>, FormatError> {
        self.field(field).map(|_| self.vector(field)).transpose()
    }

    /// Kernel, stride (the kernel where absent) and padding (none where absent).
    fn pooling(&self) -> Result<[[usize; 2]; 3], FormatError> {
        self.need("kernel")?;
        let kernel = self.pair("kernel")?.unwrap_or([1, 1]);
        Ok([kernel, self.pair("stride")?.unwrap_or(kernel), self.pair("padding")?.unwrap_or([0, 0])])
    }

    fn operator(&self) -> Result<Arc<dyn Operator>, FormatError> {
        Ok(match self.op {
            "linear" => {
                let (shape, weight) = self.tensor("weight")?;
                let &[outputs, inputs] = shape.as_slice() else {
                    return Err(self.wrong(format!("weight has shape {shape:?}, needs [outputs, inputs]")));
                };
                Arc::new(Linear { outputs, inputs, weight, bias: self.optional_vector("bias")? })
            }
            "conv2d" => {
                let (shape, weight) = self.tensor("weight")?;
                let &[outputs, per_group, height, width] = shape.as_slice() else {
                    return Err(self.wrong(format!("weight has shape {shape:?}, needs four axes")));
                };
                let groups = match self.field("groups") {
                    None => 1,
                    Some(value) => size(value).ok_or_else(|| self.must_be("groups", value, "a whole number"))?,
                };
                let inputs = per_group.checked_mul(groups).ok_or_else(|| self.wrong("groups is too large"))?;
                let [stride, padding] =
                    [self.pair("stride")?.unwrap_or([1, 1]), self.pair("padding")?.unwrap_or([0, 0])];
                let (kernel, bias) = ([height, width], self.optional_vector("bias")?);
                Arc::new(Conv2d { outputs, inputs, kernel, stride, padding, groups, weight, bias })
            }
            "flatten" => Arc::new(Flatten),
            "reshape" => {
                let value = self.need("shape")?;
                let shape = sizes(value).ok_or_else(|| self.must_be("shape", value, "a list of whole numbers"))?;
                Arc::new(Reshape { shape })
            }
            "normalize" => Arc::new(Normalize { mean: self.vector("mean")?, std: self.vector("std")? }),
            "batch_norm" => Arc::new(BatchNorm {
                weight: self.vector("weight")?,
                bias: self.vector("bias")?,
                mean: self.vector("mean")?,
                variance: self.vector("variance")?,
                stabilizer: self.number("stabilizer")?,
            }),
            "avg_pool" => {
                let [kernel, stride, padding] = self.pooling()?;
                Arc::new(AvgPool { kernel, stride, padding })
            }
            "max_pool" => {
                let [kernel, stride, padding] = self.pooling()?;
                Arc::new(MaxPool { kernel, stride, padding })
            }
            "add" => Arc::new(Add),
            "relu" => Arc::new(Relu),
            "leaky_relu" => Arc::new(LeakyRelu { slope: self.number("slope")? }),
            "param_ramp" => {
                let (shape, bend) = self.tensor("bend")?;
                Arc::new(ParamRamp { slope: self.number("slope")?, bend, shape })
            }
            "clip" => {
                let end =
                    |field: &str, absent| if self.field(field).is_some() { self.number(field) } else { Ok(absent) };
                Arc::new(Clip { low: end("low", f64::NEG_INFINITY)?, high: end("high", f64::INFINITY)? })
            }
            "sigmoid" => Arc::new(Sigmoid),
            "tanh" => Arc::new(Tanh),
            "elu" => Arc::new(Elu { scale: self.number("scale")? }),
            "softplus" => Arc::new(Softplus),
            op => return Err(unknown(self.layer, op)),
        })
    }

    /// The nodes it reads.
    fn inputs(&self, names: &HashMap<&str, NodeId>) -> Result<Vec<NodeId>, FormatError> {
        let Some(value) = self.field("inputs") else { return Ok(vec![self.layer]) };
        let list = value.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| self.must_be("inputs", value, "a list of names of earlier layers"))?;
        list.iter()
            .map(|value| {
                let name = self.text("inputs", value)?;
                names.get(name).copied().ok_or_else(|| self.wrong(format!("no earlier layer is named \"{name}\"")))
            })
            .collect()
    }
}

fn size(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|size| usize::try_from(size).ok())
}

fn sizes(value: &Value) -> Option<Vec<usize>> {
    value.as_array()?.iter().map(size).collect()
}

/// The fields of a description, every one known.
fn top(description: &str) -> Result<Fields<String, Value>, FormatError> {
    let fields: Fields<String, Value> = read_json(WHAT, description.as_bytes()).map_err(|error| match error {
        FormatError::Malformed { why, .. } => unreadable(why),
        error => error,
    })?;
    match fields.keys().find(|field| !TOP.contains(&field.as_str())) {
        None => Ok(fields),
        Some(field) => Err(unreadable(format!("the field \"{field}\" is unknown; there are {}", TOP.join(", ")))),
    }
}

/// What a checkpoint's description says of its run.
pub(super) fn training(description: &str) -> Result<Option<String>, FormatError> {
    match top(description)?.remove(TRAINING) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(unreadable(format!("\"{TRAINING}\" must be a text"))),
    }
}

/// Builds a network from its description and tensors.
pub(super) fn build(description: &str, tensors: &Tensors<'_>) -> Result<Network, FormatError> {
    let fields = top(description)?;
    let need = |field: &str| fields.get(field).ok_or_else(|| unreadable(format!("it has no \"{field}\"")));
    let value = need("input_shape")?;
    let shape = sizes(value)
        .ok_or_else(|| unreadable(format!("input_shape is {}, must be a list of whole numbers", shown(value))))?;
    let value = need("layers")?;
    let layers = value.as_array().ok_or_else(|| unreadable(format!("layers is {}, must be a list", shown(value))))?;
    let mut network = Network::new(&shape)?;
    let mut names = HashMap::from([(INPUT, 0)]);
    let (mut values, mut parameters) = (network.input_len(), 0);
    for (layer, value) in layers.iter().enumerate() {
        let read = Layer::new(layer, value, tensors)?;
        let inputs = read.inputs(&names)?;
        let operator = read.operator()?;
        parameters += operator.tensors().iter().map(|tensor| tensor.values.len()).sum::<usize>();
        let id = network.push_from(operator, &inputs)?;
        values += network.nodes()[id].width();
        if values > VALUES || parameters > PARAMETERS {
            let why = format!("up to here the network has {values} values and {parameters} parameters");
            return Err(read.wrong(format!("{why}; Boundscope reads at most {VALUES} and {PARAMETERS}")));
        }
        if let Some(value) = read.field("name") {
            let name = read.text("name", value)?;
            if names.insert(name, id).is_some() {
                return Err(read.wrong(format!("the name \"{name}\" is taken")));
            }
        }
    }
    if network.nodes().len() == 1 {
        return Err(NetworkError::Empty("layers").into());
    }
    if network.classes() > OUTPUTS {
        let why = format!("the network has {} outputs; Boundscope reads at most {OUTPUTS}", network.classes());
        return Err(unreadable(why));
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
        let mut entry = Fields::new();
        entry.insert("op".to_owned(), json!(operator.name()));
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
