//! Ranges by intervals and backward walks together, and what a walk ends with: what a search over boxes asks for.

use super::{
    Ranges, Strategy,
    backward::{Cut, Start},
    forward::{Known, Layer},
    prepared::Prepared,
};
use crate::tensor::{Backend, Ball, Pair, Steerable};

/// Linear functions of the input below rows of the outputs, over a region.
#[derive(Clone, Debug)]
pub struct Below<T> {
    /// Coefficients, `[batch, rows, inputs]`. In an arithmetic that keeps errors the numbers read from here, taken as exact, with the
    /// constant at which the function's least value over the region is `least`, are below the rows everywhere in the region.
    pub rows: T,
    /// Their least values over the region, `[batch, 1, rows]`: lower bounds of the rows.
    pub least: T,
}

impl<B: Steerable> Prepared<B> {
    /// Ranges of the pre-activations: at every layer the tighter end of the backward bound and of the interval that follows from the
    /// ranges before it, with a strategy's lines over them. Never looser than CROWN's nor IBP's own, up to what the backend promises.
    pub fn refined(&self, ball: &Ball<B::Tensor>, strategy: Strategy) -> Ranges<B> {
        let backend = &self.backend;
        let mut known = Known::nothing(self.stages.len());
        let mut intervals: Vec<Option<Pair<B::Tensor>>> = vec![None; self.stages.len()];
        let last = self.ranged.last().copied();
        for node in 0..last.map_or(0, |last| last + 1) {
            if self.affine[node] {
                let ranged = self.ranged.contains(&node);
                if ranged || self.borders(node) {
                    intervals[node] = Some(self.affine_bounds(node, ball));
                }
            } else {
                intervals[node] = Some(self.interval_step(node, &intervals));
            }
            if !self.ranged.contains(&node) {
                continue;
            }
            let mut range = intervals[node].clone().expect("every range that is needed was just found");
            if !self.affine[node] {
                range = backend.common(&range, &self.backward_range(node, ball, &known));
                intervals[node] = Some(range.clone());
            }
            self.relax_readers(node, &range, strategy, &mut known);
            known.layers[node] = Some(Layer { range, forms: None });
        }
        Ranges(known)
    }

    /// Backward bounds of one node over what is known of those before it.
    fn backward_range(&self, node: usize, ball: &Ball<B::Tensor>, known: &Known<B>) -> Pair<B::Tensor> {
        let backend = &self.backend;
        let [batch, ..] = self.ball_shape(ball);
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for chunk in self.row_chunks(self.widths[node], batch) {
            let count = chunk.len();
            let bound = self.backward_walk(node, Start::Neurons(chunk), Cut::Input, known);
            let lowest = self.lowest(&bound, ball);
            lower.push(backend.slice_width(&lowest, 0..count));
            upper.push(backend.negate(&backend.slice_width(&lowest, count..2 * count)));
        }
        Pair { lower: backend.concat_width(&lower), upper: backend.concat_width(&upper) }
    }
}

impl<B: Backend> Prepared<B> {
    /// Linear functions of the input below `rows` (`[batch or 1, rows, outputs]`) of the outputs, by one walk back over fixed ranges.
    pub fn below(&self, ball: &Ball<B::Tensor>, ranges: &Ranges<B>, rows: &B::Tensor) -> Below<B::Tensor> {
        let bound = self.backward_walk(self.output(), Start::Rows(rows.clone()), Cut::Input, &ranges.0);
        let least = self.lowest(&bound, ball);
        Below { rows: bound.rows.expect("a walk without a cut ends at the input"), least }
    }
}
