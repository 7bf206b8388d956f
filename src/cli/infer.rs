//! `boundscope infer`: the outputs for one input, as the file gives them.

use super::{common::CliError, input, model, say::say};
use crate::import;
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// An input as .npy or .json
    #[arg(long)]
    input: PathBuf,
    /// What the file leaves open, as for `inspect`
    #[arg(long)]
    layout: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let (reading, _) = model::reading(&arguments.model, arguments.layout.as_deref())?;
    let image = input::image(&arguments.input, &reading.network.nodes()[0].shape)?;
    let logits = model::outputs(&reading.network, &image)?;
    let wrong = |error| CliError::Format(arguments.model.clone(), error);
    let (outputs, theirs) = match &reading.own {
        Some(own) => (own.finish(&logits).map_err(wrong)?, own.outputs(&image).transpose().map_err(wrong)?),
        None => (logits.clone(), None),
    };
    let difference = theirs.map(|theirs| import::largest(&outputs, &theirs));
    if arguments.json {
        let left_off = !reading.left_off.is_empty();
        return say!(
            "{}",
            json!({
                "outputs": outputs,
                "logits": left_off.then_some(&logits),
                "left_off": reading.left_off,
                "self_check": difference,
                "network": reading.network.hash(),
            })
        );
    }
    for (place, output) in outputs.iter().enumerate() {
        say!("{place:>4}  {output}")?;
    }
    if !reading.left_off.is_empty() {
        say!("the network's own outputs, before {}: {logits:?}", reading.left_off.join(" and "))?;
    }
    match difference {
        Some(difference) => say!("differs from the file's own graph by {difference:.1e} of its outputs' size at most"),
        None => Ok(()),
    }
}
