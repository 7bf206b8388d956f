//! The mean of the weights over the end of a run: what such a run evaluates and saves.

use super::model::Model;
use serde::{Deserialize, Serialize};

/// Which weights a mean is taken of (Izmailov et al. 2018).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Averaging {
    /// Over the run's last so many epochs; may be fractional.
    pub epochs: f64,
    /// After every so many steps, counted back from the last one, which is always among them.
    pub every: u32,
}

impl Averaging {
    /// Whether a step lies in the last epochs.
    pub(super) fn within(self, epochs: u32, per_epoch: u64, step: u64) -> bool {
        step as f64 >= (f64::from(epochs) - self.epochs) * per_epoch as f64
    }

    /// Whether the weights after a step count.
    pub(super) fn due(self, epochs: u32, per_epoch: u64, step: u64) -> bool {
        let last = u64::from(epochs) * per_epoch;
        let left = last.saturating_sub(step + 1);
        self.within(epochs, per_epoch, step) && left.is_multiple_of(u64::from(self.every.max(1)))
    }
}

/// A running mean of every parameter tensor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mean {
    /// Weights it is of; 0 before the first.
    pub(super) taken: u64,
    /// Tensor by tensor; empty before the first.
    pub(super) values: Vec<Vec<f32>>,
}

impl Mean {
    /// The share of the next weights in a mean that is of `taken` before them.
    pub(super) fn share(taken: u64) -> f32 {
        (1.0 / (taken + 1) as f64) as f32
    }

    /// Takes a model's weights in.
    pub(super) fn add(&mut self, model: &Model) {
        let share = Mean::share(self.taken);
        if self.taken == 0 {
            self.values = model.parameters.iter().map(|parameter| vec![0.0; parameter.values.len()]).collect();
        }
        for (mean, parameter) in self.values.iter_mut().zip(&model.parameters) {
            mean.iter_mut().zip(&parameter.values).for_each(|(mean, &value)| *mean += (value - *mean) * share);
        }
        self.taken += 1;
    }

    /// The model with the mean for its weights.
    pub(super) fn of(&self, model: &Model) -> Model {
        let mut model = model.clone();
        for (parameter, mean) in model.parameters.iter_mut().zip(&self.values) {
            parameter.values.copy_from_slice(mean);
        }
        model
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_counts_and_every_tenth_before_it() {
        let averaging = Averaging { epochs: 1.5, every: 10 };
        let due: Vec<u64> = (0..120).filter(|&step| averaging.due(4, 30, step)).collect();
        assert_eq!(due, [79, 89, 99, 109, 119]);
    }
}
