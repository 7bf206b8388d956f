//! What the commands that search have in common.

use super::{common::CliError, input};
use crate::{
    formats::{Own, Reading},
    import::{self, AskError},
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
    import::ask(&input::read(path)?, reading).map_err(|error| match error {
        AskError::Format(error) => CliError::Format(path.to_owned(), error),
        AskError::Unfit(why) => CliError::Usage(format!("{}: {why}", path.display())),
    })
}

/// As many threads as were asked for, or the machine's cores.
pub(super) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from)
}
