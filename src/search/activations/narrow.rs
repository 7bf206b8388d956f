//! What decisions about the first neurons say of the input and of each other.
//!
//! A pre-activation that is a linear function of the input makes a half-space of a decision. Half-spaces take parts off the box and narrow the ranges of
//! the other linear pre-activations (`search/clip.rs`). Everything is rounded outward, so that it holds whatever arithmetic goes on from it.

use super::{
    bound::ball,
    domain::{Domain, Ends, Inner},
    layers::Layer,
};
use crate::{
    bounds::{BoundsError, Prepared},
    network::Part,
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
                Some(below) => Some(Functions {
                    rows: backend.read(&below.rows).await?,
                    least: backend.read(&below.least).await?,
                }),
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

    /// Narrows a domain's box and ranges, those over the whole region being `fast` and `sound`, by what is decided. Whether anything may be left in it.
    pub(super) fn narrow(&self, layers: &[Layer], [fast, sound]: [&Ends; 2], domain: &mut Domain) -> bool {
        let halves: Vec<Half> = (domain.decisions.iter())
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
        if halves.is_empty() {
            return true;
        }
        let old = domain.inner.as_deref().map_or([&self.lower[..], &self.upper], |inner| [&inner.lower, &inner.upper]);
        let planes: Vec<Plane<'_>> = halves.iter().filter_map(|&half| self.plane(half, old)).collect();
        let Some((lower, upper)) = clip::rounds(old[0], old[1], &planes, ROUNDS) else { return false };
        let new = [&lower[..], &upper];
        let planes: Vec<Plane<'_>> = halves.iter().filter_map(|&half| self.plane(half, new)).collect();
        let [mut fast, mut sound] =
            domain.inner.as_deref().map_or([fast, sound], |inner| [&inner.fast, &inner.sound]).map(Clone::clone);
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
        let halved = domain.inner.as_deref().is_some_and(|inner| inner.halved);
        domain.inner = Some(Arc::new(Inner { lower, upper, fast, sound, halved }));
        true
    }
}
