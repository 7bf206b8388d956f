//! Walks back from the neurons that matter alone.
//!
//! A neuron whose curve is straight over some interval around its range has that piece of the curve as its line, above and below, whatever the
//! range within that interval (but with constant lines). Nothing that comes after it would change with a tighter range, so that no walk need start
//! there. What interval to look at is the caller's: any that holds for a search (`refined.rs`), for CROWN one that holds what CROWN would find
//! (`margins.rs`).

use super::{
    backward::{Cut, Start},
    forward::Known,
    prepared::{Prepared, Stage},
};
use crate::{
    network::NodeId,
    tensor::{Ball, Pair, Places, Steerable},
};

/// Neurons that are walked back from together.
pub(super) struct Part {
    /// The rows to start with: each image's own, or the same for all.
    rows: Places,
    /// Where what they give belongs, image by image.
    pub(super) at: Places,
}

impl<B: Steerable> Prepared<B> {
    /// The neurons of a node whose ranges matter, in parts that are walked back from together: where some reader is not straight over `range`, widened
    /// as [`bent`](Steerable::bent) does by `share`. `None` where all or nearly all matter, or their rows cannot be had one by one.
    pub(super) fn bent_parts(&self, node: NodeId, range: &Pair<B::Tensor>, share: f64) -> Option<Vec<Part>> {
        let Stage::Affine { map, .. } = &self.stages[node] else { return None };
        let mut images = self.bent_neurons(node, range, share)?;
        let count = images.len();
        if count > 1 && !self.backend.rows_apart(map) {
            // Rows for all images: those that matter in any of them.
            let mut all: Vec<usize> = images.concat();
            all.sort_unstable();
            all.dedup();
            images = vec![all];
        }
        let each = images.iter().map(Vec::len).max()?;
        let width = self.widths[node];
        if each > width - width / 8 {
            return None;
        }
        // As many for every image: in those that have fewer some again, and in those that have none any.
        let spread = |own: &Vec<usize>, at: usize| if own.is_empty() { 0 } else { own[at % own.len()] };
        let part = |chunk: std::ops::Range<usize>| {
            let one = |own: &Vec<usize>| chunk.clone().map(|at| spread(own, at)).collect::<Vec<_>>();
            let neurons = images.iter().flat_map(one).collect::<Vec<_>>();
            let rows = Places { neurons, each: chunk.len() };
            let repeated = if images.len() < count { rows.neurons.repeat(count) } else { rows.neurons.clone() };
            Part { at: Places { neurons: repeated, each: chunk.len() }, rows }
        };
        Some(self.row_chunks(each, count).map(part).collect())
    }

    /// Where some reader of a node is not straight over its range, for every image; `None` where each end of the range matters by itself.
    fn bent_neurons(&self, node: NodeId, range: &Pair<B::Tensor>, share: f64) -> Option<Vec<Vec<usize>>> {
        let mut bent = Vec::new();
        let pooled = |node: NodeId| {
            let readers = self.stages.iter().zip(&self.inputs);
            readers.into_iter().any(|(stage, inputs)| matches!(stage, Stage::Largest(_)) && inputs.contains(&node))
        };
        for (reader, (stage, inputs)) in self.stages.iter().zip(&self.inputs).enumerate() {
            if !inputs.contains(&node) {
                continue;
            }
            match stage {
                // The lines of a largest element are chosen by all ends of its window.
                Stage::Largest(_) => return None,
                Stage::Activation(_) if pooled(reader) => return None,
                Stage::Activation(rules) => {
                    let own = self.backend.bent(rules, range, share);
                    bent = if bent.is_empty() { own } else { own.iter().zip(bent).map(|(a, b)| *a || b).collect() };
                }
                _ => {}
            }
        }
        let places = |bent: &[bool]| bent.iter().enumerate().filter(|(_, bent)| **bent).map(|(at, _)| at).collect();
        Some(bent.chunks(self.widths[node]).map(places).collect())
    }

    /// Backward bounds of a part's neurons, `[batch, 1, each]`, over what is known of the nodes before theirs.
    pub(super) fn backward_at(
        &self,
        node: NodeId,
        ball: &Ball<B::Tensor>,
        known: &Known<B>,
        part: &Part,
    ) -> Pair<B::Tensor> {
        let backend = &self.backend;
        let Stage::Affine { map, bias } = &self.stages[node] else { unreachable!("parts are of affine nodes") };
        let rows = Start::Rows(self.both_signs(&backend.map_rows_at(map, &part.rows)));
        let mut bound = self.backward_walk(self.inputs[node][0], rows, Cut::Input, known);
        if let Some(bias) = bias {
            let bias = backend.values_at(bias, &part.rows);
            self.gather(&mut bound.offset, backend.concat_width(&[bias.clone(), backend.negate(&bias)]));
        }
        self.ends(&self.lowest(&bound, ball), part.rows.each)
    }
}
