//! The processor that a command computes on.

use super::{
    common::{CliError, block_on},
    say::note,
};
use crate::{bounds::BoundsError, tensor::Gpu};
use std::time::Instant;

/// Opens the GPU, tries every kernel on it, and chooses how it multiplies. What is said goes to standard error.
pub(super) fn open() -> Result<Gpu, CliError> {
    let gpu = block_on(Gpu::open()).map_err(BoundsError::Device)?;
    note!("boundscope: {}: trying every kernel", gpu.name());
    block_on(gpu.try_all(1, 1, async |_, _| true)).map_err(|error| CliError::Usage(error.to_string()))?;
    let start = Instant::now();
    block_on(gpu.choose_loop(|| start.elapsed().as_secs_f64() * 1e3)).map_err(BoundsError::Device)?;
    Ok(gpu)
}
