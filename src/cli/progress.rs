//! Progress on a terminal; elsewhere nothing is drawn.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar with the time left.
pub(super) fn bar(length: u64) -> ProgressBar {
    styled(length, "{bar:32} {pos}/{len}  {elapsed} so far, {eta} left")
}

/// A bar with the time left and words of its own.
pub(super) fn bar_with_words(length: u64) -> ProgressBar {
    styled(length, "{bar:24} {pos}/{len}  {elapsed} so far, {eta} left  {msg}")
}

fn styled(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
