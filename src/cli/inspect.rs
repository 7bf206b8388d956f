//! `boundscope inspect`: what a file holds and how it was read, or what it leaves open.

use super::{common::CliError, model, say::say};
use crate::{
    formats::{Answer, Asks},
    import::{self, Layer, Report},
};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// What the file leaves open: a JSON file with "output", or with "input_shape" and "layers"
    #[arg(long)]
    layout: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let layout = arguments.layout.as_deref();
    match model::answer(&arguments.model, layout)? {
        Answer::Asks(asks) if arguments.json => say!("{}", asked(&asks)),
        Answer::Asks(asks) => {
            say!("{}: {}{}", arguments.model.display(), asks.format, by(&asks.producer))?;
            say!("{}", asks.why)?;
            say!("a guess, to be changed where it is wrong and given with --layout FILE.json:")?;
            let guess = serde_json::to_string_pretty(&asks.guess);
            say!("{}", guess.map_err(|error| CliError::Usage(error.to_string()))?)
        }
        Answer::Network(reading) => {
            let difference = model::difference(&reading, &arguments.model)?;
            if arguments.json {
                let report = serde_json::to_value(import::report(&reading, difference));
                say!("{}", report.map_err(|error| CliError::Usage(error.to_string()))?)
            } else {
                print(arguments, &import::report(&reading, difference))
            }
        }
    }
}

fn by(producer: &str) -> String {
    if producer.is_empty() { String::new() } else { format!(", written by {producer}") }
}

fn asked(asks: &Asks) -> Value {
    json!({ "format": asks.format, "producer": asks.producer, "needs": asks.needs, "guess": asks.guess, "why": asks.why })
}

fn print(arguments: &Arguments, report: &Report) -> Result<(), CliError> {
    say!("{}: {}{}", arguments.model.display(), report.format, by(&report.producer))?;
    for (name, value) in &report.details {
        say!("{name} {value}")?;
    }
    say!("takes {:?}, gives {} outputs, {} parameters", report.input_shape, report.outputs, report.parameters)?;
    for (place, Layer { layer, shape, parameters, .. }) in report.layers.iter().enumerate() {
        let parameters = if *parameters == 0 { String::new() } else { format!(", {parameters} parameters") };
        say!("  {place:>3}  {layer} → {shape:?}{parameters}")?;
    }
    for note in &report.notes {
        say!("note: {note}")?;
    }
    match report.self_check {
        Some(difference) => {
            say!("self-check: differs from the file's own graph by {difference:.1e} of its outputs' size at most")?
        }
        None if report.own_graph => say!("self-check: left out, the graph is too large for it")?,
        None => {}
    }
    say!("network {}", report.network)
}
