//! What is known of a network over a box, by rules alone; and what follows of a leaf within it.

use super::{
    choose::{self, Choice},
    decision::{Decision, decide},
    derive::bent,
    dyadic::{Dyadic, Float},
    narrow::{Linear, narrow},
    rejected::{Rejected, structure},
    row::Row,
    stage::{Graph, Stage},
    walk::{Ball, Decided, Known, Range},
};
use crate::certificate::{
    hex::Hex,
    tree::{Condition, Shown, Slopes},
};
use std::sync::{Arc, OnceLock};

/// What is known over a box.
pub(in crate::certificate) struct Facts {
    known: Known,
    /// Functions of the neurons that are linear in the input: found where a leaf needs them.
    linear: OnceLock<Result<Vec<Linear>, Rejected>>,
}

/// What came of a leaf.
#[derive(Debug)]
pub(in crate::certificate) struct Follows {
    /// How far the sum of its conditions is above its limit at least, nearly; ∞ where no input is left.
    pub(in crate::certificate) margin: f64,
    /// Whether that is enough.
    pub(in crate::certificate) holds: bool,
    /// The coefficients of the input that the walk ended with, nearly.
    pub(in crate::certificate) reached: Vec<f64>,
}

impl Facts {
    /// Ranges of a box: at every node the interval that follows from those before it; where a neuron bends in an activation that reads it (or all of them, where a
    /// max pooling does), the narrower ends of that and of a walk back to the input; of two walks, where `twice`, with the flattest lines in the other.
    pub(super) fn over(graph: &Arc<Graph>, [lower, upper]: [&[f64]; 2], twice: bool) -> Result<Facts, Rejected> {
        let floats = |ends: &[f64]| ends.iter().map(|&end| Float::of(end)).collect();
        let mut known = Known::new(graph, Ball::Box, Range::new(floats(lower), floats(upper)));
        let mut flat = twice.then(|| known.clone());
        for node in 1..graph.stages.len() {
            known.take_up(node)?;
            let range = known.range(graph.inputs[node][0])?;
            match &graph.stages[node] {
                Stage::Activation(rule) => {
                    if let Some(flat) = &mut flat {
                        flat.lines[node] = Some(Arc::new(choose::lines(rule, Choice::Flat, range)));
                    }
                    known.lines[node] = Some(Arc::new(choose::lines(rule, Choice::Middle, range)));
                }
                Stage::Largest(window) => {
                    known.picks[node] = Some(Arc::new(choose::picks(window, range, graph.widths[node])));
                }
                _ if known.wanted(node) => {
                    let all: Vec<usize> = (0..graph.widths[node]).collect();
                    let mut range = Range::around(&known.ends(node, &all, true)?);
                    let bent = bent(graph, node, &range);
                    for walks in [Some(&known), flat.as_ref()].into_iter().flatten() {
                        let found = walks.ends(node, &bent, false)?;
                        range = narrowed(range, &bent, &found);
                    }
                    known.ranges[node] = Some(Arc::new(range));
                }
                _ => {}
            }
            if let Some(flat) = &mut flat {
                flat.ranges[node] = known.ranges[node].clone();
                flat.costs[node] = known.costs[node].clone();
                flat.picks[node] = known.picks[node].clone();
            }
        }
        Ok(Facts { known, linear: OnceLock::new() })
    }

    /// What follows where some neurons are decided, of the conditions that a leaf adds up.
    pub(in crate::certificate) fn leaf(
        &self,
        conditions: &[Condition],
        decisions: &[Decision],
        leaf: &Shown,
    ) -> Result<Follows, Rejected> {
        let mut known = self.known.clone();
        if !decide(&mut known, decisions)? {
            return Ok(Follows { margin: f64::INFINITY, holds: true, reached: Vec::new() });
        }
        multiply(&mut known, decisions, leaf)?;
        let Sum { row, limit, strict } = sum(conditions, leaf, known.graph.widths[known.graph.output])?;
        let mut rounds = if decisions.is_empty() { 0 } else { NARROWED };
        loop {
            steer(&mut known, &self.known, leaf)?;
            let (least, reached) = known.walk_back(known.graph.output, row.clone(), false)?;
            let margin = &least - &limit;
            let holds = margin.is_positive() || (strict && !margin.is_negative());
            if holds || rounds == 0 || self.linear()?.is_empty() {
                let mut coefficients = vec![0.0; known.graph.widths[0]];
                for (at, value) in reached.iter().flat_map(Row::near) {
                    coefficients[at] = value;
                }
                return Ok(Follows { margin: margin.near(), holds, reached: coefficients });
            }
            rounds -= 1;
            let own = reached.map_or(Ok(None), |row| known.function_of(&least, row))?;
            if !narrow(&mut known, self.linear()?, decisions, own.as_ref().map(|own| (own, &limit)))? {
                return Ok(Follows { margin: f64::INFINITY, holds: true, reached: Vec::new() });
            }
        }
    }

    fn linear(&self) -> Result<&[Linear], Rejected> {
        match self.linear.get_or_init(|| self.known.linear()) {
            Ok(linear) => Ok(linear),
            Err(why) => Err(why.clone()),
        }
    }

    /// Of the neurons that bend, given these decisions, the one whose lines leave the most room; where it bends. `None` where none does.
    pub(in crate::certificate) fn widest(&self, decisions: &[Decision]) -> Option<Decision> {
        let mut known = self.known.clone();
        decide(&mut known, decisions).ok().filter(|left| *left)?;
        let graph = known.graph.clone();
        let mut best: Option<(f64, Decision)> = None;
        for (node, stage) in graph.stages.iter().enumerate() {
            let Stage::Activation(rule) = stage else { continue };
            let range = known.range(graph.inputs[node][0]).ok()?;
            for neuron in 0..graph.widths[node] {
                let [lower, upper] = [range.lower[neuron], range.upper[neuron]].map(Dyadic::from);
                let Some(at) = rule.bend(neuron, &lower, &upper) else { continue };
                let (low, high) = (lower.near(), upper.near());
                let room = (high - at) * (at - low) / (high - low);
                if best.as_ref().is_none_or(|(before, _)| room > *before) {
                    best = Some((room, Decision { node, neuron, at, above: false }));
                }
            }
        }
        best.map(|(_, decision)| decision)
    }
}

/// How often a leaf that does not hold is narrowed and looked at again.
const NARROWED: usize = 3;
/// How near a slope has to be to the rule's to be left out.
const SAME: f64 = 1e-9;

impl Facts {
    /// Of slopes for all neurons of activations, below and above, those that have to be said: where a neuron bends, given these decisions, and the
    /// rule would choose another one.
    pub(in crate::certificate) fn worth_saying(
        &self,
        decisions: &[Decision],
        all: &[(usize, [&[f64]; 2])],
    ) -> Vec<Slopes> {
        let mut known = self.known.clone();
        if !matches!(decide(&mut known, decisions), Ok(true)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for &(node, sides) in all {
            let Stage::Activation(rule) = &known.graph.stages[node] else { continue };
            let Ok(range) = known.range(known.graph.inputs[node][0]) else { continue };
            let mut said = [Vec::new(), Vec::new()];
            for neuron in 0..known.graph.widths[node] {
                let [lower, upper] = [range.lower[neuron], range.upper[neuron]].map(Dyadic::from);
                if rule.straight(neuron, &lower, &upper) {
                    continue;
                }
                let chosen = choose::pair(rule, neuron, Choice::Middle, range);
                for ((side, said), [slope, _]) in sides.iter().zip(&mut said).zip(chosen) {
                    let (own, rules) = (side[neuron], Dyadic::from(slope).near());
                    if own.is_finite() && (own - rules).abs() > SAME * rules.abs().max(1.0) {
                        said.push((neuron, Hex(own)));
                    }
                }
            }
            let [below, above] = said;
            if !below.is_empty() || !above.is_empty() {
                found.push(Slopes { node, below, above });
            }
        }
        found
    }
}

/// A range with what was found of some of its places.
fn narrowed(range: Range, places: &[usize], found: &[[Dyadic; 2]]) -> Range {
    let Range { mut lower, mut upper, .. } = range;
    for (&at, [low, high]) in places.iter().zip(found) {
        if *low > lower[at].into() {
            lower[at] = low.down();
        }
        if *high < upper[at].into() {
            upper[at] = high.up();
        }
    }
    Range::new(lower, upper)
}

/// Gives decisions their multipliers.
fn multiply(known: &mut Known, decisions: &[Decision], leaf: &Shown) -> Result<(), Rejected> {
    if !leaf.multipliers.is_empty() && leaf.multipliers.len() != decisions.len() {
        let why = format!("there are {} for {} decisions", leaf.multipliers.len(), decisions.len());
        return Err(structure("multipliers", why));
    }
    for (decision, multiplier) in decisions.iter().zip(&leaf.multipliers) {
        if multiplier.0 < 0.0 {
            return Err(structure("multipliers", "one is below 0"));
        }
        if multiplier.0 > 0.0 {
            let signed = if decision.above { multiplier.0 } else { -multiplier.0 };
            let (neuron, at) = (decision.neuron as u32, Dyadic::of(decision.at));
            known.decided[decision.node].push(Decided { neuron, multiplier: Float::of(signed), at });
        }
    }
    Ok(())
}

/// Chooses lines anew where a range was decided on, or slopes are said.
fn steer(known: &mut Known, over: &Known, leaf: &Shown) -> Result<(), Rejected> {
    let graph = known.graph.clone();
    if !leaf.slopes.windows(2).all(|pair| pair[0].node < pair[1].node) {
        return Err(structure("slopes", "nodes must be in rising order, each once"));
    }
    for slopes in &leaf.slopes {
        let width = match graph.stages.get(slopes.node) {
            Some(Stage::Activation(_)) => graph.widths[slopes.node],
            _ => 0,
        };
        let fits = |side: &[(usize, Hex)]| {
            side.windows(2).all(|pair| pair[0].0 < pair[1].0) && side.last().is_none_or(|(last, _)| *last < width)
        };
        if width == 0 || !fits(&slopes.below) || !fits(&slopes.above) {
            let why = "it has no such neurons, or they are not in rising order";
            return Err(structure(format!("slopes of node {}", slopes.node), why));
        }
    }
    for (node, stage) in graph.stages.iter().enumerate() {
        let Stage::Activation(rule) = stage else { continue };
        let before = graph.inputs[node][0];
        let said = leaf.slopes.iter().find(|slopes| slopes.node == node);
        let (range, wide) = (known.range(before)?, over.range(before)?);
        let other = |at: &usize| range.lower[*at] != wide.lower[*at] || range.upper[*at] != wide.upper[*at];
        let mut touched: Vec<usize> = (0..graph.widths[node]).filter(other).collect();
        touched
            .extend(said.iter().flat_map(|slopes| slopes.below.iter().chain(&slopes.above)).map(|(neuron, _)| *neuron));
        touched.sort_unstable();
        touched.dedup();
        if touched.is_empty() {
            continue;
        }
        let Some(mut lines) = known.lines[node].as_deref().cloned() else { continue };
        for neuron in touched {
            let choice = said.map_or(Choice::Middle, |slopes| {
                let of =
                    |side: &[(usize, Hex)]| Some(side[side.binary_search_by_key(&neuron, |said| said.0).ok()?].1.0);
                Choice::Said([of(&slopes.below), of(&slopes.above)])
            });
            choose::put(&mut lines, neuron, choose::pair(rule, neuron, choice, range));
        }
        known.lines[node] = Some(Arc::new(lines));
    }
    Ok(())
}

/// Conditions added up: not all of them hold where row·outputs is above the limit.
struct Sum {
    row: Row,
    limit: Dyadic,
    /// Whether the limit itself is enough.
    strict: bool,
}

fn sum(conditions: &[Condition], leaf: &Shown, outputs: usize) -> Result<Sum, Rejected> {
    let wrong = |why: &str| Err(structure("rows", why));
    if leaf.rows.is_empty() || !leaf.rows.windows(2).all(|pair| pair[0].0 < pair[1].0) {
        return wrong("there must be one at least, in rising order");
    }
    let mut factors = vec![Dyadic::zero(); outputs];
    let (mut limit, mut strict) = (Dyadic::zero(), false);
    for (at, weight) in &leaf.rows {
        let Some(condition) = conditions.get(*at) else { return wrong("there is no such condition") };
        if weight.0 <= 0.0 {
            return wrong("a weight is not above 0");
        }
        let weight = Dyadic::of(weight.0);
        for (output, factor) in &condition.weights {
            factors[*output] += &(&weight * &Dyadic::of(factor.0));
        }
        limit += &(&weight * &Dyadic::of(condition.limit.0));
        strict |= condition.strict;
    }
    let floats: Vec<Float> = factors.iter().map(Dyadic::down).collect();
    let exact = floats.iter().zip(&factors).all(|(float, factor)| Dyadic::from(*float) == *factor);
    match Row::of(&floats).filter(|_| exact) {
        Some(row) => Ok(Sum { row, limit, strict }),
        None => wrong("their factors differ too much in size to be checked"),
    }
}
