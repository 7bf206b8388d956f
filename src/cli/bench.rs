//! `boundscope bench`: milliseconds per method, through the same session that the page talks to.

use super::{
    bench_gpu, bench_training,
    common::{CliError, Device, block_on},
    input, kinds, model,
    say::say,
    signals, words,
};
use crate::{
    bounds::{Method, Norm, Strategy},
    engine::{Bytes, Floats, Question, Request, Response, collect},
    formats::write_model,
};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Models; the page's default network and its conv networks if none is given
    models: Vec<PathBuf>,
    /// Images in the batch
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u8).range(1..=250), allow_hyphen_values = true)]
    batch: u8,
    /// Time spent on each method and batch size, in milliseconds
    #[arg(long, default_value_t = 300.0, value_parser = words::positive, allow_hyphen_values = true)]
    budget: f64,
    /// Processor; with gpu its kernels are measured too, beside the CPU lane
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Networks timed by default, with an ε that suits each.
const NETWORKS: [(&str, f64); 3] =
    [("mnist-mlp-ibp", 0.08), ("mnist-dm-small-ibp-ramp", 0.2), ("mnist-dm-small-normal", 0.01)];

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let mut models: Vec<(PathBuf, f64)> = arguments.models.iter().map(|path| (path.clone(), 0.05)).collect();
    if models.is_empty() {
        let path = |name| input::assets().join("models").join(format!("{name}.safetensors.gz"));
        models = NETWORKS.iter().map(|(name, epsilon)| (path(name), *epsilon)).collect();
    }
    let set = input::mnist_test(0, usize::from(arguments.batch))?;
    let images: Vec<u8> = set.pixels.iter().map(|pixel| (pixel * 255.0).round() as u8).collect();
    let labels: Vec<u8> = set.labels.iter().map(|&label| label as u8).collect();
    signals::listen();
    let mut rows = Vec::new();
    for (path, epsilon) in models {
        let name = kinds::stem(&path);
        let file = write_model(&model::mnist_network(&path)?).map_err(|error| CliError::Format(path, error))?;
        let load = Request::Network { key: name.clone(), file: Bytes(file) };
        let question = Question {
            network: name.clone(),
            image: Floats::default(),
            label: 0,
            norm: Norm::Inf,
            epsilon,
            clip: Some([0.0, 1.0]),
            lines: Strategy::Tight,
        };
        let (images, labels) = (Bytes(images.clone()), Bytes(labels.clone()));
        let budget = arguments.budget;
        // One request per method, so that Ctrl-C comes between.
        let time = Method::NAMED.map(|method| {
            let (question, images, labels) = (question.clone(), images.clone(), labels.clone());
            Request::Benchmark { epoch: 1, question, images, labels, methods: vec![method], budget }
        });
        for response in block_on(collect([load].into_iter().chain(time).take_while(|_| !signals::raised()))) {
            match response {
                Response::Timing { method, images, milliseconds, runs, .. } => {
                    rows.push((name.clone(), epsilon, method, images, milliseconds, runs));
                }
                Response::Failed { failure, .. } => return Err(CliError::Usage(format!("{name}: {failure}"))),
                _ => {}
            }
        }
    }
    let gpu = arguments.device == Device::Gpu;
    if arguments.json {
        let row = |(network, epsilon, method, images, milliseconds, runs): &(String, f64, Method, u32, f64, u32)| {
            json!({ "network": network, "epsilon": epsilon, "method": method.to_string(), "images": images,
                    "milliseconds_per_image": milliseconds, "runs": runs })
        };
        let timings: Vec<serde_json::Value> = rows.iter().map(row).collect();
        let training = bench_training::run(arguments.budget)?;
        let gpu = gpu.then(|| bench_gpu::run(arguments.budget)).transpose();
        let mut answer = json!({ "device": "cpu, native", "arithmetic": "f32", "lines": "tight", "timings": timings,
                                 "training": training.json(), "gpu": gpu.as_ref().ok() });
        if signals::raised() {
            answer["partial"] = true.into();
        }
        say!("{answer}")?;
        return gpu.and_then(|_| signals::check());
    }
    say!("milliseconds per image, native CPU, f32, tight lines, clipped to [0, 1]; median of the runs")?;
    say!("{:<22} {:>6} {:>10} {:>9} {:>10}", "network", "ε", "method", "one", format!("batch {}", arguments.batch))?;
    for pair in rows.chunks(2) {
        let (network, epsilon, method, _, one, _) = &pair[0];
        let batch = pair.get(1).map_or(f64::NAN, |row| row.4);
        say!("{network:<22} {epsilon:>6} {:>10} {one:>9.3} {batch:>10.3}", method.label())?;
    }
    signals::check()?;
    say!("")?;
    bench_training::run(arguments.budget)?.print()?;
    signals::check()?;
    if gpu {
        bench_gpu::print(&bench_gpu::run(arguments.budget)?)?;
    }
    Ok(())
}
