//! What Explore asks and is answered: one image of one network at one ε.

use super::{arrays::Floats, gpu::Device};
use crate::{
    activation::{Clip, Curve, Elu, Neuron, Sigmoid, Softplus, Tanh},
    bounds::{Method, Norm, Region, Strategy},
};
use serde::{Deserialize, Serialize};

/// What is asked about one image of one network. Every answer repeats it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Question {
    /// Key under which the network was put into the session.
    pub network: String,
    /// Pixels in [0, 1], flattened in C order, as long as the network's input.
    pub image: Floats,
    /// The class y whose margins z_y − z_i are bounded.
    pub label: u32,
    /// The norm that measures ε.
    pub norm: Norm,
    /// ε ≥ 0, in the units of the raw input.
    pub epsilon: f64,
    /// The valid range of a pixel, ℓ∞ only: the region is cut to it.
    pub clip: Option<[f64; 2]>,
    /// How bounding lines are chosen.
    pub lines: Strategy,
}

impl Question {
    /// The region asked about.
    pub(in crate::engine) fn region(&self) -> Region {
        Region { norm: self.norm, epsilon: self.epsilon, clip: self.clip }
    }

    /// The image in the numbers that bounds take.
    pub(in crate::engine) fn pixels(&self) -> Vec<f64> {
        self.image.iter().map(|&pixel| f64::from(pixel)).collect()
    }
}

/// The arithmetic behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// 32-bit, rounding ignored: a preview.
    F32,
    /// 64-bit, rounding ignored.
    F64,
    /// 64-bit with every rounding error charged (docs/methods.md §10): may be called certified.
    Sound,
}

impl Arithmetic {
    /// The command line's word.
    pub fn name(self) -> &'static str {
        match self {
            Arithmetic::F32 => "f32",
            Arithmetic::F64 => "f64",
            Arithmetic::Sound => "sound",
        }
    }
}

/// Lower and upper bounds of one layer, neuron by neuron.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Interval {
    /// Lower bounds.
    pub lower: Floats,
    /// Upper bounds, as many.
    pub upper: Floats,
}

/// One activation layer of a network, as the page needs it to draw neurons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct LayerSummary {
    /// What computes the pre-activation, for instance "conv 16 · 4×4 /2".
    pub affine: String,
    /// Shape of the pre-activation, `[n]` or `[channels, height, width]`.
    pub shape: Vec<u32>,
    /// "ReLU", "LeakyReLU(0.01)", "ParamRamp(0)".
    pub activation: String,
    /// Its neurons' rule.
    pub rule: RuleSummary,
}

/// The rule of an activation layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum RuleSummary {
    /// ReLU, LeakyReLU or ParamRamp.
    Curve {
        /// η.
        slope: f32,
        /// r of each neuron; empty where the activation has no bend.
        bend: Floats,
    },
    /// Values cut to a range.
    Clip {
        /// The least value; −∞ where nothing is cut below.
        low: f32,
        /// The greatest value; ∞ where nothing is cut above.
        high: f32,
    },
    /// 1 / (1 + e^(−z)).
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// z from 0 on, scale·(e^z − 1) below.
    Elu {
        /// α.
        scale: f32,
    },
    /// ln(1 + e^z).
    Softplus,
}

impl LayerSummary {
    /// Number of neurons.
    pub fn width(&self) -> usize {
        self.shape.iter().map(|&n| n as usize).product()
    }

    /// σ of one neuron.
    pub fn neuron(&self, index: usize) -> Neuron {
        match &self.rule {
            RuleSummary::Curve { slope, bend } => {
                let bend = bend.get(index).or(bend.first()).map_or(f64::INFINITY, |&r| f64::from(r));
                Neuron::Curve(Curve { slope: f64::from(*slope), bend })
            }
            RuleSummary::Clip { low, high } => Neuron::Clip(Clip { low: f64::from(*low), high: f64::from(*high) }),
            RuleSummary::Sigmoid => Neuron::Sigmoid(Sigmoid),
            RuleSummary::Tanh => Neuron::Tanh(Tanh),
            RuleSummary::Elu { scale } => Neuron::Elu(Elu { scale: f64::from(*scale) }),
            RuleSummary::Softplus => Neuron::Softplus(Softplus),
        }
    }

    /// Whether neurons bend twice, and have six statuses instead of three.
    pub fn has_bend(&self) -> bool {
        match &self.rule {
            RuleSummary::Curve { bend, .. } => bend.iter().any(|r| r.is_finite()),
            RuleSummary::Clip { low, high } => low.is_finite() && high.is_finite(),
            RuleSummary::Sigmoid | RuleSummary::Tanh | RuleSummary::Elu { .. } | RuleSummary::Softplus => false,
        }
    }
}

/// What a network is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct NetworkSummary {
    /// Shape of an input.
    pub input_shape: Vec<u32>,
    /// Number of outputs.
    pub classes: u32,
    /// Number of weights, biases and bends.
    pub parameters: u32,
    /// The activation layers, in order.
    pub layers: Vec<LayerSummary>,
}

/// Bounds by one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct BoundsAnswer {
    /// The method.
    pub method: Method,
    /// How its lines were chosen.
    pub lines: Strategy,
    /// ε of the region.
    pub epsilon: f64,
    /// Norm of the region.
    pub norm: Norm,
    /// Clipping of the region.
    pub clip: Option<[f64; 2]>,
    /// The arithmetic used.
    pub arithmetic: Arithmetic,
    /// Pre-activation bounds of each activation layer, in order.
    pub layers: Vec<Interval>,
    /// Bounds of the outputs.
    pub logits: Interval,
    /// Lower bounds of z_y − z_i for i ≠ y, in class order.
    pub margins: Floats,
    /// Whether every margin's lower bound is above 0 (in this arithmetic).
    pub verified: bool,
    /// Time the computation took.
    pub milliseconds: f64,
    /// The processor that answered: never [`Device::Auto`].
    #[serde(default, skip_serializing_if = "Device::is_cpu")]
    pub device: Device,
}

#[cfg(test)]
impl BoundsAnswer {
    /// An answer that says nothing yet, in ℓ∞ without a clip: for the tests of those who show answers.
    pub(crate) fn bare(method: Method, lines: Strategy, epsilon: f64) -> Self {
        BoundsAnswer {
            method,
            lines,
            epsilon,
            norm: Norm::Inf,
            clip: None,
            arithmetic: Arithmetic::F32,
            layers: vec![],
            logits: Interval::default(),
            margins: Floats(vec![]),
            verified: false,
            milliseconds: 1.0,
            device: Device::default(),
        }
    }
}

/// The network's plain output on the image itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct InferenceAnswer {
    /// Pre-activations of each activation layer.
    pub layers: Vec<Floats>,
    /// Outputs.
    pub logits: Floats,
    /// z_y − z_i for i ≠ y, in class order.
    pub margins: Floats,
    /// The largest output's class.
    pub predicted: u32,
}

/// One point of the region, and what the network reads it as.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Example {
    /// Pixels, as many as the image has.
    pub image: Floats,
    /// The class with the largest output.
    pub predicted: u32,
}

/// What PGD found at one ε: real points of the region, so that no bound can be above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct AttackAnswer {
    /// ε.
    pub epsilon: f64,
    /// The smallest z_y − z_i seen at any point visited, for i ≠ y in class order.
    pub margins: Floats,
    /// Whether one of them is not above 0.
    pub broken: bool,
    /// The point of the region where the smallest of them was seen.
    pub example: Example,
    /// Gradient steps from each start.
    pub steps: u32,
    /// Starts, one against each rival.
    pub restarts: u32,
    /// Time the attack took.
    pub milliseconds: f64,
}
