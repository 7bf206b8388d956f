//! Where the command line's networks come from: a file of any format that is read, or a folder.

use super::{
    common::{CliError, block_on},
    input,
};
use crate::{
    formats::{Answer, Choice, FormatError, Reading, mnist, read_json, read_text},
    import::{self, CheckError},
    network::Network,
};
use std::path::Path;

/// What the user says about a file that leaves something open: a JSON file with "output", or a description of the layers.
fn choice(layout: Option<&Path>) -> Result<Choice, CliError> {
    let Some(path) = layout else { return Ok(Choice::default()) };
    let wrong = |error| CliError::Format(path.to_owned(), error);
    let bytes = input::read(path)?;
    let fields: serde_json::Map<String, serde_json::Value> = read_json("layout", &bytes).map_err(wrong)?;
    match fields.get("output") {
        Some(serde_json::Value::String(output)) if fields.len() == 1 => {
            Ok(Choice { output: Some(output.clone()), layers: None })
        }
        Some(_) => Err(CliError::Usage(format!(
            "{}: a layout with an \"output\" holds its name and nothing else",
            path.display()
        ))),
        None => {
            let layers = read_text("layout", &bytes).map_err(wrong)?.to_owned();
            Ok(Choice { output: None, layers: Some(layers) })
        }
    }
}

/// Reads MODEL: a network, or what it leaves open.
pub(super) fn answer(path: &Path, layout: Option<&Path>) -> Result<Answer, CliError> {
    Ok(import::open(path, &choice(layout)?)?)
}

/// Reads MODEL, and holds it against the file's own graph.
pub(super) fn reading(path: &Path, layout: Option<&Path>) -> Result<(Reading, Option<f64>), CliError> {
    match answer(path, layout)? {
        Answer::Network(reading) => {
            let difference = difference(&reading, path)?;
            Ok((*reading, difference))
        }
        Answer::Asks(asks) => {
            let error = FormatError::Asks { needs: asks.needs.join(" and "), why: asks.why };
            Err(CliError::Format(path.to_owned(), error))
        }
    }
}

/// Reads MODEL as a network alone.
pub(super) fn network(path: &Path) -> Result<Network, CliError> {
    Ok(reading(path, None)?.0.network)
}

/// Reads MODEL for MNIST images.
pub(super) fn mnist_network(path: &Path) -> Result<Network, CliError> {
    let network = network(path)?;
    mnist::fits(network.input_len()).map_err(|error| CliError::Format(path.to_owned(), error))?;
    Ok(network)
}

/// The network's outputs for one input, in f64.
pub(super) fn outputs(network: &Network, input: &[f64]) -> Result<Vec<f64>, CliError> {
    Ok(block_on(import::outputs(network, input))?)
}

/// ε = 0: the largest difference between a reading and the file's own graph; `None` where there is no such graph, or where it is too
/// large.
pub(super) fn difference(reading: &Reading, path: &Path) -> Result<Option<f64>, CliError> {
    block_on(import::difference(reading)).map_err(|error| match error {
        CheckError::Format(error) => CliError::Format(path.to_owned(), error),
        CheckError::Bounds(error) => CliError::Bounds(error),
        differs @ CheckError::Differs(_) => CliError::Usage(format!("{}: {differs}", path.display())),
    })
}
