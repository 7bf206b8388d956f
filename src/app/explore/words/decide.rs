//! What is said of a search that decides.

use crate::{
    app::text::{decide, explore as text},
    charts::numbers::{self, seconds},
    search::Progress,
};

fn count(count: u64) -> String {
    numbers::count(count as usize)
}

/// It begins.
pub fn begins(epsilon: &str) -> String {
    text::decide_begins(&epsilon)
}

/// How far it is.
pub fn goes_on(epsilon: &str, progress: &Progress, at: f64) -> String {
    text::decide_goes_on(&epsilon, &count(progress.bounded), &count(progress.open), &seconds(at))
}

/// It proved that no input is misread.
pub fn proved(epsilon: &str, leaves: u64, at: f64) -> String {
    if leaves == 1 {
        text::decide_proved_whole(&epsilon, &seconds(at))
    } else {
        text::decide_proved(&epsilon, &count(leaves), &seconds(at))
    }
}

/// It found one that is.
pub fn broken(epsilon: &str, class: u32, at: f64) -> String {
    text::decide_broken(&epsilon, &class, &seconds(at))
}

/// It had its time.
pub fn open(epsilon: &str, at: f64) -> String {
    text::decide_open(&epsilon, &seconds(at))
}

/// It was called off.
pub fn cancelled() -> String {
    decide::CANCELLED.into()
}

/// Its program did not come.
pub fn missing() -> String {
    decide::MISSING.into()
}

/// It failed inside.
pub fn died() -> String {
    decide::DIED.into()
}

/// The question was refused.
pub fn refused(why: &str) -> String {
    decide::refused_here(&why)
}
