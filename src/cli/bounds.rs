//! `boundscope bounds`: every layer's bounds and the margins of one image at one ε.

use super::{
    common::{CliError, Device, Precision, Shape, block_on},
    device, input, model, progress,
    say::say,
    signals::{self, UntilInterrupted},
    words,
};
use crate::{
    activation::{Status, StatusCounts, count_statuses},
    bounds::{Bounding, Bounds, Climb, Method, Prepared, Region},
    certify::predicted,
    network::Network,
    pulse::Steady,
    rounded::{Toward, decimal},
    tensor::{Backend, Cpu, Sound, Steerable},
};
use serde_json::json;
use std::{path::PathBuf, time::Instant};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// Index of an MNIST test image
    #[arg(
        long,
        required_unless_present = "input",
        conflicts_with = "input",
        value_parser = input::index,
        allow_hyphen_values = true
    )]
    mnist: Option<usize>,
    /// An input as .npy or .json
    #[arg(long)]
    input: Option<PathBuf>,
    /// Size of the region, in units of the raw input
    #[arg(long, value_parser = words::number, allow_hyphen_values = true)]
    epsilon: f64,
    #[command(flatten)]
    shape: Shape,
    /// ibp, crown-ibp, lbp, crown-lbp, crown, alpha-crown or relaxed-crown:V
    #[arg(long, default_value = "crown", value_parser = words::parse::<Bounding>)]
    method: Bounding,
    /// Steps that alpha-crown takes [default: 20]
    #[arg(long, value_parser = words::steps, allow_hyphen_values = true)]
    steps: Option<usize>,
    /// The class whose margins are bounded [default: the image's label, or the predicted class of an --input]
    #[arg(long, allow_hyphen_values = true)]
    label: Option<usize>,
    /// f32 (preview), f64, or sound (rounding errors charged: the only one that certifies)
    #[arg(long, default_value = "f64")]
    arithmetic: Precision,
    /// Processor
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

struct Answer {
    bounds: Bounds,
    outputs: Vec<f64>,
    /// The class whose margins are bounded; none where there is one output.
    label: Option<usize>,
    milliseconds: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    if arguments.device == Device::Gpu && arguments.arithmetic != Precision::F32 {
        let why = "the GPU computes in f32, as a preview: add --arithmetic f32, or leave out --device gpu";
        return Err(CliError::Usage(why.into()));
    }
    let (network, image, label) = match (arguments.mnist, &arguments.input) {
        (Some(index), _) => {
            let network = model::mnist_network(&arguments.model)?;
            let mnist = input::mnist_test(index, 1)?;
            (network, mnist.pixels, Some(mnist.labels[0]))
        }
        (None, Some(path)) => {
            let network = model::network(&arguments.model)?;
            let image = input::image(path, &network.nodes()[0].shape)?;
            (network, image, None)
        }
        (None, None) => return Err(CliError::Usage("give --mnist INDEX or --input FILE".into())),
    };
    // One output has no rival: its bounds are all there is to say, unless a label asks for more.
    let label = arguments.label.or(label.filter(|_| network.classes() > 1));
    let region = Region { norm: arguments.shape.norm, epsilon: arguments.epsilon, clip: arguments.shape.clip };
    let method = words::boundings(&arguments.method.to_string(), arguments.steps).map_err(CliError::Usage)?.remove(0);
    let asked = Asked { network: &network, image: &image, label, region: &region, arguments };
    let answer = match (method, arguments.arithmetic) {
        (Bounding::Plain(method), Precision::F32) if arguments.device == Device::Gpu => {
            ask(device::open()?, &asked, method)?
        }
        (Bounding::Plain(method), Precision::F32) => ask(Cpu::<f32>::new(), &asked, method)?,
        (Bounding::Plain(method), Precision::F64) => ask(Cpu::<f64>::new(), &asked, method)?,
        (Bounding::Plain(method), Precision::Sound) => ask(Sound, &asked, method)?,
        (Bounding::Alpha(_), _) if arguments.device == Device::Gpu => {
            return Err(CliError::Usage("alpha-crown is not on the GPU yet: leave --device gpu out".into()));
        }
        (Bounding::Alpha(climb), Precision::F32) => ask_alpha(Cpu::<f32>::new(), Cpu::<f32>::new(), &asked, &climb)?,
        (Bounding::Alpha(climb), Precision::F64) => ask_alpha(Cpu::<f64>::new(), Cpu::<f64>::new(), &asked, &climb)?,
        // Slopes may come from anywhere: the search charges no rounding, the walk with what it found does.
        (Bounding::Alpha(climb), Precision::Sound) => ask_alpha(Sound, Cpu::<f64>::new(), &asked, &climb)?,
    };
    if arguments.json {
        say!("{}", as_json(&network, &region, &answer, arguments))
    } else {
        print(&network, &region, &answer, arguments)
    }
}

/// What is asked.
struct Asked<'a> {
    network: &'a Network,
    image: &'a [f64],
    label: Option<usize>,
    region: &'a Region,
    arguments: &'a Arguments,
}

impl Asked<'_> {
    /// The network's outputs, and the class that they give where none was named.
    fn outputs<B: Backend>(&self, prepared: &Prepared<B>) -> Result<(Vec<f64>, Option<usize>), CliError> {
        let (_, outputs) = block_on(prepared.infer(self.image))?;
        let label = self.label.or_else(|| (self.network.classes() > 1).then(|| predicted(&outputs).unwrap_or(0)));
        Ok((outputs, label))
    }
}

fn ask<B: Backend>(backend: B, asked: &Asked<'_>, method: Method) -> Result<Answer, CliError> {
    if let Some(op) = backend.lacks(asked.network) {
        return Err(CliError::Usage(format!("the GPU lane has no {op} yet: leave --device gpu out")));
    }
    let prepared = Prepared::new(backend, asked.network);
    let (outputs, label) = asked.outputs(&prepared)?;
    let start = Instant::now();
    let (labels, lines) = (label.as_ref().map(std::slice::from_ref), asked.arguments.shape.lines);
    let bounds = block_on(prepared.bounds(asked.image, labels, asked.region, method, lines, &Steady))?.remove(0);
    Ok(Answer { bounds, outputs, label, milliseconds: start.elapsed().as_secs_f64() * 1e3 })
}

fn ask_alpha<B: Steerable, S: Steerable>(
    backend: B,
    search: S,
    asked: &Asked<'_>,
    climb: &Climb,
) -> Result<Answer, CliError> {
    let (prepared, search) = (Prepared::new(backend, asked.network), Prepared::new(search, asked.network));
    let (outputs, label) = asked.outputs(&prepared)?;
    let bar = progress::bar(climb.steps as u64);
    signals::listen();
    let start = Instant::now();
    let told = |step: crate::bounds::Step<'_>| bar.set_position(step.step as u64);
    let (image, region) = (asked.image, asked.region);
    let bounds = block_on(prepared.alpha_bounds(&search, (image, label), region, climb, &UntilInterrupted, told))?;
    bar.finish_and_clear();
    Ok(Answer { bounds, outputs, label, milliseconds: start.elapsed().as_secs_f64() * 1e3 })
}

fn precision_name(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "f32",
        Precision::F64 => "f64",
        Precision::Sound => "sound",
    }
}

fn device_name(device: Device) -> &'static str {
    match device {
        Device::Cpu => "cpu",
        Device::Gpu => "gpu",
    }
}

fn as_json(network: &Network, region: &Region, answer: &Answer, arguments: &Arguments) -> serde_json::Value {
    let layer = |layer: &crate::bounds::LayerBounds| json!({ "lower": layer.lower, "upper": layer.upper });
    json!({
        "question": {
            "model": arguments.model.display().to_string(),
            "network": network.hash(),
            "mnist": arguments.mnist,
            "input": arguments.input.as_ref().map(|path| path.display().to_string()),
            "label": answer.label,
            "norm": region.norm.name(),
            "epsilon": region.epsilon,
            "clip": region.clip,
            "method": arguments.method.to_string(),
            "lines": arguments.shape.lines.name(),
            "arithmetic": precision_name(arguments.arithmetic),
            "device": device_name(arguments.device),
        },
        "layers": answer.bounds.layers.iter().map(layer).collect::<Vec<_>>(),
        "logits": layer(&answer.bounds.logits),
        "margins": answer.bounds.margins,
        "verified": answer.label.map(|_| answer.bounds.verified()),
        "milliseconds": answer.milliseconds,
    })
}

fn print(network: &Network, region: &Region, answer: &Answer, arguments: &Arguments) -> Result<(), CliError> {
    let method = arguments.method.label();
    let clip = region.clip.map_or(String::new(), |[low, high]| format!(", clipped to [{low}, {high}]"));
    let lines = match arguments.method {
        Bounding::Plain(_) => format!("{} lines", arguments.shape.lines.name()),
        Bounding::Alpha(climb) => format!("slopes from {} steps", arguments.steps.unwrap_or(climb.steps)),
    };
    say!(
        "{method}, {lines}, norm {}, ε = {}{clip}, {} on the {}, {:.2} ms",
        region.norm.name(),
        region.epsilon,
        precision_name(arguments.arithmetic),
        device_name(arguments.device).to_uppercase(),
        answer.milliseconds
    )?;
    for (index, (layer, bounds)) in network.layers().iter().zip(&answer.bounds.layers).enumerate() {
        let mut counts = StatusCounts::default();
        let ends = bounds.lower.iter().copied().zip(bounds.upper.iter().copied());
        count_statuses(&mut counts, |neuron, l, u| layer.rule.status(neuron, l, u), ends);
        let has_bend = layer.rule.has_bend();
        let words: Vec<String> = Status::ALL
            .into_iter()
            .chain([Status::Unknown])
            .filter(|&status| counts[status as usize] > 0)
            .map(|status| format!("{} {}", counts[status as usize], status.label(has_bend)))
            .collect();
        say!("layer {}: {} neurons: {}", index + 1, bounds.lower.len(), words.join(", "))?;
    }
    say!("class   output      lower      upper")?;
    for (class, output) in answer.outputs.iter().enumerate() {
        let (lower, upper) = (answer.bounds.logits.lower[class], answer.bounds.logits.upper[class]);
        let (lower, upper) = (decimal(lower, 4, Toward::Down), decimal(upper, 4, Toward::Up));
        say!("{class:>5} {output:>8.4} {lower:>10} {upper:>10}")?;
    }
    let Some(label) = answer.label else {
        return say!("one output: no class to compare it with, so no margin and no verdict");
    };
    let rivals = (0..answer.outputs.len()).filter(|&class| class != label);
    for (rival, margin) in rivals.zip(&answer.bounds.margins) {
        say!("z{label} − z{rival} ≥ {}", decimal(*margin, 6, Toward::Down))?;
    }
    let word = match (answer.bounds.verified(), arguments.arithmetic) {
        (true, Precision::Sound) => "certified",
        (true, _) => "verified (rounding not charged)",
        (false, _) => "not verified",
    };
    say!("{word} as class {label}")
}
