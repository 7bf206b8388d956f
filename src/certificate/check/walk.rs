//! The walk back: a row over a node's values becomes a number that row·values is nowhere below.

use super::{
    dyadic::{Dyadic, Float},
    rejected::{Rejected, structure},
    row::{Lost, Row},
    stage::{Graph, Scale, Stage},
};
use std::{collections::BTreeMap, sync::Arc};

/// Rows whose unit is larger than 2 to this prove nothing, and would make sums long.
const LARGEST: i64 = 8192;

/// Where a node's values lie.
#[derive(Clone)]
pub(super) struct Range {
    pub(super) lower: Vec<Float>,
    pub(super) upper: Vec<Float>,
    /// Σ max(0, −lower): what one unit lost on each factor of a row may cost.
    pub(super) depth: Dyadic,
}

impl Range {
    pub(super) fn new(lower: Vec<Float>, upper: Vec<Float>) -> Range {
        let depth = depth(lower.iter().map(|&low| low.into()));
        Range { lower, upper, depth }
    }

    /// Numbers around what was found.
    pub(super) fn around(found: &[[Dyadic; 2]]) -> Range {
        let (lower, upper) = found.iter().map(|[low, high]| (low.down(), high.up())).unzip();
        Range::new(lower, upper)
    }

    /// The narrower ends of both.
    pub(super) fn narrower(&self, other: &Range) -> Range {
        let pick = |a: &[Float], b: &[Float], greater: bool| {
            let pairs = a.iter().zip(b);
            pairs.map(|(&a, &b)| if (Dyadic::from(a) > Dyadic::from(b)) == greater { a } else { b }).collect()
        };
        Range::new(pick(&other.lower, &self.lower, true), pick(&other.upper, &self.upper, false))
    }

    /// Takes up that one value is at least (or at most) a number: whether any is left.
    pub(super) fn clamp(&mut self, at: usize, to: Float, above: bool) -> bool {
        let (low, high, end) = (self.lower[at], self.upper[at], Dyadic::from(to));
        if above && end > low.into() {
            self.lower[at] = to;
        } else if !above && end < high.into() {
            self.upper[at] = to;
        }
        Dyadic::from(self.lower[at]) <= self.upper[at].into()
    }
}

fn depth(lower: impl Iterator<Item = Dyadic>) -> Dyadic {
    let mut sum = Dyadic::zero();
    lower.filter(Dyadic::is_negative).for_each(|low| sum += &-&low);
    // Rounded up, so that it stays short.
    sum.up().into()
}

/// The inputs that a claim speaks of, around a centre.
pub(super) enum Ball {
    /// Whatever lies in the input's range.
    Box,
    /// ε times the 2-norm (or the greatest size) of a row is what it can lose.
    Norm { centre: Vec<Float>, epsilon: Dyadic, two: bool },
}

/// Slopes and intercepts of lines below and above, that hold.
#[derive(Clone)]
pub(super) struct Lines {
    pub(super) slope: [Vec<Float>; 2],
    pub(super) intercept: [Vec<Float>; 2],
}

/// An input (or none) and a constant below and above each window's largest value, that hold.
pub(super) struct Picks {
    pub(super) input: [Vec<Option<u32>>; 2],
    pub(super) constant: [Vec<Float>; 2],
}

/// What an uncertain scale costs.
pub(super) struct Cost {
    /// What a positive factor is multiplied by, and a negative one: never more than scale − least scale times v − centre.
    each: [Vec<Float>; 2],
    /// Σ max(0, −(lower − centre)).
    depth: Dyadic,
}

impl Cost {
    pub(super) fn new(scale: &Scale, range: &Range) -> Cost {
        let ends = range.lower.iter().zip(&range.upper).zip(&scale.centre);
        let [least, most] = &scale.between;
        let unknown = least.iter().zip(most).map(|(&least, &most)| &Dyadic::from(most) - &Dyadic::from(least));
        let each = ends.clone().zip(unknown).map(|(((&low, &high), &centre), unknown)| {
            let [below, above] = [low, high].map(|end| &Dyadic::from(end) - &Dyadic::from(centre));
            ((&unknown * &below.min(Dyadic::zero())).down(), (&unknown * &above.max(Dyadic::zero())).up())
        });
        let (positive, negative) = each.unzip();
        let depth = depth(ends.map(|((&low, _), &centre)| &Dyadic::from(low) - &Dyadic::from(centre)));
        Cost { each: [positive, negative], depth }
    }
}

/// A neuron whose activation is given at least (or at most) a number, used with a multiplier: m·(z − at) ≥ 0, m being that with its sign.
#[derive(Clone)]
pub(super) struct Decided {
    pub(super) neuron: u32,
    pub(super) multiplier: Float,
    pub(super) at: Dyadic,
}

/// What is known of a network so far, by node.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) graph: Arc<Graph>,
    pub(super) ball: Arc<Ball>,
    /// All nodes before the one that is looked at have one.
    pub(super) ranges: Vec<Option<Arc<Range>>>,
    pub(super) lines: Vec<Option<Arc<Lines>>>,
    pub(super) picks: Vec<Option<Arc<Picks>>>,
    pub(super) costs: Vec<Option<Arc<Cost>>>,
    /// By activation.
    pub(super) decided: Vec<Vec<Decided>>,
}

/// Minus what a row lost, for a node whose factors it belongs to.
pub(super) fn paid(lost: Option<Lost>, depth: &Dyadic) -> Dyadic {
    let units = lost.map_or(Dyadic::zero(), |lost| Dyadic::new(lost.times.into(), lost.exponent));
    -&(&units * depth)
}

impl Known {
    /// A region, and where the input's elements lie in it.
    pub(super) fn new(graph: &Arc<Graph>, ball: Ball, input: Range) -> Known {
        fn none<T>(count: usize) -> Vec<Option<T>> {
            (0..count).map(|_| None).collect()
        }
        let count = graph.stages.len();
        let mut ranges = none(count);
        ranges[0] = Some(Arc::new(input));
        let (lines, picks, costs) = (none(count), none(count), none(count));
        let decided = vec![Vec::new(); count];
        Known { graph: graph.clone(), ball: Arc::new(ball), ranges, lines, picks, costs, decided }
    }

    pub(super) fn range(&self, node: usize) -> Result<&Range, Rejected> {
        self.ranges[node].as_deref().ok_or_else(|| structure(format!("node {node}"), "nothing is known of its values"))
    }

    /// At most row·values of a node, over the whole region; back to the input, or where `cut` to the ranges of the first activations.
    pub(super) fn lowest(&self, target: usize, row: Row, cut: bool) -> Result<Dyadic, Rejected> {
        Ok(self.walk_back(target, row, cut)?.0)
    }

    /// The same, and the row over the input that the walk ended with, if it did.
    pub(super) fn walk_back(&self, target: usize, row: Row, cut: bool) -> Result<(Dyadic, Option<Row>), Rejected> {
        let mut reached = None;
        let mut waiting = BTreeMap::from([(target, vec![row])]);
        let mut sum = Dyadic::zero();
        while let Some((node, rows)) = waiting.pop_last() {
            let several = rows.len() > 1;
            let (row, lost) = Row::sum(rows);
            if several {
                sum += &paid(lost, &self.range(node)?.depth).shortened();
            }
            if row.exponent > LARGEST {
                return Err(structure(
                    format!("node {node}"),
                    "slopes and weights make its factors larger than any number here",
                ));
            }
            let stage = &self.graph.stages[node];
            if cut && matches!(stage, Stage::Activation(_) | Stage::Largest(_)) {
                let range = self.range(node)?;
                sum += &row.dot(|at, negative| if negative { range.upper[at] } else { range.lower[at] }).shortened();
                continue;
            }
            if let Stage::Input = stage {
                sum += &self.over_ball(&row)?.shortened();
                reached = Some(row);
                continue;
            }
            if let Stage::Sum = stage {
                for &input in &self.graph.inputs[node] {
                    waiting.entry(input).or_insert_with(Vec::new).push(row.clone());
                }
                continue;
            }
            let input = self.graph.inputs[node][0];
            let (row, part) = self.back(node, input, row)?;
            sum += &part.shortened();
            let rows = waiting.entry(input).or_insert_with(Vec::new);
            rows.push(row);
            for Decided { neuron, multiplier: Float { whole, exponent }, at } in &self.decided[node] {
                // A·z ≥ A·z − m·(z − at) wherever m·(z − at) ≥ 0.
                rows.push(Row { at: vec![*neuron], values: vec![-i128::from(*whole)], exponent: *exponent });
                sum += &(&Dyadic::new((*whole).into(), *exponent) * at).shortened();
            }
        }
        Ok((sum, reached))
    }

    /// A row over the values of a node with one input, as one over that input's, and what to add.
    fn back(&self, node: usize, input: usize, row: Row) -> Result<(Row, Dyadic), Rejected> {
        let biased = |bias: &Option<Vec<Float>>| bias.as_ref().map_or(Dyadic::zero(), |bias| row.dot(|at, _| bias[at]));
        let range = || self.range(input);
        Ok(match &self.graph.stages[node] {
            Stage::Input | Stage::Sum | Stage::Same => (row, Dyadic::zero()),
            Stage::Dense { weights, bias } => {
                let sum = biased(bias);
                let (row, lost) = weights.dense(&row, range()?.lower.len());
                (row, &sum + &paid(lost, &range()?.depth))
            }
            Stage::Conv { window, weights, bias } => {
                let sum = biased(bias);
                let (row, lost) = weights.conv(&row, window);
                (row, &sum + &paid(lost, &range()?.depth))
            }
            Stage::Average { window, weights, share } => {
                // The shares of one window are of one size, so that what is lost here is lost on each of them.
                let (row, lost) = weights.conv(&row, window);
                let unit = share.between[1].first().map_or(Dyadic::zero(), |&share| share.into());
                let before = &paid(lost, &range()?.depth) * &unit;
                let (row, sum) = self.scaled(node, share, &row)?;
                (row, &sum + &before)
            }
            Stage::Scale(scale) => {
                let sum = row.dot(|at, _| scale.shift[at]);
                let (row, part) = self.scaled(node, scale, &row)?;
                (row, &sum + &part)
            }
            Stage::Activation(_) => {
                let lines = self.lines[node].as_deref();
                let lines =
                    lines.ok_or_else(|| structure(format!("node {node}"), "a walk passes it, but it has no lines"))?;
                let side = usize::from;
                let sum = row.dot(|at, negative| lines.intercept[side(negative)][at]);
                let (row, lost) = row.scaled(|at, negative| lines.slope[side(negative)][at]);
                (row, &sum + &paid(lost, &range()?.depth))
            }
            Stage::Largest(_) => {
                let picks = self.picks[node].as_deref();
                let picks =
                    picks.ok_or_else(|| structure(format!("node {node}"), "a walk passes it, but it has no picks"))?;
                let sum = row.dot(|at, negative| picks.constant[usize::from(negative)][at]);
                let mut passed = BTreeMap::new();
                for (&at, &value) in row.at.iter().zip(&row.values) {
                    if let Some(input) = picks.input[usize::from(value < 0)][at as usize] {
                        *passed.entry(input).or_insert(0i128) += value;
                    }
                }
                let (at, values) = passed.into_iter().unzip();
                let (row, lost) = Row::settle_plain(at, values, row.exponent);
                (row, &sum + &paid(lost, &range()?.depth))
            }
        })
    }

    /// Through scale·(v − centre), whose scale lies between two numbers.
    fn scaled(&self, node: usize, scale: &Scale, row: &Row) -> Result<(Row, Dyadic), Rejected> {
        let cost = self.costs[node].as_deref();
        let cost = cost.ok_or_else(|| structure(format!("node {node}"), "nothing is known of its input"))?;
        let uncertain = row.dot(|at, negative| cost.each[usize::from(negative)][at]);
        let (row, lost) = row.scaled(|at, _| scale.between[0][at]);
        let centred = row.dot(|at, _| Float { whole: -scale.centre[at].whole, ..scale.centre[at] });
        Ok((row, &(&uncertain + &centred) + &paid(lost, &cost.depth)))
    }

    /// The least value of a row over the input region, or less.
    pub(super) fn over_ball(&self, row: &Row) -> Result<Dyadic, Rejected> {
        match &*self.ball {
            Ball::Box => {
                let range = self.range(0)?;
                Ok(row.dot(|at, negative| if negative { range.upper[at] } else { range.lower[at] }))
            }
            Ball::Norm { centre, epsilon, two } => {
                let size = if *two { row.squares().root_above() } else { row.largest() };
                Ok(&row.dot(|at, _| centre[at]) - &(epsilon * &size))
            }
        }
    }
}
