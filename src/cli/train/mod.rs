//! `boundscope train`: a run from a plan, with a progress bar, a log of every figure, and checkpoints.

mod arguments;
mod options;
mod outputs;

use super::{
    common::{CliError, Device, block_on},
    device,
    kinds::Kind,
    output, progress, record,
    say::{note, say},
    signals,
};
use crate::{
    bounds::BoundsError,
    pulse::Steady,
    rounded::{Toward, decimal},
    tensor::DeviceError,
    train::{Data, GpuTrainer, Lane, StepReport, TrainError, Trainer},
};
pub(super) use arguments::{Arguments, Planned};
use indicatif::ProgressBar;
use outputs::Outputs;
use serde_json::json;
use std::time::{Duration, Instant};

/// Prints the plan that options stand for, as a checkpoint and a record hold it.
pub(super) fn print(arguments: &Planned) -> Result<(), CliError> {
    let plan = options::plan(arguments)?;
    plan.check()?;
    let text = serde_json::to_string_pretty(&plan).map_err(|error| CliError::Usage(error.to_string()))?;
    say!("{text}")
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let kind = Kind::of(&arguments.out)?;
    let resumed = options::resumed(arguments)?;
    let plan = if resumed.is_none() { Some(options::plan(&arguments.plan)?) } else { None };
    if let Some(plan) = &plan {
        plan.check()?;
    }
    let mut outputs = Outputs::open(arguments)?;
    let named = options::data(arguments, resumed.as_ref())?;
    let data = named.load()?;
    let source = options::source(&named, &data, arguments, resumed.as_ref())?;
    let mut trainer = match (resumed, plan) {
        (Some(trainer), _) => trainer,
        (None, Some(plan)) => Trainer::new(plan, &data.shape, data.classes)?,
        (None, None) => return Err(CliError::Usage("give a plan or a checkpoint".into())),
    };
    trainer.set_source(source);
    let mut lane = match arguments.device {
        Device::Cpu => Lane::from(trainer),
        Device::Gpu => Lane::Gpu(Box::new(GpuTrainer::new(&device::open()?, trainer)?)),
    };
    signals::listen();
    let start = Instant::now();
    let outcome = steps(&mut lane, &data, arguments, &mut outputs);
    let outcome = outcome.and(block_on(lane.settle()).map(|_| ()).map_err(CliError::from));
    let trainer = lane.into_master();
    if let Err(error) = outcome {
        if trainer.steps() > 0 {
            outputs.keep(&trainer)?;
        }
        return Err(error);
    }
    let network = trainer.network()?;
    let file = kind.bytes(&network).map_err(TrainError::from)?;
    if let Err(error) = output::write(&arguments.out, &file) {
        outputs.keep(&trainer)?;
        return Err(error);
    }
    let record = json!({
        "plan": trainer.plan(),
        "data": named.to_string(),
        "network": network.hash(),
        "steps": trainer.steps(),
        "seconds": start.elapsed().as_secs_f64().round(),
        "boundscope": env!("CARGO_PKG_VERSION"),
    });
    if !output::is_stream(&arguments.out) {
        record::write(&arguments.out, &record)?;
    }
    outputs.finish()?;
    say!(
        "{}: {} steps, {:.1} epochs, {:.0} s",
        arguments.out.display(),
        trainer.steps(),
        trainer.epoch(),
        start.elapsed().as_secs_f64()
    )
}

/// Steps until the plan is done, or until Ctrl-C.
fn steps(lane: &mut Lane, data: &Data, arguments: &Arguments, outputs: &mut Outputs) -> Result<(), CliError> {
    let plan = lane.master().plan();
    let (per_epoch, epochs) = (lane.master().steps_per_epoch(data.len()), u64::from(plan.epochs));
    let bar = bar(epochs * per_epoch, lane.steps());
    let mut summary = Summary::new();
    while !lane.finished(data.len()) {
        signals::check()?;
        let left = per_epoch - lane.steps() % per_epoch;
        let reports = match block_on(lane.steps_at_once(data, left as usize, &Steady)) {
            Err(TrainError::Bounds(BoundsError::Device(error))) => {
                fall_back(lane, &error);
                summary = Summary::new();
                continue;
            }
            reports => reports?,
        };
        bar.set_position(lane.steps());
        for report in &reports {
            outputs.log(report);
            summary.add(report);
        }
        if lane.steps().is_multiple_of(per_epoch) {
            let line = summary.take();
            bar.set_message(line.clone());
            if bar.is_hidden() {
                outputs.say(&line);
            }
            let save = (lane.steps() / per_epoch).is_multiple_of(u64::from(arguments.checkpoint_every));
            match block_on(lane.settle()) {
                Ok(trainer) if save => outputs.checkpoint(trainer)?,
                Ok(_) => {}
                Err(TrainError::Bounds(BoundsError::Device(error))) => fall_back(lane, &error),
                Err(error) => return Err(error.into()),
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Goes on on the CPU, from the end of the last epoch that was settled. The log tells the steps since then twice.
fn fall_back(lane: &mut Lane, error: &DeviceError) {
    let reached = lane.steps();
    let trainer = lane.master().clone();
    note!("boundscope: {error}; the run goes on on the CPU from step {} (it had reached {reached})", trainer.steps());
    *lane = Lane::from(trainer);
}

fn bar(length: u64, at: u64) -> ProgressBar {
    let bar = progress::bar_with_words(length);
    bar.set_position(at);
    bar.reset_eta();
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// Means over an epoch.
struct Summary {
    start: Instant,
    steps: f64,
    loss: f64,
    clean: (f64, f64),
    verified: (f64, f64),
    last: Option<StepReport>,
}

impl Summary {
    fn new() -> Self {
        Summary { start: Instant::now(), steps: 0.0, loss: 0.0, clean: (0.0, 0.0), verified: (0.0, 0.0), last: None }
    }

    fn add(&mut self, report: &StepReport) {
        self.steps += 1.0;
        self.loss += report.loss;
        for (sum, part) in [(&mut self.clean, report.clean_error), (&mut self.verified, report.verified_error)] {
            if let Some(error) = part {
                *sum = (sum.0 + error, sum.1 + 1.0);
            }
        }
        self.last = Some(report.clone());
    }

    fn take(&mut self) -> String {
        let mut line = String::new();
        if let Some(last) = &self.last {
            line = format!("epoch {:.0}: ε {:.3}, loss {:.4}", last.epoch, last.epsilon, self.loss / self.steps);
            if self.clean.1 > 0.0 {
                line += &format!(", clean error {:.2} %", 100.0 * self.clean.0 / self.clean.1);
            }
            if self.verified.1 > 0.0 {
                let percent = 100.0 * self.verified.0 / self.verified.1;
                line += &format!(", verified error {} %", decimal(percent, 2, Toward::Up));
            }
            line += &format!(", {:.1} s", self.start.elapsed().as_secs_f64());
        }
        *self = Summary::new();
        line
    }
}
