//! Why a run cannot start, or had to stop.

use crate::{bounds::BoundsError, formats::FormatError, network::NetworkError, tensor::NoAdjoint};

/// A run that cannot start, or had to stop.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// A setting of the plan out of its range.
    #[error("the plan's {what} is {found}; it must be {wanted}")]
    Plan {
        /// Which setting.
        what: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        wanted: &'static str,
    },
    /// The layers do not fit the images.
    #[error("the architecture does not fit the images: {0}")]
    Architecture(#[from] NetworkError),
    /// Too little data, or labels that are no class.
    #[error("the training set cannot be used: {0}")]
    Data(String),
    /// A loss, gradient or weight that is not a number.
    #[error(
        "the run diverged at step {step} (epoch {epoch:.2}): {what}; the state before it is kept. A smaller ε, learning rate or a longer ramp may help"
    )]
    Diverged {
        /// The step that failed, from 0.
        step: u64,
        /// Epochs done.
        epoch: f64,
        /// What is no number: "the loss", "the gradient of 1.weight".
        what: String,
    },
    /// The loss has an operation without a gradient: a fault of this program, not of the plan or the images.
    #[error("the loss cannot be trained: {0}; this is a fault of Boundscope, please report it")]
    NoAdjoint(#[from] NoAdjoint),
    /// A file that is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(String),
    /// A file that cannot be read or written.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A bound that could not be computed, or the run was cancelled.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
}
