//! The GPU: its peak, each kernel against it, and both lanes on the same work.

use super::{CliError, bench_training::BATCH, block_on, device, input};
use crate::{
    bounds::{Method, Prepared, Region, Steady, Strategy},
    kernels,
    tensor::{Backend, Cpu, Gpu, Measured, Peak},
    train::{GpuTrainer, Loss, Plan, Trainer},
};
use serde_json::{Value, json};
use std::time::Instant;

/// Networks, ε, images and methods that both lanes bound; software adapters get an eighth of the images.
const BOUNDS: [(&str, f64, usize, Method); 4] = [
    ("mnist-mlp-ibp", 0.08, 1, Method::Crown),
    ("mnist-mlp-ibp", 0.08, 64, Method::Crown),
    ("mnist-dm-small-ibp-ramp", 0.2, 64, Method::Ibp),
    ("mnist-dm-small-ibp-ramp", 0.2, 1, Method::Crown),
];

/// Milliseconds of one question on one lane: the median of at least `least`.
fn bounds<B: Backend>(
    backend: B,
    (name, epsilon, images, method): (&str, f64, usize, Method),
    least: usize,
    budget: f64,
) -> Result<f64, CliError> {
    let network = input::network(&input::assets().join("models").join(format!("{name}.safetensors.gz")))?;
    let set = input::mnist_test(0, images)?;
    let prepared = Prepared::new(backend, &network);
    let region = Region { clip: Some([0.0, 1.0]), ..Region::linf(epsilon) };
    let ask = || prepared.bounds(&set.pixels, Some(&set.labels), &region, method, Strategy::Tight, &Steady);
    block_on(ask())?;
    let (mut times, begun) = (Vec::new(), Instant::now());
    while times.len() < least || begun.elapsed().as_secs_f64() * 1e3 < budget {
        let start = Instant::now();
        block_on(ask())?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

/// Milliseconds of a training step on the GPU.
fn step(gpu: &Gpu, architecture: &'static str, loss: Loss, batch: usize, budget: f64) -> Result<f64, CliError> {
    let data = super::bench_training::images()?;
    let plan = Plan { batch: batch as u32, ..super::bench_training::plan(architecture, loss)? };
    let mut trainer = GpuTrainer::new(gpu, Trainer::new(plan, &data.shape, data.classes)?)?;
    let most = if gpu.name().software { 1 } else { 16 };
    block_on(trainer.steps_at_once(&data, most, &Steady))?;
    let (mut steps, begun) = (0, Instant::now());
    while steps == 0 || begun.elapsed().as_secs_f64() * 1e3 < budget {
        steps += block_on(trainer.steps_at_once(&data, most, &Steady))?.len();
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3 / steps as f64)
}

/// Measures and prints, or gives JSON.
pub(super) fn run(budget: f64, as_json: bool) -> Result<Option<Value>, CliError> {
    let gpu = device::open()?;
    let clock = Instant::now();
    let now = || clock.elapsed().as_secs_f64() * 1e3;
    let failed = crate::bounds::BoundsError::Device;
    let peak: Peak = block_on(gpu.peak(4.0 * budget, &now)).map_err(failed)?;
    let mut rows: Vec<Measured> = Vec::new();
    for kernel in kernels::ALL {
        let kinds: &[bool] = if kernel.maps() { &[true, false] } else { &[true] };
        for &dense in kinds {
            rows.push(block_on(gpu.measure(kernel, dense, budget / 2.0, &now)).map_err(failed)?);
        }
    }
    // A software adapter takes seconds where a GPU takes a millisecond: it gets less to do, and is asked once.
    let (share, least) = if gpu.name().software { (8, 1) } else { (1, 3) };
    let mut lanes = Vec::new();
    for (network, epsilon, images, method) in BOUNDS {
        let case = (network, epsilon, images.div_ceil(share), method);
        lanes.push((case, bounds(Cpu::<f32>::new(), case, 3, budget)?, bounds(gpu.clone(), case, least, budget)?));
    }
    let batch = BATCH / share;
    let mut steps = Vec::new();
    for (architecture, loss) in super::bench_training::RUNS {
        steps.push((architecture, loss, step(&gpu, architecture, loss, batch, 4.0 * budget)?));
    }
    if as_json {
        let lane = |((network, epsilon, images, method), cpu, gpu): &((&str, f64, usize, Method), f64, f64)| {
            json!({ "network": network, "epsilon": epsilon, "images": images, "method": method.to_string(),
                    "cpu_milliseconds": cpu, "gpu_milliseconds": gpu })
        };
        let step = |(architecture, loss, milliseconds): &(&str, Loss, f64)| json!({ "architecture": architecture, "loss": loss.to_string(), "images": batch, "milliseconds": milliseconds });
        return Ok(Some(json!({
            "adapter": gpu.name().to_string(), "loop": format!("{:?}", gpu.by()), "peak": peak, "kernels": rows,
            "bounds": lanes.iter().map(lane).collect::<Vec<_>>(), "steps": steps.iter().map(step).collect::<Vec<_>>(),
        })));
    }
    println!("\nGPU: {}, products by {:?}", gpu.name(), gpu.by());
    println!("peak: {:.1} GFLOP/s in a large product, {:.1} GB/s in a large copy", peak.gigaflops, peak.gigabytes);
    println!("{:<32} {:>9} {:>10} {:>8} {:>8} {:>8}", "kernel", "ms", "GFLOP/s", "of peak", "GB/s", "of peak");
    for row in rows {
        let products = if row.gigaflops > 0.0 {
            format!("{:>10.2} {:>7.0}%", row.gigaflops, 100.0 * row.gigaflops / peak.gigaflops)
        } else {
            format!("{:>10} {:>8}", "", "")
        };
        let bytes = format!("{:>8.2} {:>7.0}%", row.gigabytes, 100.0 * row.gigabytes / peak.gigabytes);
        println!("{:<32} {:>9.3} {products} {bytes}", row.kernel, row.milliseconds);
    }
    println!("\nbounds, milliseconds of one question, CPU lane (f32) beside GPU lane");
    for ((network, epsilon, images, method), cpu, gpu) in lanes {
        println!("{network:<26} ε {epsilon:<5} {images:>3} images {:>10} {cpu:>10.2} {gpu:>10.2}", method.label());
    }
    println!("\ntraining steps of {batch} images on the GPU lane");
    for (architecture, loss, milliseconds) in steps {
        let rate = batch as f64 / milliseconds * 1e3;
        println!("{architecture:<12} {:>8} {milliseconds:>10.2} ms {rate:>10.0} images/s", loss.label());
    }
    Ok(None)
}
