//! What each recorded operation computes: the backend's own, on the run's values.

use super::{
    differentiable::Differentiable,
    op::{Op, Value},
    run::Run,
};
use crate::tensor::{Form, Pair};

impl<B: Differentiable> Run<'_, B> {
    /// The outputs of one operation; `output` is the first of them.
    pub(super) fn compute(&self, op: &Op, inputs: &[B::Tensor], output: Value) -> Vec<B::Tensor> {
        let (backend, slots) = (self.backend, self.slots);
        let list = |values: &[Value]| values.iter().map(|&value| self.value(value).clone()).collect::<Vec<_>>();
        let both = |pair: Pair<B::Tensor>| vec![pair.lower, pair.upper];
        let one = match op {
            Op::Input(index) => inputs[*index].clone(),
            Op::Constant(values) => backend.upload(self.program.shape(output), values),
            Op::Bias(slot) => slots.biases[*slot].clone().expect("recorded where the network has a bias"),
            Op::MapRows(slot, rows) => backend.map_rows(&slots.maps[*slot], rows.clone()),
            Op::MapColumns(slot) => backend.map_columns(&slots.maps[*slot]),
            Op::Identity(rows, n) => backend.identity(rows.clone(), *n),
            Op::Apply(slot, rows) => backend.apply(&slots.maps[*slot], self.value(*rows)),
            Op::ApplyTranspose(slot, rows) => backend.apply_transpose(&slots.maps[*slot], self.value(*rows)),
            Op::ApplySplit(slot, pair) => return both(backend.apply_split(&slots.maps[*slot], &self.pair(pair))),
            Op::ApplyInterval(slot, pair) => {
                return both(backend.apply_interval(&slots.maps[*slot], None, &self.pair(pair)));
            }
            Op::Add(a, b) => backend.add(self.value(*a), self.value(*b)),
            Op::AddInterval(a, b) => return both(backend.add_interval(&self.pair(a), &self.pair(b))),
            Op::Negate(a) => backend.negate(self.value(*a)),
            Op::SliceRows(a, range) => backend.slice_rows(self.value(*a), range.clone()),
            Op::SliceWidth(a, range) => backend.slice_width(self.value(*a), range.clone()),
            Op::ConcatRows(parts) => backend.concat_rows(&list(parts)),
            Op::ConcatWidth(parts) => backend.concat_width(&list(parts)),
            Op::Transpose(a) => backend.transpose(self.value(*a)),
            Op::Dot(rows, v) => backend.dot(self.value(*rows), self.value(*v)),
            Op::Activate(slot, z) => backend.activate(&slots.rules[*slot], self.value(*z)),
            Op::Relax(slot, strategy, pair) => {
                let found = backend.relax(&slots.rules[*slot], *strategy, &self.pair(pair));
                return [both(found.slope), both(found.intercept)].concat();
            }
            Op::RelaxBackward(rows, lines) => {
                let (rows, offset) = backend.relax_backward(self.value(*rows), &self.relaxation(lines));
                return vec![rows, offset];
            }
            Op::RelaxForward(parts) => {
                let [coefficients, offset, slope, intercept] = parts.map(|value| self.value(value).clone());
                let form = backend.relax_forward(&Form { coefficients, offset }, &slope, &intercept);
                return vec![form.coefficients, form.offset];
            }
            Op::Substitute(rows, forms, range) => {
                let (rows, offset) = backend.substitute(self.value(*rows), &self.forms(forms), &self.pair(range));
                return vec![rows, offset];
            }
            Op::Largest(slot, z) => backend.largest(&slots.pools[*slot], self.value(*z)),
            Op::Pick(slot, strategy, pair) => {
                let found = backend.pick(&slots.pools[*slot], *strategy, &self.pair(pair));
                return [both(found.input), both(found.constant)].concat();
            }
            Op::PickBackward(slot, rows, lines) => {
                let (rows, offset) = backend.pick_backward(&slots.pools[*slot], self.value(*rows), &self.picked(lines));
                return vec![rows, offset];
            }
            Op::PickForward(slot, forms, lines) => {
                let found = backend.pick_forward(&slots.pools[*slot], &self.forms(forms), &self.picked(lines));
                let Pair { lower, upper } = found;
                return vec![lower.coefficients, lower.offset, upper.coefficients, upper.offset];
            }
            Op::Concretize(rows, offset, ball) => {
                let offset = offset.map(|offset| self.value(offset));
                backend.concretize(self.value(*rows), offset, &self.ball(ball))
            }
            Op::ConcretizeForms(forms, ball) => {
                return both(backend.concretize_forms(&self.forms(forms), &self.ball(ball)));
            }
            Op::MarginLoss(margins) => backend.margin_loss(self.value(*margins)),
            Op::Blend(a, b, share) => backend.blend(self.value(*a), self.value(*b), self.value(*share)),
            Op::Tightness(a, b) => backend.tightness(&self.pair(a), &self.pair(b)),
            Op::Balance(range) => backend.balance(&self.pair(range)),
        };
        vec![one]
    }
}
