//! Which neurons are worth splitting, by what a walk says of them.

use super::layers::Layer;

/// Candidates kept by each score.
const EACH: usize = 3;

/// What one row's walk met in one domain.
pub(super) struct Met<'a> {
    /// Ranges of each activation layer's pre-activations.
    pub(super) ranges: Vec<&'a [Vec<f64>; 2]>,
    /// The row just above each activation; empty where the walk never came by.
    pub(super) above: Vec<&'a [f64]>,
    /// The values before each activation where the walk's own lines take its corner; empty where nobody asked.
    pub(super) values: Vec<&'a [f64]>,
    /// The slopes of its lines, below and above; empty where it never came by.
    pub(super) slopes: Vec<[&'a [f64]; 2]>,
}

/// Candidates by layer and neuron, the most promising first: those whose chord's gap costs the row most, then those whose line is farthest
/// from the curve at the walk's own corner. Both are weighted by the row's coefficient.
pub(super) fn candidates(layers: &[Layer], met: &Met<'_>) -> Vec<(usize, usize)> {
    let mut best: [Vec<(f64, usize, usize)>; 2] = Default::default();
    for (place, layer) in layers.iter().enumerate() {
        let (ranges, above) = (met.ranges[place], met.above[place]);
        for (neuron, &coefficient) in above.iter().enumerate() {
            let range = [ranges[0][neuron], ranges[1][neuron]];
            if coefficient == 0.0 || layer.split(neuron, range).is_none() {
                continue;
            }
            let size = coefficient.abs();
            keep(&mut best[0], (size * layer.gap(neuron, range), place, neuron));
            let side = usize::from(coefficient < 0.0);
            if let (Some(&z), Some(&slope)) = (met.values[place].get(neuron), met.slopes[place][side].get(neuron)) {
                keep(&mut best[1], (size * layer.distance(neuron, (slope, side), range, z), place, neuron));
            }
        }
    }
    let mut all = Vec::new();
    for (_, place, neuron) in best.into_iter().flatten() {
        if !all.contains(&(place, neuron)) {
            all.push((place, neuron));
        }
    }
    all
}

/// Keeps the few greatest, in order.
fn keep(best: &mut Vec<(f64, usize, usize)>, new: (f64, usize, usize)) {
    let place = best.iter().position(|old| new.0 > old.0).unwrap_or(best.len());
    if place < EACH {
        best.insert(place, new);
        best.truncate(EACH);
    }
}
