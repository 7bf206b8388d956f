//! What a walk is steered by, as numbers on the host, and what may be chosen.

use crate::{
    bounds::{BoundsError, Prepared, Ranges, Signs, Steered, Steering, prepared::Stage},
    tensor::{Pair, Steerable},
};

/// Slopes and multipliers of one activation layer, `[batch, rows, n]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerChoice {
    /// Slopes of the lines below.
    pub below: Vec<f64>,
    /// Slopes of the lines above.
    pub above: Vec<f64>,
    /// β ≥ 0, 0 where nothing is decided; empty where nothing is in the whole layer.
    pub multipliers: Vec<f64>,
}

/// What one walk is steered by: for each activation layer in the order of [`Prepared::activations`]; `None` where it never comes by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The layers.
    pub layers: Vec<Option<LayerChoice>>,
}

/// Decisions s·(z − p) ≥ 0 on one activation layer's pre-activations.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// s, `[batch, n]`: 1 or −1, 0 where nothing is decided.
    pub signs: Vec<f64>,
    /// p, `[batch, n]`.
    pub at: Vec<f64>,
}

impl Decided {
    /// Whether anything is decided.
    pub fn any(&self) -> bool {
        self.signs.iter().any(|&sign| sign != 0.0)
    }
}

impl LayerChoice {
    /// Takes over one row, by its place in `[batch · rows]`.
    pub(super) fn take(&mut self, other: &LayerChoice, row: usize, width: usize) {
        let range = row * width..(row + 1) * width;
        self.below[range.clone()].copy_from_slice(&other.below[range.clone()]);
        self.above[range.clone()].copy_from_slice(&other.above[range.clone()]);
        if !other.multipliers.is_empty() {
            self.multipliers[range.clone()].copy_from_slice(&other.multipliers[range]);
        }
    }
}

impl Choice {
    /// One row alone, by its place in `[batch · rows]`, of layers of these widths.
    pub fn row(&self, row: usize, widths: &[usize]) -> Choice {
        let layers = self.layers.iter().zip(widths).map(|(layer, &width)| {
            let own = |all: &[f64]| all.get(row * width..(row + 1) * width).unwrap_or_default().to_vec();
            layer.as_ref().map(|layer| LayerChoice {
                below: own(&layer.below),
                above: own(&layer.above),
                multipliers: own(&layer.multipliers),
            })
        });
        Choice { layers: layers.collect() }
    }

    /// Takes over one row, by its place in `[batch · rows]`, of layers of these widths.
    pub fn take_row(&mut self, other: &Choice, row: usize, widths: &[usize]) {
        for ((own, other), &width) in self.layers.iter_mut().zip(&other.layers).zip(widths) {
            if let (Some(own), Some(other)) = (own, other) {
                own.take(other, row, width);
            }
        }
    }
}

impl<B: Steerable> Prepared<B> {
    /// Widths of the activation layers, in the order of [`activations`](Prepared::activations).
    pub fn activation_widths(&self) -> Vec<usize> {
        self.activation_nodes().map(|node| self.widths[node]).collect()
    }

    /// A choice as tensors, for `batch` images and `rows` rows each.
    pub fn steering(
        &self,
        choice: &Choice,
        decided: &[Option<Decided>],
        [batch, rows]: [usize; 2],
    ) -> Vec<Steering<B::Tensor>> {
        let backend = &self.backend;
        let widths = self.activation_widths();
        let layers = choice.layers.iter().enumerate();
        layers
            .map(|(place, layer)| {
                let (Some(layer), width) = (layer, widths[place]) else { return Steering::default() };
                let shape = [batch, rows, width];
                let slopes =
                    Pair { lower: backend.upload(shape, &layer.below), upper: backend.upload(shape, &layer.above) };
                let decided = decided.get(place).and_then(Option::as_ref).filter(|_| !layer.multipliers.is_empty());
                let signs = decided.map(|decided| {
                    let mut signed = layer.multipliers.clone();
                    for (row, signed) in signed.chunks_mut(width).enumerate() {
                        let signs = &decided.signs[row / rows * width..][..width];
                        signed.iter_mut().zip(signs).for_each(|(value, sign)| *value *= sign);
                    }
                    let at = backend.upload([batch, 1, width], &decided.at);
                    Signs { signed: backend.upload(shape, &signed), at: Some(at) }
                });
                Steering { slopes: Some(slopes), signs }
            })
            .collect()
    }

    /// The slopes that a walk used, for `batch` images and `rows` rows each, with multipliers of 0 where a layer has decisions.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn choice_of(
        &self,
        steered: &Steered<B::Tensor>,
        decided: &[Option<Decided>],
        [batch, rows]: [usize; 2],
    ) -> Result<Choice, BoundsError> {
        let backend = &self.backend;
        let widths = self.activation_widths();
        let mut choice = Choice::default();
        for (place, passed) in steered.passed.iter().enumerate() {
            let Some(passed) = passed else {
                choice.layers.push(None);
                continue;
            };
            let width = widths[place];
            let mut sides = Vec::new();
            for slopes in [&passed.lines.slope.lower, &passed.lines.slope.upper] {
                let [items, each, _] = backend.shape(slopes);
                let found = backend.read(slopes).await?;
                let mut all = Vec::with_capacity(batch * rows * width);
                for row in 0..batch * rows {
                    let item = if items == 1 { 0 } else { row / rows };
                    let own = if each == 1 { 0 } else { row % rows };
                    all.extend_from_slice(&found[(item * each + own) * width..][..width]);
                }
                sides.push(all);
            }
            let (above, below) = (sides.pop().unwrap_or_default(), sides.pop().unwrap_or_default());
            let decided = decided.get(place).is_some_and(Option::is_some);
            let multipliers = if decided { vec![0.0; batch * rows * width] } else { Vec::new() };
            choice.layers.push(Some(LayerChoice { below, above, multipliers }));
        }
        Ok(choice)
    }

    /// A choice with the strategy's slope wherever there is nothing to choose over these ranges: for neurons that are straight by now, and
    /// where a chord is best.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn settled(
        &self,
        mut choice: Choice,
        ranges: &Ranges<B>,
        [batch, rows]: [usize; 2],
    ) -> Result<Choice, BoundsError> {
        for (place, node) in self.activation_nodes().enumerate() {
            let (Some(own), Some(lines)) = (&mut choice.layers[place], &ranges.0.relaxations[node]) else { continue };
            let [low, high, low_above, high_above] = self.choices(place, ranges).await?;
            let slopes = self.backend.read_all(&[&lines.slope.lower, &lines.slope.upper]).await?;
            let width = self.widths[node];
            for (item, slopes_at) in (0..batch).map(|item| (item, item * width % slopes[0].len())) {
                for neuron in 0..width {
                    let at = slopes_at + neuron;
                    for row in item * rows..(item + 1) * rows {
                        if low[at] >= high[at] {
                            own.below[row * width + neuron] = slopes[0][at];
                        }
                        if low_above[at] >= high_above[at] {
                            own.above[row * width + neuron] = slopes[1][at];
                        }
                    }
                }
            }
        }
        Ok(choice)
    }

    /// The slopes that each neuron of an activation layer may choose from, over its ranges: least and greatest below, then above, `[batch, n]` each.
    pub(super) async fn choices(&self, place: usize, ranges: &Ranges<B>) -> Result<[Vec<f64>; 4], BoundsError> {
        let node = self.activation_nodes().nth(place).expect("an activation");
        let Stage::Activation(rules) = &self.stages[node] else { unreachable!("an activation") };
        let found = self.backend.choices(rules, &ranges.0.layer(self.inputs[node][0]).range);
        let parts = [&found.lower.lower, &found.lower.upper, &found.upper.lower, &found.upper.upper];
        let mut read = self.backend.read_all(&parts).await?.into_iter();
        Ok(parts.map(|_| read.next().unwrap_or_default()))
    }
}
