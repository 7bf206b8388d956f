//! What the commands that search have in common.

use super::{common::CliError, input};
use crate::{
    formats::{Own, Reading, vnnlib},
    import,
    network::Query,
    search::Judge,
};
use std::{num::NonZeroUsize, path::Path, sync::Arc, thread};

/// Bytes that domains which wait may take.
pub(super) const MEMORY: usize = 4 << 30;

/// The file's own account of its outputs: a counterexample has to be one there too.
pub(super) struct Account(pub(super) Option<Arc<dyn Own>>);

impl Judge for Account {
    fn outputs(&self, input: &[f64]) -> Option<Vec<f64>> {
        self.0.as_ref()?.outputs(input)?.ok()
    }
}

/// Reads a question in VNN-LIB that is about a network's inputs and outputs as they were read.
pub(super) fn fitted(path: &Path, reading: &Reading) -> Result<Query, CliError> {
    let wrong = |error| CliError::Format(path.to_owned(), error);
    let query = vnnlib::read_query(&input::read(path)?).map_err(wrong)?;
    let found = [reading.network.input_len(), reading.network.classes()];
    let own = match &reading.own {
        Some(own) => own.outputs(&vec![0.0; found[0]]).and_then(Result::ok).map_or(found[1], |outputs| outputs.len()),
        None => found[1],
    };
    import::fits(&query, found, own, &reading.left_off)
        .map_err(|why| CliError::Usage(format!("{}: {why}", path.display())))?;
    Ok(query)
}

/// As many threads as were asked for, or the machine's cores.
pub(super) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from)
}
