//! `boundscope radius`: the largest ε at which each image is verified.

use super::{
    common::{CliError, Shape, block_on},
    input, model, progress,
    say::say,
    searching::{Account, MEMORY, threads},
    signals::{self, UntilInterrupted},
    words,
};
use crate::{
    bounds::{Bounding, BoundsError, Norm, Prepared, Region},
    certify::{Bracket, Search, radius_by},
    formats::mnist,
    network::Network,
    rounded::{Toward, significant},
    search::{Asked, Budget, Closing, GAP, Progress, Splits, decided_radius},
    tensor::{Cpu, Sound},
};
use serde_json::json;
use std::{
    ops::Range,
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors; several with --rows
    #[arg(required = true)]
    pub(super) models: Vec<PathBuf>,
    /// MNIST test images: INDEX, FROM..TO (end excluded) or FIRST-LAST
    #[arg(long, value_parser = input::range, allow_hyphen_values = true)]
    pub(super) mnist: Range<usize>,
    /// Methods, separated by commas: ibp, crown-ibp, lbp, crown-lbp, crown, alpha-crown or relaxed-crown:V
    #[arg(long, default_value = "ibp,crown-ibp,lbp,crown-lbp,crown")]
    pub(super) method: String,
    /// Steps that alpha-crown takes at each ε [default: 20]
    #[arg(long, value_parser = words::steps, allow_hyphen_values = true)]
    pub(super) steps: Option<usize>,
    #[command(flatten)]
    pub(super) shape: Shape,
    /// The largest ε tried [default: 1 for inf, 16 for 2, 128 for 1]
    #[arg(long, value_parser = words::positive, allow_hyphen_values = true)]
    largest: Option<f64>,
    /// Decide besides, for the norm inf: search between certificates and counterexamples until they meet
    #[arg(long)]
    decide: bool,
    /// Seconds for deciding about one image
    #[arg(long, default_value = "60", value_parser = words::positive, requires = "decide")]
    timeout: f64,
    /// Threads to decide with [default: the machine's cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), requires = "decide")]
    threads: Option<u16>,
    /// Append each answer to this file, a row of CSV; what stands there is not asked again
    #[arg(long, conflicts_with_all = ["decide", "json"])]
    pub(super) rows: Option<PathBuf>,
    /// Answer the I-th of N shares of the images alone, as I/N; `merge` puts the rows of all together
    #[arg(long, value_parser = words::shard, requires = "rows")]
    pub(super) shard: Option<[usize; 2]>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A network in the arithmetic that finds a radius, and in the one that proves it.
pub(super) struct Engines {
    quick: Prepared<Cpu<f32>>,
    sound: Prepared<Sound>,
}

impl Engines {
    pub(super) fn new(network: &Network) -> Self {
        Engines { quick: Prepared::new(Cpu::<f32>::new(), network), sound: Prepared::new(Sound, network) }
    }
}

struct Row {
    image: usize,
    label: usize,
    method: Bounding,
    bracket: Bracket,
    milliseconds: f64,
}

/// What deciding found of an image.
struct Closed {
    image: usize,
    label: usize,
    known: Closing,
    seconds: f64,
}

impl Arguments {
    /// The largest ε tried.
    pub(super) fn largest(&self) -> f64 {
        self.largest.unwrap_or(Search::usual(self.shape.norm).largest)
    }

    /// The radius of one image by one method. Another method's radius of it, `near`, is a good guess.
    ///
    /// # Errors
    /// What the bounds cannot be had for, and [`BoundsError::Cancelled`] after a signal.
    pub(super) fn radius(
        &self,
        Engines { quick, sound }: &Engines,
        (image, label): (&[f64], usize),
        method: Bounding,
        near: Option<f64>,
    ) -> Result<Bracket, BoundsError> {
        let search = Search { largest: self.largest(), ..Search::default() };
        let region = Region { norm: self.shape.norm, epsilon: 0.0, clip: self.shape.clip };
        let how = (method, self.shape.lines);
        block_on(radius_by((quick, sound), (image, label), region, how, (search, near), &UntilInterrupted, |_| {}))
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let [model] = &arguments.models[..] else {
        return Err(CliError::Usage("one model at a time; several with --rows FILE".into()));
    };
    if arguments.decide && arguments.shape.norm != Norm::Inf {
        let norm = arguments.shape.norm.name();
        return Err(CliError::Usage(format!("--decide searches boxes: it takes --norm inf, not {norm}")));
    }
    let (reading, _) = model::reading(model, None)?;
    let network = reading.network;
    mnist::fits(network.input_len()).map_err(|error| CliError::Format(model.clone(), error))?;
    let methods = words::boundings(&arguments.method, arguments.steps).map_err(CliError::Usage)?;
    let set = input::mnist_test(arguments.mnist.start, arguments.mnist.len())?;
    let largest = arguments.largest();
    let engines = Engines::new(&network);
    let decided = if arguments.decide { set.labels.len() } else { 0 };
    let bar = progress::bar_with_words((set.labels.len() * methods.len() + decided) as u64);
    signals::listen();
    let mut rows = Vec::new();
    let questions = set.pixels.chunks(network.input_len()).zip(&set.labels).enumerate();
    for ((position, (image, &label)), &method) in questions.flat_map(|q| methods.iter().map(move |method| (q, method)))
    {
        let start = Instant::now();
        let near = rows.last().filter(|row: &&Row| row.image == arguments.mnist.start + position);
        let near = near.and_then(|row| row.bracket.verified);
        let bracket = match arguments.radius(&engines, (image, label), method, near) {
            // What was found until then is told.
            Err(BoundsError::Cancelled) => break,
            found => found?,
        };
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        rows.push(Row { image: arguments.mnist.start + position, label, method, bracket, milliseconds });
        bar.inc(1);
    }
    let judge = Account(reading.own);
    let mut all = Vec::new();
    for (position, (image, &label)) in set.pixels.chunks(network.input_len()).zip(&set.labels).take(decided).enumerate()
    {
        if signals::raised() {
            break;
        }
        let start = Instant::now();
        let clock = move || start.elapsed().as_secs_f64();
        let budget = Budget {
            until: arguments.timeout,
            clock: &clock,
            domains: u64::MAX,
            bytes: MEMORY,
            threads: threads(arguments.threads),
            splits: Splits::Chosen,
        };
        let number = arguments.mnist.start + position;
        // What a method proves needs no search.
        let own = rows.iter().filter(|row| row.image == number);
        let proved = own.filter_map(|row| row.bracket.verified).max_by(f64::total_cmp);
        let asked = Asked { image, label, clip: arguments.shape.clip, proved, largest, tolerance: GAP };
        let told = |known: &Closing| bar.set_message(between(known));
        let known = match block_on(decided_radius(
            &network,
            &asked,
            &judge,
            &budget,
            (told, &|_: &Progress| {}),
            &UntilInterrupted,
        )) {
            Err(BoundsError::Cancelled) => break,
            known => known?,
        };
        let seconds = clock();
        all.push(Closed { image: number, label, known, seconds });
        bar.inc(1);
    }
    bar.finish_and_clear();
    if arguments.json {
        let mut answer = as_json(model, &network.hash(), &rows, arguments);
        if arguments.decide {
            answer["decided"] = all.iter().map(decided_as_json).collect();
        }
        if signals::raised() {
            answer["partial"] = true.into();
        }
        say!("{answer}")?;
        return signals::check();
    }
    let clip = arguments.shape.clip.map_or(String::new(), |[low, high]| format!(", clipped to [{low}, {high}]"));
    say!(
        "certified radius, norm {}{clip}, {} lines; certified in sound arithmetic",
        arguments.shape.norm.name(),
        arguments.shape.lines.name()
    )?;
    for row in rows {
        let found = match (row.bracket.verified, row.bracket.unverified) {
            (None, _) => "not verified even at ε = 0".to_owned(),
            (Some(low), None) => format!("certified up to {} (the largest tried)", significant(low, 6, Toward::Down)),
            (Some(low), Some(high)) => {
                let (low, high) = (significant(low, 6, Toward::Down), significant(high, 6, Toward::Up));
                format!("certified up to {low}, not at {high}")
            }
        };
        say!("image {:>5} label {} {:>16} {found}", row.image, row.label, row.method.label())?;
    }
    for Closed { image, label, known, seconds } in &all {
        let found = between(known);
        say!(
            "image {image:>5} label {label} {:>16} {found}; {} questions, {seconds:.1} s",
            "decided",
            known.questions
        )?;
    }
    signals::check()
}

/// What is known of a radius, in words.
fn between(known: &Closing) -> String {
    let down = |value: f64| significant(value, 6, Toward::Down);
    let up = |value: f64| significant(value, 6, Toward::Up);
    let proved = known
        .proved
        .map_or_else(|| "not certified even at ε = 0".to_owned(), |low| format!("certified up to {}", down(low)));
    let broken = known
        .broken
        .map_or_else(|| ", no counterexample found".to_owned(), |high| format!(", broken within {}", up(high)));
    let open = known.open.map_or_else(String::new, |[first, last]| {
        format!(", not decided in time from {} to {}", down(first), up(last))
    });
    proved + &broken + &open
}

fn decided_as_json(closed: &Closed) -> serde_json::Value {
    let Closed { image, label, known, seconds } = closed;
    json!({
        "image": image,
        "label": label,
        "verified": known.proved,
        "arithmetic": "sound",
        "broken": known.broken,
        "counterexample": known.found.as_ref().map(|found| json!({ "input": found.input, "outputs": found.outputs })),
        "open": known.open,
        "questions": known.questions,
        "domains": known.spent.domains,
        "leaves": known.spent.leaves,
        "seconds": seconds,
    })
}

fn as_json(model: &Path, hash: &str, rows: &[Row], arguments: &Arguments) -> serde_json::Value {
    let radius = |row: &Row| {
        json!({
            "image": row.image,
            "label": row.label,
            "method": row.method.to_string(),
            "verified": row.bracket.verified,
            "arithmetic": "sound",
            "unverified": row.bracket.unverified,
            "milliseconds": row.milliseconds,
        })
    };
    json!({
        "question": {
            "model": model.display().to_string(),
            "network": hash,
            "norm": arguments.shape.norm.name(),
            "clip": arguments.shape.clip,
            "lines": arguments.shape.lines.name(),
            "device": "cpu",
        },
        "radii": rows.iter().map(radius).collect::<Vec<_>>(),
    })
}
