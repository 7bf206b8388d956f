//! What the client is told about the GPU.

use crate::engine::{
    context::{Context, Host},
    protocol::{Failure, GpuResponse, GpuState, Response},
};

pub(super) fn gpu_says<H: Host>(context: &Context<H>, response: GpuResponse) {
    context.send(Response::Gpu { response });
}

pub(super) fn gpu_is<H: Host>(
    context: &Context<H>,
    state: GpuState,
    adapter: String,
    cause: Option<Failure>,
    done: usize,
    total: usize,
) {
    context.processors.borrow_mut().state = state;
    let (done, total) = (done as u32, total as u32);
    gpu_says(context, GpuResponse::Status { state, adapter, cause, done, total });
}
