//! From a certificate's numbers to what is known of a network: ranges, lines and picks, each checked before it is used.

use super::{
    dyadic::{Dyadic, Float},
    line::Line,
    rejected::{Rejected, structure},
    row::Row,
    stage::{Scale, Stage, stage},
    walk::{Ball, Cost, Known, Lines, Picks, Range},
    window::Window,
};
use crate::{
    certificate::{
        format::{self, By, Leaf, Norm, Region},
        hex::Hex,
    },
    network::Network,
};

/// A check under way.
pub(super) struct Checking {
    pub(super) known: Known,
    widths: Vec<usize>,
    output: usize,
}

/// Rows walked back between two ticks.
const CHUNK: usize = 64;

/// Applies `f` to each of a range, on all cores where that is allowed.
fn each<T: Send>(range: std::ops::Range<usize>, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
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
    pub(super) fn new(network: &Network, region: &Region) -> Result<Checking, Rejected> {
        let nodes = network.nodes();
        let mut stages = Vec::with_capacity(nodes.len());
        for (id, node) in nodes.iter().enumerate() {
            let op = node.operator.as_ref().map_or("input", |operator| operator.name());
            stages.push(stage(network, id).ok_or(Rejected::Operator { node: id, op })?);
        }
        let (ball, input) = ball(region, network.input_len())?;
        fn none<T>(count: usize) -> Vec<Option<T>> {
            (0..count).map(|_| None).collect()
        }
        let count = nodes.len();
        let mut ranges = none(count);
        ranges[0] = Some(input);
        let inputs = nodes.iter().map(|node| node.inputs.clone()).collect();
        let (lines, picks, costs) = (none(count), none(count), none(count));
        let known = Known { stages, inputs, ball, ranges, lines, picks, costs };
        Ok(Checking { known, widths: nodes.iter().map(|node| node.width()).collect(), output: network.output() })
    }

    /// Whether a node's range has to be found by walking, though nobody says what it is.
    fn wanted(&self, node: usize) -> bool {
        let affine =
            !matches!(self.known.stages[node], Stage::Input | Stage::Same | Stage::Activation(_) | Stage::Largest(_));
        affine && node != self.output
    }

    /// Neurons whose ranges will be found by walking.
    pub(super) fn work(&self, leaf: &Leaf) -> usize {
        let walked = |node: &usize| at(&leaf.layers, *node, |layer| layer.node).is_some() || self.wanted(*node);
        (1..self.widths.len()).filter(walked).map(|node| self.widths[node]).sum()
    }

    /// Checks all numbers of a leaf, front to back. `tick` is told how many rows have been walked.
    pub(super) async fn leaf(
        &mut self,
        leaf: &Leaf,
        tick: &mut impl AsyncFnMut(usize) -> Result<(), Rejected>,
    ) -> Result<(), Rejected> {
        self.places(leaf)?;
        for node in 1..self.widths.len() {
            let before = self.known.inputs[node][0];
            if let Stage::Scale(scale) | Stage::Average { share: scale, .. } = &self.known.stages[node] {
                self.known.costs[node] = Some(self.cost(scale, before)?);
            }
            if let Some(lines) = at(&leaf.lines, node, |lines| lines.node) {
                self.known.lines[node] = Some(self.lines(lines, before)?);
            }
            if let (Some(picks), Stage::Largest(window)) =
                (at(&leaf.picks, node, |picks| picks.node), &self.known.stages[node])
            {
                self.known.picks[node] = Some(self.picks(picks, window, before)?);
            }
            self.known.ranges[node] = self.passed_on(node, before)?;
            match at(&leaf.layers, node, |layer| layer.node) {
                Some(layer) => {
                    let said = [floats(&layer.lower), floats(&layer.upper)];
                    self.follows(layer, tick).await?;
                    self.known.ranges[node] = Some(narrower(self.known.ranges[node].take(), said));
                }
                None if self.wanted(node) => {
                    let found = self.walked(node, By::Interval, tick).await?;
                    let (lower, upper) = found.iter().map(|[low, high]| (low.down(), high.up())).unzip();
                    self.known.ranges[node] = Some(Range::new(lower, upper));
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
            match list.iter().find(|&&node| !self.known.stages.get(node).is_some_and(fits)) {
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
            lengths(&place, self.widths[layer.node], &found)?;
            if let Some(neuron) = layer.lower.iter().zip(&layer.upper).position(|(low, high)| low.0 > high.0) {
                return Err(structure(place, format!("neuron {neuron}'s lower bound is above its upper one")));
            }
        }
        for lines in &leaf.lines {
            let sides = [("below", &lines.below), ("above", &lines.above)];
            for (side, line) in sides {
                let found = [("slope", line.slope.len()), ("intercept", line.intercept.len())];
                lengths(&format!("the lines {side} node {}", lines.node), self.widths[lines.node], &found)?;
            }
        }
        for picks in &leaf.picks {
            for (side, pick) in [("below", &picks.below), ("above", &picks.above)] {
                let found = [("input", pick.input.len()), ("constant", pick.constant.len())];
                lengths(&format!("the picks {side} node {}", picks.node), self.widths[picks.node], &found)?;
            }
        }
        Ok(())
    }

    fn cost(&self, scale: &Scale, before: usize) -> Result<Cost, Rejected> {
        Ok(Cost::new(scale, self.known.range(before)?))
    }

    /// Lines that hold over the range of what their activation reads.
    fn lines(&self, lines: &format::Lines, before: usize) -> Result<Lines, Rejected> {
        let (node, range) = (lines.node, self.known.range(before)?);
        let Stage::Activation(rule) = &self.known.stages[node] else {
            return Err(structure(format!("node {node}"), "is no activation"));
        };
        let crossing = each(0..self.widths[node], |neuron| {
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
        for output in 0..self.widths[node] {
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

    /// The range that a node's values have because of what it reads, where that needs no walk.
    fn passed_on(&self, node: usize, before: usize) -> Result<Option<Range>, Rejected> {
        let range = self.known.range(before)?;
        let (lower, upper) = match &self.known.stages[node] {
            Stage::Same => (range.lower.clone(), range.upper.clone()),
            Stage::Activation(rule) => {
                let end = |neuron: usize, end: Float| rule.around(neuron, &end.into());
                let ends = each(0..self.widths[node], |neuron| {
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
                let outputs = 0..self.widths[node];
                outputs.map(|output| (most(&range.lower, output), most(&range.upper, output))).unzip()
            }
            _ => return Ok(None),
        };
        Ok(Some(Range::new(lower, upper)))
    }

    /// The least and the greatest that a node's values are found to be by walking back.
    async fn walked(
        &self,
        node: usize,
        by: By,
        tick: &mut impl AsyncFnMut(usize) -> Result<(), Rejected>,
    ) -> Result<Vec<[Dyadic; 2]>, Rejected> {
        let mut all = Vec::with_capacity(self.widths[node]);
        for start in (0..self.widths[node]).step_by(CHUNK) {
            let chunk = start..(start + CHUNK).min(self.widths[node]);
            let rows = chunk.len();
            let found = each(chunk, |neuron| {
                let lowest = |negative| self.known.lowest(node, Row::single(neuron, negative), by == By::Interval);
                Ok([lowest(false)?, -&lowest(true)?])
            });
            all.extend(found.into_iter().collect::<Result<Vec<_>, Rejected>>()?);
            tick(rows).await?;
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

/// The narrower of what a node's values are said to be and what is known of them anyway.
fn narrower(known: Option<Range>, [lower, upper]: [Vec<Float>; 2]) -> Range {
    let Some(known) = known else { return Range::new(lower, upper) };
    let pick = |a: &[Float], b: &[Float], greater: bool| {
        let pairs = a.iter().zip(b);
        pairs.map(|(&a, &b)| if (Dyadic::from(a) > Dyadic::from(b)) == greater { a } else { b }).collect()
    };
    Range::new(pick(&lower, &known.lower, true), pick(&upper, &known.upper, false))
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
