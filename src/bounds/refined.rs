//! Ranges by intervals and backward walks together, and what a walk ends with: what a search over boxes asks for.
//!
//! Where an interval already proves a neuron straight no walk starts (`bent.rs`). Which these are differs from box to box.

use super::{
    Ranges, Strategy,
    backward::{Cut, Start},
    forward::{Known, Layer},
    prepared::Prepared,
};
use crate::{
    network::NodeId,
    pulse::{Steady, at_once},
    tensor::{Backend, Ball, Pair, Steerable},
};

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
    /// Ranges of the pre-activations, with a strategy's lines over them: at every layer the interval that follows from the ranges before it,
    /// and for neurons that are not straight over it the tighter ends of that and of the backward bound. Lines are never looser than with
    /// IBP's ranges, up to what the backend promises.
    pub fn refined(&self, ball: &Ball<B::Tensor>, strategy: Strategy) -> Ranges<B> {
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
                range = self.tightened(node, ball, &known, range);
                intervals[node] = Some(range.clone());
            }
            self.relax_readers(node, &range, strategy, &mut known);
            known.layers[node] = Some(Layer { range, forms: None });
        }
        Ranges(known)
    }

    /// A node's interval made tighter by walks back over what is known of the nodes before it.
    fn tightened(
        &self,
        node: NodeId,
        ball: &Ball<B::Tensor>,
        known: &Known<B>,
        range: Pair<B::Tensor>,
    ) -> Pair<B::Tensor> {
        let backend = &self.backend;
        let Some(parts) = self.bent_parts(node, &range, 0.0) else {
            let walked = at_once(self.backward_layer(node, ball, None, known, &Steady));
            return backend.common(&range, &walked.expect("a steady pulse ends nothing").range);
        };
        parts.iter().fold(range, |range, part| {
            let found = self.backward_at(node, ball, known, part);
            let own = |end: &B::Tensor| backend.values_at(end, &part.at);
            let both = backend.common(&Pair { lower: own(&range.lower), upper: own(&range.upper) }, &found);
            let put = |end: &B::Tensor, found: &B::Tensor| backend.put_at(end, found, &part.at);
            Pair { lower: put(&range.lower, &both.lower), upper: put(&range.upper, &both.upper) }
        })
    }
}

impl<B: Backend> Prepared<B> {
    /// The exact linear functions of the input that the pre-activations z of a layer are, below z and, behind them, below −z; `None` where they
    /// are not linear.
    pub fn affine_below(&self, ball: &Ball<B::Tensor>, layer: usize) -> Option<Below<B::Tensor>> {
        let node = self.pre_activations[layer];
        if !self.affine[node] {
            return None;
        }
        let all = Start::Neurons(0..self.widths[node]);
        let bound = self.backward_walk(node, all, Cut::Input, &Known::nothing(self.stages.len()));
        let least = self.lowest(&bound, ball);
        bound.rows.map(|rows| Below { rows, least })
    }

    /// Linear functions of the input below `rows` (`[batch or 1, rows, outputs]`) of the outputs, by one walk back over fixed ranges.
    pub fn below(&self, ball: &Ball<B::Tensor>, ranges: &Ranges<B>, rows: &B::Tensor) -> Below<B::Tensor> {
        let bound = self.backward_walk(self.output(), Start::Rows(rows.clone()), Cut::Input, &ranges.0);
        let least = self.lowest(&bound, ball);
        Below { rows: bound.rows.expect("a walk without a cut ends at the input"), least }
    }
}
