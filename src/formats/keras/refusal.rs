//! How a Keras file is refused as a whole.

use crate::formats::{FormatError, malformed};

/// The word for errors.
pub const FORMAT: &str = "Keras";

/// An error about the file as a whole.
pub fn refuse(why: impl Into<String>) -> FormatError {
    malformed(FORMAT, why)
}
