//! Files in and out: the only room that sees untrusted bytes.
//!
//! Sizes are checked before anything is allocated; every error names what is wrong, where, and what would do.
#![forbid(unsafe_code)]

#[cfg(feature = "readers")]
mod archive;
mod boundscope;
#[cfg(feature = "readers")]
mod ends;
#[cfg(feature = "readers")]
mod examples;
mod gzip;
mod idx;
#[cfg(feature = "readers")]
mod json;
#[cfg(feature = "readers")]
mod keras;
mod kind;
mod limits;
pub mod mnist;
mod npy;
mod numbers;
mod onnx;
#[cfg(any(feature = "prover", all(test, feature = "readers")))]
mod pack;
mod readers;
mod reading;
mod text;
#[cfg(feature = "readers")]
mod torch;
#[cfg(any(feature = "readers", feature = "prover"))]
pub mod vnnlib;
#[cfg(feature = "readers")]
mod weights;

pub use boundscope::{Extra, read_extra, read_json_model, write_model, write_model_with};
#[cfg(feature = "readers")]
pub use examples::{Examples, read_examples};
pub use gzip::gunzip;
#[cfg(feature = "gzip")]
pub use gzip::gzip;
pub use idx::{Images, Labels, read_images, read_labels, read_shard};
pub use kind::{Kind, kind};
pub use npy::{Array, read_json_numbers, read_npy};
pub use onnx::{Rounded, onnx_rounded, write_onnx};
#[cfg(feature = "prover")]
pub use pack::Packing;
pub use readers::{read_file, read_model};
pub use reading::{Alone, Answer, Asks, Choice, Files, Own, Reading};
pub use text::{OneLine, read_json, read_text};

use crate::network::NetworkError;

/// Largest model file read, unpacked, in bytes.
pub const LIMIT: usize = 512 << 20;

/// A file that cannot be read, or cannot be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FormatError {
    /// The bytes are not what the format promises.
    #[error("not a valid {format} file: {why}", why = OneLine(.why))]
    Malformed {
        /// The format.
        format: &'static str,
        /// What is wrong, and where.
        why: String,
    },
    /// A file of a kind that networks are not read from.
    #[error("this is {name}; networks are read from {known} (see \"Files\" in the README)", name = .found.name())]
    NoNetwork {
        /// What it is.
        found: Kind,
        /// The formats that would do.
        known: String,
    },
    /// An input of another shape than the network takes.
    #[error("its shape is {found:?}, the network takes {wanted:?}: give that shape, or a flat list in its order")]
    InputShape {
        /// The shape found.
        found: Vec<usize>,
        /// The network's.
        wanted: Vec<usize>,
    },
    /// Images of other sizes than the data set has.
    #[error("images of {height}×{width}; the network takes 784 numbers, an MNIST image has 28×28")]
    ImageSize {
        /// Height found.
        height: usize,
        /// Width found.
        width: usize,
    },
    /// Images that the data set does not have.
    #[error("the {set} has images 0 to {last}, not {asked}", last = .images - 1)]
    NoImages {
        /// The data set.
        set: &'static str,
        /// How many images it has.
        images: usize,
        /// What was asked for.
        asked: String,
    },
    /// A part of a data set that lacks images.
    #[error("it holds {held} images, fewer than the {wanted} that are asked for: the {set} is short")]
    Short {
        /// The data set.
        set: &'static str,
        /// Images of the file.
        held: usize,
        /// Images of the file that are asked for, from its first one on.
        wanted: usize,
    },
    /// A network that does not take the data set's images.
    #[error("takes {0} numbers, an MNIST image has 784")]
    NotMnist(usize),
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
    #[error(
        "layer {layer} ({op}) names the tensor \"{tensor}\", which the file does not hold; it holds {held}",
        tensor = OneLine(.tensor), held = OneLine(.held)
    )]
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
    #[error("layer {layer} has the op \"{op}\", which is unknown; known are {known}", op = OneLine(.op))]
    UnknownOp {
        /// Index of the layer.
        layer: usize,
        /// The word found.
        op: String,
        /// The words that would do.
        known: String,
    },
    /// A layer whose settings or tensors are wrong.
    #[error("layer {layer} ({op}): {why}", why = OneLine(.why))]
    Layer {
        /// Index of the layer.
        layer: usize,
        /// Its operator.
        op: String,
        /// What is wrong.
        why: String,
    },
    /// A node of a graph that cannot be read.
    #[error("{node}: {why}", node = OneLine(.node), why = OneLine(.why))]
    Node {
        /// The node, by name and operator.
        node: String,
        /// What is wrong with it, and what would do.
        why: String,
    },
    /// A file that leaves something open that a network needs.
    #[error("{why}; give the {needs} with --layout FILE.json (`boundscope inspect` shows a guess)")]
    Asks {
        /// What has to be said.
        needs: String,
        /// The question, in words.
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
