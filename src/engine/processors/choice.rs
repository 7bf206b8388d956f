//! Which processor answers a question about bounds: the one chosen, or the one that was measured to be faster.

use crate::{
    bounds::{Bounds, BoundsError, Method, Region, Strategy},
    engine::{
        context::{Context, Host, JobPulse},
        failures::JobError,
        network::Loaded,
        protocol::{Device, Question},
    },
    pulse::Pulse,
};
#[cfg(feature = "gpu")]
use {
    super::{
        gpu::{gpu, lost_gpu},
        state::{gpu_is, gpu_says},
    },
    crate::{
        bounds::Prepared,
        engine::{
            network::OnGpu,
            protocol::{Failure, GpuResponse, GpuState},
        },
        kernels,
        tensor::Backend,
    },
    std::rc::Rc,
};

#[cfg(feature = "gpu")]
/// A loaded network on the device, prepared once for each device; not where one had too little memory for it.
fn on_gpu<H: Host>(context: &Context<H>, loaded: &Loaded) -> Option<Rc<OnGpu>> {
    if loaded.too_large.get() {
        return None;
    }
    let gpu = gpu(context)?;
    let lacking = *loaded.lacking.get_or_init(|| {
        let lacking = gpu.lacks(&loaded.network);
        if let Some(op) = lacking {
            // Said once: answers say on which processor each was found.
            let (adapter, total) = (gpu.name().to_string(), kernels::ALL.len());
            gpu_is(context, GpuState::Ready, adapter, Some(Failure::NoKernel { op: op.to_owned() }), total, total);
        }
        lacking
    });
    if lacking.is_some() {
        return None;
    }
    Some(loaded.on_gpu(context.processors.borrow().generation, &gpu))
}

/// Milliseconds of one question the second time it is asked: the first pays for pipelines and caches.
#[cfg(feature = "gpu")]
async fn warm_time<B: Backend>(
    prepared: &Prepared<B>,
    (image, label): Asked<'_>,
    (region, method, lines): (&Region, Method, Strategy),
    now: impl Fn() -> f64,
    pulse: &impl Pulse,
) -> Result<f64, BoundsError> {
    let mut start = now();
    let label = [label];
    let labels = (prepared.classes() > 1).then_some(&label[..]);
    for _ in 0..2 {
        start = now();
        prepared.bounds(image, labels, region, method, lines, pulse).await?;
    }
    Ok(now() - start)
}

/// An image and its label.
type Asked<'a> = (&'a [f64], usize);

/// Bounds of one image on the processor that was chosen, or on the one that was measured to be faster. A device that fails hands
/// over to the CPU, and says so.
pub(in crate::engine) async fn bounds<H: Host>(
    context: &Context<H>,
    loaded: &Loaded,
    (image, label): Asked<'_>,
    (region, method, lines): (&Region, Method, Strategy),
    pulse: &impl Pulse,
) -> Result<(Bounds, Device), BoundsError> {
    let label = [label];
    // One output has no margins.
    let labels = (loaded.prepared.classes() > 1).then_some(&label[..]);
    #[cfg(feature = "gpu")]
    {
        let choice = context.processors.borrow().choice;
        let faster = |on: &OnGpu| on.raced.borrow().get(&method).is_some_and(|[cpu, gpu]| gpu < cpu);
        if choice != Device::Cpu
            && let Some(on) = on_gpu(context, loaded).filter(|on| choice == Device::Gpu || faster(on))
        {
            match on.prepared.bounds(image, labels, region, method, lines, pulse).await {
                Err(BoundsError::Device(error)) => {
                    loaded.too_large.set(error.memory);
                    lost_gpu(context, &error).await;
                }
                found => return Ok((found?.remove(0), Device::Gpu)),
            }
        }
    }
    #[cfg(not(feature = "gpu"))]
    let _ = context;
    let mut found = loaded.prepared.bounds(image, labels, region, method, lines, pulse).await?;
    Ok((found.remove(0), Device::Cpu))
}

/// Where the faster processor is to be taken: measures both, once for each network and method.
pub(in crate::engine) async fn race<H: Host>(
    context: &Context<H>,
    question: &Question,
    methods: &[Method],
    pulse: &JobPulse<'_, H>,
) -> Result<(), JobError> {
    #[cfg(feature = "gpu")]
    {
        if context.processors.borrow().choice != Device::Auto {
            return Ok(());
        }
        let loaded = context.loaded(&question.network)?;
        let Some(on) = on_gpu(context, &loaded) else { return Ok(()) };
        let (image, region) = (question.pixels(), question.region());
        let asked = (image.as_slice(), question.label as usize);
        let steady = pulse.steady();
        for &method in methods {
            if on.raced.borrow().contains_key(&method) {
                continue;
            }
            let now = || context.host.now();
            let how = (&region, method, question.lines);
            // A newer request ends this at a tick.
            pulse.tick().await?;
            let cpu = warm_time(&loaded.prepared, asked, how, now, &steady).await?;
            pulse.tick().await?;
            match warm_time(&on.prepared, asked, how, now, &steady).await {
                Ok(gpu) => {
                    on.raced.borrow_mut().insert(method, [cpu, gpu]);
                    let (network, milliseconds) = (question.network.clone(), [cpu, gpu]);
                    gpu_says(context, GpuResponse::Raced { network, method, milliseconds });
                }
                Err(BoundsError::Device(error)) => {
                    loaded.too_large.set(error.memory);
                    lost_gpu(context, &error).await;
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    #[cfg(not(feature = "gpu"))]
    let _ = (context, question, methods, pulse);
    Ok(())
}
