//! What is said of a search that decides.

use crate::{
    app::{
        explore::units,
        text::{decide, explore as text},
    },
    bounds::Norm,
    charts::numbers::{self, seconds},
    search::Progress,
};

fn count(count: u64) -> String {
    numbers::count(count as usize)
}

/// How far it is.
pub fn goes_on(epsilon: f64, norm: Norm, progress: &Progress, at: f64) -> String {
    text::decide_goes_on(&units::write(epsilon, norm), &count(progress.bounded), &count(progress.open), &seconds(at))
}

/// It proved that no input is misread.
pub fn proved(epsilon: f64, norm: Norm, leaves: u64, at: f64) -> String {
    if leaves == 1 {
        text::decide_proved_whole(&units::write(epsilon, norm), &seconds(at))
    } else {
        text::decide_proved(&units::write(epsilon, norm), &count(leaves), &seconds(at))
    }
}

/// It found one that is.
pub fn broken(epsilon: f64, norm: Norm, class: u32, at: f64) -> String {
    text::decide_broken(&units::write(epsilon, norm), &class, &seconds(at))
}

/// It had its time.
pub fn open(epsilon: f64, norm: Norm, at: f64) -> String {
    text::decide_open(&units::write(epsilon, norm), &seconds(at))
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
