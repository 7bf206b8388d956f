//! The GPU of a session: opened, tried kernel by kernel, measured, opened again when it is lost.

use super::state::{gpu_is, gpu_says};
use crate::{
    bounds::BoundsError,
    engine::{
        context::{Context, Host, JobPulse},
        protocol::{Failure, GpuResponse, GpuState, Job, Speeds},
        speeds::measure,
    },
    kernels::{self, Draw, Loop},
    tensor::{DeviceError, Gpu, TrialError},
    train::TrainError,
};

/// The device, if it is open and was tried.
pub(in crate::engine) fn gpu<H: Host>(context: &Context<H>) -> Option<Gpu> {
    context.processors.borrow().gpu.clone()
}

pub(super) async fn open_gpu<H: Host>(context: &Context<H>, state: GpuState, why: Option<Failure>) {
    let total = kernels::ALL.len();
    gpu_is(context, state, String::new(), why, 0, total);
    let gpu = match Gpu::open().await {
        Ok(gpu) => gpu,
        Err(error) => {
            return gpu_is(context, GpuState::Refused, String::new(), Some(Failure::Device { error }), 0, total);
        }
    };
    let adapter = gpu.name().to_string();
    // First, so that what is tried is what will be used.
    if let Err(error) = gpu.choose_loop(|| context.host.now()).await {
        return gpu_is(context, GpuState::Refused, adapter, Some(Failure::Device { error }), 0, total);
    }
    let tried = gpu
        .try_all(1, 1, async |done, total| {
            gpu_is(context, GpuState::Testing, adapter.clone(), None, done, total);
            context.host.yield_now().await;
            true
        })
        .await;
    if let Err(error) = tried {
        return gpu_is(context, GpuState::Refused, adapter, Some(failed_trial(error)), 0, total);
    }
    {
        let mut processors = context.processors.borrow_mut();
        processors.gpu = Some(gpu);
        processors.generation += 1;
    }
    gpu_is(context, GpuState::Ready, adapter, None, total, total);
}

/// The device failed: it is opened once more, and after that left alone; for want of memory as often as that happens, since
/// what it lacked memory for is not asked of it again. Gives the new one.
pub(in crate::engine) async fn lost_gpu<H: Host>(context: &Context<H>, error: &DeviceError) -> Option<Gpu> {
    let again = {
        let mut processors = context.processors.borrow_mut();
        // Another task may have noticed first.
        if let Some(gpu) = processors.gpu.as_ref().filter(|gpu| gpu.failure().is_none()) {
            return Some(gpu.clone());
        }
        let known = processors.gpu.take().is_some();
        processors.losses += u32::from(known && !error.memory);
        known && (error.memory || processors.losses == 1)
    };
    if again {
        open_gpu(context, GpuState::Lost, Some(Failure::Device { error: error.clone() })).await;
    } else {
        gpu_is(context, GpuState::Refused, String::new(), Some(Failure::Device { error: error.clone() }), 0, 0);
    }
    gpu(context)
}

pub(super) async fn try_gpu<H: Host>(context: &Context<H>, rounds: u32, seed: u32) {
    let Some(gpu) = gpu(context) else { return };
    let chosen = gpu.by();
    let (mut draw, mut cases, mut worst) = (Draw::new(u64::from(seed)), 0, 0.0);
    for by in Loop::ALL {
        gpu.multiply_by(by);
        for kernel in kernels::ALL.iter().filter(|kernel| by == chosen || kernel.multiplies()) {
            for _ in 0..rounds {
                match gpu.try_kernel(kernel, &mut draw).await {
                    Ok(share) => (cases, worst) = (cases + 1, f64::max(worst, share)),
                    Err(error) => {
                        context.processors.borrow_mut().gpu = None;
                        let adapter = gpu.name().to_string();
                        return gpu_is(context, GpuState::Refused, adapter, Some(failed_trial(error)), 0, 0);
                    }
                }
            }
            context.host.yield_now().await;
        }
    }
    gpu.multiply_by(chosen);
    gpu_says(context, GpuResponse::Tried { cases, worst });
}

pub(super) async fn measure_gpu<H: Host>(context: &Context<H>, epoch: u32, budget: f64) {
    let Some(gpu) = gpu(context) else {
        return gpu_is(context, GpuState::Refused, String::new(), Some(Failure::GpuNotReady), 0, 0);
    };
    let run = async |pulse: &JobPulse<'_, H>| {
        let tell = |speeds: &Speeds, done: usize, total: usize| {
            let (speeds, done, total) = (speeds.clone(), done as u32, total as u32);
            gpu_says(context, GpuResponse::Measured { epoch, speeds, done, total });
        };
        match measure(&gpu, budget, &|| context.host.now(), pulse, tell).await {
            Err(TrainError::Bounds(BoundsError::Device(error))) => {
                // What was found stays with the client; that the device failed is told as always.
                lost_gpu(context, &error).await;
                Ok(())
            }
            found => Ok(found.map(drop)?),
        }
    };
    context.job(Job::Measure, epoch, run).await;
}

fn failed_trial(error: TrialError) -> Failure {
    match error {
        TrialError::Device(error) => Failure::Device { error },
        TrialError::Deviates(deviation) => Failure::Kernel {
            kernel: deviation.kernel.to_owned(),
            element: deviation.index as u32,
            found: f64::from(deviation.found),
            wanted: deviation.wanted,
            tolerance: deviation.tolerance,
        },
    }
}
