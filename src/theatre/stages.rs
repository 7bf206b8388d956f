//! The places of a network that can be looked at, and the values there.

use crate::{
    activation::Rule,
    bounds::{BoundsError, Prepared},
    network::{Layer, Network, NodeId, Role},
    tensor::Backend,
};

/// A place of the network that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its node.
    pub node: NodeId,
    /// The activation layer whose input or output it is, from 0; `None` for the network's outputs.
    pub layer: Option<usize>,
    /// Whether it is behind that layer's activation.
    pub after: bool,
    /// How many neurons it has.
    pub width: usize,
}

/// Why nothing can be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TheatreError {
    /// A network of more or fewer inputs.
    #[error("the network takes {0} inputs; only one of two inputs can be drawn on a plane")]
    Inputs(usize),
    /// A stage that the network does not have.
    #[error("there is no stage {found}: the network has {stages}, counted from 0")]
    Stage {
        /// What was asked for.
        found: usize,
        /// How many there are.
        stages: usize,
    },
    /// A pair of neurons that a stage does not have, or one neuron twice.
    #[error("neurons {} and {} are no pair of a stage of {width} neurons", pair[0], pair[1])]
    Pair {
        /// What was asked for.
        pair: [usize; 2],
        /// How many neurons there are.
        width: usize,
    },
    /// Something about the question itself.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
}

/// The places of a network, in order: each activation layer's input and output, and the outputs.
pub fn stages(network: &Network) -> Vec<Stage> {
    let width = |node: NodeId| network.nodes()[node].width();
    let mut stages = Vec::new();
    for (layer, Layer { pre_activation, activation, .. }) in network.layers().into_iter().enumerate() {
        for (node, after) in [(pre_activation, false), (activation, true)] {
            stages.push(Stage { node, layer: Some(layer), after, width: width(node) });
        }
    }
    let output = network.output();
    stages.retain(|stage| stage.node != output);
    stages.push(Stage { node: output, layer: None, after: false, width: width(output) });
    stages
}

/// Whether a network has two inputs.
///
/// # Errors
/// [`TheatreError::Inputs`].
pub(super) fn check(network: &Network) -> Result<(), TheatreError> {
    if network.input_len() == 2 { Ok(()) } else { Err(TheatreError::Inputs(network.input_len())) }
}

/// Whether the network takes the largest of some values somewhere: it is then not straight between the bends of its neurons.
pub(super) fn picks(network: &Network) -> bool {
    (0..network.nodes().len()).any(|node| matches!(network.role(node), Some(Role::Largest(_))))
}

/// Values at some points: the inputs of every activation layer, and the outputs.
pub(super) struct Values {
    layers: Vec<Vec<f64>>,
    outputs: Vec<f64>,
}

impl Values {
    /// Of points, `[x, y]` each.
    pub(super) async fn at<B: Backend>(prepared: &Prepared<B>, points: &[[f64; 2]]) -> Result<Self, BoundsError> {
        let (layers, outputs) = prepared.infer(points.as_flattened()).await?;
        Ok(Values { layers, outputs })
    }

    /// At a stage, point after point.
    pub(super) fn of(&self, network: &Network, stage: &Stage) -> Vec<f64> {
        match stage.layer {
            None => self.outputs.clone(),
            Some(layer) if stage.after => {
                let rule = &network.layers()[layer].rule;
                let value = |(place, &z): (usize, &f64)| rule.at(place % stage.width).value(z);
                self.layers[layer].iter().enumerate().map(value).collect()
            }
            Some(layer) => self.layers[layer].clone(),
        }
    }
}
