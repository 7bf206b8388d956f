//! `boundscope bounds`: every layer's bounds and the margins of one image at one ε.

use super::{
    common::{CliError, Device, Precision, Shape, block_on},
    device, input,
    say::say,
    words,
};
use crate::{
    activation::{Status, StatusCounts, count_statuses},
    bounds::{Bounds, Method, Prepared, Region},
    certify::predicted,
    network::Network,
    pulse::Steady,
    rounded::{Toward, decimal},
    tensor::{Backend, Cpu, Sound},
};
use serde_json::json;
use std::{path::PathBuf, time::Instant};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A .safetensors file, or a folder with net.json and model.safetensors
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
    /// ibp, crown-ibp, lbp, crown-lbp, crown or relaxed-crown:V
    #[arg(long, default_value = "crown", value_parser = words::parse::<Method>)]
    method: Method,
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
            let network = input::mnist_network(&arguments.model)?;
            let mnist = input::mnist_test(index, 1)?;
            (network, mnist.pixels, Some(mnist.labels[0]))
        }
        (None, Some(path)) => {
            let network = input::network(&arguments.model)?;
            let image = input::image(path, &network.nodes()[0].shape)?;
            (network, image, None)
        }
        (None, None) => return Err(CliError::Usage("give --mnist INDEX or --input FILE".into())),
    };
    // One output has no rival: its bounds are all there is to say, unless a label asks for more.
    let label = arguments.label.or(label.filter(|_| network.classes() > 1));
    let region = Region { norm: arguments.shape.norm, epsilon: arguments.epsilon, clip: arguments.shape.clip };
    let answer = match arguments.arithmetic {
        Precision::F32 if arguments.device == Device::Gpu => {
            ask(device::open()?, &network, &image, label, &region, arguments)?
        }
        Precision::F32 => ask(Cpu::<f32>::new(), &network, &image, label, &region, arguments)?,
        Precision::F64 => ask(Cpu::<f64>::new(), &network, &image, label, &region, arguments)?,
        Precision::Sound => ask(Sound, &network, &image, label, &region, arguments)?,
    };
    if arguments.json {
        say!("{}", as_json(&network, &region, &answer, arguments))
    } else {
        print(&network, &region, &answer, arguments)
    }
}

fn ask<B: Backend>(
    backend: B,
    network: &Network,
    image: &[f64],
    label: Option<usize>,
    region: &Region,
    arguments: &Arguments,
) -> Result<Answer, CliError> {
    let prepared = Prepared::new(backend, network);
    let (_, outputs) = block_on(prepared.infer(image))?;
    let label = label.or_else(|| (network.classes() > 1).then(|| predicted(&outputs).unwrap_or(0)));
    let start = Instant::now();
    let (method, lines) = (arguments.method, arguments.shape.lines);
    let bounds =
        block_on(prepared.bounds(image, label.as_ref().map(std::slice::from_ref), region, method, lines, &Steady))?
            .remove(0);
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
    say!(
        "{method}, {} lines, norm {}, ε = {}{clip}, {} on the {}, {:.2} ms",
        arguments.shape.lines.name(),
        region.norm.name(),
        region.epsilon,
        precision_name(arguments.arithmetic),
        device_name(arguments.device).to_uppercase(),
        answer.milliseconds
    )?;
    for (index, (layer, bounds)) in network.layers().iter().zip(&answer.bounds.layers).enumerate() {
        let mut counts = StatusCounts::default();
        let ends = bounds.lower.iter().copied().zip(bounds.upper.iter().copied());
        count_statuses(&mut counts, |neuron| layer.curves.at::<f64>(neuron), ends);
        let has_bend = layer.curves.bend.is_some();
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
