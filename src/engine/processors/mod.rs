//! Processors: the CPU always, a GPU once it is open, tried and faster, or chosen.

mod choice;
#[cfg(feature = "gpu")]
mod gpu;
pub(super) mod slot;
mod state;

pub(super) use choice::{bounds, race};
#[cfg(feature = "gpu")]
pub(super) use gpu::{gpu, lost_gpu};

#[cfg(not(feature = "gpu"))]
use super::protocol::Failure;
use super::{
    context::{Context, Host},
    protocol::{GpuRequest, GpuState},
};
#[cfg(feature = "gpu")]
use gpu::{measure_gpu, open_gpu, try_gpu};

/// Answers one request about the GPU.
#[cfg(not(feature = "gpu"))]
pub(super) async fn answer<H: Host>(context: &Context<H>, request: GpuRequest) {
    match request {
        GpuRequest::Choose { device } => context.processors.borrow_mut().choice = device,
        _ => state::gpu_is(context, GpuState::Refused, String::new(), Some(Failure::NoGpuLane), 0, 0),
    }
}

/// Answers one request about the GPU.
#[cfg(feature = "gpu")]
pub(super) async fn answer<H: Host>(context: &Context<H>, request: GpuRequest) {
    match request {
        GpuRequest::Open => {
            if gpu(context).is_none() && context.processors.borrow().state != GpuState::Testing {
                open_gpu(context, GpuState::Testing, None).await;
            }
        }
        GpuRequest::Choose { device } => context.processors.borrow_mut().choice = device,
        GpuRequest::Measure { epoch, budget } => measure_gpu(context, epoch, budget).await,
        GpuRequest::Try { rounds, seed } => try_gpu(context, rounds, seed).await,
        GpuRequest::Lose => {
            if let Some(gpu) = gpu(context) {
                gpu.lose();
            }
        }
        GpuRequest::Starve { bytes } => {
            if let Some(gpu) = gpu(context) {
                gpu.starve(u64::from(bytes));
            }
        }
    }
}
