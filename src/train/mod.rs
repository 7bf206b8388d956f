//! Certified training: plans, schedules, losses, the trainer (METHODS.md §8).

mod architecture;
mod data;
mod error;
mod plan;
mod schedule;
mod trainer;

pub use architecture::{Activation, Architecture, Block};
pub use data::Data;
pub use error::TrainError;
pub use plan::{Initialization, Loss, Plan, Recipe};
pub use schedule::{Motion, Schedule, Schedules};
pub use trainer::{StepReport, Trainer};
