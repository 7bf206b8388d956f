//! The trainer: one step at a time, from a plan and a seed.

use super::{Data, Plan, TrainError};
use crate::{bounds::Pulse, network::Network};
use serde::{Deserialize, Serialize};

/// What one step did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Index of the step, from 0.
    pub step: u64,
    /// Epochs done after it.
    pub epoch: f64,
    /// The whole loss, mean over the batch, regularisers included.
    pub loss: f64,
    /// The clean part: cross-entropy of the outputs; `None` where the step did not need it (κ = 0).
    pub clean_loss: Option<f64>,
    /// The robust part: cross-entropy of the margin bounds; `None` where the step did not need it (ε = 0).
    pub robust_loss: Option<f64>,
    /// Share of the batch predicted wrong, in [0, 1]; `None` without a clean part.
    pub clean_error: Option<f64>,
    /// Share of the batch not verified by the loss' own bounds, in [0, 1]; `None` without a robust part.
    pub verified_error: Option<f64>,
    /// Euclidean norm of the gradient, before clipping.
    pub gradient_norm: f64,
    /// ε of the step.
    pub epsilon: f64,
    /// κ of the step.
    pub kappa: f64,
    /// β of the step.
    pub beta: f64,
    /// η of the step.
    pub slope: f64,
    /// Learning rate of the step.
    pub learning_rate: f64,
}

/// A run under way.
pub struct Trainer {
    plan: Plan,
}

impl Trainer {
    /// Starts a run on images of `shape` and `classes` classes.
    ///
    /// # Errors
    /// A plan with a setting out of range, or layers that do not fit.
    pub fn new(plan: Plan, shape: &[usize], classes: usize) -> Result<Self, TrainError> {
        let _ = (shape, classes);
        Ok(Trainer { plan })
    }

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] or [`TrainError::Format`].
    pub fn resume(checkpoint: &[u8]) -> Result<Self, TrainError> {
        let _ = checkpoint;
        Err(TrainError::Checkpoint("not yet".into()))
    }

    /// The state as a file: a model file whose metadata also holds the plan and the position, with the optimiser's moments as
    /// further tensors. Any reader of model files reads it as the current network.
    ///
    /// # Errors
    /// Only if safetensors refuses the tensors.
    pub fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        Err(TrainError::Checkpoint("not yet".into()))
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The network as it is now.
    ///
    /// # Errors
    /// Never for a run that has not diverged.
    pub fn network(&self) -> Result<Network, TrainError> {
        Err(TrainError::Checkpoint("not yet".into()))
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        0
    }

    /// Steps of one epoch over `images` images.
    pub fn steps_per_epoch(&self, images: usize) -> u64 {
        images.div_ceil(self.plan.batch as usize) as u64
    }

    /// Whether all epochs are done over `images` images.
    pub fn finished(&self, images: usize) -> bool {
        self.steps() >= u64::from(self.plan.epochs) * self.steps_per_epoch(images)
    }

    /// Takes one step. A run that diverges, or is cancelled, is left as it was before the step.
    ///
    /// # Errors
    /// Data that does not fit, [`TrainError::Diverged`], or a cancelled pulse.
    pub async fn step(&mut self, data: &Data, pulse: &impl Pulse) -> Result<StepReport, TrainError> {
        let _ = (data, pulse.beat().await);
        Err(TrainError::Checkpoint("not yet".into()))
    }
}
