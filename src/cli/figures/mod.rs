//! `boundscope figures`: what becomes of the hidden neurons under IBP bounds, as Figures 4 and 6 of the paper show it, for
//! networks on MNIST.

mod draw;
mod histogram;
mod print;
mod style;

use crate::{
    activation::Status,
    bounds::{BoundsError, Norm, Region},
    catalogue::{PIXEL_RANGE, preset},
    certify::{LayerStatuses, statuses},
    charts::colours::DRAWN,
    cli::{
        common::CliError,
        input, kinds, output, progress,
        say::{note, say},
        signals, words,
    },
    engine::{LayerSummary, NetworkSummary, summarise},
    formats::mnist,
    network::Network,
    rounded::{Toward, percent},
    tensor::Cpu,
};
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

/// Everything that the figures are drawn from.
struct Report {
    /// Test images counted over, from the first.
    images: usize,
    /// ε of each region.
    epsilons: Vec<f64>,
    networks: Vec<Entry>,
    seconds: f64,
}

/// One network of the report.
struct Entry {
    /// The model file's name without its endings.
    name: String,
    summary: NetworkSummary,
    /// The identity of the network.
    hash: String,
    /// `[ε][layer]`.
    statuses: Vec<Vec<LayerStatuses>>,
}

impl Entry {
    /// A few words on the network: the page's where it has some, else the file's name.
    fn title(&self) -> &str {
        preset(&self.name).map_or(self.name.as_str(), |preset| preset.title)
    }

    /// Whether the network has a ParamRamp, and so six statuses.
    fn bend(&self) -> bool {
        self.summary.layers.iter().any(LayerSummary::has_bend)
    }

    /// All hidden neurons taken together, for one ε.
    fn total(&self, epsilon: usize) -> LayerStatuses {
        let mut total = LayerStatuses::default();
        for layer in &self.statuses[epsilon] {
            total.counts.iter_mut().zip(layer.counts).for_each(|(sum, count)| *sum += count);
        }
        total
    }

    /// Statuses worth naming: those the activations can have, and unknown where there is any.
    fn shown(&self) -> Vec<Status> {
        let lost = self.statuses.iter().flatten().any(|layer| layer.counts[Status::Unknown as usize] > 0);
        possible(self.bend()).filter(|status| lost || *status != Status::Unknown).collect()
    }

    /// Title, number of neurons and statuses of every hidden layer at one ε, then of all of them together.
    fn rows(&self, epsilon: usize) -> Vec<(String, usize, LayerStatuses)> {
        let layers = self.summary.layers.iter().zip(&self.statuses[epsilon]).enumerate();
        let mut rows: Vec<_> = layers
            .map(|(place, (layer, found))| (format!("{} · {}", place + 1, layer.affine), layer.width(), found.clone()))
            .collect();
        if rows.len() > 1 {
            let neurons = rows.iter().map(|row| row.1).sum();
            rows.push(("all hidden layers".to_owned(), neurons, self.total(epsilon)));
        }
        rows
    }
}

/// The statuses that neurons with or without a bend can have, in drawing order, unknown last.
fn possible(bend: bool) -> impl Iterator<Item = Status> {
    let three = |s: &Status| matches!(s, Status::LeftDead | Status::LeftUnstable | Status::Alive | Status::Unknown);
    DRAWN.into_iter().filter(move |status| bend || three(status))
}

/// The network of a file, if its inputs are MNIST images and it has hidden layers; else a sentence that says why not.
fn fitting(path: &Path) -> Result<Result<Network, String>, CliError> {
    let network = input::network(path)?;
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
    check(&arguments.out)?;
    let networks = networks(&arguments.models)?;
    let set = input::mnist_test(0, arguments.data)?;
    let region = |&epsilon| Region { norm: Norm::Inf, epsilon, clip: Some(PIXEL_RANGE) };
    let regions: Vec<Region> = arguments.epsilon.iter().map(region).collect();
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

/// Where a share of neurons with this status is rounded to: what is proved of them is never more than was proved.
fn toward(status: Status) -> Toward {
    match status {
        Status::LeftDead | Status::Alive | Status::RightDead => Toward::Down,
        Status::LeftUnstable | Status::Unstable | Status::RightUnstable | Status::Unknown => Toward::Up,
    }
}

/// The share of a layer's neurons with a status, in percent with so many decimals.
fn share(layer: &LayerStatuses, status: Status, decimals: u32) -> String {
    let total = layer.counts.iter().sum::<u64>() as usize;
    percent(layer.counts[status as usize] as usize, total, decimals, toward(status))
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
