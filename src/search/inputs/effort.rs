//! What bounding a box costs, and so how it is bounded and how many boxes make a batch.

use super::bound::Depth;
use crate::network::Network;

/// Walks back from every layer are taken up to this many times the work of functions pushed forward; beyond, more and smaller boxes are.
/// An estimate from counts of multiplications: networks 5-50×6-5 (15 times) were decided with walks back; lattices of two inputs have a ratio of 25
/// and more, and without walks back they are not shown to be decided sooner.
const WORTH: f64 = 20.0;
/// Multiplications of a batch, so that a search hears of the time and of Ctrl-C often enough.
const BATCH: f64 = 4e8;
/// Most boxes in a batch.
const MOST: usize = 64;

/// How boxes are bounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Effort {
    pub(super) depth: Depth,
    /// Boxes in a batch.
    pub(super) batch: usize,
}

impl Effort {
    pub(super) fn of(network: &Network) -> Self {
        let mut before = 0.0;
        // Multiplications up to each node, in the graph's order.
        let products: Vec<f64> = (network.nodes().iter())
            .map(|node| {
                let weights = node.operator.as_ref().map_or(0, |operator| {
                    operator.tensors().iter().map(|tensor| tensor.values.len()).max().unwrap_or(0)
                });
                let area = if node.shape.len() > 1 { node.shape[1..].iter().product::<usize>() } else { 1 };
                before += (weights * area) as f64;
                before
            })
            .collect();
        let layers = network.layers();
        let walks = layers.iter().skip(1);
        let backward: f64 = walks
            .map(|layer| 2.0 * network.nodes()[layer.pre_activation].width() as f64 * products[layer.pre_activation])
            .sum();
        let forward = 4.0 * network.input_len() as f64 * before;
        let (depth, cost) =
            if backward > WORTH * forward { (Depth::Forward, forward) } else { (Depth::Backward, backward) };
        Effort { depth, batch: ((BATCH / cost.max(1.0)) as usize).clamp(1, MOST) }
    }
}
