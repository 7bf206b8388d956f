//! The checker of searches: that the leaves of each tree cover its box, and that each of them follows.

use super::{
    about::about,
    decision::Decision,
    derive::each,
    facts::{Facts, Follows},
    rejected::{Rejected, structure},
    stage::{Graph, Stage},
};
use crate::{
    certificate::{
        hex::Hex,
        tree::{AskedPart, Condition, Decide, Halve, Refuted, SEARCHED, Shown, Step, read_searched},
    },
    network::Network,
    pulse::Pulse,
};
use std::sync::Arc;

/// What the certificate of a search proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The network, by its hash.
    pub network: String,
    /// Boxes that were asked about.
    pub parts: usize,
    /// Lists of conditions that no input of their box satisfies.
    pub clauses: usize,
    /// Leaves that cover them.
    pub leaves: usize,
}

/// A box; leaves of one share what is known of it.
#[derive(Debug)]
struct Piece {
    part: usize,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

/// A leaf with what leads to it.
struct Leaf<'a> {
    clause: usize,
    /// Its place among the nodes of the clause's tree.
    place: usize,
    decisions: Vec<Decision>,
    shown: &'a Shown,
}

/// Boxes that are looked at between two ticks, and leaves.
const CHUNK: usize = 64;

/// A network of which leaves are asked.
pub(in crate::certificate) struct Examiner(Arc<Graph>);

impl Examiner {
    /// # Errors
    /// An operator that the checker does not know.
    pub(in crate::certificate) fn new(network: &Network) -> Result<Self, Rejected> {
        Ok(Examiner(Arc::new(Graph::of(network)?)))
    }

    /// What is known over a box.
    ///
    /// # Errors
    /// Numbers that differ too much in size to be checked.
    pub(in crate::certificate) fn over(&self, ends: [&[f64]; 2], twice: bool) -> Result<Facts, Rejected> {
        Facts::over(&self.0, ends, twice)
    }

    /// Whether a node is an activation of more than so many neurons.
    fn has(&self, node: usize, neuron: usize) -> bool {
        matches!(self.0.stages.get(node), Some(Stage::Activation(_))) && neuron < self.0.widths[node]
    }

    /// Whether numbers are the ends of a box, and conditions are about outputs.
    fn fits(&self, part: &AskedPart, place: usize) -> Result<(), Rejected> {
        let (inputs, outputs) = (self.0.widths[0], self.0.widths[self.0.output]);
        let wrong = |why: String| Err(structure(format!("part {place}"), why));
        if [&part.lower, &part.upper].iter().any(|ends| ends.len() != inputs) {
            return wrong(format!("its box needs {inputs} lower and as many upper ends"));
        }
        if let Some(input) = part.lower.iter().zip(&part.upper).position(|(low, high)| low.0 > high.0) {
            return wrong(format!("input {input}'s lower end is above its upper one"));
        }
        for (clause, conditions) in part.clauses.iter().enumerate() {
            let fits = |condition: &Condition| {
                let rising = condition.weights.windows(2).all(|pair| pair[0].0 < pair[1].0);
                rising && condition.weights.iter().all(|(output, _)| *output < outputs)
            };
            if !conditions.rows.iter().all(fits) {
                return wrong(format!(
                    "a condition of clause {clause} is not about outputs, each once and in rising order"
                ));
            }
        }
        Ok(())
    }

    /// Boxes of a clause's tree with their leaves, which cover its region: each split's two sides are there.
    fn leaves<'a>(
        &self,
        whole: &Arc<Piece>,
        clause: (usize, &'a Refuted),
        found: &mut Vec<(Arc<Piece>, Leaf<'a>)>,
    ) -> Result<(), Rejected> {
        let wrong = |why: String| Err(structure(format!("part {}, clause {}", whole.part, clause.0), why));
        let mut waiting = vec![(whole.clone(), Vec::new())];
        for (place, step) in clause.1.tree.iter().enumerate() {
            let Some((own, decisions)) = waiting.pop() else {
                return wrong(format!("node {place} of the tree belongs to nothing"));
            };
            match step {
                Step::Leaf(shown) => found.push((own, Leaf { clause: clause.0, place, decisions, shown })),
                Step::Halve(Halve { input, at: Hex(at) }) => {
                    if !(own.lower.get(*input).is_some_and(|low| low <= at) && *at <= own.upper[*input]) {
                        return wrong(format!("node {place} of the tree splits an input where it is not"));
                    }
                    let [mut low, mut high] = [(); 2].map(|()| [own.lower.clone(), own.upper.clone()]);
                    (low[1][*input], high[0][*input]) = (*at, *at);
                    let side = |[lower, upper]: [Vec<f64>; 2]| Arc::new(Piece { part: own.part, lower, upper });
                    waiting.push((side(high), decisions.clone()));
                    waiting.push((side(low), decisions));
                }
                Step::Decide(Decide { node, neuron, at: Hex(at) }) => {
                    if !self.has(*node, *neuron) {
                        return wrong(format!("node {place} of the tree decides on no neuron"));
                    }
                    for above in [true, false] {
                        let decision = Decision { node: *node, neuron: *neuron, at: *at, above };
                        let decisions = decisions.iter().copied().chain([decision]).collect();
                        waiting.push((own.clone(), decisions));
                    }
                }
            }
        }
        if waiting.is_empty() { Ok(()) } else { wrong(format!("{} parts of its tree are missing", waiting.len())) }
    }
}

/// Checks whether `bytes` are the certificate of a search that proves its answer about `network`. `progress` is called with the share of the work done, in
/// [0, 1] and never falling.
///
/// # Errors
/// Why it is not accepted, or that the pulse was cancelled.
pub async fn check_searched(
    bytes: &[u8],
    network: &Network,
    pulse: &impl Pulse,
    mut progress: impl FnMut(f64),
) -> Result<Answered, Rejected> {
    let certificate = read_searched(bytes)?;
    let hash = about(network, (&certificate.format, certificate.version), SEARCHED, &certificate.model)?;
    let examiner = Examiner::new(network)?;
    let mut all = Vec::new();
    for (place, part) in certificate.parts.iter().enumerate() {
        examiner.fits(part, place)?;
        let ends = |ends: &[Hex]| ends.iter().map(|end| end.0).collect();
        let whole = Arc::new(Piece { part: place, lower: ends(&part.lower), upper: ends(&part.upper) });
        for clause in part.clauses.iter().enumerate() {
            examiner.leaves(&whole, clause, &mut all)?;
        }
    }
    let count = all.len();
    // Leaves of one box side by side, boxes in the order in which they first come.
    let mut boxes: Vec<(Arc<Piece>, Vec<Leaf<'_>>)> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (own, leaf) in all {
        let at = *known.entry(Arc::as_ptr(&own)).or_insert_with(|| {
            boxes.push((own, Vec::new()));
            boxes.len() - 1
        });
        boxes[at].1.push(leaf);
    }
    let mut done = 0;
    for chunk in boxes.chunks(CHUNK) {
        let facts = each(0..chunk.len(), |at| {
            let own = &chunk[at].0;
            examiner.over([&own.lower, &own.upper], certificate.parts[own.part].twice)
        });
        let facts = facts.into_iter().collect::<Result<Vec<Facts>, Rejected>>()?;
        pulse.tick().await?;
        let leaves: Vec<(usize, &Leaf<'_>)> =
            chunk.iter().enumerate().flat_map(|(at, (_, leaves))| leaves.iter().map(move |leaf| (at, leaf))).collect();
        for leaves in leaves.chunks(CHUNK) {
            let found = each(0..leaves.len(), |which| {
                let (at, leaf) = leaves[which];
                let part = chunk[at].0.part;
                let conditions = &certificate.parts[part].clauses[leaf.clause].rows;
                let place = || format!("part {part}, clause {}, node {} of the tree", leaf.clause, leaf.place);
                match facts[at].leaf(conditions, &leaf.decisions, leaf.shown) {
                    Ok(Follows { holds: true, .. }) => Ok(()),
                    Ok(Follows { margin, .. }) => Err(Rejected::Open { place: place(), margin }),
                    Err(Rejected::Structure { place: what, why }) => {
                        Err(structure(format!("{}, {what}", place()), why))
                    }
                    Err(other) => Err(other),
                }
            });
            found.into_iter().collect::<Result<(), Rejected>>()?;
            done += leaves.len();
            progress(done as f64 / count.max(1) as f64);
            pulse.tick().await?;
        }
    }
    let clauses = certificate.parts.iter().map(|part| part.clauses.len()).sum();
    Ok(Answered { network: hash, parts: certificate.parts.len(), clauses, leaves: count })
}
