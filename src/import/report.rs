//! What was read, as data: for the command line's JSON, and for the page.

use crate::{
    formats::Reading,
    network::{Network, Tensor},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is told of a file that became a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The format, in words.
    pub format: String,
    /// The program that wrote it; empty where the file does not say.
    pub producer: String,
    /// Facts of the format: a name and a value each.
    pub details: BTreeMap<String, String>,
    /// The shape of one input.
    pub input_shape: Vec<usize>,
    /// How many numbers come out.
    pub outputs: usize,
    /// The layers, in an order in which they can be computed.
    pub layers: Vec<Layer>,
    /// Numbers that the network holds.
    pub parameters: usize,
    /// Its identity: SHA-256 over a form that no two networks share.
    pub network: String,
    /// What was folded, dropped, rounded or guessed, a sentence each.
    pub notes: Vec<String>,
    /// What stands behind the outputs in the file and was left off, last first.
    pub left_off: Vec<String>,
    /// The largest difference from the file's own graph, relative to its outputs' size; `None` where it was not compared.
    pub self_check: Option<f64>,
    /// Whether the file has a graph of its own, which the network can be compared with.
    pub own_graph: bool,
    /// What has to be said before it can be read: nothing.
    pub needs: Vec<String>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Its operator, in words.
    pub layer: String,
    /// The shape of what it gives.
    pub shape: Vec<usize>,
    /// Numbers that it holds.
    pub parameters: usize,
    /// Multiplications of one evaluation.
    pub products: f64,
    /// What it reads: 0 is the network's input, n the layer at place n, counted from 1.
    pub inputs: Vec<usize>,
    /// Its tensors.
    pub weights: Vec<Weights>,
}

/// Bins of a [`Weights::histogram`].
const BINS: usize = 24;

/// What the numbers of one tensor are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Its name within the layer.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// The least number.
    pub least: f64,
    /// The greatest number.
    pub greatest: f64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// How many fall into each of equal parts from the least to the greatest.
    pub histogram: Vec<u32>,
}

fn weights(tensor: &Tensor<'_>) -> Weights {
    let values = || tensor.values.iter().map(|&value| f64::from(value)).filter(|value| value.is_finite());
    let count = values().count().max(1) as f64;
    let (least, greatest) =
        values().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, g), value| (l.min(value), g.max(value)));
    let (least, greatest) = if least <= greatest { (least, greatest) } else { (0.0, 0.0) };
    let mean = values().sum::<f64>() / count;
    let deviation = (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let mut histogram = vec![0; BINS];
    for value in values() {
        let place = (value - least) / (greatest - least) * BINS as f64;
        histogram[if place.is_finite() { (place as usize).min(BINS - 1) } else { 0 }] += 1;
    }
    Weights { name: tensor.name.into(), shape: tensor.shape.clone(), least, greatest, mean, deviation, histogram }
}

/// Multiplications of one evaluation, layer by layer: a bound for convolutions that reach over an edge.
pub(super) fn products(network: &Network) -> Vec<f64> {
    let nodes = network.nodes().iter().filter_map(|node| Some((node, node.operator.as_ref()?)));
    nodes
        .map(|(node, operator)| {
            let weights = operator.tensors().iter().map(|tensor| tensor.values.len()).max().unwrap_or(1) as f64;
            let area = node.shape.iter().skip(1).map(|&side| side as f64).product::<f64>();
            weights * if operator.name() == "conv2d" { area } else { 1.0 }
        })
        .collect()
}

/// Tells what was read. `self_check` is what [`difference`](super::difference) said.
pub fn report(reading: &Reading, self_check: Option<f64>) -> Report {
    let network = &reading.network;
    let nodes = network.nodes().iter().filter_map(|node| Some((node, node.operator.as_ref()?)));
    let layers = nodes.zip(products(network)).map(|((node, operator), products)| {
        let tensors = operator.tensors();
        Layer {
            layer: operator.describe(),
            shape: node.shape.clone(),
            parameters: tensors.iter().map(|tensor| tensor.values.len()).sum(),
            products,
            inputs: node.inputs.clone(),
            weights: tensors.iter().map(weights).collect(),
        }
    });
    Report {
        format: reading.format.into(),
        producer: reading.producer.clone(),
        details: reading.details.iter().cloned().collect(),
        input_shape: network.nodes()[0].shape.clone(),
        outputs: network.classes(),
        layers: layers.collect(),
        parameters: network.parameters(),
        network: network.hash(),
        notes: reading.notes.clone(),
        left_off: reading.left_off.clone(),
        self_check,
        own_graph: reading.own.is_some(),
        needs: Vec::new(),
    }
}
