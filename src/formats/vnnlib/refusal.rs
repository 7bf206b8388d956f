//! What is wrong with a question.

use crate::formats::{FormatError, malformed};

/// What is wrong in a line.
pub(super) fn wrong(line: u32, why: impl AsRef<str>) -> FormatError {
    malformed("VNN-LIB", format!("line {line}: {}", why.as_ref()))
}
