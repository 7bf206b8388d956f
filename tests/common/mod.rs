//! What several test files share.
#![allow(dead_code, reason = "each test file uses its own part")]

use boundscope::{formats::read_json_model, network::Network};
use serde::Deserialize;
use std::{fs, path::PathBuf};

/// The project's copy of the golden cases.
pub fn golden_folder(case: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", case].iter().collect()
}

/// The network of a golden case.
pub fn golden_network(case: &str) -> Network {
    let folder = golden_folder(case);
    let description = fs::read_to_string(folder.join("net.json")).expect("the case has a net.json");
    let weights = fs::read(folder.join("model.safetensors")).expect("the case has weights");
    read_json_model(&description, &weights).expect("the case is a valid network")
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
        boundscope::formats::read_json_numbers(&text).expect("inputs are numbers")
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
