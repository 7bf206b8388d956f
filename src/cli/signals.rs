//! Ctrl-C, and the signals by which systems end programs: the first asks, the second ends at once.

use super::{common::CliError, output, say::note};
use crate::{
    bounds::BoundsError,
    pulse::{Cancelled, Pulse},
};
use std::sync::atomic::{AtomicBool, Ordering};

/// Raised by the first signal.
static RAISED: AtomicBool = AtomicBool::new(false);
/// Whether the command at work looks at the flag.
static LISTENING: AtomicBool = AtomicBool::new(false);

/// How a program says that it was interrupted.
pub(super) const INTERRUPTED: u8 = 130;

/// Catches interrupts, requests to terminate and hang-ups (unless whoever started the program had these ignored, as `nohup` does).
/// Commands that do not listen are ended by the first, without leaving half a file.
///
/// # Errors
/// Where the system lets nobody catch them.
pub(super) fn catch() -> Result<(), CliError> {
    let hangups = hangups::ignored();
    ctrlc::set_handler(|| {
        if RAISED.swap(true, Ordering::SeqCst) || !LISTENING.load(Ordering::SeqCst) {
            output::abandon();
            std::process::exit(i32::from(INTERRUPTED));
        }
        note!("boundscope: stopping; once more ends it at once");
    })
    .map_err(|error| CliError::Usage(format!("Ctrl-C cannot be caught: {error}")))?;
    if hangups {
        hangups::ignore();
    }
    Ok(())
}

/// From now on the first signal only raises the flag, which this hands out.
pub(super) fn listen() -> &'static AtomicBool {
    LISTENING.store(true, Ordering::SeqCst);
    &RAISED
}

/// Whether a signal has come.
pub(super) fn raised() -> bool {
    RAISED.load(Ordering::Relaxed)
}

/// An end as interrupted, if a signal has come.
///
/// # Errors
/// [`BoundsError::Cancelled`], which has an exit status of its own.
pub(super) fn check() -> Result<(), CliError> {
    if raised() { Err(BoundsError::Cancelled.into()) } else { Ok(()) }
}

/// Ends work once the flag is raised.
pub(super) struct UntilInterrupted;

impl Pulse for UntilInterrupted {
    async fn tick(&self) -> Result<(), Cancelled> {
        if raised() { Err(Cancelled) } else { Ok(()) }
    }
}

#[cfg(unix)]
mod hangups {
    use std::ffi::c_int;

    // From signal.h, the same on every Unix.
    const SIGHUP: c_int = 1;
    const SIG_IGN: usize = 1;
    unsafe extern "C" {
        fn signal(number: c_int, handler: usize) -> usize;
    }

    /// Whether hang-ups are ignored; from now on they are, until somebody sets a handler.
    pub(super) fn ignored() -> bool {
        // SAFETY: SIGHUP is a signal that may be ignored, SIG_IGN is no function that could be called.
        unsafe { signal(SIGHUP, SIG_IGN) == SIG_IGN }
    }

    /// Ignores them again.
    pub(super) fn ignore() {
        // SAFETY: as in `ignored`.
        unsafe { signal(SIGHUP, SIG_IGN) };
    }
}

#[cfg(not(unix))]
mod hangups {
    pub(super) fn ignored() -> bool {
        false
    }

    pub(super) fn ignore() {}
}
