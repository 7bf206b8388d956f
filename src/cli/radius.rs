//! `boundscope radius`: the largest ε at which each image is verified.

use super::{CliError, Shape, block_on, input, methods, output};
use crate::{
    bounds::{Method, Norm, Prepared, Region},
    certify::{Bracket, RadiusQuestion, Search, certified_radius},
    pulse::Steady,
    tensor::{Cpu, Sound},
};
use serde_json::json;
use std::{ops::Range, path::PathBuf, time::Instant};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A .safetensors file, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// MNIST test images: INDEX, FROM..TO (end excluded) or FIRST-LAST
    #[arg(long, value_parser = input::range)]
    mnist: Range<usize>,
    /// Methods, separated by commas
    #[arg(long, default_value = "ibp,crown-ibp,lbp,crown-lbp,crown")]
    method: String,
    #[command(flatten)]
    shape: Shape,
    /// The largest ε tried [default: 1 for inf, 16 for 2, 128 for 1]
    #[arg(long)]
    largest: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

struct Row {
    image: usize,
    label: usize,
    method: Method,
    bracket: Bracket,
    milliseconds: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let network = input::mnist_network(&arguments.model)?;
    let methods = methods(&arguments.method).map_err(CliError::Usage)?;
    let set = input::mnist_test(arguments.mnist.start, arguments.mnist.len())?;
    let largest = arguments.largest.unwrap_or(match arguments.shape.norm {
        Norm::Inf => 1.0,
        Norm::Two => 16.0,
        Norm::One => 128.0,
    });
    let (prepared, sound) = (Prepared::new(Cpu::<f32>::new(), &network), Prepared::new(Sound, &network));
    let bar = output::progress_bar((set.labels.len() * methods.len()) as u64);
    let mut rows = Vec::new();
    for (position, (image, &label)) in set.pixels.chunks(network.input_len()).zip(&set.labels).enumerate() {
        for &method in &methods {
            let start = Instant::now();
            let search = Search { largest, ..Search::default() };
            let region = Region { norm: arguments.shape.norm, epsilon: 0.0, clip: arguments.shape.clip };
            let question = RadiusQuestion { image, label, region, method, strategy: arguments.shape.lines, search };
            let bracket = block_on(certified_radius(&prepared, &sound, &question, &Steady, |_| {}))?;
            let milliseconds = start.elapsed().as_secs_f64() * 1e3;
            rows.push(Row { image: arguments.mnist.start + position, label, method, bracket, milliseconds });
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    if arguments.json {
        println!("{}", as_json(&network.hash(), &rows, arguments));
        return Ok(());
    }
    let clip = arguments.shape.clip.map_or(String::new(), |[low, high]| format!(", clipped to [{low}, {high}]"));
    println!(
        "certified radius, norm {}{clip}, {} lines; certified in sound arithmetic",
        arguments.shape.norm.name(),
        arguments.shape.lines.name()
    );
    for row in rows {
        let found = match (row.bracket.verified, row.bracket.unverified) {
            (None, _) => "not verified even at ε = 0".to_owned(),
            (Some(low), None) => format!("certified up to {low:.6} (the largest tried)"),
            (Some(low), Some(high)) => format!("certified up to {low:.6}, not at {high:.6}"),
        };
        println!("image {:>5} label {} {:>16} {found}", row.image, row.label, row.method.label());
    }
    Ok(())
}

fn as_json(hash: &str, rows: &[Row], arguments: &Arguments) -> serde_json::Value {
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
            "model": arguments.model.display().to_string(),
            "network": hash,
            "norm": arguments.shape.norm.name(),
            "clip": arguments.shape.clip,
            "lines": arguments.shape.lines.name(),
            "device": "cpu",
        },
        "radii": rows.iter().map(radius).collect::<Vec<_>>(),
    })
}
