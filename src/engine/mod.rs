//! One session: typed requests in, a stream of typed responses out. Knows no browser.

mod arrays;
mod attacks;
#[cfg(not(target_arch = "wasm32"))]
mod collect;
mod jobs;
mod network;
mod processors;
mod protocol;
mod sampling;
mod session;
mod speeds;
#[cfg(feature = "full")]
mod studies;
#[cfg(feature = "full")]
mod training;
/// Messages alone.
#[cfg(not(feature = "full"))]
#[path = "training/protocol.rs"]
mod training;

pub use crate::tensor::{KernelSpeed, Peak};
pub use attacks::{AttackAnswer, BrokenAnswer};
#[cfg(not(target_arch = "wasm32"))]
pub use collect::collect;
pub use network::summarise;
pub use processors::{Device, GpuRequest, GpuResponse, GpuState};
pub use protocol::*;
pub use session::{Host, Session};
#[cfg(feature = "gpu")]
pub use speeds::measure;
#[cfg(feature = "cli")]
pub(crate) use speeds::{BATCH, Net, STEPS, images, plan};
pub use speeds::{BoundsSpeed, Speeds, StepSpeed};
pub use training::{Order, Point, Probe, ProbePlan, RunState, TrainRequest, TrainResponse, Watched};
