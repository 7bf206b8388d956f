//! Ranges by intervals and backward walks together, and what a walk ends with: what a search over boxes asks for.
//!
//! Where an interval already proves a neuron straight its lines are exact, and no tighter range changes what comes of them: walks go back from
//! the other neurons only. Which these are differs from box to box.

use super::{
    Ranges, Strategy,
    backward::{Cut, Start},
    forward::{Known, Layer},
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    tensor::{Backend, Ball, Pair, Places, Steerable},
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
        let places = self.bent_neurons(node, &range);
        if places.as_ref().is_some_and(|places| places.neurons.is_empty()) {
            return range;
        }
        let some = places.and_then(|places| self.backward_range_at(node, ball, known, &places, &range));
        some.unwrap_or_else(|| self.backend.common(&range, &self.backward_range(node, ball, known)))
    }

    /// Where some reader of a node is not straight over its range: as many places for every image, in those that have fewer some of them
    /// again; none at all where every reader is straight everywhere. `None` where all or nearly all neurons matter.
    fn bent_neurons(&self, node: NodeId, range: &Pair<B::Tensor>) -> Option<Places> {
        let mut bent = Vec::new();
        for (stage, inputs) in self.stages.iter().zip(&self.inputs) {
            match stage {
                // The lines of a largest element are chosen by all ends of its window.
                Stage::Largest(_) if inputs.contains(&node) => return None,
                Stage::Activation(rules) if inputs.contains(&node) => {
                    let own = self.backend.bent(rules, range);
                    bent = if bent.is_empty() { own } else { own.iter().zip(bent).map(|(a, b)| *a || b).collect() };
                }
                _ => {}
            }
        }
        let width = self.widths[node];
        let images: Vec<Vec<usize>> = bent
            .chunks(width)
            .map(|bent| bent.iter().enumerate().filter(|(_, bent)| **bent).map(|(at, _)| at).collect())
            .collect();
        let each = images.iter().map(Vec::len).max()?;
        if each > width - width / 8 {
            return None;
        }
        let spread = |own: Vec<usize>| {
            let count = own.len();
            (0..each).map(move |at| if count == 0 { 0 } else { own[at % count] })
        };
        Some(Places { neurons: images.into_iter().flat_map(spread).collect(), each: each.max(1) })
    }

    /// A node's range with backward bounds put in at some places; `None` where its rows cannot be picked out.
    fn backward_range_at(
        &self,
        node: NodeId,
        ball: &Ball<B::Tensor>,
        known: &Known<B>,
        places: &Places,
        range: &Pair<B::Tensor>,
    ) -> Option<Pair<B::Tensor>> {
        let backend = &self.backend;
        let Stage::Affine { map, bias } = &self.stages[node] else { return None };
        let batch = places.neurons.len() / places.each;
        let mut range = range.clone();
        for chunk in self.row_chunks(places.each, batch) {
            let neurons = places.neurons.chunks(places.each).flat_map(|own| own[chunk.clone()].iter().copied());
            let places = Places { neurons: neurons.collect(), each: chunk.len() };
            let rows = Start::Rows(self.both_signs(&backend.map_rows_at(map, &places)?));
            let mut bound = self.backward_walk(self.inputs[node][0], rows, Cut::Input, known);
            if let Some(bias) = bias {
                let bias = backend.values_at(bias, &places);
                self.gather(&mut bound.offset, backend.concat_width(&[bias.clone(), backend.negate(&bias)]));
            }
            let found = self.ends(&self.lowest(&bound, ball), places.each);
            range = backend.common_at(&range, &found, &places);
        }
        Some(range)
    }

    /// Backward bounds of all neurons of one node over what is known of those before it.
    fn backward_range(&self, node: NodeId, ball: &Ball<B::Tensor>, known: &Known<B>) -> Pair<B::Tensor> {
        let backend = &self.backend;
        let [batch, ..] = self.ball_shape(ball);
        let parts: Vec<_> = self
            .row_chunks(self.widths[node], batch)
            .map(|chunk| {
                let count = chunk.len();
                let bound = self.backward_walk(node, Start::Neurons(chunk), Cut::Input, known);
                self.ends(&self.lowest(&bound, ball), count)
            })
            .collect();
        let join = |pick: fn(&Pair<B::Tensor>) -> &B::Tensor| {
            backend.concat_width(&parts.iter().map(|part| pick(part).clone()).collect::<Vec<_>>())
        };
        Pair { lower: join(|part| &part.lower), upper: join(|part| &part.upper) }
    }

    /// The ends that lower bounds of rows and, behind them, of the negated rows are.
    fn ends(&self, lowest: &B::Tensor, count: usize) -> Pair<B::Tensor> {
        let backend = &self.backend;
        let upper = backend.negate(&backend.slice_width(lowest, count..2 * count));
        Pair { lower: backend.slice_width(lowest, 0..count), upper }
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
