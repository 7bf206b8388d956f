//! Narrowing: what the decisions of a leaf, and the conditions that are to be refuted, say of the input and of the neurons that are linear in it.
//!
//! Each of them makes a half-space: a function of the input, nowhere above what was decided on (or the conditions' sum), is at most 0. Half-spaces take parts off the
//! box, and bound each neuron that is linear in the input once more, by a sum of its own function and multiples of theirs. Which multiples is looked for in floating
//! point; any that are not below 0 hold, and what follows is found in whole numbers.

use super::{
    decision::Decision,
    derive::{bent, each},
    dyadic::{Dyadic, Float},
    rejected::Rejected,
    row::Row,
    stage::{Graph, Stage, quotient},
    walk::{Known, Range, paid},
};
use std::sync::Arc;

/// Multiplications that a look at all neurons of a node may take, by one condition each: where there would be more, they are left alone.
const MOST: usize = 1 << 15;
/// How often the box is clipped, each time by all half-spaces.
const CLIPS: usize = 3;
/// Half-spaces whose multiples are added to one neuron's function, one after the other.
const ADDED: usize = 3;

/// A linear function of the input: row·x + constant.
pub(super) struct Function {
    row: Row,
    constant: Dyadic,
    /// The same, nearly.
    near: Vec<f64>,
    offset: f64,
}

/// Functions nowhere above the values of a node's neurons, and their negatives.
pub(super) struct Linear {
    node: usize,
    sides: Vec<[Function; 2]>,
}

/// Whether a node's values are linear in the input, nearly: a walk back to it passes no activation and no max pooling.
fn linear(graph: &Graph, node: usize) -> bool {
    !matches!(graph.stages[node], Stage::Activation(_) | Stage::Largest(_))
        && graph.inputs[node].iter().all(|&before| linear(graph, before))
}

impl Known {
    /// The function that a walk back from a row ends with; `None` where a number of it is too large.
    fn function(&self, node: usize, row: Row) -> Result<Option<Function>, Rejected> {
        let (least, reached) = self.walk_back(node, row, false)?;
        reached.map_or(Ok(None), |row| self.function_of(&least, row))
    }

    /// The function whose least value over the box was found with this row.
    pub(super) fn function_of(&self, least: &Dyadic, row: Row) -> Result<Option<Function>, Rejected> {
        let constant = least - &self.least(&row)?;
        let mut near = vec![0.0; self.graph.widths[0]];
        row.near().for_each(|(at, value)| near[at] = value);
        let offset = constant.near();
        let finite = offset.is_finite() && near.iter().all(|value| value.is_finite());
        Ok(finite.then_some(Function { row, constant, near, offset }))
    }

    /// The least value of row·x over the box as it is now, or less.
    fn least(&self, row: &Row) -> Result<Dyadic, Rejected> {
        Ok(self.over_ball(row)?.shortened())
    }

    /// The functions of what activations read, where that is linear in the input and small.
    pub(super) fn linear(&self) -> Result<Vec<Linear>, Rejected> {
        let graph = &self.graph;
        let mut found: Vec<Linear> = Vec::new();
        for (node, stage) in graph.stages.iter().enumerate() {
            let Stage::Activation(_) = stage else { continue };
            let before = graph.inputs[node][0];
            let known = found.iter().any(|linear| linear.node == before);
            if known || !linear(graph, before) || graph.widths[before] * graph.widths[0] > MOST {
                continue;
            }
            let sides = each(0..graph.widths[before], |neuron| {
                let side = |negative| self.function(before, Row::single(neuron, negative));
                Ok(side(false)?.zip(side(true)?).map(|(below, above)| [below, above]))
            });
            let sides = sides.into_iter().collect::<Result<Option<Vec<_>>, Rejected>>()?;
            found.extend(sides.map(|sides| Linear { node: before, sides }));
        }
        Ok(found)
    }
}

/// A function that is at most a limit wherever anything is left to refute.
struct Half<'a> {
    function: &'a Function,
    limit: Dyadic,
    near: f64,
}

impl<'a> Half<'a> {
    fn new(function: &'a Function, limit: Dyadic) -> Self {
        let near = limit.near();
        Half { function, limit, near }
    }
}

/// Narrows the box and the ranges of linear neurons by decisions, and by the conditions' own function, which is to be at most their limit. Whether any input may be left.
pub(super) fn narrow(
    known: &mut Known,
    all: &[Linear],
    decisions: &[Decision],
    own: Option<(&Function, &Dyadic)>,
) -> Result<bool, Rejected> {
    let graph = known.graph.clone();
    let decided = decisions.iter().filter_map(|decision| {
        let linear = all.iter().find(|linear| linear.node == graph.inputs[decision.node][0])?;
        let (side, at) = (usize::from(decision.above), Dyadic::of(decision.at));
        Some(Half::new(&linear.sides[decision.neuron][side], if decision.above { -&at } else { at }))
    });
    let halves: Vec<Half<'_>> =
        decided.chain(own.map(|(function, limit)| Half::new(function, limit.clone()))).collect();
    for _ in 0..CLIPS {
        if !clip(known, &halves)? {
            return Ok(false);
        }
    }
    let ends = known.range(0)?;
    let near = |ends: &[Float]| -> Vec<f64> { ends.iter().map(|&end| Dyadic::from(end).near()).collect() };
    let ends = [near(&ends.lower), near(&ends.upper)];
    for linear in all {
        let mut range = known.range(linear.node)?.clone();
        let bends = bent(&graph, linear.node, &range);
        let found = each(0..bends.len(), |at| -> Result<[Dyadic; 2], Rejected> {
            let sides = &linear.sides[bends[at]];
            let [low, high] = [&range.lower, &range.upper].map(|ends| Dyadic::from(ends[bends[at]]));
            Ok([bounded(known, &sides[0], &halves, &ends, low)?, bounded(known, &sides[1], &halves, &ends, -&high)?])
        });
        for (&neuron, found) in bends.iter().zip(found) {
            let [low, high] = found?;
            if !range.clamp(neuron, low.down(), true) || !range.clamp(neuron, (-&high).up(), false) {
                return Ok(false);
            }
        }
        let Range { lower, upper, .. } = range;
        known.ranges[linear.node] = Some(Arc::new(Range::new(lower, upper)));
    }
    Ok(true)
}

/// Takes off the box what each half-space excludes: of row·x + constant ≤ limit no term may exceed its least by more than what is left of the limit above the sum of all of them.
/// Whether anything may be left.
fn clip(known: &mut Known, halves: &[Half<'_>]) -> Result<bool, Rejected> {
    for Half { function, limit, .. } in halves {
        let room = &(limit - &function.constant) - &known.least(&function.row)?;
        if room.is_negative() {
            return Ok(false);
        }
        let mut range = known.range(0)?.clone();
        let mut cut = false;
        for (&at, &value) in function.row.at.iter().zip(&function.row.values) {
            let at = at as usize;
            let [low, high] = [range.lower[at], range.upper[at]].map(Dyadic::from);
            // Nothing is lost where it is not seen here that something is cut.
            let (reach, width) = (room.near() / function.near[at].abs(), (&high - &low).near());
            if !(value != 0 && reach < width * WORTH) {
                continue;
            }
            let reach = Dyadic::from(quotient(&room, &Dyadic::new(value.abs().into(), function.row.exponent))[1]);
            let left = if value > 0 {
                range.clamp(at, (&low + &reach).up(), false)
            } else {
                range.clamp(at, (&high - &reach).down(), true)
            };
            if !left {
                return Ok(false);
            }
            cut = true;
        }
        if cut {
            let Range { lower, upper, .. } = range;
            known.ranges[0] = Some(Arc::new(Range::new(lower, upper)));
        }
    }
    Ok(true)
}

/// What is left of a width after a clip that is worth its work.
const WORTH: f64 = 0.999;

/// At most what a function can be at least where all half-spaces hold, and no less than `known`.
fn bounded(
    known: &Known,
    function: &Function,
    halves: &[Half<'_>],
    ends: &[Vec<f64>; 2],
    floor: Dyadic,
) -> Result<Dyadic, Rejected> {
    let mut row = function.near.clone();
    let mut best = function.offset + least(&row, ends);
    let mut added: Vec<(usize, f64)> = Vec::new();
    for _ in 0..ADDED {
        let tried = halves.iter().enumerate().map(|(at, half)| (at, multiple(&row, best, half, ends)));
        let next = tried.max_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let Some((at, (times, bound))) = next.filter(|(_, (times, bound))| *times > 0.0 && *bound > best) else {
            break;
        };
        row.iter_mut().zip(&halves[at].function.near).for_each(|(sum, value)| *sum += times * value);
        best = bound;
        added.push((at, times));
    }
    if best.is_nan() || best <= floor.near() {
        return Ok(floor);
    }
    // Now in whole numbers.
    let depth = &known.range(0)?.depth;
    let (mut rows, mut sum) = (vec![function.row.clone()], function.constant.clone());
    for (at, times) in added {
        let Half { function, limit, .. } = &halves[at];
        let (row, lost) = function.row.scaled(|_, _| Float::of(times));
        rows.push(row);
        sum += &(&Dyadic::of(times) * &(&function.constant - limit));
        sum += &paid(lost, depth);
    }
    let (row, lost) = Row::sum(rows);
    sum += &paid(lost, depth);
    sum += &known.least(&row)?;
    Ok(floor.max(sum))
}

/// The least value of row·x over a box.
fn least(row: &[f64], [lower, upper]: &[Vec<f64>; 2]) -> f64 {
    row.iter().zip(lower.iter().zip(upper)).map(|(a, (l, u))| if *a < 0.0 { a * u } else { a * l }).sum()
}

/// How often a half-space is best added to a function of this row and this least value, and the least value of the sum: by duality the greatest lower bound where it
/// holds. In β ≥ 0 that is concave, and turns where a factor of the sum changes its sign.
fn multiple(row: &[f64], now: f64, half: &Half<'_>, ends: &[Vec<f64>; 2]) -> (f64, f64) {
    let mut rise = half.function.offset - half.near;
    let mut turns = Vec::new();
    for (at, (&a, &g)) in row.iter().zip(&half.function.near).enumerate() {
        let (low, high) = (ends[0][at], ends[1][at]);
        // The corner in which the row is least.
        let falls = a < 0.0 || (a == 0.0 && g < 0.0);
        rise += if falls { g * high } else { g * low };
        if a * g < 0.0 {
            turns.push((-a / g, g.abs() * (high - low)));
        }
    }
    turns.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut times, mut bound) = (0.0, now);
    for (turn, fall) in turns {
        if rise.is_nan() || rise <= 0.0 {
            break;
        }
        bound += rise * (turn - times);
        times = turn;
        rise -= fall;
    }
    // A rise without end: nothing of the box is in the half-space, which clipping finds.
    (times, bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        certificate::check::{decision::decide, walk::Ball},
        network::{Flatten, Linear as Dense, Network, Relu},
        random::Random,
    };

    /// Points of the box that satisfy the decisions and the condition stay in the narrowed box, and what they give to the neurons in the narrowed ranges.
    #[test]
    fn nothing_that_satisfies_the_decisions_is_cut_off() {
        let (mut kept, mut narrowed, mut emptied) = (0, 0, 0);
        for seed in 0..600 {
            let mut random = Random::new(seed);
            let (inputs, neurons) = (1 + random.below(4), 2 + random.below(6));
            let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| random.signed() as f32).collect() };
            let (weight, bias, second) = (draw(inputs * neurons), draw(neurons), draw(neurons));
            let mut network = Network::new(&[inputs]).expect("inputs");
            let first =
                Dense { outputs: neurons, inputs, weight: weight.clone().into(), bias: Some(bias.clone().into()) };
            network.push(first).expect("it fits");
            // Where a node that changes nothing stands between, the range is that node's.
            let flat = seed % 3 == 0;
            if flat {
                network.push(Flatten).expect("it fits");
            }
            network.push(Relu).expect("it fits");
            network.push(Dense { outputs: 1, inputs: neurons, weight: second.into(), bias: None }).expect("it fits");
            let lower: Vec<f64> = (0..inputs).map(|_| random.signed()).collect();
            let upper: Vec<f64> = lower.iter().map(|low| low + 2.0 * random.signed().abs()).collect();
            let floats = |ends: &[f64]| ends.iter().map(|&end| Float::of(end)).collect();
            let graph = Arc::new(Graph::of(&network).expect("known operators"));
            let mut known = Known::new(&graph, Ball::Box, Range::new(floats(&lower), floats(&upper)));
            let (read, relu) = (1 + usize::from(flat), 2 + usize::from(flat));
            for node in 1..relu {
                known.take_up(node).expect("small numbers");
                if known.wanted(node) {
                    let all: Vec<usize> = (0..neurons).collect();
                    let found = known.ends(node, &all, true).expect("small numbers");
                    known.ranges[node] = Some(Arc::new(Range::around(&found)));
                }
            }
            let linear = known.linear().expect("small numbers");
            assert_eq!(linear.len(), 1, "seed {seed}");
            let decisions: Vec<Decision> = (0..1 + random.below(3))
                .map(|_| Decision {
                    node: relu,
                    neuron: random.below(neurons),
                    at: if random.below(2) == 0 { 0.0 } else { random.signed() / 2.0 },
                    above: random.below(2) == 0,
                })
                .collect();
            // A condition's function, in every other case: any that is linear will do.
            let chosen = random.below(neurons);
            let limit = f64::from(bias[chosen]) + random.signed();
            let own = (seed % 2 == 0).then(|| (&linear[0].sides[chosen][0], Dyadic::of(limit)));
            let before = known.clone();
            let mut left = decide(&mut known, &decisions).expect("ranges are known");
            for _ in 0..2 {
                let own = own.as_ref().map(|(own, limit)| (*own, limit));
                left = left && narrow(&mut known, &linear, &decisions, own).expect("small numbers");
            }
            emptied += usize::from(!left);
            let changed = |node: usize| {
                let [one, other] = [&before, &known].map(|known| known.range(node).expect("known"));
                one.lower != other.lower || one.upper != other.upper
            };
            narrowed += usize::from(left && changed(0) && changed(read));
            for _ in 0..200 {
                let x: Vec<f64> = (lower.iter().zip(&upper))
                    .map(|(low, high)| match random.below(4) {
                        0 => *low,
                        1 => *high,
                        _ => low + (high - low) * (random.signed() + 1.0) / 2.0,
                    })
                    .collect();
                // Exactly, so that no room is given.
                let z: Vec<Dyadic> = (weight.chunks(inputs).zip(&bias))
                    .map(|(w, b)| {
                        let terms = w.iter().zip(&x).map(|(w, x)| &Dyadic::of(f64::from(*w)) * &Dyadic::of(*x));
                        terms.fold(Dyadic::of(f64::from(*b)), |sum, term| &sum + &term)
                    })
                    .collect();
                let holds = |decision: &Decision| {
                    let (z, at) = (&z[decision.neuron], Dyadic::of(decision.at));
                    if decision.above { *z >= at } else { *z <= at }
                };
                if !decisions.iter().all(holds) || (own.is_some() && z[chosen] > Dyadic::of(limit)) {
                    continue;
                }
                kept += 1;
                assert!(left, "seed {seed}: a leaf with {x:?} in it called empty");
                let within = |node: usize, values: &[Dyadic]| {
                    let range = known.range(node).expect("known");
                    let ends = range.lower.iter().zip(&range.upper);
                    values.iter().zip(ends).all(|(v, (l, u))| Dyadic::from(*l) <= *v && *v <= Dyadic::from(*u))
                };
                let point: Vec<Dyadic> = x.iter().map(|&x| Dyadic::of(x)).collect();
                assert!(within(0, &point) && within(read, &z), "seed {seed}: {x:?}");
            }
        }
        assert!(kept > 10_000 && narrowed > 100 && emptied > 30, "{kept} {narrowed} {emptied}");
    }
}
