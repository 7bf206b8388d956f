//! What a processor must do, beyond computing bounds, so that a walk's lines can be chosen from outside.

use super::{Backend, Ball, Pair, Picked, Relaxation};

/// The lines of given slopes.
#[derive(Clone, Debug)]
pub struct Touching<T> {
    /// Intercepts below and above, in the slopes' shape.
    pub intercept: Pair<T>,
    /// Where each line touches its curve, in the same shape: the intercept moves with the slope as minus this point.
    pub at: Pair<T>,
}

/// Neurons of each image's own, as many for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// Image after image; a neuron may stand there more than once.
    pub neurons: Vec<usize>,
    /// How many an image has, at least 1.
    pub each: usize,
}

/// A backend whose [`relax_backward`](Backend::relax_backward) also takes lines of every row's own, `[batch or 1, rows, n]`, and which finds what
/// a search for slopes needs. The CPU's do; a walk steered from outside is not on the GPU yet.
pub trait Steerable: Backend {
    /// The lines of these slopes (`[batch or 1, rows or 1, n]`) over ranges `[batch or 1, 1, n]` that hold the curves between them: any slopes will do.
    fn touching(
        &self,
        rules: &Self::Rules,
        slope: &Pair<Self::Tensor>,
        range: &Pair<Self::Tensor>,
    ) -> Touching<Self::Tensor>;

    /// The least and the greatest slope worth choosing, below and above, `[batch, 1, n]`; equal where there is nothing to choose.
    fn choices(&self, rules: &Self::Rules, range: &Pair<Self::Tensor>) -> Pair<Pair<Self::Tensor>>;

    /// The lines that [`relax_backward`](Backend::relax_backward) used for these rows, at the points z: all of `[batch, rows, n]` but the lines, which
    /// broadcast. Near them where rounding is charged.
    fn follow(&self, rows: &Self::Tensor, lines: &Relaxation<Self::Tensor>, z: &Self::Tensor) -> Self::Tensor;

    /// The same of [`pick_backward`](Backend::pick_backward): `[batch, rows, outputs]` from the windows' inputs z.
    fn follow_picked(
        &self,
        pool: &Self::Pool,
        rows: &Self::Tensor,
        picked: &Picked<Self::Tensor>,
        z: &Self::Tensor,
    ) -> Self::Tensor;

    /// The point of the region at which each row is least, `[batch, rows, inputs]`: the one that [`concretize`](Backend::concretize)
    /// evaluates it at. Near it where rounding is charged.
    fn corner(&self, rows: &Self::Tensor, ball: &Ball<Self::Tensor>) -> Self::Tensor;

    /// What two intervals around the same numbers, `[batch, 1, n]`, have in common. An end that is not a number says nothing.
    fn common(&self, a: &Pair<Self::Tensor>, b: &Pair<Self::Tensor>) -> Pair<Self::Tensor>;

    /// What rounding moves an end of a range by in practice, as a share of the greater end, with room to spare.
    const NEAR: f64;

    /// Whether the curves are anything but straight over their ranges, each end moved outward by `share` of the greater one, or nothing is known of
    /// them: image after image.
    fn bent(&self, rules: &Self::Rules, range: &Pair<Self::Tensor>, share: f64) -> Vec<bool>;

    /// Whether [`map_rows_at`](Steerable::map_rows_at) gives each image rows of its own.
    fn rows_apart(&self, map: &Self::Map) -> bool;

    /// Rows of W, `[batch, each, inputs]`: for every image those at its own places, or for one image where rows do not
    /// [come apart](Steerable::rows_apart).
    fn map_rows_at(&self, map: &Self::Map, places: &Places) -> Self::Tensor;

    /// Elements of each image's own of values `[batch or 1, 1, n]`: `[batch, 1, each]`.
    fn values_at(&self, values: &Self::Tensor, places: &Places) -> Self::Tensor;

    /// Values `[batch or 1, 1, n]` with those of `found`, `[batch or 1, 1, each]`, at the places that they were found for, in place of their own:
    /// `[batch, 1, n]`.
    fn put_at(&self, values: &Self::Tensor, found: &Self::Tensor, places: &Places) -> Self::Tensor;
}
