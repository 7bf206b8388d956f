//! The mean of the weights over the end of a run: what such a run evaluates and saves.

use super::model::Model;

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
