//! `boundscope train`: a run from a plan, with a progress bar, a log of every figure, and checkpoints.

use super::{CliError, Device, block_on, device, input, output, parse, record};
use crate::{
    bounds::BoundsError,
    formats::{gzip, read_text, write_model},
    pulse::Steady,
    tensor::DeviceError,
    train::{
        Activation, Architecture, Data, GpuTrainer, Initialization, Lane, Loss, Plan, Recipe, StepReport, TrainError,
        Trainer,
    },
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// mlp:SIZES, dm-small, dm-medium, dm-large, small-mnist, a JSON list of blocks, or a file with one
    #[arg(long, default_value = "mlp:64-32")]
    arch: String,
    /// relu, leaky:η, ramp:η or ramp:η0-η1
    #[arg(long, default_value = "relu", value_parser = parse::<Activation>)]
    activation: Activation,
    /// clean, ibp or crown-ibp
    #[arg(long, default_value = "ibp", value_parser = parse::<Loss>)]
    loss: Loss,
    /// The largest ε of the run
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    epsilon: f64,
    /// paper or short
    #[arg(long, default_value = "paper", value_parser = parse::<Recipe>)]
    recipe: Recipe,
    /// Passes over the data; the recipe's own number if left out
    #[arg(long)]
    epochs: Option<u32>,
    /// κ as FROM,TO while ε rises
    #[arg(long, value_parser = pair)]
    kappa: Option<(f64, f64)>,
    /// Images per step
    #[arg(long)]
    batch: Option<u32>,
    /// Learning rate at the start; its cuts stay where they are
    #[arg(long, allow_negative_numbers = true)]
    learning_rate: Option<f64>,
    /// he, uniform or ibp-aware; the recipe's own if left out
    #[arg(long, value_parser = parse::<Initialization>)]
    initialization: Option<Initialization>,
    /// Half-width of the relative noise on r in each step
    #[arg(long, allow_negative_numbers = true)]
    noise: Option<f64>,
    /// Where every random number comes from
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// mnist-train, mnist-train:COUNT, two-moons or two-moons:COUNT
    #[arg(long, default_value = "mnist-train", value_parser = input::training_data)]
    data: input::TrainingData,
    /// The model file to write (gzip where it ends in .gz)
    #[arg(long)]
    out: PathBuf,
    /// Processor; a GPU that fails hands the run over to the CPU
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// A file for one line of JSON per step
    #[arg(long)]
    log: Option<PathBuf>,
    /// Go on from this checkpoint; its plan counts
    #[arg(long)]
    resume: Option<PathBuf>,
    /// Write the checkpoint after every so many epochs
    #[arg(long, default_value_t = 5)]
    checkpoint_every: u32,
}

fn pair(word: &str) -> Result<(f64, f64), String> {
    let ends: Vec<f64> = word.split(',').map_while(|end| end.trim().parse().ok()).collect();
    match ends[..] {
        [from, to] if [from, to].iter().all(|end| (0.0..=1.0).contains(end)) => Ok((from, to)),
        _ => Err(format!("\"{word}\" is not FROM,TO with both in [0, 1], for instance 1,0.5")),
    }
}

/// A plan from the options.
fn plan(arguments: &Arguments) -> Result<Plan, CliError> {
    let path = Path::new(&arguments.arch);
    let word = if path.is_file() {
        let wrong = |error| CliError::Format(path.to_owned(), error);
        read_text("architecture", &input::read(path)?).map_err(wrong)?.to_owned()
    } else {
        arguments.arch.clone()
    };
    let architecture: Architecture = parse(word.trim()).map_err(CliError::Usage)?;
    let epochs = arguments.epochs.unwrap_or_else(|| arguments.recipe.epochs());
    let (activation, loss) = (arguments.activation, arguments.loss);
    let mut plan = Plan::new(arguments.recipe, architecture, activation, loss, epochs, arguments.epsilon);
    if let Some((from, to)) = arguments.kappa {
        plan = plan.with_kappa(from, to);
    }
    if let Some(rate) = arguments.learning_rate {
        let scale = rate / plan.schedules.learning_rate.at(0.0);
        plan.schedules.learning_rate.points.iter_mut().for_each(|point| point.1 *= scale);
    }
    plan.seed = arguments.seed;
    plan.batch = arguments.batch.unwrap_or(plan.batch);
    plan.initialization = arguments.initialization.unwrap_or(plan.initialization);
    plan.noise = arguments.noise.unwrap_or(plan.noise);
    Ok(plan)
}

/// The checkpoint beside the model file.
fn checkpoint_path(out: &Path) -> PathBuf {
    let mut name = OsString::from(out);
    name.push(".checkpoint");
    name.into()
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let data = arguments.data.load()?;
    let trainer = match &arguments.resume {
        Some(path) => Trainer::resume(&input::read(path)?)?,
        None => Trainer::new(plan(arguments)?, &data.shape, data.classes)?,
    };
    let mut lane = match arguments.device {
        Device::Cpu => Lane::from(trainer),
        Device::Gpu => Lane::Gpu(Box::new(GpuTrainer::new(&device::open()?, trainer)?)),
    };
    let mut log = match &arguments.log {
        None => None,
        Some(path) => {
            let open = OpenOptions::new()
                .create(true)
                .append(arguments.resume.is_some())
                .write(true)
                .truncate(arguments.resume.is_none())
                .open(path);
            Some(BufWriter::new(open.map_err(|error| CliError::Write(path.clone(), error))?))
        }
    };
    let stop = output::interrupted()?;
    let checkpoint = checkpoint_path(&arguments.out);
    let start = Instant::now();
    let outcome = steps(&mut lane, &data, arguments, &stop, &checkpoint, log.as_mut());
    let outcome = outcome.and(block_on(lane.settle()).map(|_| ()).map_err(CliError::from));
    let trainer = lane.into_master();
    if let (Some(log), Some(path)) = (&mut log, &arguments.log) {
        log.flush().map_err(|error| CliError::Write(path.clone(), error))?;
    }
    if let Err(error) = outcome {
        if trainer.steps() > 0 {
            output::write(&checkpoint, &trainer.checkpoint()?)?;
            eprintln!("boundscope: the state after {} steps is in {}", trainer.steps(), checkpoint.display());
        }
        return Err(error);
    }
    let mut file = write_model(&trainer.network()?).map_err(TrainError::from)?;
    if arguments.out.extension().is_some_and(|extension| extension == "gz") {
        file = gzip(&file);
    }
    output::write(&arguments.out, &file)?;
    match fs::remove_file(&checkpoint) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(CliError::Write(checkpoint, error)),
        _ => {}
    }
    let record = json!({
        "plan": trainer.plan(),
        "data": arguments.data.to_string(),
        "network": trainer.network()?.hash(),
        "steps": trainer.steps(),
        "seconds": start.elapsed().as_secs_f64().round(),
        "boundscope": env!("CARGO_PKG_VERSION"),
    });
    record::write(&arguments.out, &record)?;
    println!(
        "{}: {} steps, {:.1} epochs, {:.0} s",
        arguments.out.display(),
        trainer.steps(),
        trainer.epoch(),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Steps until the plan is done, or until Ctrl-C.
fn steps(
    lane: &mut Lane,
    data: &Data,
    arguments: &Arguments,
    stop: &AtomicBool,
    checkpoint: &Path,
    mut log: Option<&mut BufWriter<fs::File>>,
) -> Result<(), CliError> {
    let plan = lane.master().plan();
    let (per_epoch, epochs) = (lane.master().steps_per_epoch(data.len()), u64::from(plan.epochs));
    let bar = bar(epochs * per_epoch, lane.steps());
    let mut summary = Summary::new();
    while !lane.finished(data.len()) {
        if stop.load(Ordering::Relaxed) {
            return Err(crate::bounds::BoundsError::Cancelled.into());
        }
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
            if let (Some(log), Some(path)) = (&mut log, &arguments.log) {
                let line = serde_json::to_string(report).map_err(|error| CliError::Usage(error.to_string()))?;
                writeln!(log, "{line}").map_err(|error| CliError::Write(path.clone(), error))?;
            }
            summary.add(report);
        }
        if lane.steps().is_multiple_of(per_epoch) {
            let line = summary.take();
            bar.set_message(line.clone());
            if bar.is_hidden() {
                println!("{line}");
            }
            let save = (lane.steps() / per_epoch).is_multiple_of(u64::from(arguments.checkpoint_every.max(1)));
            match block_on(lane.settle()) {
                Ok(trainer) if save => output::write(checkpoint, &trainer.checkpoint()?)?,
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
    eprintln!(
        "boundscope: {error}; the run goes on on the CPU from step {} (it had reached {reached})",
        trainer.steps()
    );
    *lane = Lane::from(trainer);
}

fn bar(length: u64, at: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len}  {elapsed} so far, {eta} left  {msg}") {
        bar.set_style(style);
    }
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
            for (name, (sum, count)) in [("clean", self.clean), ("verified", self.verified)] {
                if count > 0.0 {
                    line += &format!(", {name} error {:.2} %", 100.0 * sum / count);
                }
            }
            line += &format!(", {:.1} s", self.start.elapsed().as_secs_f64());
        }
        *self = Summary::new();
        line
    }
}
