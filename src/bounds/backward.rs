//! CROWN: linear bounds pushed backward, and Relaxed-CROWN's cut (docs/methods.md §5).

use super::{
    forward::Known,
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    tensor::{Backend, Ball, Pair, Relaxation},
};
use std::ops::Range;

/// What a backward walk starts from.
pub(super) enum Start<T> {
    /// Lower and (negated) upper bounds of these neurons: rows I above rows −I.
    Neurons(Range<usize>),
    /// Rows given: `[batch or 1, rows, width]`.
    Rows(T),
}

/// Where a backward walk ends before it reaches the input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nowhere: CROWN.
    Input,
    /// At the first activations' output intervals, or pre-activations' own where a sum reads them: IBP's last layer.
    Intervals,
    /// At pre-activations at least this many activations back, where their linear functions of x are put in:
    /// Relaxed-CROWN-v; 1 is LBP.
    Forms(usize),
}

/// `rows·x + offset` below whatever the walk started from; no rows where everything ended at intervals.
pub(super) struct LinearBound<T> {
    pub(super) rows: Option<T>,
    pub(super) offset: Option<T>,
}

/// What a walk does where it passes an activation: a place for lines from outside. The plain walks use the lines they know.
pub(super) trait AtActivation<B: Backend> {
    /// Rows bounding `rows·σ(z)` from below become rows in z, and what to add to the offset. `relaxation` is the strategy's.
    fn relax_backward(
        &mut self,
        prepared: &Prepared<B>,
        node: NodeId,
        rows: B::Tensor,
        relaxation: &Relaxation<B::Tensor>,
    ) -> (B::Tensor, B::Tensor);

    /// Told of the rows that reach a max pooling.
    fn at_largest(&mut self, _node: NodeId, _rows: &B::Tensor) {}
}

struct Plain;

impl<B: Backend> AtActivation<B> for Plain {
    fn relax_backward(
        &mut self,
        prepared: &Prepared<B>,
        _: NodeId,
        rows: B::Tensor,
        relaxation: &Relaxation<B::Tensor>,
    ) -> (B::Tensor, B::Tensor) {
        prepared.backend.relax_backward(&rows, relaxation)
    }
}

/// Rows waiting at a node.
enum Pending<T> {
    /// I above −I, not written out yet: through an affine map it becomes rows of W.
    Neurons(Range<usize>),
    Rows(T),
}

impl<B: Backend> Prepared<B> {
    /// Bounds `start` at `target` from below by a linear function of x.
    pub(super) fn backward_walk(
        &self,
        target: NodeId,
        start: Start<B::Tensor>,
        cut: Cut,
        known: &Known<B>,
    ) -> LinearBound<B::Tensor> {
        self.walk_back(target, start, cut, known, &mut Plain)
    }

    /// The same, with something else than the known lines at activations.
    pub(super) fn walk_back(
        &self,
        target: NodeId,
        start: Start<B::Tensor>,
        cut: Cut,
        known: &Known<B>,
        at_activation: &mut impl AtActivation<B>,
    ) -> LinearBound<B::Tensor> {
        let backend = &self.backend;
        let mut pending: Vec<Option<Pending<B::Tensor>>> = (0..=target).map(|_| None).collect();
        pending[target] = Some(match start {
            Start::Neurons(range) => Pending::Neurons(range),
            Start::Rows(rows) => Pending::Rows(rows),
        });
        let mut bound = LinearBound { rows: None, offset: None };
        for node in (0..=target).rev() {
            let Some(rows) = pending[node].take() else { continue };
            // An affine node needs no cut: walking on from it is exact.
            if let (Cut::Forms(depth), true) = (cut, node != target && !self.affine[node])
                && self.depth[target] >= self.depth[node] + depth
                && let Some(layer) = &known.layers[node]
                && let Some(forms) = &layer.forms
            {
                let rows = self.written_out(rows, node);
                let (rows, offset) = backend.substitute(&rows, forms, &layer.range);
                self.gather(&mut bound.rows, rows);
                self.gather(&mut bound.offset, offset);
                continue;
            }
            // A sum may read a pre-activation past its activation; going on from there would compose maps that IBP's
            // hidden layers meet one by one, and make IBP tighter than LBP.
            if let (Cut::Intervals, true, Some(layer)) =
                (cut, node != target && !self.affine[node], &known.layers[node])
            {
                let rows = self.written_out(rows, node);
                self.gather(&mut bound.offset, self.over_intervals(&rows, &layer.range));
                continue;
            }
            match &self.stages[node] {
                Stage::Input => self.gather(&mut bound.rows, self.written_out(rows, node)),
                Stage::Affine { map, bias } => {
                    if let Some(bias) = bias {
                        let rows = match &rows {
                            // I·b is b itself: picked out instead of multiplied.
                            Pending::Neurons(range) => {
                                let bias = backend.slice_width(bias, range.clone());
                                backend.concat_width(&[bias.clone(), backend.negate(&bias)])
                            }
                            Pending::Rows(rows) => backend.dot(rows, bias),
                        };
                        self.gather(&mut bound.offset, rows);
                    }
                    let rows = match rows {
                        Pending::Neurons(range) if backend.is_identity(map) => Pending::Neurons(range),
                        Pending::Neurons(range) => Pending::Rows(self.both_signs(&backend.map_rows(map, range))),
                        Pending::Rows(rows) => Pending::Rows(backend.apply_transpose(map, &rows)),
                    };
                    self.pass(&mut pending, self.inputs[node][0], rows);
                }
                Stage::Activation(_) => {
                    let rows = self.written_out(rows, node);
                    let relaxation = known.relaxations[node].as_ref().expect("lines are chosen before they are used");
                    if cut == Cut::Intervals {
                        self.gather(&mut bound.offset, self.over_intervals(&rows, &relaxation.range));
                        continue;
                    }
                    let (rows, offset) = at_activation.relax_backward(self, node, rows, relaxation);
                    self.gather(&mut bound.offset, offset);
                    self.pass(&mut pending, self.inputs[node][0], Pending::Rows(rows));
                }
                Stage::Largest(pool) => {
                    let rows = self.written_out(rows, node);
                    let picked = known.picked[node].as_ref().expect("lines are chosen before they are used");
                    if cut == Cut::Intervals {
                        self.gather(&mut bound.offset, self.over_intervals(&rows, &picked.range));
                        continue;
                    }
                    at_activation.at_largest(node, &rows);
                    let (rows, offset) = backend.pick_backward(pool, &rows, picked);
                    self.gather(&mut bound.offset, offset);
                    self.pass(&mut pending, self.inputs[node][0], Pending::Rows(rows));
                }
                Stage::Sum => {
                    for &input in &self.inputs[node] {
                        let copy = match &rows {
                            Pending::Neurons(range) => Pending::Neurons(range.clone()),
                            Pending::Rows(rows) => Pending::Rows(rows.clone()),
                        };
                        self.pass(&mut pending, input, copy);
                    }
                }
            }
        }
        bound
    }

    /// The least value of `rows·a` for `a` in `range`.
    fn over_intervals(&self, rows: &B::Tensor, range: &Pair<B::Tensor>) -> B::Tensor {
        let ball = Ball::Box { lower: range.lower.clone(), upper: range.upper.clone() };
        self.backend.concretize(rows, None, &ball)
    }

    pub(super) fn both_signs(&self, rows: &B::Tensor) -> B::Tensor {
        self.backend.concat_rows(&[rows.clone(), self.backend.negate(rows)])
    }

    fn written_out(&self, rows: Pending<B::Tensor>, node: NodeId) -> B::Tensor {
        match rows {
            Pending::Neurons(range) => self.both_signs(&self.backend.identity(range, self.widths[node])),
            Pending::Rows(rows) => rows,
        }
    }

    /// Adds rows to what already waits at a node.
    fn pass(&self, pending: &mut [Option<Pending<B::Tensor>>], node: NodeId, rows: Pending<B::Tensor>) {
        pending[node] = Some(match pending[node].take() {
            None => rows,
            Some(waiting) => {
                let (a, b) = (self.written_out(waiting, node), self.written_out(rows, node));
                Pending::Rows(self.backend.add(&a, &b))
            }
        });
    }

    pub(super) fn gather(&self, sum: &mut Option<B::Tensor>, part: B::Tensor) {
        *sum = Some(match sum.take() {
            None => part,
            Some(sum) => self.backend.add(&sum, &part),
        });
    }
}
