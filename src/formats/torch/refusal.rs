//! How a file is refused.

use crate::formats::{FormatError, malformed};

/// The word for errors.
pub const FORMAT: &str = "PyTorch";

/// How to export what cannot be read here.
pub const EXPORT: &str = "export ONNX instead: torch.onnx.export(model.eval(), torch.zeros(1, …), \"model.onnx\")";

/// An error about the file.
pub fn wrong(why: impl Into<String>) -> FormatError {
    malformed(FORMAT, why)
}
