//! From a certificate's numbers to what is known of a network: ranges, lines and picks, each checked before it is used.

use super::{
    derive::each,
    dyadic::{Dyadic, Float},
    line::Line,
    rejected::{Rejected, structure},
    stage::{Graph, Stage},
    walk::{Ball, Known, Lines, Picks, Range},
    window::Window,
};
use crate::certificate::{
    format::{self, By, Leaf, Norm, Region},
    hex::Hex,
};
use std::sync::Arc;

/// A check under way.
pub(super) struct Checking {
    pub(super) known: Known,
}

/// Rows walked back between two ticks.
const CHUNK: usize = 64;

fn floats(numbers: &[Hex]) -> Vec<Float> {
    numbers.iter().map(|number| Float::of(number.0)).collect()
}

/// The entry of a list in rising order that belongs to a node.
fn at<T>(list: &[T], node: usize, of: fn(&T) -> usize) -> Option<&T> {
    list.binary_search_by_key(&node, of).ok().map(|place| &list[place])
}

fn lengths(place: &str, wanted: usize, found: &[(&str, usize)]) -> Result<(), Rejected> {
    match found.iter().find(|(_, length)| *length != wanted) {
        None => Ok(()),
        Some((what, length)) => Err(structure(place, format!("{what} has {length} numbers, needs {wanted}"))),
    }
}

impl Checking {
    /// A network and a region, of which nothing else is known.
    pub(super) fn new(graph: &Arc<Graph>, region: &Region) -> Result<Checking, Rejected> {
        let (ball, input) = ball(region, graph.widths[0])?;
        Ok(Checking { known: Known::new(graph, ball, input) })
    }

    /// Neurons whose ranges will be found by walking.
    pub(super) fn work(&self, leaf: &Leaf) -> usize {
        let walked = |node: &usize| at(&leaf.layers, *node, |layer| layer.node).is_some() || self.known.wanted(*node);
        (1..self.known.graph.widths.len()).filter(walked).map(|node| self.known.graph.widths[node]).sum()
    }

    /// Checks all numbers of a leaf, front to back. `tick` is told how many rows have been walked.
    pub(super) async fn leaf(
        &mut self,
        leaf: &Leaf,
        tick: &mut impl AsyncFnMut(usize) -> Result<(), Rejected>,
    ) -> Result<(), Rejected> {
        self.places(leaf)?;
        for node in 1..self.known.graph.widths.len() {
            let before = self.known.graph.inputs[node][0];
            self.known.take_up(node)?;
            if let Some(lines) = at(&leaf.lines, node, |lines| lines.node) {
                self.known.lines[node] = Some(Arc::new(self.lines(lines, before)?));
            }
            if let (Some(picks), Stage::Largest(window)) =
                (at(&leaf.picks, node, |picks| picks.node), &self.known.graph.stages[node])
            {
                self.known.picks[node] = Some(Arc::new(self.picks(picks, window, before)?));
            }
            match at(&leaf.layers, node, |layer| layer.node) {
                Some(layer) => {
                    let [lower, upper] = [floats(&layer.lower), floats(&layer.upper)];
                    self.follows(layer, tick).await?;
                    let said = Range::new(lower, upper);
                    let narrower = self.known.ranges[node].as_ref().map(|known| known.narrower(&said));
                    self.known.ranges[node] = Some(Arc::new(narrower.unwrap_or(said)));
                }
                None if self.known.wanted(node) => {
                    let found = self.walked(node, By::Interval, tick).await?;
                    self.known.ranges[node] = Some(Arc::new(Range::around(&found)));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Whether the numbers of a leaf belong to nodes that have such numbers, in order and of the right lengths.
    fn places(&self, leaf: &Leaf) -> Result<(), Rejected> {
        let nodes = |what: &str, list: Vec<usize>, fits: &dyn Fn(&Stage) -> bool| {
            if !list.windows(2).all(|pair| pair[0] < pair[1]) {
                return Err(structure(what, "nodes must be in rising order, each once"));
            }
            match list.iter().find(|&&node| !self.known.graph.stages.get(node).is_some_and(fits)) {
                None => Ok(()),
                Some(node) => Err(structure(what, format!("node {node} has none"))),
            }
        };
        let list = |list: &[format::Layer]| list.iter().map(|layer| layer.node).collect();
        nodes("layers", list(&leaf.layers), &|stage| !matches!(stage, Stage::Input))?;
        let list: Vec<usize> = leaf.lines.iter().map(|lines| lines.node).collect();
        nodes("lines", list, &|stage| matches!(stage, Stage::Activation(_)))?;
        let list: Vec<usize> = leaf.picks.iter().map(|picks| picks.node).collect();
        nodes("picks", list, &|stage| matches!(stage, Stage::Largest(_)))?;
        for layer in &leaf.layers {
            let place = format!("the range of node {}", layer.node);
            let found = [("lower", layer.lower.len()), ("upper", layer.upper.len())];
            lengths(&place, self.known.graph.widths[layer.node], &found)?;
            if let Some(neuron) = layer.lower.iter().zip(&layer.upper).position(|(low, high)| low.0 > high.0) {
                return Err(structure(place, format!("neuron {neuron}'s lower bound is above its upper one")));
            }
        }
        for lines in &leaf.lines {
            let sides = [("below", &lines.below), ("above", &lines.above)];
            for (side, line) in sides {
                let found = [("slope", line.slope.len()), ("intercept", line.intercept.len())];
                lengths(&format!("the lines {side} node {}", lines.node), self.known.graph.widths[lines.node], &found)?;
            }
        }
        for picks in &leaf.picks {
            for (side, pick) in [("below", &picks.below), ("above", &picks.above)] {
                let found = [("input", pick.input.len()), ("constant", pick.constant.len())];
                lengths(&format!("the picks {side} node {}", picks.node), self.known.graph.widths[picks.node], &found)?;
            }
        }
        Ok(())
    }

    /// Lines that hold over the range of what their activation reads.
    fn lines(&self, lines: &format::Lines, before: usize) -> Result<Lines, Rejected> {
        let (node, range) = (lines.node, self.known.range(before)?);
        let Stage::Activation(rule) = &self.known.graph.stages[node] else {
            return Err(structure(format!("node {node}"), "is no activation"));
        };
        let crossing = each(0..self.known.graph.widths[node], |neuron| {
            let [lower, upper] = [range.lower[neuron], range.upper[neuron]].map(Dyadic::from);
            [("below", &lines.below), ("above", &lines.above)].into_iter().find_map(|(side, line)| {
                let exact = Line::of(line.slope[neuron].0, line.intercept[neuron].0);
                (!rule.holds(neuron, &exact, side == "below", &lower, &upper)).then_some(side)
            })
        });
        if let Some((neuron, side)) = crossing.into_iter().enumerate().find_map(|(neuron, side)| Some((neuron, side?)))
        {
            return Err(Rejected::Line { node, neuron, side });
        }
        Ok(Lines {
            slope: [floats(&lines.below.slope), floats(&lines.above.slope)],
            intercept: [floats(&lines.below.intercept), floats(&lines.above.intercept)],
        })
    }

    /// Picks that hold over the range of what their pooling reads.
    fn picks(&self, picks: &format::Picks, window: &Window, before: usize) -> Result<Picks, Rejected> {
        let (node, range) = (picks.node, self.known.range(before)?);
        let exact = |float: &Float| Dyadic::from(*float);
        for output in 0..self.known.graph.widths[node] {
            for (side, pick) in [("below", &picks.below), ("above", &picks.above)] {
                let below = side == "below";
                let (input, constant) = (pick.input[output], pick.constant[output].0);
                let mut reads = window.pooled(output);
                let holds = match usize::try_from(input) {
                    Err(_) if input == -1 => {
                        let constant = Dyadic::of(constant);
                        if below {
                            reads.any(|at| exact(&range.lower[at]) >= constant)
                        } else {
                            reads.all(|at| exact(&range.upper[at]) <= constant)
                        }
                    }
                    Ok(input) if constant == 0.0 && window.pooled(output).any(|at| at == input) => {
                        let own = exact(&range.lower[input]);
                        below || reads.all(|at| at == input || exact(&range.upper[at]) <= own)
                    }
                    _ => false,
                };
                if !holds {
                    return Err(Rejected::Pick { node, window: output, side });
                }
            }
        }
        let inputs = |pick: &format::Pick| pick.input.iter().map(|&input| u32::try_from(input).ok()).collect();
        Ok(Picks {
            input: [inputs(&picks.below), inputs(&picks.above)],
            constant: [floats(&picks.below.constant), floats(&picks.above.constant)],
        })
    }

    /// The least and the greatest that a node's values are found to be by walking back.
    async fn walked(
        &self,
        node: usize,
        by: By,
        tick: &mut impl AsyncFnMut(usize) -> Result<(), Rejected>,
    ) -> Result<Vec<[Dyadic; 2]>, Rejected> {
        let mut all = Vec::with_capacity(self.known.graph.widths[node]);
        for start in (0..self.known.graph.widths[node]).step_by(CHUNK) {
            let chunk: Vec<usize> = (start..(start + CHUNK).min(self.known.graph.widths[node])).collect();
            all.extend(self.known.ends(node, &chunk, by == By::Interval)?);
            tick(chunk.len()).await?;
        }
        Ok(all)
    }

    /// Whether the range that is said follows.
    async fn follows(
        &self,
        layer: &format::Layer,
        tick: &mut impl AsyncFnMut(usize) -> Result<(), Rejected>,
    ) -> Result<(), Rejected> {
        let node = layer.node;
        for (neuron, [low, high]) in self.walked(node, layer.by, tick).await?.into_iter().enumerate() {
            for (end, said, follows) in [("lower", layer.lower[neuron].0, low), ("upper", layer.upper[neuron].0, high)]
            {
                let exact = Dyadic::of(said);
                let holds = if end == "lower" { exact <= follows } else { exact >= follows };
                if !holds {
                    return Err(Rejected::Range { node, neuron, end, said, follows: follows.near() });
                }
            }
        }
        Ok(())
    }
}

/// The region, and the range of each of the input's elements in it.
fn ball(region: &Region, elements: usize) -> Result<(Ball, Range), Rejected> {
    lengths("region", elements, &[("centre", region.centre.len())])?;
    let epsilon = Dyadic::of(region.epsilon.0);
    if epsilon.is_negative() {
        return Err(structure("region", "epsilon is below 0"));
    }
    let ends = region.centre.iter().map(|value| {
        let value = Dyadic::of(value.0);
        (&value - &epsilon, &value + &epsilon)
    });
    if region.norm != Norm::Inf {
        if region.clip.is_some() {
            return Err(structure("region", "only the norm inf may be clipped"));
        }
        let (lower, upper) = ends.map(|(low, high)| (low.down(), high.up())).unzip();
        let two = region.norm == Norm::Two;
        return Ok((Ball::Norm { centre: floats(&region.centre), epsilon, two }, Range::new(lower, upper)));
    }
    let clip = region.clip.map(|ends| ends.map(|end| Dyadic::of(end.0)));
    let cut = ends.map(|(low, high)| match &clip {
        None => Ok((low, high)),
        Some([least, most]) => {
            let (low, high) = (low.max(least.clone()), high.min(most.clone()));
            if low <= high { Ok((low, high)) } else { Err(structure("region", "nothing is left of it after clipping")) }
        }
    });
    let cut = cut.collect::<Result<Vec<_>, Rejected>>()?;
    let (lower, upper) = cut.iter().map(|(low, high)| (low.down(), high.up())).unzip();
    Ok((Ball::Box, Range::new(lower, upper)))
}
