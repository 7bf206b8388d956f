//! `boundscope figures`: what becomes of the hidden neurons under IBP bounds, as Figures 4 and 6 of the paper show it, for
//! networks on MNIST.

mod draw;
mod histogram;
mod print;
mod report;
mod style;

use crate::{
    bounds::{BoundsError, Norm, Region},
    catalogue::PIXEL_RANGE,
    certify::statuses,
    cli::{
        common::CliError,
        input, kinds, model, output, progress,
        say::{note, say},
        signals, words,
    },
    engine::summarise,
    formats::mnist,
    network::Network,
    tensor::Cpu,
};
use report::{Entry, Report};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Networks on MNIST; all of assets/models if none is given
    models: Vec<PathBuf>,
    /// The set: mnist-test or mnist-test:COUNT
    #[arg(long, default_value = "mnist-test:1000", value_parser = input::data)]
    data: usize,
    /// Sizes of the region, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "0.2,0.4", value_parser = words::number, allow_hyphen_values = true)]
    epsilon: Vec<f64>,
    /// Folder for figure-4.svg (ReLU, LeakyReLU), figure-6.svg and figure-6-centres.svg (ParamRamp) and figures.json
    #[arg(long)]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The network of a file, if its inputs are MNIST images and it has hidden layers; else a sentence that says why not.
fn fitting(path: &Path) -> Result<Result<Network, String>, CliError> {
    let network = model::network(path)?;
    let refused = if let Err(error) = mnist::fits(network.input_len()) {
        Some(error.to_string())
    } else if network.layers().is_empty() {
        Some("has no activation, so no neuron has a status".to_owned())
    } else {
        None
    };
    Ok(refused.map_or(Ok(network), |why| Err(format!("{}: {why}", path.display()))))
}

/// The networks asked for, or those that come with the project and fit.
fn networks(asked: &[PathBuf]) -> Result<Vec<(String, Network)>, CliError> {
    let mut paths = asked.to_vec();
    if paths.is_empty() {
        let folder = input::assets().join("models");
        let failed = |error| CliError::Read(folder.clone(), error);
        for entry in fs::read_dir(&folder).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.retain(|path| path.to_string_lossy().ends_with(".safetensors.gz"));
        paths.sort();
    }
    let mut networks = Vec::new();
    for path in &paths {
        match fitting(path)? {
            Ok(network) => networks.push((kinds::stem(path), network)),
            Err(why) if asked.is_empty() => note!("left out {why}"),
            Err(why) => return Err(CliError::Usage(why)),
        }
    }
    if networks.is_empty() {
        return Err(CliError::Usage("no network to draw; name one".to_owned()));
    }
    Ok(networks)
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let networks = networks(&arguments.models)?;
    let set = input::mnist_test(0, arguments.data)?;
    let region = |&epsilon| Region { norm: Norm::Inf, epsilon, clip: Some(PIXEL_RANGE) };
    let regions: Vec<Region> = arguments.epsilon.iter().map(region).collect();
    regions.iter().try_for_each(Region::check)?;
    // Last, since it makes the folder: what is refused leaves nothing behind.
    check(&arguments.out)?;
    let cancel = signals::listen();
    let bar = progress::bar((networks.len() * arguments.data) as u64);
    let start = Instant::now();
    let mut entries = Vec::new();
    for (place, (name, network)) in networks.into_iter().enumerate() {
        let tell = |done: usize| bar.set_position((place * arguments.data + done) as u64);
        let found = statuses(&Cpu::<f32>::new(), &network, &set.pixels, &regions, &tell, cancel);
        if found == Err(BoundsError::Cancelled) {
            break;
        }
        let found = found?;
        entries.push(Entry { name, summary: summarise(&network), hash: network.hash(), statuses: found });
    }
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    let report = Report { images: arguments.data, epsilons: arguments.epsilon.clone(), networks: entries, seconds };
    let mut json = print::json(&report);
    let written = match signals::check() {
        Ok(()) => write(&report, &json, &arguments.out)?,
        Err(_) => {
            json["partial"] = true.into();
            note!("boundscope: {} networks done; no figure is written", report.networks.len());
            Vec::new()
        }
    };
    if arguments.json {
        say!("{json}")?;
    } else {
        print::table(&report)?;
        if !written.is_empty() {
            say!("\nwritten: {}", written.join(", "))?;
        }
    }
    signals::check()
}

/// The files written.
const FILES: [&str; 4] = ["figure-4.svg", "figure-6.svg", "figure-6-centres.svg", "figures.json"];

/// Checks, before the work, that the folder is one or can be made, and that the files can be written there.
fn check(out: &Path) -> Result<(), CliError> {
    let file =
        out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg") || ending.eq_ignore_ascii_case("json"));
    if file && !out.is_dir() {
        let why = format!("{}: --out names a folder, which several figures are written into", out.display());
        return Err(CliError::Usage(why));
    }
    fs::create_dir_all(out).map_err(|error| CliError::Write(out.to_owned(), error))?;
    FILES.iter().try_for_each(|name| output::check(&out.join(name)))
}

/// Writes the figures that there is something to draw in, and the numbers; answers with their names.
fn write(report: &Report, json: &serde_json::Value, out: &Path) -> Result<Vec<String>, CliError> {
    let numbers = Some(format!("{json:#}\n"));
    let contents = [draw::bars(report, false), draw::bars(report, true), histogram::centres(report), numbers];
    let mut written = Vec::new();
    for (name, content) in FILES.into_iter().zip(contents) {
        let path = out.join(name);
        if let Some(content) = content {
            output::write(&path, content.as_bytes())?;
            written.push(path.display().to_string());
        }
    }
    Ok(written)
}
