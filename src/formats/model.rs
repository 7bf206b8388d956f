//! The project's model file: safetensors with a `boundscope` description in its metadata.

use super::{
    FormatError, gunzip,
    layers::{Tensors, build, describe},
    malformed,
};
use crate::network::Network;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::collections::HashMap;

/// Largest model file read, unpacked.
const LIMIT: usize = 512 << 20;
/// Metadata key of the description.
const KEY: &str = "boundscope";

fn tensors(bytes: &[u8]) -> Result<(Tensors, Option<String>), FormatError> {
    let bad = |error: safetensors::SafeTensorError| malformed("safetensors", error.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(bad)?;
    let description = metadata.metadata().as_ref().and_then(|map| map.get(KEY)).cloned();
    let file = SafeTensors::deserialize(bytes).map_err(bad)?;
    let mut tensors = HashMap::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            let why = format!("tensor \"{name}\" is {:?}; Boundscope reads F32 only", view.dtype());
            return Err(malformed("safetensors", why));
        }
        let (words, _) = view.data().as_chunks::<4>();
        let values = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        tensors.insert(name, (view.shape().to_vec(), values));
    }
    Ok((tensors, description))
}

/// Reads a model file, gzip or plain.
///
/// # Errors
/// Bytes that are not safetensors, a missing or wrong description, or a network whose shapes do not fit.
pub fn read_model(bytes: &[u8]) -> Result<Network, FormatError> {
    let (tensors, description) = tensors(&gunzip(bytes, LIMIT)?)?;
    let description = description.ok_or_else(|| {
        malformed(
            "model",
            format!("its metadata has no key \"{KEY}\" that describes the layers; see \"Files\" in the README"),
        )
    })?;
    build(&description, &tensors)
}

/// Reads a model whose description stands in a file of its own (`net.json` beside `model.safetensors`).
///
/// # Errors
/// As for [`read_model`].
pub fn read_json_model(description: &str, bytes: &[u8]) -> Result<Network, FormatError> {
    let (tensors, _) = tensors(&gunzip(bytes, LIMIT)?)?;
    build(description, &tensors)
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
    /// Further entries of the description: key and text.
    pub metadata: Vec<(String, String)>,
}

/// Writes a model file with more in it; [`read_model`] reads it as the network alone.
///
/// # Errors
/// As for [`write_model`], and names that are taken.
pub fn write_model_with(network: &Network, extra: Extra) -> Result<Vec<u8>, FormatError> {
    let bad = |error: safetensors::SafeTensorError| malformed("safetensors", error.to_string());
    let (mut description, tensors) = describe(network);
    // Inside the description, not beside it: the container writes several metadata keys in no fixed order, and the same run is to
    // give the same file.
    for (key, text) in extra.metadata {
        description[key] = text.into();
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

/// Everything in a safetensors file, gzip or plain.
///
/// # Errors
/// Bytes that are not safetensors, or tensors that are not F32.
pub fn read_extra(bytes: &[u8]) -> Result<Extra, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let (tensors, description) = tensors(&bytes)?;
    let description = description.and_then(|text| serde_json::from_str::<serde_json::Map<_, _>>(&text).ok());
    let entries = description.unwrap_or_default().into_iter();
    let metadata =
        entries.filter_map(|(key, value): (String, serde_json::Value)| Some((key, value.as_str()?.to_owned())));
    Ok(Extra {
        tensors: tensors.into_iter().map(|(name, (shape, values))| (name, shape, values.to_vec())).collect(),
        metadata: metadata.collect(),
    })
}
