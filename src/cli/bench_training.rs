//! Training steps against the machine's own matrix products, in one run.

use super::{
    common::{CliError, block_on},
    say::say,
    signals,
};
use crate::{
    engine::{BATCH, Net, STEPS, images, plan},
    pulse::Steady,
    train::{Data, Loss, LossProgram, Parts, Robust, Trainer},
};
use ndarray::Array2;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::time::Instant;

/// Side of the square product that stands for the machine's sgemm rate.
const SIDE: usize = 768;
/// One measured kind of step.
struct Row {
    architecture: String,
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

fn measure(net: Net, loss: Loss, data: &Data, budget: f64) -> Result<Row, CliError> {
    let mut trainer = Trainer::new(plan(net, loss, BATCH), &data.shape, data.classes)?;
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
    Ok(Row { architecture: net.architecture().to_string(), loss, milliseconds: seconds * 1e3, gigaflops })
}

/// What was measured.
pub(super) struct Measured {
    rate: f64,
    rows: Vec<Row>,
}

/// Times the steps; as many as there are until Ctrl-C.
pub(super) fn run(budget: f64) -> Result<Measured, CliError> {
    if signals::raised() {
        return Ok(Measured { rate: f64::NAN, rows: Vec::new() });
    }
    let rate = sgemm_rate();
    let data = images(BATCH)?;
    let mut rows = Vec::new();
    for (net, loss) in STEPS {
        if signals::raised() {
            break;
        }
        rows.push(measure(net, loss, &data, budget)?);
    }
    // The machine may have been slower for a while: the better of before and after.
    Ok(Measured { rate: rate.max(sgemm_rate()), rows })
}

impl Measured {
    /// As JSON.
    pub(super) fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({ "architecture": row.architecture, "loss": row.loss.to_string(), "milliseconds": row.milliseconds,
                    "gflops": row.gigaflops, "share_of_sgemm": row.gigaflops / self.rate })
        };
        json!({ "sgemm_gflops": self.rate, "threads": rayon::current_num_threads(), "batch": BATCH,
                "steps": self.rows.iter().map(row).collect::<Vec<_>>() })
    }

    /// As a table.
    pub(super) fn print(&self) -> Result<(), CliError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let (rate, threads) = (self.rate, rayon::current_num_threads());
        say!(
            "training steps of {BATCH} images, {threads} threads; sgemm of {SIDE}³ on each thread: {rate:.0} GFLOP/s together"
        )?;
        say!(
            "{:<12} {:>8} {:>10} {:>12} {:>10} {:>10}",
            "network",
            "loss",
            "ms/step",
            "images/s",
            "GFLOP/s",
            "of sgemm"
        )?;
        for row in &self.rows {
            say!(
                "{:<12} {:>8} {:>10.2} {:>12.0} {:>10.1} {:>9.0}%",
                row.architecture,
                row.loss.label(),
                row.milliseconds,
                BATCH as f64 / row.milliseconds * 1e3,
                row.gigaflops,
                100.0 * row.gigaflops / rate
            )?;
        }
        Ok(())
    }
}
