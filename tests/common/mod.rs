//! What several test files share.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod damaged;
pub mod differences;
pub mod golden;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod held;
pub mod host;
pub mod keras;
#[cfg(feature = "readers")]
pub mod made;
pub mod onnx;
pub mod precise;
#[cfg(feature = "cli")]
pub mod program;
pub mod random;
pub mod readers;
pub mod reference;
pub mod runs;
#[cfg(feature = "readers")]
pub mod wild;

use boundscope::{
    bounds::{Bounds, BoundsError, Method, Prepared, Region, Strategy},
    formats::read_json_model,
    network::Network,
    pulse::Steady,
    tensor::Backend,
};
use serde::Deserialize;
use std::{fs, path::PathBuf};

/// Every method a network of `depth` activations on its longest path can be asked for, cuts at every depth included.
pub fn all_methods(depth: u32) -> Vec<Method> {
    Method::NAMED.into_iter().chain((1..=depth.max(1) + 1).map(Method::RelaxedCrown)).collect()
}

/// Bounds, waited for.
pub fn try_bounds<B: Backend>(
    prepared: &Prepared<B>,
    images: &[f64],
    labels: Option<&[usize]>,
    region: &Region,
    method: Method,
    strategy: Strategy,
) -> Result<Vec<Bounds>, BoundsError> {
    pollster::block_on(prepared.bounds(images, labels, region, method, strategy, &Steady))
}

/// Bounds of a valid question.
pub fn bounds<B: Backend>(
    prepared: &Prepared<B>,
    images: &[f64],
    labels: &[usize],
    region: &Region,
    method: Method,
    strategy: Strategy,
) -> Vec<Bounds> {
    try_bounds(prepared, images, Some(labels), region, method, strategy).expect("the question is valid")
}

/// All lower and all upper bounds of one image in the order of [`reference::bounded_values`]; margins have no upper
/// bound and get an infinite one.
pub fn flat(bounds: &Bounds) -> (Vec<f64>, Vec<f64>) {
    let layers = || bounds.layers.iter().chain([&bounds.logits]);
    let lower = layers().flat_map(|layer| &layer.lower).chain(&bounds.margins).copied().collect();
    let above = bounds.margins.iter().map(|_| f64::INFINITY);
    (lower, layers().flat_map(|layer| &layer.upper).copied().chain(above).collect())
}

/// Longest chain of activations and max poolings in a network.
pub fn depth(network: &Network) -> u32 {
    let mut depth: Vec<u32> = Vec::new();
    for node in network.nodes() {
        let before = node.inputs.iter().map(|&id| depth[id]).max().unwrap_or(0);
        let name = node.operator.as_ref().map_or("", |operator| operator.name());
        depth.push(before + u32::from(name == "max_pool" || reference::ACTIVATIONS.contains(&name)));
    }
    depth[network.output()]
}

/// The project's copy of the golden cases.
pub fn golden_folder(case: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", case].iter().collect()
}

/// The network of a golden case.
pub fn golden_network(case: &str) -> Network {
    let folder = golden_folder(case);
    let description = fs::read(folder.join("net.json")).expect("the case has a net.json");
    let weights = fs::read(folder.join("model.safetensors")).expect("the case has weights");
    read_json_model(&description, &weights).expect("the case is a valid network")
}

/// The method under the oracle's name.
pub fn golden_method(name: &str) -> Method {
    match name {
        "IBP" => Method::Ibp,
        "CROWN-IBP" => Method::CrownIbp,
        "LBP" => Method::Lbp,
        "CROWN-LBP" => Method::CrownLbp,
        "CROWN" => Method::Crown,
        _ => Method::RelaxedCrown(name.strip_prefix("Relaxed-CROWN-").and_then(|v| v.parse().ok()).expect("a depth")),
    }
}

/// The oracle's answers for a case.
pub fn golden_expected(case: &str) -> Expected {
    let text = fs::read(golden_folder(case).join("expected.json")).expect("the case has expectations");
    serde_json::from_slice(&text).expect("the expectations are valid JSON")
}

#[derive(Deserialize)]
pub struct Expected {
    pub inputs: Vec<serde_json::Value>,
    pub labels: Vec<usize>,
    pub clean_logits: Vec<Vec<f64>>,
    pub clean_preactivation_sums: Vec<Vec<f64>>,
    pub results: Vec<Case>,
}

impl Expected {
    /// Input `index`, flattened.
    pub fn input(&self, index: usize) -> Vec<f64> {
        let text = serde_json::to_vec(&self.inputs[index]).expect("it came from JSON");
        boundscope::formats::read_json_numbers(&text).expect("inputs are numbers").values
    }
}

#[derive(Deserialize)]
pub struct Case {
    pub input: usize,
    pub label: usize,
    pub norm: String,
    pub epsilon: f64,
    pub clip: Option<[f64; 2]>,
    pub method: String,
    pub strategy: Option<String>,
    pub layers: Option<Vec<Layer>>,
    pub layers_same_as: Option<String>,
    pub logits: Ends,
    pub margins: Vec<f64>,
}

#[derive(Deserialize)]
pub struct Layer {
    pub n: usize,
    pub lower: Summary,
    pub upper: Summary,
}

#[derive(Deserialize)]
pub struct Ends {
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
}

/// A layer's bounds, in full or in brief.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Summary {
    Full(Vec<f64>),
    Brief { first16: Vec<f64>, min: f64, max: f64, mean: f64, sum: f64 },
}

impl Summary {
    /// Compares values with what the oracle says of them: `check(what, found, wanted, terms)`.
    pub fn compare(&self, values: &[f64], mut check: impl FnMut(&str, f64, f64, f64)) {
        match self {
            Summary::Full(wanted) => {
                assert_eq!(values.len(), wanted.len());
                values.iter().zip(wanted).for_each(|(&found, &wanted)| check("value", found, wanted, 1.0));
            }
            Summary::Brief { first16, min, max, mean, sum } => {
                values.iter().zip(first16).for_each(|(&found, &wanted)| check("value", found, wanted, 1.0));
                let total: f64 = values.iter().sum();
                check("min", values.iter().copied().fold(f64::INFINITY, f64::min), *min, 1.0);
                check("max", values.iter().copied().fold(f64::NEG_INFINITY, f64::max), *max, 1.0);
                check("mean", total / values.len() as f64, *mean, 1.0);
                // A sum's error is judged on the scale of its terms, not of what is left after they cancel.
                check("sum", total, *sum, values.iter().map(|value| value.abs() + 1.0).sum());
            }
        }
    }
}
