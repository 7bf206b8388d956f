//! How the errors of the rooms below become codes with facts.

use super::protocol::Failure;
use crate::{bounds::BoundsError, pulse::Cancelled, train::TrainError};

/// Why a job ended early.
#[derive(Debug)]
pub(super) enum JobError {
    /// Nobody waits for it any more.
    Cancelled,
    /// It could not be done.
    Failed(Failure),
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        JobError::Failed(failure)
    }
}

impl From<BoundsError> for JobError {
    fn from(error: BoundsError) -> Self {
        match error {
            BoundsError::Cancelled => JobError::Cancelled,
            error => JobError::Failed(error.into()),
        }
    }
}

impl From<TrainError> for JobError {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Bounds(error) => error.into(),
            error => JobError::Failed(error.into()),
        }
    }
}

impl From<Cancelled> for JobError {
    fn from(_: Cancelled) -> Self {
        JobError::Cancelled
    }
}

impl From<BoundsError> for Failure {
    fn from(error: BoundsError) -> Self {
        match error {
            BoundsError::Device(error) => Failure::Device { error },
            error => Failure::Bounds { error },
        }
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Plan { what, found, wanted } => {
                Failure::Plan { setting: what.into(), found, wanted: wanted.into() }
            }
            TrainError::Architecture(error) => Failure::Architecture { why: error.to_string() },
            TrainError::Data(why) => Failure::Data { why },
            TrainError::Diverged { step, epoch, what } => Failure::Diverged { step: step as u32, epoch, what },
            TrainError::NoAdjoint(error) => Failure::NoAdjoint { operation: error.0 },
            TrainError::Checkpoint(why) => Failure::Checkpoint { why },
            TrainError::Format(error) => Failure::File { why: error.to_string() },
            TrainError::Bounds(error) => error.into(),
        }
    }
}
