//! LBP: linear functions of x pushed forward (docs/methods.md §4, the paper's Theorem 1).

use super::{
    BoundsError, Strategy,
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    pulse::Pulse,
    tensor::{Backend, Ball, Form, Pair, Picked, Relaxation},
};

/// What one pre-activation is known to be: its bounds, and the linear functions of x around it where the method has
/// them (an affine node's are exact and not kept here).
pub(super) struct Layer<B: Backend> {
    pub(super) range: Pair<B::Tensor>,
    pub(super) forms: Option<Pair<Form<B::Tensor>>>,
}

/// Everything known about the intermediate layers, by node: [`Layer`]s where a walk found ranges, and the lines of activations and of max
/// poolings.
pub(super) struct Known<B: Backend> {
    pub(super) layers: Vec<Option<Layer<B>>>,
    pub(super) relaxations: Vec<Option<Relaxation<B::Tensor>>>,
    pub(super) picked: Vec<Option<Picked<B::Tensor>>>,
}

impl<B: Backend> Known<B> {
    pub(super) fn nothing(nodes: usize) -> Self {
        Known { layers: (0..nodes).map(|_| None).collect(), relaxations: vec![None; nodes], picked: vec![None; nodes] }
    }
}

impl<B: Backend> Prepared<B> {
    /// Linear bounds of every node whose range is needed.
    pub(super) async fn forward_walk(
        &self,
        ball: &Ball<B::Tensor>,
        strategy: Strategy,
        pulse: &impl Pulse,
    ) -> Result<Known<B>, BoundsError> {
        let mut known = Known::nothing(self.stages.len());
        let last = self.ranged.last().copied();
        // Forms are large; each is dropped once its last reader has used it.
        let mut forms: Vec<Option<Pair<Form<B::Tensor>>>> = (0..self.stages.len()).map(|_| None).collect();
        for node in 0..last.map_or(0, |last| last + 1) {
            if !self.affine[node] {
                forms[node] = Some(self.forward_step(node, &forms, &known));
            }
            if self.ranged.contains(&node) {
                let pair = forms[node].clone();
                let range = match &pair {
                    None => self.affine_bounds(node, ball),
                    Some(pair) => self.backend.concretize_forms(pair, ball),
                };
                self.relax_readers(node, &range, strategy, &mut known);
                known.layers[node] = Some(Layer { range, forms: pair });
            }
            for &input in &self.inputs[node] {
                let read_later = self.inputs.iter().skip(node + 1).any(|inputs| inputs.contains(&input));
                if !read_later {
                    forms[input] = None;
                }
            }
            pulse.tick().await?;
        }
        Ok(known)
    }

    /// Lines of every activation and max pooling that reads `node`, over `range`, and of the max poolings that read those.
    pub(super) fn relax_readers(
        &self,
        node: NodeId,
        range: &Pair<B::Tensor>,
        strategy: Strategy,
        known: &mut Known<B>,
    ) {
        for (reader, stage) in self.stages.iter().enumerate() {
            if let (Stage::Activation(rules), true) = (stage, self.inputs[reader].contains(&node)) {
                let relaxation = self.backend.relax(rules, strategy, range);
                let range = relaxation.range.clone();
                known.relaxations[reader] = Some(relaxation);
                self.pick_for_readers(reader, &range, strategy, known);
            }
        }
        if !matches!(self.stages[node], Stage::Activation(_) | Stage::Largest(_)) {
            self.pick_for_readers(node, range, strategy, known);
        }
    }

    /// Lines of every max pooling that reads `node`, and of those that read these.
    fn pick_for_readers(&self, node: NodeId, range: &Pair<B::Tensor>, strategy: Strategy, known: &mut Known<B>) {
        for (reader, stage) in self.stages.iter().enumerate() {
            if let (Stage::Largest(pool), true) = (stage, self.inputs[reader].contains(&node)) {
                let picked = self.backend.pick(pool, strategy, range);
                let range = picked.range.clone();
                known.picked[reader] = Some(picked);
                self.pick_for_readers(reader, &range, strategy, known);
            }
        }
    }

    fn form_of(&self, node: NodeId, forms: &[Option<Pair<Form<B::Tensor>>>]) -> Pair<Form<B::Tensor>> {
        match &forms[node] {
            Some(pair) => pair.clone(),
            None => {
                let form = self.affine_form(node);
                Pair { lower: (*form).clone(), upper: (*form).clone() }
            }
        }
    }

    fn forward_step(
        &self,
        node: NodeId,
        forms: &[Option<Pair<Form<B::Tensor>>>],
        known: &Known<B>,
    ) -> Pair<Form<B::Tensor>> {
        let backend = &self.backend;
        let input = |position: usize| self.form_of(self.inputs[node][position], forms);
        match &self.stages[node] {
            Stage::Affine { map, bias } => {
                let before = input(0);
                let coefficients = backend
                    .apply_split(map, &Pair { lower: before.lower.coefficients, upper: before.upper.coefficients });
                let offset = backend.apply_split(map, &Pair { lower: before.lower.offset, upper: before.upper.offset });
                let shift = |offset: B::Tensor| match bias {
                    Some(bias) => backend.add(&offset, bias),
                    None => offset,
                };
                Pair {
                    lower: Form { coefficients: coefficients.lower, offset: shift(offset.lower) },
                    upper: Form { coefficients: coefficients.upper, offset: shift(offset.upper) },
                }
            }
            Stage::Activation(_) => {
                let before = input(0);
                let relaxation =
                    known.relaxations[node].as_ref().expect("a pre-activation is relaxed before its reader");
                Pair {
                    lower: backend.relax_forward(&before.lower, &relaxation.slope.lower, &relaxation.intercept.lower),
                    upper: backend.relax_forward(&before.upper, &relaxation.slope.upper, &relaxation.intercept.upper),
                }
            }
            Stage::Largest(pool) => {
                let picked = known.picked[node].as_ref().expect("a range is picked from before its reader");
                backend.pick_forward(pool, &input(0), picked)
            }
            Stage::Sum => {
                let add = |a: &Form<B::Tensor>, b: &Form<B::Tensor>| Form {
                    coefficients: backend.add(&a.coefficients, &b.coefficients),
                    offset: backend.add(&a.offset, &b.offset),
                };
                (1..self.inputs[node].len()).fold(input(0), |sum, position| {
                    let other = input(position);
                    Pair { lower: add(&sum.lower, &other.lower), upper: add(&sum.upper, &other.upper) }
                })
            }
            Stage::Input => unreachable!("the input is affine"),
        }
    }
}
