//! IBP: intervals pushed forward, layer by layer (docs/methods.md §2).

use super::{
    BoundsError,
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    pulse::Pulse,
    tensor::{Backend, Ball, Pair},
};

impl<B: Backend> Prepared<B> {
    /// Bounds of an affine node: exact for every norm, since the whole way from x is one affine function.
    pub(super) fn affine_bounds(&self, node: NodeId, ball: &Ball<B::Tensor>) -> Pair<B::Tensor> {
        if let (Ball::Box { lower, upper }, true) = (ball, self.interval_exact[node]) {
            let mut path = vec![];
            let mut at = node;
            while let Stage::Affine { map, bias } = &self.stages[at] {
                path.push((map, bias));
                at = self.inputs[at][0];
            }
            let start = Pair { lower: lower.clone(), upper: upper.clone() };
            return path
                .into_iter()
                .rev()
                .fold(start, |range, (map, bias)| self.backend.apply_interval(map, bias.as_ref(), &range));
        }
        let form = self.affine_form(node);
        let pair = Pair { lower: (*form).clone(), upper: (*form).clone() };
        self.backend.concretize_forms(&pair, ball)
    }

    /// Intervals of every node whose range is needed, by node. The affine start is composed exactly; from there on each affine
    /// node widens by itself.
    pub(super) async fn interval_walk(
        &self,
        ball: &Ball<B::Tensor>,
        pulse: &impl Pulse,
    ) -> Result<Vec<Option<Pair<B::Tensor>>>, BoundsError> {
        let last = self.ranged.last().copied();
        let mut ranges: Vec<Option<Pair<B::Tensor>>> = vec![None; self.stages.len()];
        for node in 0..last.map_or(0, |last| last + 1) {
            let range = if self.affine[node] {
                // Only where an affine node meets the rest of the graph is its interval needed.
                if !self.borders(node) {
                    continue;
                }
                self.affine_bounds(node, ball)
            } else {
                self.interval_step(node, &ranges)
            };
            ranges[node] = Some(range);
            pulse.tick().await?;
        }
        Ok(ranges)
    }

    /// Whether an affine node is read by a node that is not affine.
    pub(super) fn borders(&self, node: NodeId) -> bool {
        let mut readers = self.inputs.iter().enumerate().filter(|(_, inputs)| inputs.contains(&node));
        readers.any(|(reader, _)| !self.affine[reader])
    }

    pub(super) fn interval_step(&self, node: NodeId, ranges: &[Option<Pair<B::Tensor>>]) -> Pair<B::Tensor> {
        let input = |position: usize| {
            ranges[self.inputs[node][position]].as_ref().expect("inputs come first and border what is not affine")
        };
        match &self.stages[node] {
            Stage::Affine { map, bias } => self.backend.apply_interval(map, bias.as_ref(), input(0)),
            Stage::Activation(rules) => self.backend.activate_interval(rules, input(0)),
            Stage::Largest(pool) => {
                let range = input(0);
                Pair {
                    lower: self.backend.largest(pool, &range.lower),
                    upper: self.backend.largest(pool, &range.upper),
                }
            }
            Stage::Sum => {
                let rest = 1..self.inputs[node].len();
                rest.fold(input(0).clone(), |sum, position| self.backend.add_interval(&sum, input(position)))
            }
            Stage::Input => unreachable!("the input is affine"),
        }
    }
}
