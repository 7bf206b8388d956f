//! The GPU: its peak, each kernel against it, and both lanes on the same work, measured as the page does it.

use super::{
    common::{CliError, block_on},
    device, progress,
    say::say,
    signals::UntilInterrupted,
};
use crate::{
    engine::{Speeds, measure},
    train::TrainError,
};
use std::time::Instant;

/// Measures everything; a bar on a terminal says how far it is.
pub(super) fn run(budget: f64) -> Result<Speeds, CliError> {
    let gpu = device::open()?;
    let clock = Instant::now();
    let now = || clock.elapsed().as_secs_f64() * 1e3;
    let bar = progress::bar(0);
    let tell = |_: &Speeds, done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let speeds = block_on(measure(&gpu, budget / 2.0, &now, &UntilInterrupted, tell));
    bar.finish_and_clear();
    speeds.map_err(|error| match error {
        // Ctrl-C among them, which has an exit status of its own.
        TrainError::Bounds(error) => CliError::Bounds(error),
        error => CliError::Train(error),
    })
}

/// Prints what was measured.
pub(super) fn print(speeds: &Speeds) -> Result<(), CliError> {
    say!("\nGPU: {}, products by {}", speeds.adapter, speeds.products)?;
    if let Some(peak) = speeds.peak {
        say!("peak: {:.1} GFLOP/s in a large product, {:.1} GB/s in a large copy", peak.gigaflops, peak.gigabytes)?;
        say!("{:<32} {:>9} {:>10} {:>8} {:>8} {:>8}", "kernel", "ms", "GFLOP/s", "of peak", "GB/s", "of peak")?;
        for row in &speeds.kernels {
            let products = if row.gigaflops > 0.0 {
                format!("{:>10.2} {:>7.0}%", row.gigaflops, 100.0 * row.gigaflops / peak.gigaflops)
            } else {
                format!("{:>10} {:>8}", "", "")
            };
            let bytes = format!("{:>8.2} {:>7.0}%", row.gigabytes, 100.0 * row.gigabytes / peak.gigabytes);
            say!("{:<32} {:>9.3} {products} {bytes}", row.kernel, row.milliseconds)?;
        }
    }
    say!("\nbounds: milliseconds of one question in f32, fresh networks, random images")?;
    say!("{:<12} {:>6} {:>7} {:>10} {:>10} {:>10}", "network", "ε", "images", "method", "CPU lane", "GPU lane")?;
    for row in &speeds.bounds {
        say!(
            "{:<12} {:>6} {:>7} {:>10} {:>10.2} {:>10.2}",
            row.network,
            row.epsilon,
            row.images,
            row.method.label(),
            row.cpu_milliseconds,
            row.gpu_milliseconds
        )?;
    }
    say!("\ntraining: steps a second, and images a second on the GPU lane")?;
    say!("{:<12} {:>6} {:>7} {:>10} {:>10} {:>10}", "network", "loss", "images", "CPU lane", "GPU lane", "images/s")?;
    for row in &speeds.steps {
        say!(
            "{:<12} {:>6} {:>7} {:>10.1} {:>10.1} {:>10.0}",
            row.network,
            row.loss.label(),
            row.images,
            row.cpu_steps_per_second,
            row.gpu_steps_per_second,
            row.gpu_steps_per_second * f64::from(row.images)
        )?;
    }
    Ok(())
}
