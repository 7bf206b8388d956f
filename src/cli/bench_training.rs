//! Training steps against the machine's own matrix products, in one run.

use super::{CliError, block_on};
use crate::{
    bounds::Steady,
    random::Random,
    train::{Data, Loss, LossProgram, Parts, Plan, Recipe, Robust, Schedule, TrainError, Trainer},
};
use ndarray::Array2;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::time::Instant;

/// Side of the square product that stands for the machine's sgemm rate.
const SIDE: usize = 768;
/// Images per step.
pub(super) const BATCH: usize = 256;

/// Architecture, loss and what its steps compute.
pub(super) const RUNS: [(&str, Loss); 4] =
    [("mlp:64-32", Loss::Clean), ("mlp:64-32", Loss::Ibp), ("dm-small", Loss::Clean), ("dm-small", Loss::Ibp)];

/// One measured kind of step.
struct Row {
    architecture: &'static str,
    loss: Loss,
    milliseconds: f64,
    gigaflops: f64,
}

/// GFLOP/s of products of `SIDE`² matrices, one on every core at once: the best of several rounds.
fn sgemm_rate() -> f64 {
    let threads = rayon::current_num_threads();
    let matrices: Vec<Array2<f32>> = (0..threads)
        .map(|seed| Array2::from_shape_fn((SIDE, SIDE), |(i, j)| ((i * 7 + j + seed) % 13) as f32))
        .collect();
    let mut best = 0.0_f64;
    for _ in 0..8 {
        let start = Instant::now();
        let sums: f32 = matrices.par_iter().map(|matrix| matrix.dot(matrix)[[0, 0]]).sum();
        assert!(sums.is_finite());
        best = best.max(2e-9 * (SIDE * SIDE * SIDE * threads) as f64 / start.elapsed().as_secs_f64());
    }
    best
}

/// Random images: what is in them does not change the work.
pub(super) fn images() -> Result<Data, TrainError> {
    let mut random = Random::new(1);
    let pixels = (0..BATCH * 784).map(|_| ((random.signed() + 1.0) / 2.0) as f32).collect();
    Data::new(&[1, 28, 28], pixels, (0..BATCH).map(|index| (index % 10) as u8).collect(), 10)
}

/// The steps that most of a run consists of: ε at its largest, κ = 0.
pub(super) fn plan(architecture: &str, loss: Loss) -> Result<Plan, CliError> {
    let parsed = super::parse(architecture).map_err(CliError::Usage)?;
    let relu = super::parse("relu").map_err(CliError::Usage)?;
    let mut plan = Plan::new(Recipe::Paper, parsed, relu, loss, 10_000, 0.1);
    plan.schedules.epsilon = Schedule::constant(plan.epsilon);
    plan.schedules.kappa = Schedule::constant(0.0);
    Ok(plan)
}

fn measure(architecture: &'static str, loss: Loss, data: &Data, budget: f64) -> Result<Row, CliError> {
    let mut trainer = Trainer::new(plan(architecture, loss)?, &data.shape, data.classes)?;
    block_on(trainer.step(data, &Steady))?;
    let parts =
        Parts { clean: loss == Loss::Clean, robust: (loss == Loss::Ibp).then_some(Robust::Ibp), penalties: false };
    let program =
        LossProgram::record(&trainer.network()?, parts, BATCH).map_err(|error| CliError::Usage(error.to_string()))?;
    let (mut times, begun) = (Vec::new(), Instant::now());
    while times.len() < 5 || begun.elapsed().as_secs_f64() * 1e3 < budget {
        let start = Instant::now();
        block_on(trainer.step(data, &Steady))?;
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let seconds = times[times.len() / 2];
    let gigaflops = 2e-9 * program.tape.multiply_adds() as f64 / seconds;
    Ok(Row { architecture, loss, milliseconds: seconds * 1e3, gigaflops })
}

/// Times the steps and prints them, or gives them as JSON.
pub(super) fn run(budget: f64, as_json: bool) -> Result<Option<Value>, CliError> {
    let rate = sgemm_rate();
    let data = images()?;
    let mut rows = Vec::new();
    for (architecture, loss) in RUNS {
        rows.push(measure(architecture, loss, &data, budget)?);
    }
    // The machine may have been slower for a while: the better of before and after.
    let rate = rate.max(sgemm_rate());
    let threads = rayon::current_num_threads();
    if as_json {
        let row = |row: &Row| {
            json!({ "architecture": row.architecture, "loss": row.loss.to_string(), "milliseconds": row.milliseconds,
                    "gflops": row.gigaflops, "share_of_sgemm": row.gigaflops / rate })
        };
        return Ok(Some(json!({ "sgemm_gflops": rate, "threads": threads, "batch": BATCH,
                               "steps": rows.iter().map(row).collect::<Vec<_>>() })));
    }
    println!(
        "training steps of {BATCH} images, {threads} threads; sgemm of {SIDE}³ on each thread: {rate:.0} GFLOP/s together"
    );
    println!(
        "{:<12} {:>8} {:>10} {:>12} {:>10} {:>10}",
        "network", "loss", "ms/step", "images/s", "GFLOP/s", "of sgemm"
    );
    for row in rows {
        println!(
            "{:<12} {:>8} {:>10.2} {:>12.0} {:>10.1} {:>9.0}%",
            row.architecture,
            row.loss.label(),
            row.milliseconds,
            BATCH as f64 / row.milliseconds * 1e3,
            row.gigaflops,
            100.0 * row.gigaflops / rate
        );
    }
    Ok(None)
}
