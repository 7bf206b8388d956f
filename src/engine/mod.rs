//! One session: typed requests in, a stream of typed responses out. Knows no browser.
//!
//! `protocol` holds the messages alone; `context` what a session holds; `jobs`, `training`, `processors` and `speeds` answer one
//! part of the protocol each, and take the context as an argument.

#[cfg(not(target_arch = "wasm32"))]
mod collect;
mod context;
mod failures;
mod jobs;
mod network;
mod processors;
mod protocol;
mod session;
mod speeds;
#[cfg(feature = "full")]
mod training;

pub use crate::tensor::{KernelSpeed, Peak};
#[cfg(not(target_arch = "wasm32"))]
pub use collect::collect;
pub use context::Host;
pub use network::summarise;
pub use protocol::*;
pub use session::Session;
#[cfg(feature = "gpu")]
pub use speeds::measure;
#[cfg(feature = "cli")]
pub(crate) use speeds::{BATCH, Net, STEPS, images, plan};
