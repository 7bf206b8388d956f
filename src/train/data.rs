//! Labelled images to train on.

use super::TrainError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which training set a run is on, so that a checkpoint goes on with no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name it was asked for by.
    pub name: String,
    /// Number of images.
    pub images: usize,
    /// [`Data::hash`].
    pub hash: String,
}

/// A training set: bytes for pixels, one class per image.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Shape of an image, `[n]` or `[channels, height, width]`.
    pub shape: Vec<usize>,
    /// Values in [0, 1], image after image.
    pub pixels: Vec<f32>,
    /// Classes.
    pub labels: Vec<u8>,
    /// Number of classes.
    pub classes: usize,
}

impl Data {
    /// Images given as bytes 0–255.
    ///
    /// # Errors
    /// As for [`Data::new`].
    pub fn from_bytes(shape: &[usize], bytes: &[u8], labels: Vec<u8>, classes: usize) -> Result<Self, TrainError> {
        Data::new(shape, bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect(), labels, classes)
    }

    /// Images given as numbers.
    ///
    /// # Errors
    /// No image, a number of pixels that does not fit, a value outside [0, 1], or a label that is no class.
    pub fn new(shape: &[usize], pixels: Vec<f32>, labels: Vec<u8>, classes: usize) -> Result<Self, TrainError> {
        let Some(inputs) = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size)) else {
            return Err(TrainError::Data(format!("images of {shape:?} pixels are too large")));
        };
        if labels.is_empty() || inputs == 0 {
            return Err(TrainError::Data("it is empty".into()));
        }
        if labels.len().checked_mul(inputs) != Some(pixels.len()) {
            let why = format!("{} pixels for {} images of {inputs}", pixels.len(), labels.len());
            return Err(TrainError::Data(why));
        }
        if let Some(at) = pixels.iter().position(|pixel| !(0.0..=1.0).contains(pixel)) {
            let why = format!("pixel {} of image {} is {}, outside [0, 1]", at % inputs, at / inputs, pixels[at]);
            return Err(TrainError::Data(why));
        }
        if let Some(at) = labels.iter().position(|&label| usize::from(label) >= classes) {
            return Err(TrainError::Data(format!("label {} of image {at} is no class of {classes}", labels[at])));
        }
        Ok(Data { shape: shape.to_vec(), pixels, labels, classes })
    }

    /// SHA-256 of shape, classes, labels and pixels, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut form = Sha256::new();
        for number in [self.shape.len(), self.classes, self.labels.len()].iter().chain(&self.shape) {
            form.update((*number as u64).to_le_bytes());
        }
        form.update(&self.labels);
        // Many at a time: a training set has tens of millions of them.
        for pixels in self.pixels.chunks(4096) {
            let bytes: Vec<u8> = pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
            form.update(&bytes);
        }
        form.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image; never, once built.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Length of a flattened image.
    pub fn inputs(&self) -> usize {
        self.shape.iter().product()
    }
}
