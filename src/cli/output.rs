//! What commands share on the way to their answer: names, files, progress, and Ctrl-C.

use super::CliError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    ffi::OsString,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A model file's name without its endings: NAME of NAME.safetensors.gz.
pub(super) fn stem(model: &Path) -> String {
    let name = model.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    name.trim_end_matches(".gz").trim_end_matches(".safetensors").to_owned()
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut partial = OsString::from(path);
    partial.push(".partial");
    let failed = |error| CliError::Write(path.to_owned(), error);
    fs::write(&partial, bytes).map_err(failed)?;
    fs::rename(&partial, path).map_err(failed)
}

/// A progress bar with the time left, drawn on a terminal only.
pub(super) fn progress_bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len}  {elapsed} so far, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// A flag that Ctrl-C raises.
pub(super) fn interrupted() -> Result<Arc<AtomicBool>, CliError> {
    let flag = Arc::new(AtomicBool::new(false));
    let raise = flag.clone();
    ctrlc::set_handler(move || raise.store(true, Ordering::Relaxed))
        .map_err(|error| CliError::Usage(format!("Ctrl-C cannot be caught: {error}")))?;
    Ok(flag)
}
