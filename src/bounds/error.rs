//! Why a question has no answer.

use super::Norm;
use crate::{pulse::Cancelled, tensor::DeviceError};
use serde::{Deserialize, Serialize};

/// A question that cannot be answered, or an answer that was not wanted any more.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
#[serde(rename_all = "kebab-case")]
pub enum BoundsError {
    /// ε is negative, NaN or infinite.
    #[error("ε is {0}; it must be a finite number, 0 or more")]
    Epsilon(f64),
    /// Clipping was asked for in a norm other than ℓ∞.
    #[error("clipping to a pixel range is defined for the norm inf only, not for {norm}; leave out the clip", norm = .0.name())]
    ClipNorm(Norm),
    /// The clip range is crossed or not finite.
    #[error("the clip range [{0}, {1}] is empty or not finite")]
    ClipRange(f64, f64),
    /// An image and the clip range have no point in common.
    #[error("the region is empty: element {index} of image {image} is {value}, farther than ε from the clip range")]
    EmptyRegion {
        /// Index of the image.
        image: usize,
        /// Index of the element.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// An image of the wrong length.
    #[error("image {image} has {found} elements, the network takes {wanted}")]
    ImageLength {
        /// Index of the image.
        image: usize,
        /// Its length.
        found: usize,
        /// The network's input length.
        wanted: usize,
    },
    /// An image with a NaN or an infinity.
    #[error("element {index} of image {image} is {value}, not a finite number")]
    ImageValue {
        /// Index of the image.
        image: usize,
        /// Index of the element.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// A label that is no class of the network.
    #[error("label {label} of image {image} is no class of the network, which has {classes}")]
    Label {
        /// Index of the image.
        image: usize,
        /// The label.
        label: usize,
        /// Number of classes.
        classes: usize,
    },
    /// As many labels as images are needed.
    #[error("{labels} labels for {images} images")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of images.
        images: usize,
    },
    /// No image at all.
    #[error("no image to bound: the set is empty")]
    NoImage,
    /// Margins need two classes.
    #[error("the network has one output; margins need two classes or more")]
    OneClass,
    /// The device failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The client no longer wants the answer.
    #[error("cancelled")]
    Cancelled,
}

impl From<Cancelled> for BoundsError {
    fn from(_: Cancelled) -> Self {
        BoundsError::Cancelled
    }
}
