//! ONNX files: standard operators only, a sound graph, every tensor bit for bit, and the same function as the network.

use crate::common;

use boundscope::{
    bounds::Prepared,
    formats::{FormatError, onnx_rounded, write_onnx},
    network::*,
    tensor::Cpu,
};
use common::{
    golden_network,
    onnx::{Dim, Model, Tensor, decode},
    random::{Block, Recipe, Rng, any_network, images},
};
use proptest::prelude::*;
use std::{collections::HashSet, sync::Arc};

fn export(network: &Network) -> Model {
    decode(&write_onnx(network).expect("a built network has an ONNX form"))
}

/// What the format demands of a graph, and what the export promises of it.
fn well_formed(model: &Model, network: &Network) {
    assert_eq!((model.ir_version, model.opsets.as_slice()), (7, &[(String::new(), 13)][..]));
    assert_eq!(model.metadata["boundscope_network"], network.hash());
    let mut names = HashSet::new();
    for name in model.inputs.iter().map(|port| &port.name).chain(model.initializers.iter().map(|t| &t.name)) {
        assert!(!name.is_empty() && names.insert(name.as_str()), "{name} stands twice");
    }
    let mut used = HashSet::new();
    let mut nodes = HashSet::new();
    for node in &model.nodes {
        assert_eq!(node.domain, "", "{} is a standard operator", node.op);
        assert!(nodes.insert(&node.name) && node.outputs.len() == 1, "{node:?}");
        // An input that is left out has no name.
        for input in node.inputs.iter().filter(|input| !input.is_empty()) {
            assert!(names.contains(input.as_str()), "{} reads {input} before it is there", node.name);
            used.insert(input);
        }
        assert!(names.insert(&node.outputs[0]), "{} is computed twice", node.outputs[0]);
    }
    model.initializers.iter().for_each(|tensor| assert!(used.contains(&tensor.name), "{} is idle", tensor.name));
    for (ports, name, node) in [(&model.inputs, "input", 0), (&model.outputs, "logits", network.output())] {
        let shape = network.nodes()[node].shape.iter().map(|&size| Dim::Fixed(size));
        let wanted: Vec<Dim> = [Dim::Named("batch".to_owned())].into_iter().chain(shape).collect();
        assert_eq!((ports.len(), ports[0].name.as_str(), ports[0].kind), (1, name, 1));
        assert_eq!(ports[0].shape, wanted);
    }
    for (layer, node) in network.nodes()[1..].iter().enumerate() {
        for tensor in node.operator.as_ref().expect("a layer").tensors() {
            let name = format!("{layer}.{}", tensor.name);
            let found = model.initializers.iter().find(|initializer| initializer.name == name);
            let found = found.unwrap_or_else(|| panic!("no {name}")).floats();
            let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(tensor.values), "{name}");
        }
    }
}

/// Largest difference between the file's outputs and the network's, both in f64, relative to the largest output.
fn difference(model: &Model, network: &Network, batch: usize, rng: &mut Rng) -> f64 {
    let images = images(network, batch, rng);
    let shape = [&[batch], network.nodes()[0].shape.as_slice()].concat();
    let found = model.run(Tensor { shape, values: images.clone() });
    assert_eq!(found.shape, [&[batch], network.nodes()[network.output()].shape.as_slice()].concat());
    let prepared = Prepared::new(Cpu::<f64>::new(), network);
    let (_, wanted) = pollster::block_on(prepared.infer(&images)).expect("the images fit");
    let largest = wanted.iter().fold(1.0f64, |largest, value| largest.max(value.abs()));
    found.values.iter().zip(&wanted).map(|(f, w)| (f - w).abs() / largest).fold(0.0, f64::max)
}

/// How far the two may differ: by f64's rounding, and by f32's where ONNX has no room for a setting's digits.
fn tolerance(network: &Network) -> f64 {
    if onnx_rounded(network).is_empty() { 1e-11 } else { 1e-5 }
}

fn same(network: &Network, batch: usize, rng: &mut Rng) {
    let model = export(network);
    well_formed(&model, network);
    let found = difference(&model, network, batch, rng);
    assert!(found <= tolerance(network), "differ by {found:e}, rounded {:?}", onnx_rounded(network));
}

#[test]
fn golden_networks() {
    for case in [
        "tiny-relu",
        "tiny-leaky",
        "tiny-ramp",
        "tiny-ramp-eta",
        "tiny-conv",
        "toy2d",
        "mnist-mlp-ibp",
        "mnist-mlp-normal",
        "mnist-cnn-ibp-ramp",
        "mnist-cnn-normal",
    ] {
        let network = golden_network(case);
        let batch = if case.starts_with("mnist-cnn") { 2 } else { 5 };
        same(&network, batch, &mut Rng::new(7));
        let rounds = matches!(case, "tiny-leaky" | "tiny-ramp-eta");
        assert_eq!(onnx_rounded(&network).is_empty(), !rounds, "{case}");
    }
}

/// The recipe with slopes that f32 holds, so that only batch norm's stabilizer is rounded.
fn exact_slopes(mut recipe: Recipe) -> Recipe {
    for block in recipe.steps.iter_mut().map(|(block, _)| block).chain(&mut recipe.end) {
        if let Block::Leaky(slope) | Block::Ramp(slope) = block {
            *slope = (*slope * 64.0).round() / 64.0;
        }
        if let Block::Clip(low, high) = block {
            (*low, *high) = ((*low * 64.0).floor() / 64.0, (*high * 64.0).ceil() / 64.0);
        }
    }
    recipe
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every operator, branches and residual sums.
    #[test]
    fn random_networks(recipe in any_network(), exact in any::<bool>(), batch in 1..4usize, seed in any::<u64>()) {
        let recipe = if exact { exact_slopes(recipe) } else { recipe };
        same(&recipe.build(), batch, &mut Rng::new(seed));
    }
}

/// A network of every operator, and each of them by its ONNX name.
#[test]
fn every_operator_has_its_standard_form() {
    let mut network = Network::new(&[2, 4, 4]).expect("a shape");
    let many = |count: usize| -> Arc<[f32]> { (0..count).map(|at| 0.1 + at as f32 / 7.0).collect() };
    let mut ends = Vec::new();
    network.push(Normalize { mean: many(2), std: many(2) }).expect("fits");
    let conv = Conv2d {
        outputs: 4,
        inputs: 2,
        kernel: [3, 3],
        stride: [1, 1],
        padding: [1, 1],
        groups: 2,
        weight: many(36),
        bias: None,
    };
    network.push(conv).expect("fits");
    let norm = BatchNorm { weight: many(4), bias: many(4), mean: many(4), variance: many(4), stabilizer: 0.5 };
    ends.push(network.push(norm).expect("fits"));
    ends.push(network.push(ParamRamp { slope: 0.25, bend: many(64), shape: vec![4, 4, 4] }).expect("fits"));
    ends.push(network.push(LeakyRelu { slope: 0.125 }).expect("fits"));
    network.push_from(Arc::new(Add), &ends).expect("fits");
    network.push(AvgPool { kernel: [3, 2], stride: [2, 1], padding: [1, 1] }).expect("fits");
    network.push(Reshape { shape: vec![2, 5, 4] }).expect("fits");
    network.push(Relu).expect("fits");
    network.push(Clip { low: 0.25, high: 0.75 }).expect("fits");
    network.push(Clip { low: 0.375, high: f64::INFINITY }).expect("fits");
    network.push(Clip { low: f64::NEG_INFINITY, high: 0.625 }).expect("fits");
    network.push(Sigmoid).expect("fits");
    network.push(Tanh).expect("fits");
    network.push(Elu { scale: 0.25 }).expect("fits");
    network.push(Softplus).expect("fits");
    network.push(MaxPool { kernel: [3, 2], stride: [2, 1], padding: [1, 1] }).expect("fits");
    network.push(Flatten).expect("fits");
    network.push(Linear { outputs: 3, inputs: 30, weight: many(90), bias: Some(many(3)) }).expect("fits");
    assert!(onnx_rounded(&network).is_empty());
    same(&network, 3, &mut Rng::new(1));
    let model = export(&network);
    let ops: Vec<&str> = model.nodes.iter().map(|node| node.op.as_str()).collect();
    let ramp = ["Relu", "Sub", "Relu", "Sub", "Mul", "Mul", "Add"];
    let before = ["Sub", "Div", "Conv", "BatchNormalization"];
    let after = ["LeakyRelu", "Add", "Add", "AveragePool", "Reshape", "Relu"];
    let last = ["Clip", "Clip", "Clip", "Sigmoid", "Tanh", "Elu", "Softplus", "MaxPool", "Flatten", "Gemm"];
    assert_eq!(ops, [&before[..], &ramp, &after, &last].concat());
    let shape = |name: &str| model.initializers.iter().find(|t| t.name == name).expect("there").shape.clone();
    assert_eq!((shape("0.mean"), shape("3.bend"), shape("3.slope")), (vec![1, 2, 1, 1], vec![1, 4, 4, 4], vec![]));
}

/// A network that ends in an image, or begins with a vector that is normalised.
#[test]
fn shapes_at_the_ends() {
    let mut image = Network::new(&[1, 2, 3]).expect("a shape");
    image.push(Relu).expect("fits");
    same(&image, 2, &mut Rng::new(2));
    let mut vector = Network::new(&[3]).expect("a shape");
    let three: Arc<[f32]> = [0.5, 1.5, 2.5].into();
    let [weight, bias, mean, variance] = [(); 4].map(|()| three.clone());
    vector.push(Normalize { mean: three.clone(), std: three }).expect("fits");
    vector.push(BatchNorm { weight, bias, mean, variance, stabilizer: 0.25 }).expect("fits");
    vector.push(Flatten).expect("fits");
    same(&vector, 4, &mut Rng::new(3));
}

#[test]
fn what_is_rounded_is_named() {
    let mut network = Network::new(&[2]).expect("a shape");
    network.push(LeakyRelu { slope: 0.1 }).expect("fits");
    network.push(ParamRamp { slope: f64::from(0.1f32), bend: [1.0, 2.0].into(), shape: vec![2] }).expect("fits");
    network.push(ParamRamp { slope: 0.0, bend: [1.0, 2.0].into(), shape: vec![2] }).expect("fits");
    let rounded = onnx_rounded(&network);
    let named: Vec<_> = rounded.iter().map(|r| (r.layer, r.op, r.setting.as_str(), r.written)).collect();
    // 0.1 in f32 is exact as a slope, but 1 − 0.1 then has more digits than f32 keeps.
    assert_eq!(named, [(0, "leaky_relu", "slope", 0.1f32), (1, "param_ramp", "1 − slope", 0.9f32)]);
}

/// An operator that the format does not know.
#[derive(Debug)]
struct Cube;

impl Operator for Cube {
    fn name(&self) -> &'static str {
        "cube"
    }
    fn describe(&self) -> String {
        "cube".into()
    }
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        Ok(inputs[0].to_vec())
    }
    fn role(&self, _: &[&[usize]]) -> Role {
        Role::Sum
    }
    fn parts(&self) -> Parts<'_> {
        Parts::Other
    }
}

#[test]
fn what_has_no_form_is_refused() {
    let mut network = Network::new(&[2]).expect("a shape");
    assert!(matches!(write_onnx(&network), Err(FormatError::Network(NetworkError::Empty("layers")))));
    network.push(Relu).expect("fits");
    network.push(Cube).expect("fits");
    let error = write_onnx(&network).expect_err("there is no Cube").to_string();
    assert!(error.contains("layer 1 (cube)") && error.contains("opset 13"), "{error}");

    // A stabilizer that f32 rounds to 0 would divide by 0.
    let mut network = Network::new(&[1]).expect("a shape");
    let [weight, bias, mean, variance]: [Arc<[f32]>; 4] = [1.0, 0.0, 0.0, 0.0].map(|value| [value].into());
    network.push(BatchNorm { weight, bias, mean, variance, stabilizer: 1e-60 }).expect("fits");
    let error = write_onnx(&network).expect_err("0 is no variance").to_string();
    assert!(error.contains("layer 0 (batch_norm)") && error.contains("variance[0]"), "{error}");
}
