//! The project's own format: safetensors with a `boundscope` description of the layers in its metadata, or beside it.

mod container;
mod layers;

pub(super) use container::{described, header_end};

use super::{FormatError, LIMIT, gunzip, malformed, text::read_text};
use crate::network::Network;
use container::{KEY, TRAINING, Tensors};
use layers::{build, describe};
use safetensors::{Dtype, tensor::TensorView};

/// Reads an unpacked model file.
pub(super) fn read(bytes: &[u8]) -> Result<Network, FormatError> {
    let tensors = Tensors::of(bytes)?;
    let description = tensors.description().ok_or_else(|| {
        malformed(
            "model",
            format!("its metadata has no key \"{KEY}\" that describes the layers; see \"Files\" in the README"),
        )
    })?;
    build(description, &tensors)
}

/// Reads a model whose description stands in a file of its own (`net.json` beside `model.safetensors`); both as bytes.
///
/// # Errors
/// As for [`read_model`](super::read_model), and a description that is no text.
pub fn read_json_model(description: &[u8], bytes: &[u8]) -> Result<Network, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    build(read_text("model description", description)?, &Tensors::of(&bytes)?)
}

/// Writes a model file.
///
/// # Errors
/// Only if safetensors refuses the tensors, which a built network's never are.
pub fn write_model(network: &Network) -> Result<Vec<u8>, FormatError> {
    write_model_with(network, Extra::default())
}

/// What a file may hold beside its network: a checkpoint's optimiser and position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra {
    /// Further tensors: name, shape, values.
    pub tensors: Vec<(String, Vec<usize>, Vec<f32>)>,
    /// What the training run says of itself, as it wrote it.
    pub training: Option<String>,
}

/// Writes a model file with more in it; [`read_model`](super::read_model) reads it as the network alone.
///
/// # Errors
/// As for [`write_model`], and names that are taken.
pub fn write_model_with(network: &Network, extra: Extra) -> Result<Vec<u8>, FormatError> {
    let bad = |error: safetensors::SafeTensorError| malformed("safetensors", error.to_string());
    let (mut description, tensors) = describe(network);
    // Inside the description, not beside it: the container writes several metadata keys in no fixed order, and the same run is to
    // give the same file.
    if let Some(text) = extra.training {
        description[TRAINING] = text.into();
    }
    let data: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .chain(extra.tensors)
        .map(|(name, shape, values)| (name, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect()))
        .collect();
    let mut views = Vec::with_capacity(data.len());
    for (name, shape, bytes) in &data {
        if data.iter().filter(|(other, ..)| other == name).count() > 1 {
            return Err(malformed("safetensors", format!("two tensors are named \"{name}\"")));
        }
        views.push((name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(bad)?));
    }
    let metadata = [(KEY.to_owned(), description.to_string())].into_iter().collect();
    safetensors::serialize(views, Some(metadata)).map_err(bad)
}

/// The F32 tensors and the training run of a checkpoint, gzip or plain.
///
/// # Errors
/// Bytes that are not safetensors, or a description that is not the project's.
pub fn read_extra(bytes: &[u8]) -> Result<Extra, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let tensors = Tensors::of(&bytes)?;
    let training = match tensors.description() {
        None => None,
        Some(description) => layers::training(description)?,
    };
    let mut held = Vec::new();
    for name in tensors.names() {
        if let Some((shape, Ok(values))) = tensors.get(name) {
            held.push((name.to_owned(), shape, values.to_vec()));
        }
    }
    Ok(Extra { tensors: held, training })
}
