//! All that the command line prints. Nothing that the other end of a pipe or a full disk does may panic or lose work.

use super::common::CliError;
use std::{
    fmt,
    io::{self, ErrorKind, Write},
};

/// A line on standard output: `say!("{count} rows")?`.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::say::line(format_args!($($words)*)) };
}
/// A line on standard error, where there is one to write to: `note!("interrupted")`.
macro_rules! note {
    ($($words:tt)*) => { $crate::cli::say::remark(format_args!($($words)*)) };
}
pub(super) use {note, say};

/// Writes a line to standard output.
///
/// # Errors
/// [`CliError::Closed`] where nobody reads any more, [`CliError::Output`] where it cannot be written.
pub(super) fn line(words: fmt::Arguments<'_>) -> Result<(), CliError> {
    writeln!(io::stdout().lock(), "{words}").map_err(failed)
}

/// Writes what is still held back.
///
/// # Errors
/// As for [`line`].
pub(super) fn flush() -> Result<(), CliError> {
    io::stdout().lock().flush().map_err(failed)
}

/// Writes a line to standard error. A standard error that is closed or full takes nothing, and there is nowhere to say so.
pub(super) fn remark(words: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

fn failed(error: io::Error) -> CliError {
    if error.kind() == ErrorKind::BrokenPipe { CliError::Closed } else { CliError::Output(error) }
}
