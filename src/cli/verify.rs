//! `boundscope verify`: decides a question about a network, asked in VNN-LIB or about an image.

use super::{
    common::{CliError, block_on},
    input, model, output, progress,
    proof::{self, Proof, Told},
    say::{note, say},
    searching::{Account, MEMORY, fitted, threads},
    signals::{self, UntilInterrupted},
    words,
};
use crate::{
    certificate::Record,
    certify::predicted,
    formats::{Reading, vnnlib},
    network::Query,
    rounded::{Toward, significant},
    search::{self, Answer, Budget, Outcome, Progress, Splits},
};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Instant};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A question in VNN-LIB (1.0 or 2.0, plain or gzip); or, with --mnist or --input, a model
    query: PathBuf,
    /// The network that the question is about: MODEL, or NAME=MODEL
    #[arg(long, required_unless_present_any = ["mnist", "input"], conflicts_with_all = ["mnist", "input"])]
    network: Option<String>,
    /// Ask about an MNIST test image: does any input within ε get another class?
    #[arg(long, value_parser = input::index, allow_hyphen_values = true, conflicts_with = "input", requires = "epsilon")]
    mnist: Option<usize>,
    /// Ask about an input as .npy or .json
    #[arg(long, requires = "epsilon")]
    input: Option<PathBuf>,
    /// ε in the norm inf, in units of the raw input
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    epsilon: Option<f64>,
    /// Valid range of a pixel as LOW,HIGH; the region is cut to it
    #[arg(long, value_parser = words::clip, allow_hyphen_values = true, requires = "epsilon")]
    clip: Option<[f64; 2]>,
    /// The class that is asked about [default: the image's label, or the predicted class of an --input]
    #[arg(long, requires = "epsilon")]
    label: Option<usize>,
    /// Seconds after which the answer is "timeout"; where it was "unsat" before, making its certificate ends then
    #[arg(long, default_value = "60", value_parser = words::positive)]
    timeout: f64,
    /// What is split: the input where it has up to 20 elements and activations elsewhere, or one of the two
    #[arg(long, default_value = "chosen")]
    split: Split,
    /// Most domains to bound
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    domains: u64,
    /// Threads to work on [default: the machine's cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Where the answer is "unsat", write its proof to this file, for `check`; the search then clips no boxes and may take longer
    #[arg(long)]
    certificate: Option<PathBuf>,
    /// What the file leaves open, as for `inspect`
    #[arg(long)]
    layout: Option<PathBuf>,
    /// Say on standard error what is asked and what the search took
    #[arg(long)]
    explain: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a search splits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Split {
    Chosen,
    Inputs,
    Activations,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let start = Instant::now();
    if let Some(path) = &arguments.certificate {
        output::check(path)?;
    }
    let (reading, query) = question(arguments)?;
    let asked = vnnlib::in_words(&query);
    if arguments.explain {
        asked.iter().for_each(|sentence| note!("{sentence}"));
        reading.notes.iter().for_each(|sentence| note!("of the model: {sentence}"));
    }
    signals::listen();
    let clock = move || start.elapsed().as_secs_f64();
    let budget = Budget {
        until: arguments.timeout,
        clock: &clock,
        domains: arguments.domains,
        bytes: MEMORY,
        threads: threads(arguments.threads),
        splits: match arguments.split {
            Split::Chosen => Splits::Chosen,
            Split::Inputs => Splits::Inputs,
            Split::Activations => Splits::Activations,
        },
    };
    let bar = progress::bar_with_words(SHARES);
    let progress = |progress: &Progress| {
        bar.set_position((progress.share * SHARES as f64) as u64);
        let worst = significant(progress.worst, 4, Toward::Down);
        bar.set_message(format!("{} bounded, {} open, worst bound {worst}", progress.bounded, progress.open));
    };
    let told = Told { progress, record: arguments.certificate.is_some().then(Record::default) };
    let account = Account(reading.own.clone());
    let answer = block_on(search::decide(&reading.network, &query, &account, &budget, &told, &UntilInterrupted));
    bar.finish_and_clear();
    let answer = answer?;
    let seconds = start.elapsed().as_secs_f64();
    let proof = match (&arguments.certificate, &told.record) {
        (Some(path), Some(record)) if answer.outcome == Outcome::Proved => {
            let bar = progress::bar(SHARES);
            let moved = |share: f64| bar.set_position((share * SHARES as f64) as u64);
            let proof = proof::make(path, &reading, (&query, &asked), record, &|| clock() >= arguments.timeout, moved);
            bar.finish_and_clear();
            Some(proof?)
        }
        (Some(_), _) => Some(Proof::Unwritten(format!("the answer is {}, which none is for", answer.outcome.word()))),
        _ => None,
    };
    tell(arguments, proof.as_ref(), answer.outcome == Outcome::Proved);
    if arguments.explain {
        let spent = &answer.spent;
        note!(
            "{} domains bounded, {} leaves proved in the sound arithmetic ({} seemed so before and were not), {seconds:.2} s",
            spent.domains,
            spent.leaves,
            spent.doubted
        );
    }
    if arguments.json {
        say!("{}", as_json(arguments, &reading, &asked, (&answer, proof.as_ref()), seconds))
    } else {
        print(&answer)
    }
}

/// Says on standard error what became of the certificate: always where none was written.
fn tell(arguments: &Arguments, proof: Option<&Proof>, answered: bool) {
    match proof {
        Some(Proof::Written { leaves, more, bytes, seconds }) if arguments.explain => note!(
            "the certificate has {leaves} leaves ({more} more than the search needed) and {} kB; made in {seconds:.2} s",
            bytes.div_ceil(1000)
        ),
        Some(Proof::Unwritten(why)) => {
            note!("no certificate was written: {why}{}", if answered { "; the answer stands" } else { "" })
        }
        _ => {}
    }
}

/// Steps of the progress bar.
const SHARES: u64 = 1000;

/// Reads what is asked.
fn question(arguments: &Arguments) -> Result<(Reading, Query), CliError> {
    let Some(network) = &arguments.network else { return image(arguments) };
    let (reading, _) = model::reading(&path(network), arguments.layout.as_deref())?;
    let query = fitted(&arguments.query, &reading)?;
    Ok((reading, query))
}

/// MODEL of NAME=MODEL.
fn path(word: &str) -> PathBuf {
    let whole = PathBuf::from(word);
    match word.split_once('=') {
        Some((name, path)) if !whole.exists() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) => {
            path.into()
        }
        _ => whole,
    }
}

/// The question about an image.
fn image(arguments: &Arguments) -> Result<(Reading, Query), CliError> {
    let (reading, _) = model::reading(&arguments.query, arguments.layout.as_deref())?;
    let (pixels, label) = match (arguments.mnist, &arguments.input) {
        (Some(index), _) => {
            crate::formats::mnist::fits(reading.network.input_len())
                .map_err(|error| CliError::Format(arguments.query.clone(), error))?;
            let mnist = input::mnist_test(index, 1)?;
            (mnist.pixels, Some(mnist.labels[0]))
        }
        (None, Some(path)) => (input::image(path, &reading.network.nodes()[0].shape)?, None),
        (None, None) => return Err(CliError::Usage("give --network MODEL, --mnist INDEX or --input FILE".into())),
    };
    let label = match arguments.label.or(label) {
        Some(label) => label,
        None => predicted(&model::outputs(&reading.network, &pixels)?)
            .ok_or_else(|| CliError::Usage("the network's outputs for it are not numbers".into()))?,
    };
    let epsilon = arguments.epsilon.unwrap_or(0.0);
    let query = search::around(&pixels, epsilon, arguments.clip, label, reading.network.classes())?;
    Ok((reading, query))
}

fn print(answer: &Answer) -> Result<(), CliError> {
    say!("{}", answer.outcome.word())?;
    let Outcome::Counterexample(found) = &answer.outcome else { return Ok(()) };
    let inputs = found.input.iter().enumerate().map(|(at, x)| format!("(X_{at} {x})"));
    let outputs = found.outputs.iter().enumerate().map(|(at, y)| format!("(Y_{at} {y})"));
    say!("({})", inputs.chain(outputs).collect::<Vec<_>>().join("\n "))
}

fn as_json(
    arguments: &Arguments,
    reading: &Reading,
    asked: &[String],
    (answer, proof): (&Answer, Option<&Proof>),
    seconds: f64,
) -> Value {
    let certificate = match proof {
        Some(Proof::Written { leaves, bytes, seconds, .. }) => json!({
            "file": arguments.certificate.as_ref().map(|path| path.display().to_string()),
            "leaves": leaves,
            "bytes": bytes,
            "seconds": seconds,
        }),
        _ => Value::Null,
    };
    let found = match &answer.outcome {
        Outcome::Counterexample(found) => json!({ "input": found.input, "outputs": found.outputs }),
        _ => Value::Null,
    };
    let model = arguments.network.as_deref().map_or_else(|| arguments.query.clone(), path);
    json!({
        "question": {
            "query": arguments.network.as_ref().map(|_| arguments.query.display().to_string()),
            "model": model.display().to_string(),
            "network": reading.network.hash(),
            "mnist": arguments.mnist,
            "input": arguments.input.as_ref().map(|path| path.display().to_string()),
            "epsilon": arguments.epsilon,
            "clip": arguments.clip,
            "words": asked,
            "timeout": arguments.timeout,
        },
        "answer": answer.outcome.word(),
        "counterexample": found,
        "certificate": certificate,
        "arithmetic": (answer.outcome == Outcome::Proved).then_some("sound"),
        "spent": answer.outcome.spent(),
        "worst_open_bound": answer.outcome.worst(),
        "domains": answer.spent.domains,
        "leaves": answer.spent.leaves,
        "doubted": answer.spent.doubted,
        "seconds": seconds,
    })
}

/// `boundscope capabilities`: what is decided, as JSON.
pub(super) fn capabilities() -> Result<(), CliError> {
    say!(
        "{}",
        json!({
            "name": "boundscope",
            "version": env!("CARGO_PKG_VERSION"),
            "vnnlib": ["1.0", "2.0"],
            "conditions": {
                "inputs": "boxes, also within or",
                "outputs": "and/or of linear comparisons",
                "hidden": false,
                "networks": 1,
            },
            "models": ["onnx", "safetensors", "pytorch", "keras", "npz"],
            "answers": ["sat", "unsat", "unknown", "timeout"],
            "counterexamples": true,
            "sound": true,
        })
    )
}
