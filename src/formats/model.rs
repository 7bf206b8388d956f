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
    let bad = |error: safetensors::SafeTensorError| malformed("safetensors", error.to_string());
    let (description, tensors) = describe(network);
    let data: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .map(|(name, shape, values)| (name, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect()))
        .collect();
    let mut views = Vec::with_capacity(data.len());
    for (name, shape, bytes) in &data {
        views.push((name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(bad)?));
    }
    let metadata = [(KEY.to_owned(), description.to_string())].into_iter().collect();
    safetensors::serialize(views, Some(metadata)).map_err(bad)
}
