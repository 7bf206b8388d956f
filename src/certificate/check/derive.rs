//! What follows for a node from what it reads, without anybody saying so.

use super::{
    dyadic::{Dyadic, Float},
    rejected::Rejected,
    row::Row,
    stage::{Graph, Stage},
    walk::{Cost, Known, Range},
};
use std::sync::Arc;

/// Applies `f` to each of a range, on all cores where that is allowed.
pub(in crate::certificate) fn each<T: Send>(
    range: std::ops::Range<usize>,
    f: impl Fn(usize) -> T + Sync + Send,
) -> Vec<T> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        range.into_par_iter().map(f).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        range.map(f).collect()
    }
}

impl Known {
    /// Whether a node's range has to be found by walking.
    pub(super) fn wanted(&self, node: usize) -> bool {
        let affine =
            !matches!(self.graph.stages[node], Stage::Input | Stage::Same | Stage::Activation(_) | Stage::Largest(_));
        affine && node != self.graph.output
    }

    /// Takes up what an uncertain scale costs at a node, and its range where that needs no walk.
    pub(super) fn take_up(&mut self, node: usize) -> Result<(), Rejected> {
        let before = self.graph.inputs[node][0];
        if let Stage::Scale(scale) | Stage::Average { share: scale, .. } = &self.graph.stages[node] {
            self.costs[node] = Some(Arc::new(Cost::new(scale, self.range(before)?)));
        }
        self.ranges[node] = self.passed_on(node, before)?.map(Arc::new);
        Ok(())
    }

    /// The range that a node's values have because of what it reads, where that needs no walk.
    fn passed_on(&self, node: usize, before: usize) -> Result<Option<Range>, Rejected> {
        let range = self.range(before)?;
        let (lower, upper) = match &self.graph.stages[node] {
            Stage::Same => (range.lower.clone(), range.upper.clone()),
            Stage::Activation(rule) => {
                let end = |neuron: usize, end: Float| rule.around(neuron, &end.into());
                let ends = each(0..self.graph.widths[node], |neuron| {
                    let [low, _] = end(neuron, range.lower[neuron]);
                    let [_, high] = end(neuron, range.upper[neuron]);
                    (low.down(), high.up())
                });
                ends.into_iter().unzip()
            }
            Stage::Largest(window) => {
                let most = |of: &[Float], output: usize| {
                    let largest = window.pooled(output).max_by_key(|&at| Dyadic::from(of[at]));
                    largest.map_or(Float::ZERO, |at| of[at])
                };
                let outputs = 0..self.graph.widths[node];
                outputs.map(|output| (most(&range.lower, output), most(&range.upper, output))).unzip()
            }
            _ => return Ok(None),
        };
        Ok(Some(Range::new(lower, upper)))
    }

    /// The least and the greatest that some of a node's values are found to be by walking back, as [`Known::lowest`] goes.
    pub(super) fn ends(&self, node: usize, neurons: &[usize], cut: bool) -> Result<Vec<[Dyadic; 2]>, Rejected> {
        let found = each(0..neurons.len(), |at| {
            let lowest = |negative| self.lowest(node, Row::single(neurons[at], negative), cut);
            Ok([lowest(false)?, -&lowest(true)?])
        });
        found.into_iter().collect()
    }
}

/// Neurons of a node that some reader does not take straight on.
pub(super) fn bent(graph: &Graph, node: usize, range: &Range) -> Vec<usize> {
    let readers = (0..graph.stages.len()).filter(|&reader| graph.inputs[reader].contains(&node));
    let mut bent = vec![false; graph.widths[node]];
    for reader in readers {
        for (neuron, bent) in bent.iter_mut().enumerate() {
            *bent |= match &graph.stages[reader] {
                Stage::Activation(rule) => {
                    let [lower, upper] = [range.lower[neuron], range.upper[neuron]].map(Dyadic::from);
                    !rule.straight(neuron, &lower, &upper)
                }
                Stage::Largest(_) => true,
                _ => false,
            };
        }
    }
    (0..bent.len()).filter(|&neuron| bent[neuron]).collect()
}
