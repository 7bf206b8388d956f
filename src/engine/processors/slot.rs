//! What a session remembers about processors.

use crate::engine::protocol::{Device, GpuState};
#[cfg(feature = "gpu")]
use crate::tensor::Gpu;

/// What a session knows about processors.
#[derive(Default)]
pub(in crate::engine) struct Processors {
    pub(super) choice: Device,
    pub(super) state: GpuState,
    #[cfg(feature = "gpu")]
    pub(super) gpu: Option<Gpu>,
    /// Raised with every device opened.
    #[cfg(feature = "gpu")]
    pub(super) generation: u32,
    /// Devices lost.
    #[cfg(feature = "gpu")]
    pub(super) losses: u32,
}
