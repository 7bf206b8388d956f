//! One tab's part of the link, and how its values are read.

use crate::app::text::page as text;

/// One tab's part of the state.
pub trait Part {
    /// Writes what differs from the default as keys and values.
    fn write(&self, put: &mut dyn FnMut(&str, String));
    /// Takes one key; `None` if it is not one of this part's, a sentence if its value is not one.
    fn read(&mut self, key: &str, value: &str) -> Option<Result<(), String>>;
    /// Mends what single keys cannot see, once all are read; says what it mended.
    fn settle(&mut self) -> Option<String> {
        None
    }
}

/// A whole number of a range.
pub(super) fn whole(value: &str, least: u32, most: u32) -> Result<u32, String> {
    match value.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(text::not_whole(&least, &most)),
    }
}

/// A number of a range.
pub(super) fn real(value: &str, least: f64, most: f64) -> Result<f64, String> {
    match value.parse::<f64>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(text::not_real(&least, &most)),
    }
}
