//! Files in and out: the only room that sees untrusted bytes.
//!
//! Sizes are checked before anything is allocated; every error names what is wrong, where, and what would do.
#![forbid(unsafe_code)]

mod gzip;
mod idx;
mod layers;
mod model;
mod npy;
mod onnx;

pub use gzip::gunzip;
#[cfg(feature = "gzip")]
pub use gzip::gzip;
pub use idx::{Images, Labels, read_images, read_labels, read_shard};
pub use model::{Extra, read_extra, read_json_model, read_model, write_model, write_model_with};
pub use npy::{read_json_numbers, read_npy};
pub use onnx::{Rounded, onnx_rounded, write_onnx};

use crate::network::NetworkError;

/// A file that cannot be read, or cannot be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FormatError {
    /// The bytes are not what the format promises.
    #[error("not a valid {format} file: {why}")]
    Malformed {
        /// The format.
        format: &'static str,
        /// What is wrong, and where.
        why: String,
    },
    /// A file larger than the project reads.
    #[error("the {format} file would unpack to more than {limit} bytes, which is more than Boundscope reads")]
    TooLarge {
        /// The format.
        format: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// A network that the format has no room for.
    #[error("the {format} file would take {size} bytes, the format ends at {limit}; a .safetensors file has room")]
    NoRoom {
        /// The format.
        format: &'static str,
        /// Bytes it would take, or a lower bound.
        size: usize,
        /// The most it can take.
        limit: usize,
    },
    /// The model's description names a tensor the file does not hold.
    #[error("layer {layer} ({op}) names the tensor \"{tensor}\", which the file does not hold; it holds {held}")]
    MissingTensor {
        /// Index of the layer.
        layer: usize,
        /// Its operator.
        op: String,
        /// The name.
        tensor: String,
        /// The names there are.
        held: String,
    },
    /// An operator that is not known.
    #[error("layer {layer} has the op \"{op}\", which is unknown; known are {known}")]
    UnknownOp {
        /// Index of the layer.
        layer: usize,
        /// The word found.
        op: String,
        /// The words that would do.
        known: &'static str,
    },
    /// A layer whose settings or tensors are wrong.
    #[error("layer {layer} ({op}): {why}")]
    Layer {
        /// Index of the layer.
        layer: usize,
        /// Its operator.
        op: String,
        /// What is wrong.
        why: String,
    },
    /// A file that was read but is no network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Shorthand for [`FormatError::Malformed`].
fn malformed(format: &'static str, why: impl Into<String>) -> FormatError {
    FormatError::Malformed { format, why: why.into() }
}
