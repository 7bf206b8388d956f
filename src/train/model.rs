//! A network whose parameters move: blocks, and the tensors they are built from.

use super::{
    TrainError,
    architecture::{Activation, Block},
    plan::Initialization,
};
use crate::{
    network::{Conv2d, Flatten, LeakyRelu, Linear, Network, NetworkError, ParamRamp, Relu},
    random::Random,
};
use std::sync::Arc;

/// A parameter's place among a program's slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Weights of a map.
    Weight(usize),
    /// A bias.
    Bias(usize),
    /// Bends of an activation layer.
    Bend(usize),
}

/// One trained tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    /// "0.weight", as in the model file.
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
    pub(super) slot: Slot,
}

/// Least value of a bend (docs/methods.md §3).
pub(super) const LEAST_BEND: f32 = 1e-4;

/// Most numbers of one tensor.
const LARGEST: usize = 1 << 24;

/// Blocks and parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Model {
    shape: Vec<usize>,
    blocks: Vec<Block>,
    activation: Activation,
    pub(super) parameters: Vec<Parameter>,
    /// Whether every r is set; before that ramps are LeakyReLUs.
    pub(super) bent: bool,
}

impl Model {
    /// Fresh weights, at most `most` of them.
    ///
    /// # Errors
    /// Blocks that do not fit the shape, or that have more weights.
    pub(super) fn new(
        shape: &[usize],
        blocks: Vec<Block>,
        activation: Activation,
        start: Initialization,
        seed: u64,
        most: usize,
    ) -> Result<Self, TrainError> {
        let mut left = most;
        let mut random = Random::new(seed);
        let mut parameters = Vec::new();
        let (mut affine, mut activations) = (0, 0);
        let mut at = Network::new(shape)?;
        // Fan-in of the layer under way.
        let mut inputs = 1;
        for (layer, &block) in blocks.iter().enumerate() {
            let current = at.nodes()[at.output()].shape.clone();
            let tensors: Vec<(&str, Vec<usize>, Slot)> = match block {
                Block::Conv2d { outputs, kernel, .. } => {
                    let channels = current[0];
                    vec![
                        ("weight", vec![outputs, channels, kernel[0], kernel[1]], Slot::Weight(affine)),
                        ("bias", vec![outputs], Slot::Bias(affine)),
                    ]
                }
                Block::Linear { outputs } => {
                    let inputs = current.iter().product();
                    vec![
                        ("weight", vec![outputs, inputs], Slot::Weight(affine)),
                        ("bias", vec![outputs], Slot::Bias(affine)),
                    ]
                }
                Block::Activation if activation.bends() => vec![("bend", current, Slot::Bend(activations))],
                Block::Flatten | Block::Activation => vec![],
            };
            if block == Block::Activation {
                activations += 1;
            } else {
                affine += 1;
            }
            let first = parameters.len();
            for (name, shape, slot) in tensors {
                let count = shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size));
                let count = count.filter(|&count| count <= LARGEST).ok_or_else(|| TrainError::Plan {
                    what: "architecture",
                    found: format!("layer {layer} with a {name} of shape {shape:?}"),
                    wanted: "layers of at most 16 million weights",
                })?;
                left = left.checked_sub(count).ok_or_else(|| TrainError::Plan {
                    what: "architecture",
                    found: format!("layer {layer} with a {name} of shape {shape:?}"),
                    wanted: "no more weights than its file holds",
                })?;
                let values = match slot {
                    Slot::Weight(_) => {
                        inputs = shape[1..].iter().product();
                        let deviation = match start {
                            Initialization::He => (2.0 / inputs as f64).sqrt(),
                            Initialization::IbpAware => (2.0 * std::f64::consts::PI).sqrt() / inputs as f64,
                            Initialization::Uniform => 0.0,
                        };
                        if start == Initialization::Uniform {
                            uniform(count, inputs, &mut random)
                        } else {
                            (0..count).map(|_| (random.bell() / 2.0 * deviation) as f32).collect()
                        }
                    }
                    Slot::Bias(_) if start == Initialization::Uniform => uniform(count, inputs, &mut random),
                    Slot::Bias(_) => vec![0.0; count],
                    Slot::Bend(_) => vec![1.0; count],
                };
                parameters.push(Parameter { name: format!("{layer}.{name}"), shape, values, slot });
            }
            push(&mut at, block, activation, true, activation.slopes().0, &mut parameters[first..].iter())?;
        }
        Ok(Model { shape: shape.to_vec(), blocks, activation, parameters, bent: false })
    }

    /// Number of activation layers.
    pub(super) fn activations(&self) -> usize {
        self.blocks.iter().filter(|block| matches!(block, Block::Activation)).count()
    }

    /// The network with η = `slope`.
    ///
    /// # Errors
    /// Blocks that do not fit, or a parameter that is not finite.
    pub(super) fn network(&self, slope: f64) -> Result<Network, NetworkError> {
        let mut network = Network::new(&self.shape)?;
        let mut parameters = self.parameters.iter();
        for &block in &self.blocks {
            push(&mut network, block, self.activation, self.bent, slope, &mut parameters)?;
        }
        Ok(network)
    }
}

/// Uniform within 1 / √fan-in.
fn uniform(count: usize, inputs: usize, random: &mut Random) -> Vec<f32> {
    (0..count).map(|_| (random.signed() / (inputs as f64).sqrt()) as f32).collect()
}

/// Appends one block, whose tensors come next.
fn push<'a>(
    network: &mut Network,
    block: Block,
    activation: Activation,
    bent: bool,
    slope: f64,
    parameters: &mut impl Iterator<Item = &'a Parameter>,
) -> Result<(), NetworkError> {
    let mut next = || -> Arc<[f32]> { parameters.next().map_or_else(|| [].into(), |it| it.values.as_slice().into()) };
    let current = network.nodes()[network.output()].shape.clone();
    match block {
        Block::Conv2d { outputs, kernel, stride, padding } => {
            let (weight, bias) = (next(), Some(next()));
            network.push(Conv2d { outputs, inputs: current[0], kernel, stride, padding, groups: 1, weight, bias })
        }
        Block::Linear { outputs } => {
            let (weight, bias) = (next(), Some(next()));
            network.push(Linear { outputs, inputs: current.iter().product(), weight, bias })
        }
        Block::Flatten => network.push(Flatten),
        Block::Activation if activation.bends() => {
            let bend = next();
            if bent {
                network.push(ParamRamp { slope, bend, shape: current })
            } else {
                network.push(LeakyRelu { slope })
            }
        }
        Block::Activation if activation == Activation::Relu => network.push(Relu),
        Block::Activation => network.push(LeakyRelu { slope }),
    }?;
    Ok(())
}
