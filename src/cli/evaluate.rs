//! `boundscope evaluate`: clean and verified error over a set of images, with progress and Ctrl-C.

use super::{CliError, Shape, input, methods};
use crate::{
    bounds::Region,
    certify::{Evaluation, Question, evaluate},
    tensor::Cpu,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A .safetensors file, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// The set: mnist-test or mnist-test:COUNT
    #[arg(long, value_parser = input::data)]
    data: usize,
    /// Sizes of the region, separated by commas
    #[arg(long, value_delimiter = ',', required = true, allow_negative_numbers = true)]
    epsilon: Vec<f64>,
    /// Methods, separated by commas
    #[arg(long, default_value = "ibp,crown-ibp,lbp,crown-lbp")]
    methods: String,
    #[command(flatten)]
    shape: Shape,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A progress bar with the time left, drawn on a terminal only.
pub(super) fn progress_bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len}  {elapsed} so far, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// A flag that Ctrl-C raises.
pub(super) fn interrupted() -> Result<Arc<AtomicBool>, CliError> {
    let flag = Arc::new(AtomicBool::new(false));
    let raise = flag.clone();
    ctrlc::set_handler(move || raise.store(true, Ordering::Relaxed))
        .map_err(|error| CliError::Usage(format!("Ctrl-C cannot be caught: {error}")))?;
    Ok(flag)
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let network = input::network(&arguments.model)?;
    let methods = methods(&arguments.methods).map_err(CliError::Usage)?;
    let set = input::mnist_test(0, arguments.data)?;
    let region = |&epsilon| Region { norm: arguments.shape.norm, epsilon, clip: arguments.shape.clip };
    let question =
        Question { regions: arguments.epsilon.iter().map(region).collect(), methods, strategy: arguments.shape.lines };
    let cancel = interrupted()?;
    let bar = progress_bar(arguments.data as u64);
    let start = Instant::now();
    let progress = |done: usize| bar.set_position(done as u64);
    let backend = Cpu::<f32>::new();
    let found = evaluate(&backend, &network, &set.pixels, &set.labels, &question, &progress, &cancel);
    bar.finish_and_clear();
    let found = found?;
    let seconds = start.elapsed().as_secs_f64();
    if arguments.json {
        println!("{}", as_json(&network.hash(), &found, seconds, arguments));
    } else {
        print(&found, seconds, &question, arguments);
    }
    Ok(())
}

fn print(found: &Evaluation, seconds: f64, question: &Question, arguments: &Arguments) {
    let clip = arguments.shape.clip.map_or(String::new(), |[low, high]| format!(", clipped to [{low}, {high}]"));
    println!(
        "{} images, norm {}{clip}, {} lines, f32 (rounding not charged), {seconds:.1} s",
        found.images,
        arguments.shape.norm.name(),
        arguments.shape.lines.name()
    );
    println!("clean error {:.2} %", 100.0 * found.clean_error());
    let mut header = format!("{:>10}", "ε");
    question.methods.iter().for_each(|method| header += &format!(" {:>16}", method.label()));
    println!("verified error, %\n{header}");
    for tallies in found.tallies.chunks(question.methods.len()) {
        let mut line = format!("{:>10}", tallies[0].region.epsilon);
        tallies.iter().for_each(|tally| line += &format!(" {:>16.2}", 100.0 * found.verified_error(tally)));
        println!("{line}");
    }
}

fn as_json(hash: &str, found: &Evaluation, seconds: f64, arguments: &Arguments) -> serde_json::Value {
    let results: Vec<serde_json::Value> = found
        .tallies
        .iter()
        .map(|tally| {
            json!({
                "epsilon": tally.region.epsilon,
                "method": tally.method.to_string(),
                "verified": tally.verified,
                "verified_error": found.verified_error(tally),
            })
        })
        .collect();
    json!({
        "question": {
            "model": arguments.model.display().to_string(),
            "network": hash,
            "data": format!("mnist-test:{}", arguments.data),
            "norm": arguments.shape.norm.name(),
            "clip": arguments.shape.clip,
            "lines": arguments.shape.lines.name(),
            "arithmetic": "f32",
            "device": "cpu",
        },
        "images": found.images,
        "clean_error": found.clean_error(),
        "results": results,
        "seconds": seconds,
    })
}
