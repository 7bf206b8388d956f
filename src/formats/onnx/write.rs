//! Layers as standard ONNX operators.

use super::super::FormatError;
use super::graph::{Attribute, Graph, OPSET};
use crate::network::{Network, NetworkError, Operator, Parts, Sliding, Tensor};

/// Name of the graph's input.
const INPUT: &str = "input";
/// Name of the graph's output.
const OUTPUT: &str = "logits";
/// A protobuf message ends here; files beyond need a second file for their weights.
const LIMIT: usize = i32::MAX as usize;

/// A number that ONNX holds in single precision and that is not a single-precision number here.
#[derive(Clone, Debug, PartialEq)]
pub struct Rounded {
    /// Index of the layer.
    pub layer: usize,
    /// Its operator.
    pub op: &'static str,
    /// What it is: "slope", "1 − slope" (of a ParamRamp), "low" or "high" (of a clip) or "stabilizer".
    pub setting: String,
    /// The network's value.
    pub value: f64,
    /// The value in the file: the nearest single-precision number.
    pub written: f32,
}

/// The numbers that [`write_onnx`] rounds. Where there is none, the file is the same real function as the network.
pub fn onnx_rounded(network: &Network) -> Vec<Rounded> {
    let mut found = Vec::new();
    for (layer, node) in network.nodes().iter().skip(1).enumerate() {
        let Some(operator) = &node.operator else { continue };
        let op = operator.name();
        let parts = operator.parts();
        for (setting, value) in parts.numbers() {
            let (written, rest) = (value as f32, (1.0 - value) as f32);
            // 1 − rest is exact, 1 − value need not be.
            if matches!(parts, Parts::ParamRamp { .. }) && 1.0 - f64::from(rest) != value {
                found.push(Rounded {
                    layer, op, setting: format!("1 − {setting}"), value: 1.0 - value, written: rest
                });
            }
            if f64::from(written) != value {
                found.push(Rounded { layer, op, setting: setting.to_owned(), value, written });
            }
        }
    }
    found
}

/// Writes a network as an ONNX file: opset 13, the default domain, IR version 7.
///
/// The input is named "input", the output "logits"; both have a batch of any size in front of their shape. Layer i
/// becomes one node, with two exceptions: normalisation is a Sub and a Div, and ParamRamp is
/// `(1 − η)·(Relu(z) − Relu(z − r)) + η·z`, written out. Add of more than two inputs is a chain.
///
/// What is exact: every tensor of the network (weights, biases, means, deviations, variances, bends) is copied bit for
/// bit into an initialiser named `layer.tensor`, as in the project's own file. What is not: a slope, a clip's ends and batch norm's
/// stabilizer are f64 here and f32 in ONNX, so they are rounded to the nearest ([`onnx_rounded`] says which); so is 1 − η. A
/// runtime that computes in f32 adds its own rounding, for ParamRamp up to an ulp of z beyond the bend.
///
/// The metadata key `boundscope_network` holds the network's hash.
///
/// # Errors
/// A network without layers, an operator that has no form in ONNX, a batch norm whose stabilizer is lost in f32, or a file
/// beyond the 2 GiB that the format has room for.
pub fn write_onnx(network: &Network) -> Result<Vec<u8>, FormatError> {
    let nodes = network.nodes();
    if nodes.len() == 1 {
        return Err(NetworkError::Empty("layers").into());
    }
    let parameters = network.parameters().saturating_mul(4);
    let too_large = |size| FormatError::NoRoom { format: "ONNX", size, limit: LIMIT };
    // Before anything is copied: what the weights alone take.
    if parameters > LIMIT {
        return Err(too_large(parameters));
    }
    let mut graph = Graph::default();
    let mut names = vec![INPUT.to_owned()];
    for (layer, node) in nodes.iter().skip(1).enumerate() {
        let Some(operator) = &node.operator else { continue };
        let last = layer + 1 == network.output();
        let output = if last { OUTPUT.to_owned() } else { format!("{layer}.{}", operator.name()) };
        let inputs: Vec<&str> = node.inputs.iter().map(|&input| names[input].as_str()).collect();
        let shape = &node.shape;
        Layer { layer, operator: operator.as_ref(), inputs, output: &output, shape }.write(&mut graph)?;
        names.push(output);
    }
    let [input, output] = [(INPUT, nodes[0].shape.as_slice()), (OUTPUT, nodes[network.output()].shape.as_slice())];
    let bytes = graph.model(input, output, &[("boundscope_network", &network.hash())]).finish();
    if bytes.len() > LIMIT { Err(too_large(bytes.len())) } else { Ok(bytes) }
}

/// A layer being written.
struct Layer<'a> {
    layer: usize,
    operator: &'a dyn Operator,
    /// Names of the values it reads.
    inputs: Vec<&'a str>,
    /// Name of its value.
    output: &'a str,
    /// Shape of its value, without the batch.
    shape: &'a [usize],
}

impl Layer<'_> {
    fn wrong(&self, why: impl Into<String>) -> FormatError {
        FormatError::Layer { layer: self.layer, op: self.operator.name().to_owned(), why: why.into() }
    }

    /// A name within this layer.
    fn name(&self, part: &str) -> String {
        format!("{}.{part}", self.layer)
    }

    fn tensor(&self, name: &str) -> Result<Tensor<'_>, FormatError> {
        let found = self.operator.tensors().into_iter().find(|tensor| tensor.name == name);
        found.ok_or_else(|| self.wrong(format!("has no tensor \"{name}\" to write")))
    }

    /// Adds a tensor of the layer in the shape that ONNX wants, if it is there.
    fn copy(&self, graph: &mut Graph, name: &str, shape: &[usize]) -> Result<String, FormatError> {
        Ok(graph.floats(self.name(name), shape, self.tensor(name)?.values))
    }

    /// Weight, and bias where there is one, after the layer's input.
    fn weighted(&self, graph: &mut Graph) -> Vec<String> {
        let copied = self.operator.tensors().into_iter().map(|t| graph.floats(self.name(t.name), &t.shape, t.values));
        std::iter::once(self.inputs[0].to_owned()).chain(copied).collect()
    }

    /// One number per channel, shaped to broadcast over the batch and the rest of the image.
    fn by_channel(&self) -> Vec<usize> {
        let rest = self.shape.iter().skip(1).map(|_| 1);
        [1, self.shape[0]].into_iter().chain(rest).collect()
    }

    /// Adds the layer's nodes and initialisers.
    fn write(&self, graph: &mut Graph) -> Result<(), FormatError> {
        let (z, out) = (self.inputs[0], self.output);
        match self.operator.parts() {
            Parts::Linear => {
                let inputs = self.weighted(graph);
                graph.node("Gemm", &words(&inputs), out, &[("transB", Attribute::Int(1))]);
            }
            Parts::Conv2d { stride, padding, groups } => {
                let kernel = self.tensor("weight")?.shape.split_off(2);
                let kernel = kernel.try_into().map_err(|_| self.wrong("has a kernel of more than two axes"))?;
                let inputs = self.weighted(graph);
                self.slide(graph, "Conv", &words(&inputs), Sliding { kernel, stride, padding }, ("group", groups));
            }
            // Zeros of the padding count, as they do here; without this they would not.
            Parts::AvgPool(sliding) => self.slide(graph, "AveragePool", &[z], sliding, ("count_include_pad", 1)),
            Parts::MaxPool(sliding) => self.slide(graph, "MaxPool", &[z], sliding, ("ceil_mode", 0)),
            Parts::Flatten => graph.node("Flatten", &[z], out, &[("axis", Attribute::Int(1))]),
            Parts::Reshape(_) => {
                // −1 leaves the batch its size.
                let sizes = self.shape.iter().map(|&size| size as i64);
                let shape: Vec<i64> = std::iter::once(-1).chain(sizes).collect();
                let shape = graph.integers(self.name("shape"), &shape);
                graph.node("Reshape", &[z, &shape], out, &[]);
            }
            Parts::Normalize => {
                let mean = self.copy(graph, "mean", &self.by_channel())?;
                let std = self.copy(graph, "std", &self.by_channel())?;
                let centred = self.name("centred");
                graph.node("Sub", &[z, &mean], &centred, &[]);
                graph.node("Div", &[&centred, &std], out, &[]);
            }
            Parts::BatchNorm { stabilizer } => {
                let stabilizer = stabilizer as f32;
                let lost = |&variance: &f32| !(stabilizer.is_finite() && variance + stabilizer > 0.0);
                if let Some(channel) = self.tensor("variance")?.values.iter().position(lost) {
                    return Err(
                        self.wrong(format!("variance[{channel}] + stabilizer is 0 or less in f32, which ONNX uses"))
                    );
                }
                // The order of our tensors is that of the operator's inputs.
                let inputs = self.weighted(graph);
                graph.node("BatchNormalization", &words(&inputs), out, &[("epsilon", Attribute::Float(stabilizer))]);
            }
            Parts::Add => self.add(graph),
            Parts::Relu => graph.node("Relu", &[z], out, &[]),
            Parts::LeakyRelu { slope } => {
                graph.node("LeakyRelu", &[z], out, &[("alpha", Attribute::Float(slope as f32))]);
            }
            Parts::ParamRamp { slope } => self.ramp(graph, slope)?,
            Parts::Clip { low, high } => self.clip(graph, low, high),
            Parts::Sigmoid => graph.node("Sigmoid", &[z], out, &[]),
            Parts::Tanh => graph.node("Tanh", &[z], out, &[]),
            Parts::Elu { scale } => graph.node("Elu", &[z], out, &[("alpha", Attribute::Float(scale as f32))]),
            Parts::Softplus => graph.node("Softplus", &[z], out, &[]),
            Parts::Other => {
                return Err(self.wrong(format!("has no form in ONNX opset {OPSET}; the project's own file holds it")));
            }
        }
        Ok(())
    }

    /// A window that slides: kernel, step and zeros around, and one more setting.
    fn slide(
        &self,
        graph: &mut Graph,
        op: &str,
        inputs: &[&str],
        Sliding { kernel, stride, padding }: Sliding,
        (setting, value): (&str, usize),
    ) {
        // Before each axis, then after each: the same here.
        let pads = [padding, padding].concat();
        let attributes = [
            ("kernel_shape", Attribute::Ints(&kernel)),
            ("pads", Attribute::Ints(&pads)),
            ("strides", Attribute::Ints(&stride)),
            (setting, Attribute::Int(value)),
        ];
        graph.node(op, inputs, self.output, &attributes);
    }

    /// An end that does not cut is an input without a name.
    fn clip(&self, graph: &mut Graph, low: f64, high: f64) {
        let mut end = |setting: &str, value: f64| match value.is_finite() {
            true => graph.floats(self.name(setting), &[], &[value as f32]),
            false => String::new(),
        };
        let (low, high) = (end("low", low), end("high", high));
        let inputs = [self.inputs[0], &low, &high];
        // The last one is left out rather than left without a name.
        graph.node("Clip", if high.is_empty() { &inputs[..2] } else { &inputs }, self.output, &[]);
    }

    /// The sum of two inputs, then of that and the next.
    fn add(&self, graph: &mut Graph) {
        let mut sum = self.inputs[0].to_owned();
        for (place, input) in self.inputs.iter().enumerate().skip(1) {
            let last = place + 1 == self.inputs.len();
            let next = if last { self.output.to_owned() } else { self.name(&format!("sum{place}")) };
            graph.node("Add", &[&sum, input], &next, &[]);
            sum = next;
        }
    }

    /// `(1 − η)·(Relu(z) − Relu(z − r)) + η·z`. The same nodes whatever η, so that readers know the pattern.
    fn ramp(&self, graph: &mut Graph, slope: f64) -> Result<(), FormatError> {
        let z = self.inputs[0];
        let shape: Vec<usize> = [1].into_iter().chain(self.shape.iter().copied()).collect();
        let bend = self.copy(graph, "bend", &shape)?;
        let rest = graph.floats(self.name("one_minus_slope"), &[], &[(1.0 - slope) as f32]);
        let slope = graph.floats(self.name("slope"), &[], &[slope as f32]);
        let [positive, past, beyond, ramp, steep, flat] =
            ["positive", "past", "beyond", "ramp", "steep", "flat"].map(|part| self.name(part));
        graph.node("Relu", &[z], &positive, &[]);
        graph.node("Sub", &[z, &bend], &past, &[]);
        graph.node("Relu", &[&past], &beyond, &[]);
        graph.node("Sub", &[&positive, &beyond], &ramp, &[]);
        graph.node("Mul", &[&ramp, &rest], &steep, &[]);
        graph.node("Mul", &[z, &slope], &flat, &[]);
        graph.node("Add", &[&steep, &flat], self.output, &[]);
        Ok(())
    }
}

fn words(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
