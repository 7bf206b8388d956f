//! What a processor must do, beyond computing bounds, so that they can be differentiated.

use crate::{
    activation::Strategy,
    tensor::{Backend, Pair, Shape},
};

/// Adjoints of [`Backend`]'s operations, and the operations of a training loss. A *gradient* has the shape of what it
/// belongs to; each adjoint takes the gradient of an operation's outputs and gives those of its inputs.
pub trait Differentiable: Backend {
    /// A gradient summed over the batch and rows in which `shape` was broadcast.
    fn sum_to(&self, gradient: &Self::Tensor, shape: Shape) -> Self::Tensor;
    /// `a` times one number.
    fn scale(&self, a: &Self::Tensor, factor: f64) -> Self::Tensor;

    /// Gradient of a map's weights, `[1, 1, weights]`: Σ over all rows of output ⊗ input. For `W·v` they are the
    /// gradient and v; for `A·W` they are A and the gradient.
    fn map_gradient(&self, map: &Self::Map, input: &Self::Tensor, output: &Self::Tensor) -> Self::Tensor;
    /// Adjoint of [`Backend::apply_interval`] without its bias: gradients of the range (where `wanted`) and of the weights.
    fn interval_gradient(
        &self,
        map: &Self::Map,
        range: &Pair<Self::Tensor>,
        gradient: &Pair<Self::Tensor>,
        wanted: bool,
    ) -> (Option<Pair<Self::Tensor>>, Self::Tensor);

    /// Adjoint of [`Backend::activate`]: gradients of z and, summed over the batch, of the bends (`[1, 1, n]`, where
    /// there are any). At a bend itself the outer slope counts.
    fn activate_gradient(
        &self,
        rules: &Self::Rules,
        z: &Self::Tensor,
        gradient: &Self::Tensor,
    ) -> (Self::Tensor, Option<Self::Tensor>);
    /// Adjoint of [`Backend::largest`]: each output's gradient goes to the first of its window's largest elements.
    fn largest_gradient(&self, pool: &Self::Pool, z: &Self::Tensor, gradient: &Self::Tensor) -> Self::Tensor;
    /// Adjoint of [`Backend::relax`]: `gradient` is that of the slopes below and above and of the intercepts below and
    /// above. Gives the gradients of the range and of the bends.
    fn relax_gradient(
        &self,
        rules: &Self::Rules,
        strategy: Strategy,
        range: &Pair<Self::Tensor>,
        gradient: [&Self::Tensor; 4],
    ) -> (Pair<Self::Tensor>, Option<Self::Tensor>);
    /// Adjoint of [`Backend::relax_backward`]: `lines` as in [`Differentiable::relax_gradient`]; gives the gradients of the
    /// rows and of the lines.
    fn relax_backward_gradient(
        &self,
        rows: &Self::Tensor,
        lines: [&Self::Tensor; 4],
        rows_gradient: &Self::Tensor,
        offset_gradient: &Self::Tensor,
    ) -> (Self::Tensor, [Self::Tensor; 4]);
    /// Adjoint of [`Backend::concretize`] over a box: gradients of the rows and of the box's ends.
    fn concretize_gradient(
        &self,
        rows: &Self::Tensor,
        range: &Pair<Self::Tensor>,
        gradient: &Self::Tensor,
    ) -> (Self::Tensor, Pair<Self::Tensor>);
    /// Adjoint of [`Backend::dot`]: gradients of the rows and of the vector, each in its own shape.
    fn dot_gradient(
        &self,
        rows: &Self::Tensor,
        v: &Self::Tensor,
        gradient: &Self::Tensor,
    ) -> (Self::Tensor, Self::Tensor);

    /// ln(1 + Σ e^(−mᵢ)) per image: the cross-entropy of outputs whose differences to the label's are m.
    fn margin_loss(&self, margins: &Self::Tensor) -> Self::Tensor;
    /// Its adjoint.
    fn margin_loss_gradient(&self, margins: &Self::Tensor, gradient: &Self::Tensor) -> Self::Tensor;
    /// `(1 − share)·first + share·second`.
    fn blend(&self, first: &Self::Tensor, second: &Self::Tensor, share: &Self::Tensor) -> Self::Tensor;
    /// Its adjoint.
    fn blend_gradient(&self, share: &Self::Tensor, gradient: &Self::Tensor) -> (Self::Tensor, Self::Tensor);

    /// Interval widths that grow (Shi et al. 2021): max(0, 1 − w₀ / (τ·w)) with w₀ and w the mean widths of `reference` and
    /// `range` over the batch and τ = 0.5, `[1, 1, 1]`.
    fn tightness(&self, reference: &Pair<Self::Tensor>, range: &Pair<Self::Tensor>) -> Self::Tensor;
    /// Its adjoint: gradients of the reference and of the range.
    fn tightness_gradient(
        &self,
        reference: &Pair<Self::Tensor>,
        range: &Pair<Self::Tensor>,
        gradient: &Self::Tensor,
    ) -> (Pair<Self::Tensor>, Pair<Self::Tensor>);
    /// Neurons that are all alive or all dead (Shi et al. 2021): Σ over q of max(0, 1 − min(q, 1/q)/τ) with τ = 0.5; q is the mean
    /// centre of alive neurons over that of dead ones (sign dropped), then the same of their centres' variance.
    fn balance(&self, range: &Pair<Self::Tensor>) -> Self::Tensor;
    /// Its adjoint.
    fn balance_gradient(&self, range: &Pair<Self::Tensor>, gradient: &Self::Tensor) -> Pair<Self::Tensor>;
}
