//! What decisions about the first neurons say of the input and of each other.
//!
//! A pre-activation that is a linear function of the input makes a half-space of a decision; so does a linear function below a row of the clause, since only where
//! that is at most the limit something is left to prove. Half-spaces take parts off the box and narrow the ranges of the linear pre-activations (`search/clip.rs`). Everything is rounded outward, so that it holds whatever arithmetic goes on from it.

use super::{
    bound::ball,
    domain::{Domain, Ends, Inner, Planes},
    layers::Layer,
};
use crate::{
    bounds::{BoundsError, Prepared},
    network::{Clause, Part},
    search::clip::{self, Plane},
    tensor::{Backend, Sound},
};
use std::sync::Arc;

/// Multiplications that narrowing one domain may take: beyond, walks are the better use of the time.
const MOST: usize = 1 << 20;
/// Rounds of clipping the box.
const ROUNDS: usize = 3;

/// A layer's functions: below z, then below −z.
struct Functions {
    /// Coefficients, `[2·neurons][inputs]`.
    rows: Vec<f64>,
    /// Their least values over the region.
    least: Vec<f64>,
}

/// The linear pre-activations of a network over a region.
pub(super) struct Linear {
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// By activation layer.
    layers: Vec<Option<Functions>>,
}

/// A half-space: a function that is at most its limit.
type Half = (usize, usize, f64);

impl Linear {
    /// The functions of those layers that are linear and narrow enough to look at neuron by neuron.
    ///
    /// # Errors
    /// A device that fails.
    pub(super) async fn new(sound: &Prepared<Sound>, part: &Part, layers: &[Layer]) -> Result<Self, BoundsError> {
        let backend = sound.backend();
        let ball = ball(backend, [&part.lower, &part.upper]);
        let mut all = Vec::new();
        for layer in layers {
            let small = 2 * layer.width * part.lower.len() * 16 <= MOST;
            all.push(match sound.affine_below(&ball, layer.range).filter(|_| small) {
                Some(below) => {
                    Some(Functions { rows: backend.read(&below.rows).await?, least: backend.read(&below.least).await? })
                }
                None => None,
            });
        }
        Ok(Linear { lower: part.lower.clone(), upper: part.upper.clone(), layers: all })
    }

    /// A function over a box within the region.
    fn plane(&self, (layer, function, limit): Half, [lower, upper]: [&[f64]; 2]) -> Option<Plane<'_>> {
        let functions = self.layers[layer].as_ref()?;
        let inputs = self.lower.len();
        let rows = &functions.rows[function * inputs..][..inputs];
        let plane = Plane { rows, least: functions.least[function], limit };
        Some(Plane { least: clip::least_within(&plane, (&self.lower, &self.upper), (lower, upper)), ..plane })
    }

    /// Half-spaces over a box: those of decisions, then those in which a clause's rows may hold.
    fn conditions<'a>(
        &'a self,
        halves: &[Half],
        rows: Option<&'a Planes>,
        clause: &Clause,
        ends: [&[f64]; 2],
    ) -> Vec<Plane<'a>> {
        let mut all: Vec<Plane<'a>> = halves.iter().filter_map(|&half| self.plane(half, ends)).collect();
        if let Some(planes) = rows {
            let inputs = self.lower.len();
            all.extend(clause.iter().enumerate().map(|(at, row)| {
                let rows = &planes.rows[at * inputs..][..inputs];
                let plane = Plane { rows, least: planes.least[at], limit: row.limit };
                let old = (&planes.lower[..], &planes.upper[..]);
                Plane { least: clip::least_within(&plane, old, (ends[0], ends[1])), ..plane }
            }));
        }
        all
    }

    /// Whether there is such a layer.
    pub(super) fn any(&self) -> bool {
        self.layers.iter().any(Option::is_some)
    }

    /// Narrows a domain's box and ranges, those over the whole region being `fast` and `sound`, by what was decided since they were found and by where its
    /// clause may hold. Whether anything may be left in it.
    pub(super) fn narrow(
        &self,
        layers: &[Layer],
        clause: &Clause,
        [fast, sound]: [&Ends; 2],
        domain: &mut Domain,
    ) -> bool {
        if !self.any() {
            return true;
        }
        let inner = domain.inner.as_deref();
        let halves: Vec<Half> = (domain.decisions[inner.map_or(0, |inner| inner.applied)..].iter())
            .filter(|decision| self.layers[decision.layer].is_some())
            .map(|decision| {
                let width = layers[decision.layer].width;
                if decision.above {
                    (decision.layer, width + decision.neuron, -decision.at)
                } else {
                    (decision.layer, decision.neuron, decision.at)
                }
            })
            .collect();
        let old = inner.map_or([&self.lower[..], &self.upper], |inner| [&inner.lower, &inner.upper]);
        let planes = self.conditions(&halves, domain.planes.as_deref(), clause, old);
        if planes.is_empty() {
            return true;
        }
        let Some((lower, upper)) = clip::rounds(old[0], old[1], &planes, ROUNDS) else { return false };
        let new = [&lower[..], &upper];
        let planes = self.conditions(&halves, domain.planes.as_deref(), clause, new);
        let [mut fast, mut sound] = inner.map_or([fast, sound], |inner| [&inner.fast, &inner.sound]).map(Clone::clone);
        for (place, layer) in layers.iter().enumerate().filter(|(place, _)| self.layers[*place].is_some()) {
            for neuron in 0..layer.width {
                let [low, high] = sound[layer.range].each_mut().map(|end| &mut end[neuron]);
                if layer.split(neuron, [*low, *high]).is_none() {
                    continue;
                }
                let ends = [neuron, layer.width + neuron].map(|function| {
                    let own = self.plane((place, function, 0.0), new)?;
                    Some(planes.iter().fold(own.least, |least, half| {
                        let found = clip::complete(&own, half, new[0], new[1]);
                        if found > least { found } else { least }
                    }))
                });
                let [Some(least), Some(most)] = ends else { continue };
                if least > *low {
                    *low = least;
                }
                if -most < *high {
                    *high = -most;
                }
                if *low > *high {
                    return false;
                }
                (fast[layer.range][0][neuron], fast[layer.range][1][neuron]) = (*low, *high);
            }
        }
        let halved = inner.is_some_and(|inner| inner.halved);
        let applied = domain.decisions.len();
        domain.inner = Some(Arc::new(Inner { lower, upper, fast, sound, halved, applied }));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::{Linear as Dense, Network, Relu, Row},
        pulse::at_once,
        random::Random,
        search::activations::{
            bound::ends_over,
            domain::{Decision, Saved},
            layers::layers,
        },
    };

    /// Points of the box that satisfy the decisions, and where the clause may hold, stay in the narrowed box, and their pre-activations in the narrowed ranges; also
    /// where decisions come one after the other.
    #[test]
    fn nothing_that_was_decided_on_is_lost() {
        let (mut kept, mut narrowed, mut emptied) = (0, 0, 0);
        for seed in 0..400 {
            let mut random = Random::new(seed);
            let (inputs, neurons) = (1 + random.below(4), 2 + random.below(6));
            let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| random.signed() as f32).collect() };
            let (weight, bias, second) = (draw(inputs * neurons), draw(neurons), draw(neurons * 2));
            let mut network = Network::new(&[inputs]).expect("inputs");
            let first =
                Dense { outputs: neurons, inputs, weight: weight.clone().into(), bias: Some(bias.clone().into()) };
            network.push(first).expect("it fits");
            network.push(Relu).expect("it fits");
            network.push(Dense { outputs: 2, inputs: neurons, weight: second.into(), bias: None }).expect("it fits");
            let lower: Vec<f64> = (0..inputs).map(|_| random.signed()).collect();
            let upper: Vec<f64> = lower.iter().map(|low| low + 2.0 * random.signed().abs()).collect();
            let points = [lower.iter().map(|&x| x as f32).collect(), upper.iter().map(|&x| x as f32).collect()];
            let part = Part { lower: lower.clone(), upper: upper.clone(), points, clauses: Vec::new() };
            let sound = Prepared::new(Sound, &network);
            let layers = layers(&network);
            let ends = at_once(ends_over(&sound, [&lower, &upper])).expect("a CPU does not fail");
            let linear = at_once(Linear::new(&sound, &part, &layers)).expect("a CPU does not fail");
            let mut domain = Domain::root(0, Arc::new(Saved::none()), 0.0);
            domain.decisions = (0..1 + random.below(3))
                .map(|_| Decision {
                    layer: 0,
                    neuron: random.below(neurons),
                    at: if random.below(2) == 0 { 0.0 } else { random.signed() / 2.0 },
                    above: random.below(2) == 0,
                })
                .collect();
            // A function below the clause's row, in every other case.
            let function: Vec<f64> = (0..inputs).map(|_| random.signed()).collect();
            let corner =
                function.iter().zip(lower.iter().zip(&upper)).map(|(a, (l, u))| (a * l).min(a * u)).sum::<f64>();
            let limit = corner + random.signed().abs();
            let clause = vec![Row { weights: vec![(0, 1.0)], limit, surely: limit, strict: false }];
            let asks = seed % 2 == 0;
            domain.planes = asks.then(|| {
                let (lower, upper) = (lower.clone(), upper.clone());
                Arc::new(Planes { lower, upper, rows: function.clone(), least: vec![corner - 1e-12] })
            });
            let later = domain.decisions.split_off(domain.decisions.len() / 2);
            let mut left = linear.narrow(&layers, &clause, [&ends, &ends], &mut domain);
            domain.decisions.extend(later);
            left = left && linear.narrow(&layers, &clause, [&ends, &ends], &mut domain);
            emptied += usize::from(!left);
            if let Some(inner) = domain.inner.as_deref().filter(|_| left) {
                narrowed += usize::from(inner.sound != ends);
            }
            for _ in 0..200 {
                let x: Vec<f64> = (lower.iter().zip(&upper))
                    .map(|(low, high)| match random.below(4) {
                        0 => *low,
                        1 => *high,
                        _ => low + (high - low) * (random.signed() + 1.0) / 2.0,
                    })
                    .collect();
                let z: Vec<f64> = (weight.chunks(inputs).zip(&bias))
                    .map(|(w, b)| w.iter().zip(&x).map(|(w, x)| f64::from(*w) * x).sum::<f64>() + f64::from(*b))
                    .collect();
                let holds = |decision: &Decision| {
                    let z = z[decision.neuron] - decision.at;
                    if decision.above { z >= 0.0 } else { z <= 0.0 }
                };
                let value = function.iter().zip(&x).map(|(a, x)| a * x).sum::<f64>();
                if !domain.decisions.iter().all(holds) || (asks && value > limit) {
                    continue;
                }
                kept += 1;
                assert!(left, "seed {seed}: a domain with {x:?} in it called empty");
                let inner = domain.inner.as_deref().expect("it was narrowed");
                let within = |x: f64, low: f64, high: f64| low - 1e-12 <= x && x <= high + 1e-12;
                assert!((0..inputs).all(|at| within(x[at], inner.lower[at], inner.upper[at])), "seed {seed}: {x:?}");
                for ends in [&inner.fast, &inner.sound] {
                    let [low, high] = &ends[0];
                    assert!((0..neurons).all(|at| within(z[at], low[at], high[at])), "seed {seed}: {z:?}");
                }
            }
        }
        assert!(kept > 10_000 && narrowed > 100 && emptied > 30, "{kept} {narrowed} {emptied}");
    }
}
