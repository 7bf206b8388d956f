//! `boundscope radius`: the largest ε at which each image is verified.

use super::{
    common::{CliError, Shape, block_on},
    input, model, progress,
    say::say,
    signals::{self, UntilInterrupted},
    words,
};
use crate::{
    bounds::{Bounding, BoundsError, Norm, Prepared, Region},
    certify::{Bracket, RadiusQuestion, Search, alpha_radius, certified_radius},
    rounded::{Toward, significant},
    tensor::{Cpu, Sound},
};
use serde_json::json;
use std::{ops::Range, path::PathBuf, time::Instant};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// MNIST test images: INDEX, FROM..TO (end excluded) or FIRST-LAST
    #[arg(long, value_parser = input::range, allow_hyphen_values = true)]
    mnist: Range<usize>,
    /// Methods, separated by commas: ibp, crown-ibp, lbp, crown-lbp, crown, alpha-crown or relaxed-crown:V
    #[arg(long, default_value = "ibp,crown-ibp,lbp,crown-lbp,crown")]
    method: String,
    /// Steps that alpha-crown takes at each ε [default: 20]
    #[arg(long, value_parser = words::steps, allow_hyphen_values = true)]
    steps: Option<usize>,
    #[command(flatten)]
    shape: Shape,
    /// The largest ε tried [default: 1 for inf, 16 for 2, 128 for 1]
    #[arg(long, value_parser = words::positive, allow_hyphen_values = true)]
    largest: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

struct Row {
    image: usize,
    label: usize,
    method: Bounding,
    bracket: Bracket,
    milliseconds: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let network = model::mnist_network(&arguments.model)?;
    let methods = words::boundings(&arguments.method, arguments.steps).map_err(CliError::Usage)?;
    let set = input::mnist_test(arguments.mnist.start, arguments.mnist.len())?;
    let largest = arguments.largest.unwrap_or(match arguments.shape.norm {
        Norm::Inf => 1.0,
        Norm::Two => 16.0,
        Norm::One => 128.0,
    });
    let (prepared, sound) = (Prepared::new(Cpu::<f32>::new(), &network), Prepared::new(Sound, &network));
    let bar = progress::bar((set.labels.len() * methods.len()) as u64);
    signals::listen();
    let mut rows = Vec::new();
    let questions = set.pixels.chunks(network.input_len()).zip(&set.labels).enumerate();
    for ((position, (image, &label)), &method) in questions.flat_map(|q| methods.iter().map(move |method| (q, method)))
    {
        let start = Instant::now();
        let search = Search { largest, ..Search::default() };
        let region = Region { norm: arguments.shape.norm, epsilon: 0.0, clip: arguments.shape.clip };
        let strategy = arguments.shape.lines;
        let found = block_on(async {
            match method {
                Bounding::Plain(method) => {
                    let question = RadiusQuestion { image, label, region, method, strategy, search };
                    certified_radius(&prepared, &sound, &question, &UntilInterrupted, |_| {}).await
                }
                Bounding::Alpha(climb) => {
                    let question = (image, label);
                    let how = (&climb, search);
                    alpha_radius(&prepared, &sound, question, &region, how, &UntilInterrupted, |_| {}).await
                }
            }
        });
        let bracket = match found {
            // What was found until then is told.
            Err(BoundsError::Cancelled) => break,
            found => found?,
        };
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        rows.push(Row { image: arguments.mnist.start + position, label, method, bracket, milliseconds });
        bar.inc(1);
    }
    bar.finish_and_clear();
    if arguments.json {
        let mut answer = as_json(&network.hash(), &rows, arguments);
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
    signals::check()
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
