//! `boundscope evaluate`: clean, verified and PGD error over a set of images, with progress and Ctrl-C, beside the training record.

use super::{
    common::{CliError, Shape},
    input, model, output, progress, record,
    say::{note, say},
    signals, words,
};
use crate::{
    attack::Attack,
    bounds::{BoundsError, Norm, Region},
    certify::{Evaluation, Question, evaluate},
    rounded::{Toward, percent},
    tensor::Cpu,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Model files of any format that is read, gzip or plain, or folders with net.json and model.safetensors
    #[arg(required = true)]
    models: Vec<PathBuf>,
    /// The set: mnist-test or mnist-test:COUNT
    #[arg(long, value_parser = input::data)]
    data: usize,
    /// Sizes of the region, separated by commas
    #[arg(long, value_delimiter = ',', required = true, value_parser = words::number, allow_hyphen_values = true)]
    epsilon: Vec<f64>,
    /// Methods, separated by commas: ibp, crown-ibp, lbp, crown-lbp, crown, alpha-crown or relaxed-crown:V
    #[arg(long, default_value = "ibp,crown-ibp,lbp,crown-lbp")]
    methods: String,
    /// Steps that alpha-crown takes [default: 20]
    #[arg(long, value_parser = words::steps, allow_hyphen_values = true)]
    steps: Option<usize>,
    /// PGD as STEPSxRESTARTS, or none
    #[arg(long, default_value = "20x1", value_parser = attack)]
    pgd: Attempt,
    /// Bound every image by every method, also where an attack or a looser method has decided it
    #[arg(long)]
    exhaustive: bool,
    /// The plain ball; without this and without --clip, ℓ∞ regions are clipped to [0, 1]
    #[arg(long, conflicts_with = "clip")]
    unclipped: bool,
    /// Write the figures into the model's training record
    #[arg(long)]
    record: bool,
    #[command(flatten)]
    shape: Shape,
    /// Print JSON, a list with one entry per model
    #[arg(long)]
    json: bool,
}

/// An attack, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Attempt(Option<Attack>);

fn attack(word: &str) -> Result<Attempt, String> {
    if word == "none" {
        return Ok(Attempt(None));
    }
    let numbers =
        word.split_once('x').and_then(|(steps, restarts)| Some((steps.parse().ok()?, restarts.parse().ok()?)));
    match numbers {
        Some((steps, restarts)) if (1..=100_000).contains(&steps) && (1..=10_000).contains(&restarts) => {
            Ok(Attempt(Some(Attack { steps, restarts, seed: 1, targeted: false })))
        }
        _ => Err(format!("\"{word}\" is not STEPSxRESTARTS, for instance 40x1 or 200x10, nor none")),
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let methods = words::boundings(&arguments.methods, arguments.steps).map_err(CliError::Usage)?;
    let mut networks = Vec::new();
    for model in &arguments.models {
        let network = model::mnist_network(model)?;
        // Before the work: what stands there can be read, and written where that is asked for.
        record::read(model)?;
        if arguments.record {
            output::check(&record::path(model))?;
        }
        networks.push((model, network));
    }
    let set = input::mnist_test(0, arguments.data)?;
    // Pixels lie in [0, 1]; docs/methods.md §1 evaluates on the clipped box.
    let clips = arguments.shape.norm == Norm::Inf && !arguments.unclipped;
    let clip = arguments.shape.clip.or(clips.then_some([0.0, 1.0]));
    let region = |&epsilon| Region { norm: arguments.shape.norm, epsilon, clip };
    let question = Question {
        regions: arguments.epsilon.iter().map(region).collect(),
        methods,
        strategy: arguments.shape.lines,
        attack: arguments.pgd.0,
        exhaustive: arguments.exhaustive,
    };
    let cancel = signals::listen();
    let mut answers = Vec::new();
    let (mut wrong, mut interrupted) = (0, None);
    // Where records are kept, the work goes on though nobody reads what is said meanwhile.
    let mut heard = Ok(());
    for (model, network) in &networks {
        let bar = progress::bar(arguments.data as u64);
        let start = Instant::now();
        let tell = |done: usize| bar.set_position(done as u64);
        let backend = Cpu::<f32>::new();
        let found = evaluate(&backend, network, &set.pixels, &set.labels, &question, &tell, cancel);
        bar.finish_and_clear();
        if found == Err(BoundsError::Cancelled) {
            interrupted = Some(model);
            break;
        }
        let found = found?;
        let seconds = start.elapsed().as_secs_f64();
        let answer = as_json(&network.hash(), &found, seconds, &question, arguments.data);
        if !arguments.json {
            let said = say!("{}", model.display()).and_then(|()| print(&found, seconds, &question));
            heard = heard.and(said);
            if !arguments.record && heard.is_err() {
                return heard;
            }
        }
        wrong += keep_record(model, &answer, arguments)?;
        answers.push(answer);
    }
    heard?;
    if arguments.json {
        let partial = interrupted.map(|model| json!({ "partial": true, "interrupted": model.display().to_string() }));
        answers.extend(partial);
        say!("{}", serde_json::Value::Array(answers))?;
    }
    if let Some(model) = interrupted {
        note!("boundscope: {} is not evaluated", model.display());
        return Err(BoundsError::Cancelled.into());
    }
    if wrong > 0 {
        return Err(CliError::Usage(format!("{wrong} figures differ from the training records")));
    }
    Ok(())
}

/// Writes the answer into the model's record, or compares it with what stands there; the number of differences.
fn keep_record(model: &Path, answer: &serde_json::Value, arguments: &Arguments) -> Result<usize, CliError> {
    let recorded = record::read(model)?;
    if arguments.record {
        let mut record = recorded.unwrap_or_else(|| json!({}));
        record["evaluation"] = answer.clone();
        record::write(model, &record)?;
        return Ok(0);
    }
    let Some(differences) = recorded.and_then(|record| record::differences(&record["evaluation"], answer)) else {
        return Ok(0);
    };
    for difference in &differences {
        note!("{}: {difference}", model.display());
    }
    if differences.is_empty() && !arguments.json {
        say!("as its training record says")?;
    }
    Ok(differences.len())
}

fn print(found: &Evaluation, seconds: f64, question: &Question) -> Result<(), CliError> {
    let region = question.regions[0];
    let clip = region.clip.map_or(String::new(), |[low, high]| format!(", clipped to [{low}, {high}]"));
    say!(
        "{} images, norm {}{clip}, {} lines, f32 (rounding not charged), {seconds:.1} s",
        found.images,
        region.norm.name(),
        question.strategy.name()
    )?;
    say!("clean error {:.2} %", 100.0 * found.clean_error())?;
    let mut header = format!("{:>10}", "ε");
    question.methods.iter().for_each(|method| header += &format!(" {:>16}", method.label()));
    if let Some(attack) = question.attack {
        header += &format!(" {:>16}", format!("PGD {}x{}", attack.steps, attack.restarts));
    }
    say!("verified error by method, then PGD error, %\n{header}")?;
    for (index, tallies) in found.tallies.chunks(question.methods.len()).enumerate() {
        let mut line = format!("{:>10}", tallies[0].region.epsilon);
        for tally in tallies {
            line += &format!(" {:>16}", percent(found.images - tally.verified, found.images, 2, Toward::Up));
        }
        if let Some(error) = found.attack_error(index) {
            line += &format!(" {:>16.2}", 100.0 * error);
        }
        say!("{line}")?;
    }
    Ok(())
}

fn as_json(hash: &str, found: &Evaluation, seconds: f64, question: &Question, images: usize) -> serde_json::Value {
    let results: Vec<serde_json::Value> = found
        .tallies
        .iter()
        .map(|tally| {
            json!({
                "epsilon": tally.region.epsilon,
                "method": tally.method.to_string(),
                "verified": tally.verified,
                "error": found.verified_error(tally),
            })
        })
        .collect();
    let attacks = question.regions.iter().enumerate().filter_map(|(index, region)| {
        found.attack_error(index).map(|error| json!({ "epsilon": region.epsilon, "error": error }))
    });
    let region = question.regions[0];
    json!({
        "question": {
            "network": hash,
            "data": format!("mnist-test:{images}"),
            "norm": region.norm.name(),
            "clip": region.clip,
            "lines": question.strategy.name(),
            "arithmetic": "f32",
            "device": "cpu",
            "attack": question.attack.map(|attack| format!("pgd {}x{}, seed {}", attack.steps, attack.restarts, attack.seed)),
        },
        "images": found.images,
        "clean_error": found.clean_error(),
        "results": results,
        "attacks": attacks.collect::<Vec<_>>(),
        "seconds": (seconds * 10.0).round() / 10.0,
    })
}
