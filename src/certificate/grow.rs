//! From the tree of a search to its certificate. Each leaf is asked of the checker, and split further where its rules do not close it: a search computes in
//! another arithmetic, and may know more than they do.

use super::{
    Origin, Rejected,
    check::{Decision, Examiner, Facts, Follows, each},
    format::FORMAT,
    hex::Hex,
    record::{Guide, On, Record},
    tree::{AskedPart, Condition, Decide, Halve, Refuted, SEARCHED, Searched, Shown, Step, write_searched},
};
use crate::{
    bounds::Choice,
    network::{Clause, Network, Part, Query, Role},
    pulse::Pulse,
    search::INPUTS,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A certificate that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The file.
    pub text: String,
    /// Its leaves.
    pub leaves: u64,
    /// How many of them the search did not need.
    pub more: u64,
}

/// Why none was written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// The checker does not follow, however far leaves are split.
    #[error("what was proved of part {part}, condition {clause} cannot be shown in {limit} splits more")]
    Unshown {
        /// The part of the question, from 0.
        part: usize,
        /// The clause, from 0.
        clause: usize,
        /// The limit.
        limit: u64,
    },
    /// The checker does not know the network, or the work was stopped.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// It was not finished when it was to be.
    #[error(
        "it was not finished in time: {done} of the search's {leaves} leaves were shown in part {part}, condition {clause}"
    )]
    Late {
        /// The part of the question, from 0.
        part: usize,
        /// The clause, from 0.
        clause: usize,
        /// Leaves of that clause's tree that were shown.
        done: u64,
        /// Its leaves.
        leaves: u64,
    },
    /// The file could not be written down.
    #[error("the certificate cannot be written: {0}")]
    Write(#[from] serde_json::Error),
}

/// Leaves that are asked between two ticks.
const CHUNK: usize = 64;
/// Splits that each leaf of the search may take more, and all of them.
const MORE: [u64; 2] = [64, 4096];
/// Splits one below the other that a leaf may take more.
const DEEPER: usize = 40;

/// A box.
struct Region {
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Whether it is the whole part, of which much is asked.
    whole: bool,
}

/// A leaf of the search.
struct Open {
    region: Arc<Region>,
    decisions: Vec<Decision>,
    walked: Option<(usize, Choice)>,
}

/// Parts of a tree in order: nodes that stand, and leaves still to be asked.
enum Item {
    Stands(Step),
    Asked(Open),
}

/// What became of a leaf.
enum Closed {
    /// Its tree.
    Shown(Vec<Step>),
    /// Too much would have to be split.
    Unshown,
    /// The time was over.
    Late,
}

/// What all leaves of a clause share.
struct Setting<'a> {
    examiner: &'a Examiner,
    whole: &'a Facts,
    /// The nodes of the activations.
    activations: &'a [usize],
    conditions: &'a [Condition],
    twice: bool,
    /// Splits that are left.
    left: AtomicU64,
    /// Whether the work is to end.
    late: &'a (dyn Fn() -> bool + Sync),
}

/// Writes the certificate of a question that a search has answered with "no". Whether it is `late`, and the work is to end, is asked
/// before each leaf. `progress` is called with the share of the work done, in [0, 1].
///
/// # Errors
/// [`Unwritten`].
pub async fn written(
    network: &Network,
    origin: &Origin,
    (query, asked): (&Query, &[String]),
    record: &Record,
    pulse: &impl Pulse,
    late: &(dyn Fn() -> bool + Sync),
    mut progress: impl FnMut(f64),
) -> Result<Written, Unwritten> {
    let examiner = Examiner::new(network)?;
    let activations: Vec<usize> =
        (0..network.nodes().len()).filter(|&node| matches!(network.role(node), Some(Role::Activation(_)))).collect();
    let (mut leaves, mut more, mut parts) = (0, 0, Vec::new());
    for (place, part) in query.parts.iter().enumerate() {
        let guides: Vec<Guide> = (0..part.clauses.len()).map(|clause| record.take(place, clause)).collect();
        // Ranges over the whole box are what all decisions start from.
        let twice = guides.iter().any(decides);
        let whole = examiner.over([&part.lower, &part.upper], twice)?;
        let mut clauses = Vec::new();
        for (which, (clause, guide)) in part.clauses.iter().zip(guides).enumerate() {
            let rows = conditions(clause);
            let region = Arc::new(Region { lower: part.lower.clone(), upper: part.upper.clone(), whole: true });
            let mut items = Vec::new();
            flatten(guide, &activations, Open { region, decisions: Vec::new(), walked: None }, &mut items);
            let count = items.iter().filter(|item| matches!(item, Item::Asked(_))).count() as u64;
            let limit = (count * MORE[0]).max(MORE[1]);
            let setting = Setting {
                examiner: &examiner,
                whole: &whole,
                activations: &activations,
                conditions: &rows,
                twice,
                left: AtomicU64::new(limit),
                late,
            };
            let (mut tree, mut done) = (Vec::new(), 0);
            let total = items.len();
            for (chunk, items) in items.chunks(CHUNK).enumerate() {
                let found = each(0..items.len(), |at| match &items[at] {
                    Item::Stands(step) => Ok(Closed::Shown(vec![step.clone()])),
                    Item::Asked(open) => setting.close(open),
                });
                for (steps, item) in found.into_iter().zip(items) {
                    let steps = match steps? {
                        Closed::Shown(steps) => steps,
                        Closed::Unshown => return Err(Unwritten::Unshown { part: place, clause: which, limit }),
                        Closed::Late => {
                            return Err(Unwritten::Late { part: place, clause: which, done, leaves: count });
                        }
                    };
                    done += u64::from(matches!(item, Item::Asked(_)));
                    tree.extend(steps);
                }
                let share = ((chunk * CHUNK) as f64 / total as f64 + which as f64) / part.clauses.len() as f64;
                progress((share + place as f64) / query.parts.len() as f64);
                pulse.tick().await.map_err(Rejected::from)?;
            }
            let own = tree.iter().filter(|step| matches!(step, Step::Leaf(_))).count() as u64;
            (leaves, more) = (leaves + own, more + own - count);
            clauses.push(Refuted { rows, tree });
        }
        parts.push(asked_part(part, twice, clauses));
    }
    let certificate =
        Searched { format: FORMAT.into(), version: SEARCHED, model: origin.of(network), asked: asked.to_vec(), parts };
    Ok(Written { text: write_searched(&certificate)?, leaves, more })
}

fn asked_part(part: &Part, twice: bool, clauses: Vec<Refuted>) -> AskedPart {
    let hexes = |ends: &[f64]| ends.iter().map(|&end| Hex(end)).collect();
    AskedPart { lower: hexes(&part.lower), upper: hexes(&part.upper), twice, clauses }
}

fn conditions(clause: &Clause) -> Vec<Condition> {
    let rows = clause.iter().map(|row| Condition {
        weights: row.weights.iter().map(|&(output, weight)| (output, Hex(weight))).collect(),
        limit: Hex(row.limit),
        strict: row.strict,
    });
    rows.collect()
}

/// Whether a tree rests on decided neurons, or on slopes that were looked for.
fn decides(guide: &Guide) -> bool {
    match guide {
        Guide::Leaf(walked) => walked.is_some(),
        Guide::Split(On::Neuron { .. }, _) => true,
        Guide::Split(On::Input { .. }, sides) => sides.iter().any(decides),
    }
}

/// A tree as a list, each node before those below it.
fn flatten(guide: Guide, activations: &[usize], own: Open, found: &mut Vec<Item>) {
    match guide {
        Guide::Leaf(walked) => found.push(Item::Asked(Open { walked, ..own })),
        Guide::Split(on, sides) => {
            let step = step(on, activations);
            found.push(Item::Stands(step.clone()));
            for (side, above) in sides.into_iter().zip([false, true]) {
                flatten(side, activations, own.side(&step, above), found);
            }
        }
    }
}

fn step(on: On, activations: &[usize]) -> Step {
    match on {
        On::Input { input, at } => Step::Halve(Halve { input, at: Hex(at) }),
        On::Neuron { layer, neuron, at } => Step::Decide(Decide { node: activations[layer], neuron, at: Hex(at) }),
    }
}

impl Open {
    /// One side of a split.
    fn side(&self, step: &Step, above: bool) -> Open {
        let (mut region, mut decisions) = (self.region.clone(), self.decisions.clone());
        match *step {
            Step::Halve(Halve { input, at: Hex(at) }) => {
                let (mut lower, mut upper) = (region.lower.clone(), region.upper.clone());
                (if above { &mut lower } else { &mut upper })[input] = at;
                region = Arc::new(Region { lower, upper, whole: false });
            }
            Step::Decide(Decide { node, neuron, at: Hex(at) }) => {
                decisions.push(Decision { node, neuron, at, above });
            }
            Step::Leaf(_) => {}
        }
        Open { region, decisions, walked: self.walked.clone() }
    }
}

impl Setting<'_> {
    /// The tree of a leaf: itself where the checker follows it, else what it is split into.
    fn close(&self, open: &Open) -> Result<Closed, Rejected> {
        let mut steps = Vec::new();
        let mut waiting = vec![(0, open.side(&Step::Leaf(Shown::default()), false))];
        while let Some((depth, open)) = waiting.pop() {
            if (self.late)() {
                return Ok(Closed::Late);
            }
            let own;
            let facts = if open.region.whole {
                self.whole
            } else {
                own = self.examiner.over([&open.region.lower, &open.region.upper], self.twice)?;
                &own
            };
            let (shown, best) = self.shown(&open, facts)?;
            if let Some(shown) = shown {
                steps.push(Step::Leaf(shown));
                continue;
            }
            let spent = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            let split = self.split(&open, facts, &best).filter(|_| spent.is_ok() && depth < DEEPER);
            let Some(step) = split else { return Ok(Closed::Unshown) };
            waiting.extend([true, false].map(|above| (depth + 1, open.side(&step, above))));
            steps.push(step);
        }
        Ok(Closed::Shown(steps))
    }

    /// What closes a leaf, if anything does; and the coefficients of the input of the walk that came nearest.
    fn shown(&self, open: &Open, facts: &Facts) -> Result<(Option<Shown>, Vec<f64>), Rejected> {
        let alone = |row: usize| Shown { rows: vec![(row, Hex(1.0))], ..Shown::default() };
        let mut tries = Vec::new();
        if let Some((row, choice)) = &open.walked {
            tries.push(self.steered(*row, choice, &open.decisions, facts));
        }
        tries.extend((0..self.conditions.len()).map(alone));
        let mut best: Option<Follows> = None;
        for shown in tries {
            let found = facts.leaf(self.conditions, &open.decisions, &shown)?;
            if found.holds {
                return Ok((Some(shown), Vec::new()));
            }
            if best.as_ref().is_none_or(|best| found.margin > best.margin) {
                best = Some(found);
            }
        }
        Ok((None, best.map_or(Vec::new(), |best| best.reached)))
    }

    /// A leaf with the slopes and multipliers of the search.
    fn steered(&self, row: usize, choice: &Choice, decisions: &[Decision], facts: &Facts) -> Shown {
        let layers = choice.layers.iter().zip(self.activations);
        let known: Vec<(usize, [&[f64]; 2])> = layers
            .clone()
            .filter_map(|(layer, &node)| layer.as_ref().map(|layer| (node, [&layer.below[..], &layer.above[..]])))
            .collect();
        let multiplier = |at: usize| {
            let Decision { node, neuron, .. } = decisions[at];
            // The last decision about a neuron is the one that was used.
            let again = decisions[at + 1..].iter().any(|other| (other.node, other.neuron) == (node, neuron));
            let layer = layers.clone().find(|(_, own)| **own == node).and_then(|(layer, _)| layer.as_ref());
            let value = layer.and_then(|layer| layer.multipliers.get(neuron)).copied().unwrap_or(0.0);
            Hex(if again || !value.is_finite() { 0.0 } else { value.max(0.0) })
        };
        let multipliers: Vec<Hex> = (0..decisions.len()).map(multiplier).collect();
        let multipliers = if multipliers.iter().all(|hex| hex.0 == 0.0) { Vec::new() } else { multipliers };
        let slopes = facts.worth_saying(decisions, &known);
        Shown { rows: vec![(row, Hex(1.0))], slopes, multipliers }
    }

    /// Where a leaf is split: with few inputs at the edge along which the function below the conditions falls most, which comes to an end whatever the network; else
    /// at the neuron whose lines leave the most room.
    fn split(&self, open: &Open, facts: &Facts, reached: &[f64]) -> Option<Step> {
        if open.region.lower.len() > INPUTS {
            let widest = facts.widest(&open.decisions);
            if let Some(Decision { node, neuron, at, .. }) = widest {
                return Some(Step::Decide(Decide { node, neuron, at: Hex(at) }));
            }
        }
        let Region { lower, upper, .. } = &*open.region;
        let steepest = reached.iter().map(|a| a.abs()).fold(0.0, f64::max);
        let score = |at: usize| {
            let slope = reached.get(at).map_or(1.0, |a| a.abs().max(FLAT * steepest));
            (if steepest > 0.0 { slope } else { 1.0 }) * (upper[at] - lower[at])
        };
        let input = (0..lower.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)))?;
        let at = lower[input] / 2.0 + upper[input] / 2.0;
        (lower[input] < at && at < upper[input]).then_some(Step::Halve(Halve { input, at: Hex(at) }))
    }
}

/// Coefficients count as at least this share of the largest one, as in the search.
const FLAT: f64 = 0.2;
