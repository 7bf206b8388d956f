//! Statuses of the hidden neurons over a set of images, and where their ranges lie, under IBP.

use super::evaluate::{BATCH, Stop, over_batches};
use crate::{
    activation::Activation,
    bounds::{BoundsError, Method, Prepared, Region, Strategy},
    network::{Layer, Network},
    pulse::at_once,
    tensor::Backend,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Counts by status, indexed by `Status as usize`.
pub type StatusCounts = [u64; 7];

/// Statuses of one layer's neurons, summed over a set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerStatuses {
    /// Neurons with each status, image by image: they sum to images × neurons.
    pub counts: StatusCounts,
    /// The same neurons by where the centre of their range lies, [`PLACES`] bins. Empty for activations without a bend.
    pub places: Vec<StatusCounts>,
}

/// Bins of the centre of a neuron's range on the scale on which its bends are 0 and 1, (l + u) / 2r for ParamRamp: one below −2, then steps of 0.1 up to 3,
/// then one for the rest. 0 and 1 are edges.
pub const PLACES: usize = 52;

/// The lower edge of a bin; −∞ for the first.
pub fn place_edge(bin: usize) -> f64 {
    if bin == 0 { f64::NEG_INFINITY } else { (bin as f64 - 21.0) / 10.0 }
}

/// The bin of a centre in units of the bend. What is not a number lands in the first, as unknown.
fn place(centre: f64) -> usize {
    if centre < place_edge(1) {
        0
    } else {
        // A float's cast stops at the ends of the integer, and this one's at the last bin.
        (((centre * 10.0).floor() + 21.0) as usize).min(PLACES - 1)
    }
}

impl LayerStatuses {
    /// Share of each status, in [0, 1], indexed by `Status as usize`; all 0 where nothing was counted.
    pub fn shares(&self) -> [f64; 7] {
        let total = self.counts.iter().sum::<u64>().max(1);
        self.counts.map(|count| count as f64 / total as f64)
    }

    fn new(layer: &Layer) -> Self {
        let bins = if layer.rule.has_bend() { PLACES } else { 0 };
        LayerStatuses { places: vec![[0; 7]; bins], ..LayerStatuses::default() }
    }

    fn see(&mut self, rule: &Activation, index: usize, lower: f64, upper: f64) {
        let status = rule.status(index, lower, upper) as usize;
        self.counts[status] += 1;
        if let Some(centre) = rule.between_bends(index, (lower + upper) / 2.0) {
            self.places[place(centre)][status] += 1;
        }
    }

    fn add(&mut self, other: &LayerStatuses) {
        let both = [(&mut self.counts, &other.counts)].into_iter().chain(self.places.iter_mut().zip(&other.places));
        both.for_each(|(sum, counts)| sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count));
    }
}

/// Statuses of every hidden layer over a set, for each region: `[region][layer]`. On several cores where there are.
/// `progress` is called with the number of images done, from any thread; raising `cancel` ends the work with
/// [`BoundsError::Cancelled`].
///
/// # Errors
/// An empty set, images that do not fit the network, an invalid region, a device that fails.
pub fn statuses<B: Backend + Clone + Send + Sync>(
    backend: &B,
    network: &Network,
    images: &[f64],
    regions: &[Region],
    progress: &(dyn Fn(usize) + Sync),
    cancel: &AtomicBool,
) -> Result<Vec<Vec<LayerStatuses>>, BoundsError> {
    let inputs = network.input_len();
    if images.is_empty() {
        return Err(BoundsError::NoImage);
    }
    for region in regions {
        region.check()?;
    }
    let layers = network.layers();
    let done = AtomicUsize::new(0);
    let run = |prepared: &Prepared<B>, index: usize| {
        let images = &images[index * BATCH * inputs..images.len().min((index + 1) * BATCH * inputs)];
        let counts = regions.iter().map(|region| batch(prepared, &layers, images, region, cancel)).collect();
        let count = images.len() / inputs;
        progress(done.fetch_add(count, Ordering::Relaxed) + count);
        counts
    };
    let batches = images.len().div_ceil(BATCH * inputs);
    let all: Vec<Vec<Vec<LayerStatuses>>> = over_batches(batches, || Prepared::new(backend.clone(), network), run)?;
    let mut sums = vec![layers.iter().map(LayerStatuses::new).collect::<Vec<_>>(); regions.len()];
    for part in all {
        for (sum, counts) in sums.iter_mut().flatten().zip(part.iter().flatten()) {
            sum.add(counts);
        }
    }
    Ok(sums)
}

/// One batch over one region.
fn batch<B: Backend>(
    prepared: &Prepared<B>,
    layers: &[Layer],
    images: &[f64],
    region: &Region,
    cancel: &AtomicBool,
) -> Result<Vec<LayerStatuses>, BoundsError> {
    // IBP has no lines; their strategy changes nothing.
    let pulse = Stop(cancel);
    let found = at_once(prepared.bounds(images, None, region, Method::Ibp, Strategy::Tight, &pulse))?;
    let mut counts: Vec<LayerStatuses> = layers.iter().map(LayerStatuses::new).collect();
    for bounds in &found {
        for ((counts, layer), bounds) in counts.iter_mut().zip(layers).zip(&bounds.layers) {
            for (index, (&lower, &upper)) in bounds.lower.iter().zip(&bounds.upper).enumerate() {
                counts.see(&layer.rule, index, lower, upper);
            }
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_tile_the_line() {
        for bin in 1..PLACES {
            let edge = place_edge(bin);
            assert_eq!((place(edge + 1e-9), place(edge - 1e-9)), (bin, bin - 1), "{edge}");
        }
        assert_eq!((place(f64::NEG_INFINITY), place(f64::INFINITY), place(f64::NAN)), (0, PLACES - 1, 0));
        assert_eq!((place_edge(21), place_edge(31), place_edge(PLACES - 1)), (0.0, 1.0, 3.0));
    }
}
