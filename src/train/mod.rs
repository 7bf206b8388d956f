//! Certified training: plans, schedules, losses, the trainer (docs/methods.md §8).

mod adam;
mod architecture;
mod average;
mod checkpoint;
mod data;
mod error;
#[cfg(feature = "gpu")]
mod gpu;
mod lane;
mod loss;
mod model;
mod moons;
mod plan;
mod schedule;
mod shards;
mod trainer;
mod wanted;

pub use architecture::{Activation, Architecture, ArchitectureError, Block};
pub use data::{Data, Source};
pub use error::TrainError;
#[cfg(feature = "gpu")]
pub use gpu::GpuTrainer;
pub use lane::Lane;
pub use loss::{LossError, LossProgram, Parts, Place, Robust};
pub use moons::two_moons;
pub use plan::{Initialization, Loss, Plan, Recipe};
pub use schedule::{Averaging, Motion, Schedule, Schedules};
pub use trainer::{StepReport, Trainer};
pub use wanted::Wanted;
