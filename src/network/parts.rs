//! What an operator is, as data: for whoever writes networks down.

use serde_json::{Map, Value, json};

/// A window that slides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sliding {
    /// Window height and width.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Places above/below and left/right that belong to no input.
    pub padding: [usize; 2],
}

/// What an operator is beside its tensors. A writer matches on it, so that the compiler names the writers that a new operator must be made
/// known to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parts<'a> {
    /// W·x + b.
    Linear,
    /// Cross-correlation. The kernel's size is the weight's.
    Conv2d {
        /// Step down and to the right.
        stride: [usize; 2],
        /// Zeros above/below and left/right.
        padding: [usize; 2],
        /// Independent parts that the channels are cut into.
        groups: usize,
    },
    /// The mean over each window, zeros of the padding counted.
    AvgPool(Sliding),
    /// The largest of each window.
    MaxPool(Sliding),
    /// One axis.
    Flatten,
    /// Another shape.
    Reshape(&'a [usize]),
    /// A mean and a deviation by channel.
    Normalize,
    /// A scale and a shift by channel.
    BatchNorm {
        /// Added to the variance.
        stabilizer: f64,
    },
    /// The sum of several inputs.
    Add,
    /// max(z, 0).
    Relu,
    /// z above 0, η·z below.
    LeakyRelu {
        /// η.
        slope: f64,
    },
    /// η·z below 0, z up to r, η·z + (1 − η)·r beyond.
    ParamRamp {
        /// η.
        slope: f64,
    },
    /// A value cut to a range.
    Clip {
        /// The least value, or −∞.
        low: f64,
        /// The greatest value, or ∞.
        high: f64,
    },
    /// 1 / (1 + e^(−z)).
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// z from 0 on, scale·(e^z − 1) below.
    Elu {
        /// α.
        scale: f64,
    },
    /// ln(1 + e^z).
    Softplus,
    /// None of these: no writer but the project's own knows it.
    Other,
}

impl Parts<'_> {
    /// The finite real numbers among the settings, by name. Formats that hold them in single precision round them.
    pub fn numbers(&self) -> Vec<(&'static str, f64)> {
        let all = match self {
            Parts::BatchNorm { stabilizer } => vec![("stabilizer", *stabilizer)],
            Parts::LeakyRelu { slope } | Parts::ParamRamp { slope } => vec![("slope", *slope)],
            Parts::Elu { scale } => vec![("scale", *scale)],
            Parts::Clip { low, high } => vec![("low", *low), ("high", *high)],
            _ => Vec::new(),
        };
        // JSON has no infinity: an end that does not cut is left out.
        all.into_iter().filter(|(_, number)| number.is_finite()).collect()
    }

    /// All settings as the project's own format writes them, and as a network's hash takes them up.
    pub fn settings(&self) -> Map<String, Value> {
        let sliding = |of: &Sliding| {
            vec![("kernel", json!(of.kernel)), ("stride", json!(of.stride)), ("padding", json!(of.padding))]
        };
        let sizes = match self {
            Parts::Conv2d { stride, padding, groups } => {
                let mut all = vec![("stride", json!(stride)), ("padding", json!(padding))];
                all.extend((*groups != 1).then(|| ("groups", json!(groups))));
                all
            }
            Parts::AvgPool(of) | Parts::MaxPool(of) => sliding(of),
            Parts::Reshape(shape) => vec![("shape", json!(shape))],
            _ => Vec::new(),
        };
        let numbers = self.numbers().into_iter().map(|(name, number)| (name, json!(number)));
        // Put in one by one: collecting would sort them first, with a sort of its own.
        let mut settings = Map::new();
        sizes.into_iter().chain(numbers).for_each(|(name, value)| drop(settings.insert(name.to_owned(), value)));
        settings
    }
}
