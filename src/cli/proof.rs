//! The certificate of a search: the tree kept while it grows, and the file made of it.

use super::{
    common::{CliError, block_on},
    output,
    signals::{UntilInterrupted, raised},
};
use crate::{
    bounds::BoundsError,
    certificate::{Origin, Record, Rejected, Unwritten, written},
    formats::Reading,
    network::Query,
    search::{Listener, Progress, Tree},
};
use std::{path::Path, time::Instant};

/// Hears of a search: how far it is, and its tree where a certificate is asked for.
pub(super) struct Told<F> {
    pub(super) progress: F,
    pub(super) record: Option<Record>,
}

impl<F: Fn(&Progress) + Sync> Listener for Told<F> {
    fn progress(&self, progress: &Progress) {
        (self.progress)(progress);
    }

    fn part(&self, part: usize) {
        if let Some(record) = &self.record {
            record.part(part);
        }
    }

    fn tree(&self) -> Option<&dyn Tree> {
        self.record.as_ref().map(|record| record as &dyn Tree)
    }
}

/// What came of a certificate that was asked for.
pub(super) enum Proof {
    Written {
        leaves: u64,
        /// Leaves that the search did not need.
        more: u64,
        bytes: usize,
        seconds: f64,
    },
    /// None was, and why.
    Unwritten(String),
}

/// Makes the certificate of a question that was answered with "no", and writes it, unless it gets `late`. What no certificate can show is an answer, not an error.
pub(super) fn make(
    path: &Path,
    reading: &Reading,
    asked: (&Query, &[String]),
    record: &Record,
    late: &(dyn Fn() -> bool + Sync),
    progress: impl FnMut(f64),
) -> Result<Proof, CliError> {
    let start = Instant::now();
    let origin =
        Origin { format: reading.format.to_owned(), notes: reading.notes.clone(), left_off: reading.left_off.clone() };
    let found = block_on(written(
        &reading.network,
        &origin,
        asked,
        record,
        &UntilInterrupted,
        &|| raised() || late(),
        progress,
    ));
    match found {
        Ok(found) => {
            output::write(path, found.text.as_bytes())?;
            let (leaves, more, bytes) = (found.leaves, found.more, found.text.len());
            Ok(Proof::Written { leaves, more, bytes, seconds: start.elapsed().as_secs_f64() })
        }
        Err(Unwritten::Rejected(Rejected::Stopped)) => Err(BoundsError::Cancelled.into()),
        Err(Unwritten::Late { .. }) if raised() => Err(BoundsError::Cancelled.into()),
        Err(why) => Ok(Proof::Unwritten(why.to_string())),
    }
}
