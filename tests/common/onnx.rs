//! A reader and an interpreter of ONNX files, written from onnx.proto and the operators' definitions alone: they share
//! nothing with the library.

use std::collections::HashMap;

/// A decoded field: its number and its value.
enum Value<'a> {
    Varint(u64),
    Fixed(u32),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message, in order.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let (&byte, rest) = bytes.split_first().expect("a varint has an end");
            *bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
        }
        panic!("a varint of more than ten bytes");
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut bytes)),
            2 => {
                let length = varint(&mut bytes) as usize;
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(value)
            }
            5 => {
                let (value, rest) = bytes.split_at(4);
                bytes = rest;
                Value::Fixed(u32::from_le_bytes(value.try_into().expect("four bytes")))
            }
            wire => panic!("wire type {wire}"),
        };
        found.push((key >> 3, value));
    }
    found
}

fn int(value: &Value<'_>) -> i64 {
    match value {
        Value::Varint(value) => *value as i64,
        _ => panic!("not an integer"),
    }
}

fn raw<'a>(value: &Value<'a>) -> &'a [u8] {
    match value {
        Value::Bytes(bytes) => bytes,
        _ => panic!("not bytes"),
    }
}

fn text(value: &Value<'_>) -> String {
    String::from_utf8(raw(value).to_vec()).expect("names are UTF-8")
}

/// A setting of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    Float(f32),
    Int(i64),
    Ints(Vec<i64>),
}

#[derive(Debug)]
pub struct Node {
    pub name: String,
    pub op: String,
    pub domain: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attributes: HashMap<String, Attribute>,
}

/// An initialiser, with the bytes it is made of.
#[derive(Debug)]
pub struct Initializer {
    pub name: String,
    pub shape: Vec<usize>,
    pub kind: i64,
    pub raw: Vec<u8>,
}

impl Initializer {
    pub fn floats(&self) -> Vec<f32> {
        assert_eq!(self.kind, 1, "{} is FLOAT", self.name);
        self.raw.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect()
    }

    fn integers(&self) -> Vec<i64> {
        assert_eq!(self.kind, 7, "{} is INT64", self.name);
        self.raw.as_chunks::<8>().0.iter().map(|word| i64::from_le_bytes(*word)).collect()
    }
}

/// A size of the graph's input or output.
#[derive(Clone, Debug, PartialEq)]
pub enum Dim {
    Fixed(usize),
    Named(String),
}

/// What the graph takes or gives.
#[derive(Debug)]
pub struct Port {
    pub name: String,
    pub kind: i64,
    pub shape: Vec<Dim>,
}

#[derive(Debug, Default)]
pub struct Model {
    pub ir_version: i64,
    pub opsets: Vec<(String, i64)>,
    pub metadata: HashMap<String, String>,
    pub nodes: Vec<Node>,
    pub initializers: Vec<Initializer>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
}

/// Reads a `ModelProto`; panics at anything it does not know.
pub fn decode(bytes: &[u8]) -> Model {
    let mut model = Model::default();
    for (field, value) in &fields(bytes) {
        match field {
            1 => model.ir_version = int(value),
            2 | 3 => drop(text(value)),
            7 => graph(raw(value), &mut model),
            8 => {
                let mut opset = (String::new(), 0);
                for (field, value) in &fields(raw(value)) {
                    match field {
                        1 => opset.0 = text(value),
                        2 => opset.1 = int(value),
                        _ => panic!("opset field {field}"),
                    }
                }
                model.opsets.push(opset);
            }
            14 => {
                let entry = fields(raw(value));
                let part = |wanted| text(&entry.iter().find(|(field, _)| *field == wanted).expect("key and value").1);
                model.metadata.insert(part(1), part(2));
            }
            _ => panic!("model field {field}"),
        }
    }
    model
}

fn graph(bytes: &[u8], model: &mut Model) {
    for (field, value) in &fields(bytes) {
        match field {
            1 => model.nodes.push(node(raw(value))),
            2 => assert!(!text(value).is_empty(), "a graph has a name"),
            5 => model.initializers.push(initializer(raw(value))),
            11 => model.inputs.push(port(raw(value))),
            12 => model.outputs.push(port(raw(value))),
            _ => panic!("graph field {field}"),
        }
    }
}

fn node(bytes: &[u8]) -> Node {
    let mut node = Node {
        name: String::new(),
        op: String::new(),
        domain: String::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        attributes: HashMap::new(),
    };
    for (field, value) in &fields(bytes) {
        match field {
            1 => node.inputs.push(text(value)),
            2 => node.outputs.push(text(value)),
            3 => node.name = text(value),
            4 => node.op = text(value),
            5 => {
                let (name, value) = attribute(raw(value));
                assert!(node.attributes.insert(name, value).is_none(), "an attribute stands once");
            }
            7 => node.domain = text(value),
            _ => panic!("node field {field}"),
        }
    }
    node
}

fn attribute(bytes: &[u8]) -> (String, Attribute) {
    let (mut name, mut kind, mut float, mut single, mut many) = (String::new(), 0, None, None, Vec::new());
    for (field, value) in &fields(bytes) {
        match (field, value) {
            (1, value) => name = text(value),
            (2, Value::Fixed(bits)) => float = Some(f32::from_bits(*bits)),
            (3, value) => single = Some(int(value)),
            (8, value) => many.push(int(value)),
            (20, value) => kind = int(value),
            _ => panic!("attribute field {field}"),
        }
    }
    let value = match kind {
        1 => Attribute::Float(float.expect("FLOAT has f")),
        2 => Attribute::Int(single.expect("INT has i")),
        7 => Attribute::Ints(many),
        _ => panic!("attribute type {kind}"),
    };
    (name, value)
}

fn initializer(bytes: &[u8]) -> Initializer {
    let mut tensor = Initializer { name: String::new(), shape: Vec::new(), kind: 0, raw: Vec::new() };
    for (field, value) in &fields(bytes) {
        match field {
            1 => tensor.shape.push(int(value) as usize),
            2 => tensor.kind = int(value),
            8 => tensor.name = text(value),
            9 => tensor.raw = raw(value).to_vec(),
            _ => panic!("tensor field {field}"),
        }
    }
    let width = if tensor.kind == 7 { 8 } else { 4 };
    assert_eq!(tensor.raw.len(), width * tensor.shape.iter().product::<usize>(), "{}", tensor.name);
    tensor
}

/// The bytes of one field.
fn one(bytes: &[u8], wanted: u64) -> Vec<u8> {
    let fields = fields(bytes);
    let found = fields.iter().find(|(field, _)| *field == wanted);
    raw(&found.unwrap_or_else(|| panic!("field {wanted}")).1).to_vec()
}

/// A `ValueInfoProto` of a tensor.
fn port(bytes: &[u8]) -> Port {
    let tensor = one(&one(bytes, 2), 1);
    let kind = int(&fields(&tensor).iter().find(|(field, _)| *field == 1).expect("an element type").1);
    let shape = one(&tensor, 2);
    let dim = |(field, value): &(u64, Value<'_>)| {
        assert_eq!(*field, 1);
        match fields(raw(value)).as_slice() {
            [(1, size)] => Dim::Fixed(int(size) as usize),
            [(2, name)] => Dim::Named(text(name)),
            _ => panic!("a dimension is a size or a name"),
        }
    };
    let name = String::from_utf8(one(bytes, 1)).expect("a name");
    Port { name, kind, shape: fields(&shape).iter().map(dim).collect() }
}

/// A value on its way through the graph.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// The attributes that an operator of opset 13 may have.
fn known(op: &str) -> &'static [&'static str] {
    match op {
        "Add" | "Sub" | "Mul" | "Div" | "Relu" | "Reshape" | "Clip" | "Sigmoid" | "Tanh" | "Softplus" => &[],
        "LeakyRelu" | "Elu" => &["alpha"],
        "Flatten" => &["axis"],
        "Gemm" => &["alpha", "beta", "transA", "transB"],
        "Conv" => &["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"],
        "AveragePool" => &["auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"],
        "MaxPool" => &["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"],
        "BatchNormalization" => &["epsilon", "momentum"],
        _ => panic!("{op} is not among the operators that an export uses"),
    }
}

impl Model {
    /// Runs the graph in f64 on an input of any batch.
    pub fn run(&self, input: Tensor) -> Tensor {
        let mut values: HashMap<&str, Tensor> = HashMap::new();
        for tensor in self.initializers.iter().filter(|tensor| tensor.kind == 1) {
            let floats = tensor.floats().into_iter().map(f64::from).collect();
            values.insert(&tensor.name, Tensor { shape: tensor.shape.clone(), values: floats });
        }
        values.insert(&self.inputs[0].name, input);
        for node in &self.nodes {
            let value = self.step(node, &values);
            values.insert(&node.outputs[0], value);
        }
        values.remove(self.outputs[0].name.as_str()).expect("a node computes the output")
    }

    fn step(&self, node: &Node, values: &HashMap<&str, Tensor>) -> Tensor {
        node.attributes.keys().for_each(|name| assert!(known(&node.op).contains(&name.as_str()), "{}.{name}", node.op));
        let get = |at: usize| &values[node.inputs[at].as_str()];
        let x = get(0);
        let map = |f: &dyn Fn(f64) -> f64| Tensor {
            shape: x.shape.clone(),
            values: x.values.iter().map(|&v| f(v)).collect(),
        };
        let float = |name: &str| match node.attributes.get(name) {
            Some(Attribute::Float(value)) => f64::from(*value),
            other => panic!("{}.{name} is {other:?}", node.op),
        };
        match node.op.as_str() {
            "Relu" => map(&|v| v.max(0.0)),
            "LeakyRelu" => map(&|v| if v < 0.0 { float("alpha") * v } else { v }),
            "Sigmoid" => map(&|v| 1.0 / (1.0 + (-v).exp())),
            "Tanh" => map(&f64::tanh),
            "Elu" => map(&|v| if v < 0.0 { float("alpha") * v.exp_m1() } else { v }),
            "Softplus" => map(&|v| v.max(0.0) + (-v.abs()).exp().ln_1p()),
            "Clip" => {
                let end = |at: usize, absent: f64| match node.inputs.get(at) {
                    Some(name) if !name.is_empty() => {
                        assert!(values[name.as_str()].shape.is_empty(), "an end is a scalar");
                        values[name.as_str()].values[0]
                    }
                    _ => absent,
                };
                let (low, high) = (end(1, f64::NEG_INFINITY), end(2, f64::INFINITY));
                map(&|v| v.max(low).min(high))
            }
            "Add" => broadcast(x, get(1), |a, b| a + b),
            "Sub" => broadcast(x, get(1), |a, b| a - b),
            "Mul" => broadcast(x, get(1), |a, b| a * b),
            "Div" => broadcast(x, get(1), |a, b| a / b),
            "Flatten" => {
                assert_eq!(node.attributes["axis"], Attribute::Int(1));
                Tensor { shape: vec![x.shape[0], x.shape[1..].iter().product()], values: x.values.clone() }
            }
            "Reshape" => {
                let sizes = self.initializers.iter().find(|tensor| tensor.name == node.inputs[1]).expect("a shape");
                let sizes = sizes.integers();
                let rest: i64 = sizes.iter().filter(|&&size| size != -1).product();
                let free = x.values.len() / rest as usize;
                let shape: Vec<usize> =
                    sizes.iter().map(|&size| if size == -1 { free } else { size as usize }).collect();
                assert_eq!(shape.iter().product::<usize>(), x.values.len());
                Tensor { shape, values: x.values.clone() }
            }
            "BatchNormalization" => {
                let area: usize = x.shape[2..].iter().product();
                let at = |place: usize, channel: usize| get(place).values[channel];
                let scaled = x.values.iter().enumerate().map(|(index, v)| {
                    let c = index / area % x.shape[1];
                    at(1, c) * (v - at(3, c)) / (at(4, c) + float("epsilon")).sqrt() + at(2, c)
                });
                Tensor { shape: x.shape.clone(), values: scaled.collect() }
            }
            "Gemm" => {
                assert_eq!(node.attributes.get("transB"), Some(&Attribute::Int(1)));
                assert_eq!(node.attributes.len(), 1);
                let (weight, inputs) = (get(1), x.shape[1]);
                assert_eq!(weight.shape[1], inputs);
                let row = |x: &[f64], out: usize| -> f64 {
                    let sum: f64 = weight.values[out * inputs..][..inputs].iter().zip(x).map(|(w, x)| w * x).sum();
                    sum + if node.inputs.len() > 2 { get(2).values[out] } else { 0.0 }
                };
                let rows = x.values.chunks(inputs).flat_map(|x| (0..weight.shape[0]).map(move |out| (x, out)));
                let values = rows.map(|(x, out)| row(x, out)).collect();
                Tensor { shape: vec![x.shape[0], weight.shape[0]], values }
            }
            "Conv" => {
                let (weight, group) = (
                    get(1),
                    match node.attributes["group"] {
                        Attribute::Int(group) => group as usize,
                        ref other => panic!("group is {other:?}"),
                    },
                );
                let (outputs, patch) = (weight.shape[0], weight.shape[1]);
                let per_group = outputs / group;
                let area = weight.shape[2] * weight.shape[3];
                assert_eq!(
                    node.attributes["kernel_shape"],
                    Attribute::Ints(weight.shape[2..].iter().map(|&n| n as i64).collect())
                );
                slide(node, x, outputs, |out, channel, at| {
                    let first = out / per_group * patch;
                    (first..first + patch)
                        .contains(&channel)
                        .then(|| weight.values[(out * patch + channel - first) * area + at])
                })
                .plus(node.inputs.get(2).map(|bias| &values[bias.as_str()]))
            }
            "AveragePool" => {
                assert_eq!(node.attributes["count_include_pad"], Attribute::Int(1));
                let area: usize = ints(node, "kernel_shape").iter().product();
                slide(node, x, x.shape[1], |out, channel, _| (out == channel).then_some(1.0 / area as f64))
            }
            "MaxPool" => {
                assert_eq!(node.attributes["ceil_mode"], Attribute::Int(0));
                largest(node, x)
            }
            op => panic!("{op}"),
        }
    }
}

impl Tensor {
    /// Adds one number per channel, where there is one.
    fn plus(mut self, bias: Option<&Tensor>) -> Tensor {
        let area: usize = self.shape[2..].iter().product();
        let channels = self.shape[1];
        if let Some(bias) = bias {
            self.values.iter_mut().enumerate().for_each(|(at, value)| *value += bias.values[at / area % channels]);
        }
        self
    }
}

fn ints(node: &Node, name: &str) -> Vec<usize> {
    match &node.attributes[name] {
        Attribute::Ints(list) => list.iter().map(|&n| n as usize).collect(),
        other => panic!("{name} is {other:?}"),
    }
}

/// Numpy's broadcasting, axis by axis from the right.
fn broadcast(a: &Tensor, b: &Tensor, f: impl Fn(f64, f64) -> f64) -> Tensor {
    let rank = a.shape.len().max(b.shape.len());
    let size = |t: &Tensor, axis: usize| {
        let missing = rank - t.shape.len();
        if axis < missing { 1 } else { t.shape[axis - missing] }
    };
    let one = |(a, b): (usize, usize)| {
        assert!(a == b || a == 1 || b == 1, "{a} and {b} do not broadcast");
        a.max(b)
    };
    let shape: Vec<usize> = (0..rank).map(|axis| one((size(a, axis), size(b, axis)))).collect();
    let pick = |t: &Tensor, index: usize| {
        let (mut rest, mut at, mut stride) = (index, 0, 1);
        for axis in (0..rank).rev() {
            let place = rest % shape[axis];
            rest /= shape[axis];
            at += if size(t, axis) == 1 { 0 } else { place * stride };
            stride *= size(t, axis);
        }
        t.values[at]
    };
    let count = shape.iter().product();
    Tensor { values: (0..count).map(|index| f(pick(a, index), pick(b, index))).collect(), shape }
}

/// The largest of every window, for every image and channel; what lies outside the image is no part of it.
fn largest(node: &Node, x: &Tensor) -> Tensor {
    let (kernel, strides, pads) = (ints(node, "kernel_shape"), ints(node, "strides"), ints(node, "pads"));
    let [batch, channels, height, width] = <[usize; 4]>::try_from(x.shape.as_slice()).expect("a batch of images");
    let along = |axis: usize, size: usize| (size + pads[axis] + pads[axis + 2] - kernel[axis]) / strides[axis] + 1;
    let shape = vec![batch, channels, along(0, height), along(1, width)];
    let mut values = Vec::new();
    for plane in x.values.chunks(height * width) {
        for (top, left) in (0..shape[2]).flat_map(|top| (0..shape[3]).map(move |left| (top, left))) {
            let mut most = f64::NEG_INFINITY;
            for at in 0..kernel[0] * kernel[1] {
                let row = (top * strides[0] + at / kernel[1]).wrapping_sub(pads[0]);
                let column = (left * strides[1] + at % kernel[1]).wrapping_sub(pads[1]);
                if row < height && column < width {
                    most = most.max(plane[row * width + column]);
                }
            }
            values.push(most);
        }
    }
    Tensor { shape, values }
}

/// Σ weight(output channel, input channel, kernel element) · x over the window of every output, for every image.
fn slide(node: &Node, x: &Tensor, outputs: usize, weight: impl Fn(usize, usize, usize) -> Option<f64>) -> Tensor {
    let (kernel, strides, pads) = (ints(node, "kernel_shape"), ints(node, "strides"), ints(node, "pads"));
    assert_eq!((kernel.len(), strides.len(), pads.len()), (2, 2, 4));
    let [batch, channels, height, width]: [usize; 4] = x.shape.clone().try_into().expect("images");
    let room = |size: usize, axis: usize| (size + pads[axis] + pads[axis + 2] - kernel[axis]) / strides[axis] + 1;
    let shape = vec![batch, outputs, room(height, 0), room(width, 1)];
    let mut values = Vec::new();
    for image in 0..batch {
        for out in 0..outputs {
            for (top, left) in (0..shape[2]).flat_map(|top| (0..shape[3]).map(move |left| (top, left))) {
                let mut sum = 0.0;
                for channel in 0..channels {
                    for at in 0..kernel[0] * kernel[1] {
                        let row = (top * strides[0] + at / kernel[1]).wrapping_sub(pads[0]);
                        let column = (left * strides[1] + at % kernel[1]).wrapping_sub(pads[1]);
                        if let (true, Some(weight)) = (row < height && column < width, weight(out, channel, at)) {
                            sum += weight * x.values[((image * channels + channel) * height + row) * width + column];
                        }
                    }
                }
                values.push(sum);
            }
        }
    }
    Tensor { shape, values }
}
