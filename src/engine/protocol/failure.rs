//! Why something could not be done: a code and its facts. Whoever shows them finds the words, in whatever language.

use crate::{bounds::BoundsError, tensor::DeviceError};
use serde::{Deserialize, Serialize};

/// Why a request could not be answered, or a run had to stop. Fields called `why` are text as a file's reader, a device or a browser
/// words it; all others are facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The program of the engine could not be loaded: said in its place by its loader.
    Loader {
        /// What the browser says.
        why: String,
    },
    /// A message that is none.
    Message {
        /// What its reader says.
        why: String,
    },
    /// A request for the whole engine came to the one that only explores.
    Partial,
    /// No network has been put into the session under that key.
    NoNetwork {
        /// The key.
        network: String,
    },
    /// A network's file could not be read.
    Network {
        /// The key it was to have.
        network: String,
        /// What its reader says, and where.
        why: String,
    },
    /// Bytes that are no whole number of images, or of another number than labels.
    Pixels {
        /// Bytes found.
        found: u32,
        /// Bytes of one image, or of all images.
        wanted: u32,
    },
    /// A time to spend that is none: not a number, below 0 or above ten minutes.
    Budget {
        /// The time asked for, in milliseconds.
        found: f64,
    },
    /// A question about bounds that has no answer.
    Bounds {
        /// Why.
        error: BoundsError,
    },
    /// A device failed.
    Device {
        /// Which, and how.
        error: DeviceError,
    },
    /// A device computes wrong.
    Kernel {
        /// The kernel that deviates.
        kernel: String,
        /// Which element of its result.
        element: u32,
        /// What the device found.
        found: f64,
        /// What is right.
        wanted: f64,
        /// How far apart they may be.
        tolerance: f64,
    },
    /// There are no images to train on yet.
    NoImages,
    /// There are no images to measure on yet.
    NoHeldOut,
    /// The images to measure on and their labels do not go together.
    HeldOut {
        /// Bytes of pixels.
        pixels: u32,
        /// Labels.
        labels: u32,
    },
    /// The images to measure on are not of the network's size.
    HeldOutSize {
        /// Pixels of an image that the network takes.
        wanted: u32,
    },
    /// A later piece of the training set differs in shape or classes from the first, or came before it.
    Piece,
    /// No run stands in a place.
    NoRun,
    /// A setting of a plan out of its range.
    Plan {
        /// Which.
        setting: String,
        /// Its value.
        found: String,
        /// What would do, in words.
        wanted: String,
    },
    /// The layers do not fit the images.
    Architecture {
        /// Which, and why.
        why: String,
    },
    /// Images that cannot be trained on.
    Data {
        /// Why.
        why: String,
    },
    /// A loss, gradient or weight that is not a number; the state before it is kept.
    Diverged {
        /// The step that failed, from 0.
        step: u32,
        /// Epochs done.
        epoch: f64,
        /// What is no number.
        what: String,
    },
    /// The program of a loss has an operation that cannot be differentiated: a fault of this program, not of what was asked.
    NoAdjoint {
        /// The operation.
        operation: String,
    },
    /// A file that is no checkpoint.
    Checkpoint {
        /// Why.
        why: String,
    },
    /// A file that could not be read or written.
    File {
        /// Why, and where.
        why: String,
    },
    /// A network that cannot be written as ONNX.
    Onnx {
        /// Why.
        why: String,
    },
    /// The build has no GPU lane.
    NoGpuLane,
    /// The GPU lane computes no such operator: the network stays on the CPU.
    NoKernel {
        /// The operator, as the model format names it.
        op: String,
    },
    /// The GPU is not open, or not tried yet.
    GpuNotReady,
    /// A run adds noise to r, which happens on the CPU only.
    Noise,
}

/// The English that the command line and tests read; a page has words of its own.
#[cfg(not(target_arch = "wasm32"))]
impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Loader { why } => write!(out, "the engine could not be loaded: {why}"),
            Failure::Message { why } => write!(out, "a message could not be read: {why}"),
            Failure::Partial => write!(out, "this engine only explores: the whole one is another program"),
            Failure::NoNetwork { network } => {
                write!(out, "no network named \"{network}\" has been loaded; load it first")
            }
            Failure::Network { network, why } => write!(out, "the network \"{network}\" could not be read: {why}"),
            Failure::Pixels { found, wanted } => {
                write!(out, "{found} bytes of pixels are not a whole number of images of {wanted}, one for each label")
            }
            Failure::Budget { found } => write!(out, "the time to spend is {found} ms; it must be from 0 to 600000"),
            Failure::Bounds { error } => error.fmt(out),
            Failure::Device { error } => error.fmt(out),
            Failure::Kernel { kernel, element, found, wanted, tolerance } => write!(
                out,
                "the GPU is not used: the kernel {kernel} gave {found:e} where {wanted:e} ± {tolerance:.1e} is right (element {element})"
            ),
            Failure::NoImages => write!(out, "there are no images to train on; load some first"),
            Failure::NoHeldOut => write!(out, "there are no held-out images to measure on; load some first"),
            Failure::HeldOut { pixels, labels } => write!(
                out,
                "{pixels} bytes of held-out pixels and {labels} labels do not go together; each image needs one label"
            ),
            Failure::HeldOutSize { wanted } => write!(out, "the held-out images do not have {wanted} pixels each"),
            Failure::Piece => write!(out, "a piece of the training set does not fit the first one; load the set again"),
            Failure::NoRun => write!(out, "there is no run in this place"),
            Failure::Plan { setting, found, wanted } => {
                write!(out, "the plan's {setting} is {found}; it must be {wanted}")
            }
            Failure::Architecture { why } => write!(out, "the architecture does not fit the images: {why}"),
            Failure::Data { why } => write!(out, "the training set cannot be used: {why}"),
            Failure::Diverged { step, epoch, what } => write!(
                out,
                "the run diverged at step {step} (epoch {epoch:.2}): {what}; the state before it is kept. A smaller ε, learning rate or a longer ramp may help"
            ),
            Failure::NoAdjoint { operation } => {
                write!(
                    out,
                    "a fault of this program: its loss uses {operation}, which has no gradient; please report it"
                )
            }
            Failure::Checkpoint { why } => write!(out, "not a checkpoint: {why}"),
            Failure::File { why } => write!(out, "{why}"),
            Failure::Onnx { why } => write!(out, "the network cannot be written as ONNX: {why}"),
            Failure::NoGpuLane => write!(out, "this build has no GPU lane"),
            Failure::NoKernel { op } => {
                write!(out, "the GPU lane has no {op} yet: this network is answered on the CPU")
            }
            Failure::GpuNotReady => write!(out, "the GPU is not ready: see Processor for why, or train on the CPU"),
            Failure::Noise => write!(out, "noise on r is added on the CPU only: set it to 0, or train there"),
        }
    }
}
