//! What commands share while they work: progress, and Ctrl-C.

use super::CliError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

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
