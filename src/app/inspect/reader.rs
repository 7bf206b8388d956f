//! The reader of other programs' files: a worker for one question.

use crate::{
    app::{
        link::aside::{Aside, Heard},
        text::inspect as text,
    },
    web::{Read, Told},
};
use std::time::Duration;

/// Longest time for one file, once the reader's program is here.
const PATIENCE: Duration = Duration::from_secs(20);

/// Has files read. `told` is called once: with the reader's answer, or why there is none.
///
/// # Errors
/// The browser starts no worker.
pub fn read(asked: &Read, told: impl Fn(Result<Told, String>) + 'static) -> Result<Aside, String> {
    let heard = move |heard: Heard<Told>| {
        told(match heard {
            Heard::Said(said) => Ok(said),
            Heard::Missing => Err(text::MISSING_READER.into()),
            Heard::Died => Err(text::READER_DIED.into()),
            Heard::Late => Err(text::too_long(&PATIENCE.as_secs())),
        });
    };
    Aside::start("reader", asked, Some(PATIENCE), heard).map_err(|_| text::MISSING_READER.into())
}
