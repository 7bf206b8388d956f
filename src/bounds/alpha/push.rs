//! Corners pushed forward through the very lines that a walk back used.

use crate::{
    bounds::{Prepared, Ranges, Steered, prepared::Stage},
    tensor::Steerable,
};

impl<B: Steerable> Prepared<B> {
    /// Each row's corner pushed forward through the lines that the row used: the pre-activations it has there, `[batch, rows, n]`, in the
    /// order of [`activations`](Prepared::activations); `None` where the walk never came by.
    ///
    /// A row's bound is the row times the output of this linear network at its corner; so these values are what the bound's derivatives are
    /// made of (docs/methods.md §5).
    pub fn pushed(&self, steered: &Steered<B::Tensor>, ranges: &Ranges<B>) -> Vec<Option<B::Tensor>> {
        let backend = &self.backend;
        let mut values: Vec<Option<B::Tensor>> = vec![None; self.stages.len()];
        let mut before = Vec::with_capacity(steered.passed.len());
        let last = self.activation_nodes().zip(&steered.passed).filter(|(_, passed)| passed.is_some()).last();
        let last = last.map_or(0, |(node, _)| node);
        for node in 0..=last {
            let input = |position: usize| values[self.inputs[node][position]].as_ref();
            let value = match &self.stages[node] {
                Stage::Input => Some(steered.corner.clone()),
                Stage::Affine { map, bias } => input(0).map(|rows| {
                    let linear = backend.apply(map, rows);
                    bias.as_ref().map_or_else(|| linear.clone(), |bias| backend.add(&linear, bias))
                }),
                Stage::Activation(_) => {
                    let z = input(0).cloned();
                    let passed = steered.passed[before.len()].as_ref();
                    let value =
                        z.as_ref().zip(passed).map(|(z, passed)| backend.follow(&passed.rows, &passed.lines, z));
                    before.push(z.filter(|_| passed.is_some()));
                    value
                }
                Stage::Largest(pool) => {
                    let rows = steered.pooled.iter().find(|(at, _)| *at == node).map(|(_, rows)| rows);
                    let picked = ranges.0.picked[node].as_ref();
                    let lines = rows.zip(picked);
                    lines.zip(input(0)).map(|((rows, picked), z)| backend.follow_picked(pool, rows, picked, z))
                }
                Stage::Sum => {
                    let parts: Option<Vec<_>> = (0..self.inputs[node].len()).map(input).collect();
                    parts.map(|parts| parts[1..].iter().fold(parts[0].clone(), |sum, part| backend.add(&sum, part)))
                }
            };
            values[node] = value;
        }
        before.resize_with(steered.passed.len(), || None);
        before
    }
}
