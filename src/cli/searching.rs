//! What the commands that search have in common.

use crate::{formats::Own, search::Judge};
use std::{num::NonZeroUsize, sync::Arc, thread};

/// Bytes that domains which wait may take.
pub(super) const MEMORY: usize = 4 << 30;

/// The file's own account of its outputs: a counterexample has to be one there too.
pub(super) struct Account(pub(super) Option<Arc<dyn Own>>);

impl Judge for Account {
    fn outputs(&self, input: &[f64]) -> Option<Vec<f64>> {
        self.0.as_ref()?.outputs(input)?.ok()
    }
}

/// As many threads as were asked for, or the machine's cores.
pub(super) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), usize::from)
}
