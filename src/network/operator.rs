//! What every operator can do, and how a network can be wrong.

use super::{Map, Window, parts::Parts};
use crate::activation::Activation;
use std::{fmt::Debug, sync::Arc};

/// An affine function: a linear map and a bias.
#[derive(Clone, Debug)]
pub struct Affine {
    /// The linear part.
    pub map: Map,
    /// One number per output, where there is a bias.
    pub bias: Option<Arc<[f64]>>,
    /// Relative error of each coefficient of `map` against the operator's exact real value, where it came out of a
    /// division (normalisation, averaging); 0 where it is the stored weight. The sound arithmetic charges it.
    pub rounding: f64,
    /// Absolute error of each bias, likewise.
    pub bias_error: f64,
}

/// How an operator enters a bound computation.
#[derive(Clone, Debug)]
pub enum Role {
    /// Affine in its one input.
    Affine(Affine),
    /// Elementwise and increasing.
    Activation(Activation),
    /// The sum of its inputs.
    Sum,
    /// The largest element of each window of its one input; channels stay apart.
    Largest(Window),
}

/// One named tensor of an operator, borrowed for writing a file or hashing.
pub struct Tensor<'a> {
    /// Name within the operator: "weight", "bias", "bend", ...
    pub name: &'static str,
    /// Shape.
    pub shape: Vec<usize>,
    /// Values in C order.
    pub values: &'a [f32],
}

/// One operator of a network. Implementations hold their parameters and are checked when the network is built.
pub trait Operator: Debug + Send + Sync {
    /// The `op` word of the model format: "linear", "conv2d", ...
    fn name(&self) -> &'static str;

    /// A few words for people: "conv 16 · 4×4 /2", "ReLU".
    fn describe(&self) -> String;

    /// The shape of the output for inputs of these shapes, or a sentence that says why there is none.
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String>;

    /// What the operator is to a bound method, for inputs of these (already checked) shapes.
    fn role(&self, inputs: &[&[usize]]) -> Role;

    /// Parameters, in the order of the model format.
    fn tensors(&self) -> Vec<Tensor<'_>> {
        Vec::new()
    }

    /// What it is, as data: for whoever writes it down.
    fn parts(&self) -> Parts<'_>;

    /// Settings beside the tensors, as the model format writes them.
    fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
        self.parts().settings()
    }
}

/// A network that cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// A layer does not fit what comes before it.
    #[error("layer {layer} ({op}): {why}")]
    Shape {
        /// Index of the layer, from 0.
        layer: usize,
        /// Its operator.
        op: &'static str,
        /// What does not fit.
        why: String,
    },
    /// A parameter is NaN or infinite.
    #[error("layer {layer} ({op}): {tensor}[{index}] is {value}, not a finite number; bounds would mean nothing")]
    NotFinite {
        /// Index of the layer.
        layer: usize,
        /// Its operator.
        op: &'static str,
        /// The parameter.
        tensor: &'static str,
        /// Position in the flattened tensor.
        index: usize,
        /// The value found.
        value: f32,
    },
    /// A layer takes its input from a layer that does not exist yet.
    #[error("layer {layer} takes input from node {input}, which does not come before it")]
    Order {
        /// Index of the layer.
        layer: usize,
        /// The node it names.
        input: usize,
    },
    /// An input of more elements than any network here has.
    #[error("the input shape {shape:?} has more than {limit} elements", limit = MOST)]
    TooLarge {
        /// The shape.
        shape: Vec<usize>,
    },
    /// No layers, or an empty input.
    #[error("the network has no {0}")]
    Empty(&'static str),
}

/// Most elements of a value, and most weights of one window: sizes come from files, and their products must not
/// overflow, nor fill the memory.
pub(super) const MOST: usize = 1 << 24;

/// The product of sizes, where it is at most [`MOST`].
pub(super) fn bounded(sizes: &[usize]) -> Option<usize> {
    let product = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size))?;
    Some(product).filter(|&product| product <= MOST)
}

/// The single input of a one-input operator.
pub(super) fn single<'a>(inputs: &[&'a [usize]]) -> Result<&'a [usize], String> {
    match inputs {
        [one] => Ok(one),
        _ => Err(format!("needs one input, has {}", inputs.len())),
    }
}

/// The single input of a one-input operator, as `[channels, height, width]`.
pub(super) fn image(inputs: &[&[usize]]) -> Result<[usize; 3], String> {
    let shape = single(inputs)?;
    shape.try_into().map_err(|_| format!("needs an input of shape [channels, height, width], has {shape:?}"))
}

/// Checks that a parameter has the length its place demands.
pub(super) fn expect_len(what: &str, found: usize, wanted: usize) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} has {found} values, needs {wanted}")) }
}
