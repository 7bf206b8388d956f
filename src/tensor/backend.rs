//! What a processor must do so that bounds can be computed on it.

use crate::{
    activation::{Activation, Strategy},
    network::{Affine, Network, Window},
};
use std::ops::Range;

/// Shape of every tensor: `[batch, rows, width]`. Operations broadcast over a batch or rows of 1.
///
/// - *values* (activations, bounds): `[batch, 1, n]`;
/// - *rows* A of a backward walk, bounding `A·a`: `[batch, rows, n]`, their offsets `[batch, 1, rows]`;
/// - *forms* of a forward walk, linear in the input x: coefficients `[batch, inputs, n]` (one row per input element),
///   offsets `[batch, 1, n]`.
pub type Shape = [usize; 3];

/// A device that failed. The master copies are on the host: start again on another device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[error("the {device} failed: {why}")]
pub struct DeviceError {
    /// Which device.
    pub device: String,
    /// What it said.
    pub why: String,
    /// Whether it lacks memory: on a device opened anew, smaller tasks may still do.
    pub memory: bool,
}

/// A linear function of the input, one per neuron: `coefficientsᵀ·x + offset`.
#[derive(Clone, Debug)]
pub struct Form<T> {
    /// `[batch, inputs, n]`.
    pub coefficients: T,
    /// `[batch, 1, n]`.
    pub offset: T,
}

/// A lower and an upper tensor of one shape.
#[derive(Clone, Debug)]
pub struct Pair<T> {
    /// Below.
    pub lower: T,
    /// Above.
    pub upper: T,
}

/// The bounding lines of one activation layer and the ranges they hold on, all `[batch, 1, n]`.
#[derive(Clone, Debug)]
pub struct Relaxation<T> {
    /// Slopes of the lower and the upper lines, never negative.
    pub slope: Pair<T>,
    /// Their intercepts.
    pub intercept: Pair<T>,
    /// σ(l) and σ(u).
    pub range: Pair<T>,
}

/// Lines of the largest of several inputs, all `[batch, 1, n]`: each of them is one input itself, or a constant.
#[derive(Clone, Debug)]
pub struct Picked<T> {
    /// The inputs that the lines below and above are, by index; below 0 where the line is a constant.
    pub input: Pair<T>,
    /// The constants; 0 where an input is picked.
    pub constant: Pair<T>,
    /// The largest lower and the largest upper end.
    pub range: Pair<T>,
}

/// The region around each image, as tensors.
#[derive(Clone, Debug, PartialEq)]
pub enum Ball<T> {
    /// An axis-parallel box.
    Box {
        /// `[batch, 1, inputs]`.
        lower: T,
        /// `[batch, 1, inputs]`.
        upper: T,
    },
    /// An ℓ2 or ℓ1 ball.
    Norm {
        /// `[batch, 1, inputs]`.
        centre: T,
        /// ε, `[batch, 1, 1]`.
        radius: T,
        /// The dual norm q.
        dual: Dual,
    },
}

/// The norm that measures a linear function's coefficients over a ball (1/p + 1/q = 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dual {
    /// q = 2, for ℓ2 balls.
    Two,
    /// q = ∞, for ℓ1 balls.
    Inf,
}

/// A processor. Operations record or run work on handles; only [`Backend::read`] waits for results, so that a device
/// with a queue of its own is never asked to stop.
///
/// Bounds are one-sided: whatever an operation returns as `lower` must not exceed what exact arithmetic would give by
/// more than the backend promises (rounding for the plain ones, nothing at all for the sound one).
pub trait Backend {
    /// A tensor handle; cloning shares the data.
    type Tensor: Clone;
    /// A linear map prepared for this processor.
    type Map;
    /// The activations of one layer prepared for this processor.
    type Rules;
    /// Windows of which the largest element is taken, prepared for this processor.
    type Pool;

    /// Bytes of one number, for memory budgets.
    const BYTES: usize;
    /// Bytes worth working on at once: about the cache of a CPU, more on a device that hides latency by width.
    const WORKING_SET: usize;

    /// The first operator of a network, by name, that this processor does not compute; `None` where it can bound the whole network.
    fn lacks(&self, _network: &Network) -> Option<&'static str> {
        None
    }

    /// Puts numbers on the device, rounded to its precision.
    fn upload(&self, shape: Shape, values: &[f64]) -> Self::Tensor;
    /// The ends of the interval of radius ε around an input, before they are uploaded.
    fn interval_around(&self, value: f64, epsilon: f64) -> (f64, f64) {
        (value - epsilon, value + epsilon)
    }
    /// Shape of a tensor.
    fn shape(&self, tensor: &Self::Tensor) -> Shape;
    /// Waits for a tensor and copies it to the host.
    fn read(&self, tensor: &Self::Tensor) -> impl Future<Output = Result<Vec<f64>, DeviceError>>;
    /// The same for several tensors at once: devices with a queue take as long for many as for one.
    fn read_all(&self, tensors: &[&Self::Tensor]) -> impl Future<Output = Result<Vec<Vec<f64>>, DeviceError>> {
        async move {
            let mut all = Vec::with_capacity(tensors.len());
            for tensor in tensors {
                all.push(self.read(tensor).await?);
            }
            Ok(all)
        }
    }

    /// Prepares the linear part of an affine operator with `inputs` elements.
    fn map(&self, affine: &Affine, inputs: usize) -> Self::Map;
    /// Whether a map only renames elements.
    fn is_identity(&self, map: &Self::Map) -> bool;
    /// Prepares the bias of an affine operator, `[1, 1, n]`.
    fn bias(&self, affine: &Affine) -> Option<Self::Tensor>;
    /// Prepares a layer of `width` activations.
    ///
    /// # Panics
    /// If the processor [`lacks`](Backend::lacks) the rule.
    fn rules(&self, activation: &Activation, width: usize) -> Self::Rules;

    /// Prepares windows of which the largest element is taken.
    ///
    /// # Panics
    /// If the processor [`lacks`](Backend::lacks) max pooling.
    fn pool(&self, window: &Window) -> Self::Pool;

    /// W·v for every row v.
    fn apply(&self, map: &Self::Map, rows: &Self::Tensor) -> Self::Tensor;
    /// W⁺·lower + W⁻·upper and its mirror, for every row: linear forms through an affine layer.
    fn apply_split(&self, map: &Self::Map, rows: &Pair<Self::Tensor>) -> Pair<Self::Tensor>;
    /// The same for intervals, bias included: IBP's step, never narrower than the exact image.
    fn apply_interval(
        &self,
        map: &Self::Map,
        bias: Option<&Self::Tensor>,
        range: &Pair<Self::Tensor>,
    ) -> Pair<Self::Tensor>;
    /// A·W for rows A.
    fn apply_transpose(&self, map: &Self::Map, rows: &Self::Tensor) -> Self::Tensor;
    /// Rows of W itself, `[1, rows.len(), inputs]`.
    fn map_rows(&self, map: &Self::Map, rows: Range<usize>) -> Self::Tensor;
    /// Wᵀ: the forms of W·x, `[1, inputs, n]`.
    fn map_columns(&self, map: &Self::Map) -> Self::Tensor;

    /// Elementwise sum.
    fn add(&self, a: &Self::Tensor, b: &Self::Tensor) -> Self::Tensor;
    /// Sum of two intervals, never narrower than exact.
    fn add_interval(&self, a: &Pair<Self::Tensor>, b: &Pair<Self::Tensor>) -> Pair<Self::Tensor>;
    /// The least that a computed tensor may really be: itself, unless the backend keeps errors beside numbers.
    fn lower_end(&self, a: &Self::Tensor) -> Self::Tensor {
        a.clone()
    }
    /// Negation (exact).
    fn negate(&self, a: &Self::Tensor) -> Self::Tensor;
    /// Rows `range`.
    fn slice_rows(&self, a: &Self::Tensor, range: Range<usize>) -> Self::Tensor;
    /// Elements `range` of every row.
    fn slice_width(&self, a: &Self::Tensor, range: Range<usize>) -> Self::Tensor;
    /// One above the other.
    fn concat_rows(&self, parts: &[Self::Tensor]) -> Self::Tensor;
    /// Side by side.
    fn concat_width(&self, parts: &[Self::Tensor]) -> Self::Tensor;
    /// Rows and width exchanged.
    fn transpose(&self, a: &Self::Tensor) -> Self::Tensor;
    /// `[1, n, n]`, ones on the diagonal; `rows` of it.
    fn identity(&self, rows: Range<usize>, n: usize) -> Self::Tensor;
    /// A·v per row, `[batch, 1, rows]`; `v` is `[1 or batch, 1, n]`.
    fn dot(&self, rows: &Self::Tensor, v: &Self::Tensor) -> Self::Tensor;

    /// σ(z).
    fn activate(&self, rules: &Self::Rules, z: &Self::Tensor) -> Self::Tensor;
    /// [σ(l), σ(u)], never narrower than exact.
    fn activate_interval(&self, rules: &Self::Rules, range: &Pair<Self::Tensor>) -> Pair<Self::Tensor>;
    /// Bounding lines over pre-activation ranges.
    fn relax(&self, rules: &Self::Rules, strategy: Strategy, range: &Pair<Self::Tensor>) -> Relaxation<Self::Tensor>;
    /// Rows bounding A·σ(z) from below become rows bounding it in z: `A⁺·s_L + A⁻·s_U`, and what to add to the offset,
    /// `A⁺·t_L + A⁻·t_U`.
    fn relax_backward(
        &self,
        rows: &Self::Tensor,
        relaxation: &Relaxation<Self::Tensor>,
    ) -> (Self::Tensor, Self::Tensor);
    /// A form of z below or above becomes one of σ(z): `s·form + t`.
    fn relax_forward(
        &self,
        form: &Form<Self::Tensor>,
        slope: &Self::Tensor,
        intercept: &Self::Tensor,
    ) -> Form<Self::Tensor>;
    /// Rows bounding A·z from below become rows in x: `A⁺·L + A⁻·U`, and what to add to the offset. `range` bounds z.
    fn substitute(
        &self,
        rows: &Self::Tensor,
        forms: &Pair<Form<Self::Tensor>>,
        range: &Pair<Self::Tensor>,
    ) -> (Self::Tensor, Self::Tensor);

    /// The largest element of each window, for values and for the ends of intervals.
    fn largest(&self, pool: &Self::Pool, z: &Self::Tensor) -> Self::Tensor;
    /// Lines of the largest elements, for inputs in a range.
    fn pick(&self, pool: &Self::Pool, strategy: Strategy, range: &Pair<Self::Tensor>) -> Picked<Self::Tensor>;
    /// Rows bounding the largest elements from below become rows in the windows' inputs, and what to add to the offset: where a
    /// coefficient is negative the line above is used, else the one below.
    fn pick_backward(
        &self,
        pool: &Self::Pool,
        rows: &Self::Tensor,
        picked: &Picked<Self::Tensor>,
    ) -> (Self::Tensor, Self::Tensor);
    /// Forms below and above the inputs become forms below and above the largest elements.
    fn pick_forward(
        &self,
        pool: &Self::Pool,
        forms: &Pair<Form<Self::Tensor>>,
        picked: &Picked<Self::Tensor>,
    ) -> Pair<Form<Self::Tensor>>;

    /// The least value of `rows·x + offset` over the region, `[batch, 1, rows]`, not above the exact one.
    fn concretize(&self, rows: &Self::Tensor, offset: Option<&Self::Tensor>, ball: &Ball<Self::Tensor>)
    -> Self::Tensor;
    /// The least of the lower form and the greatest of the upper one over the region.
    fn concretize_forms(&self, forms: &Pair<Form<Self::Tensor>>, ball: &Ball<Self::Tensor>) -> Pair<Self::Tensor>;
}
