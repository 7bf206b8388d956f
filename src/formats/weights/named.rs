//! Files of named arrays: npz and npy, safetensors of other programs, whole or in shards.

use super::{Named, Weights, short};
use crate::formats::{
    Array, FormatError,
    archive::Archive,
    malformed,
    numbers::{brain, half},
    read_npy,
    reading::{Answer, Choice, Files, is_file_name},
    text::{read_json, unique_keys},
};
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;

const SAFETENSORS: &str = "safetensors";

/// Reads one NumPy array as the weights of a layer.
///
/// # Errors
/// An array that cannot be read.
pub fn npy(bytes: &[u8], _: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let mut weights = Weights { format: "NumPy array", ..Weights::default() };
    add(&mut weights, "array", read_npy(bytes)?);
    weights.answer(choice)
}

/// Reads an archive of NumPy arrays.
///
/// # Errors
/// Damage, and arrays that cannot be read.
pub fn npz(bytes: &[u8], _: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let mut archive = Archive::open("npz", bytes)?;
    let mut weights = Weights { format: "NumPy archive", ..Weights::default() };
    for entry in archive.names() {
        let Some(name) = entry.strip_suffix(".npy") else { continue };
        let array = read_npy(&archive.read(&entry)?);
        let array = array.map_err(|error| malformed("npz", format!("the array \"{}\": {error}", short(name))))?;
        add(&mut weights, name, array);
    }
    weights.answer(choice)
}

fn add(weights: &mut Weights, name: &str, array: Array) {
    let values = weights.single(&array.values);
    weights.tensors.push(Named { name: name.to_owned(), shape: array.shape, values });
}

/// Reads tensors that no description of layers stands beside.
///
/// # Errors
/// Damage, and tensors of other numbers than floating-point ones.
pub fn tensors(bytes: &[u8], _: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let mut weights = Weights { format: "safetensors", ..Weights::default() };
    append(&mut weights, bytes)?;
    weights.answer(choice)
}

/// Adds the tensors of one file, in the order in which they lie in it.
fn append(weights: &mut Weights, bytes: &[u8]) -> Result<(), FormatError> {
    let bad = |why: String| malformed(SAFETENSORS, why);
    let (length, _) = SafeTensors::read_metadata(bytes).map_err(|error| bad(error.to_string()))?;
    let header = std::str::from_utf8(&bytes[8..8 + length]).unwrap_or_default();
    unique_keys(header).map_err(|error| bad(format!("in its header, {error}")))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| bad(error.to_string()))?;
    let mut all = file.tensors();
    all.sort_by_key(|(_, view)| view.data().as_ptr() as usize);
    for (name, view) in all {
        let data = view.data();
        let numbers: Vec<f64> = match view.dtype() {
            Dtype::F32 => data.as_chunks::<4>().0.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect(),
            Dtype::F64 => data.as_chunks::<8>().0.iter().map(|word| f64::from_le_bytes(*word)).collect(),
            Dtype::F16 => data.as_chunks::<2>().0.iter().map(|word| half(u16::from_le_bytes(*word))).collect(),
            Dtype::BF16 => data.as_chunks::<2>().0.iter().map(|word| brain(u16::from_le_bytes(*word))).collect(),
            // Counters of batches are no weights.
            Dtype::I64 if view.shape().len() <= 1 => continue,
            other => {
                return Err(bad(format!(
                    "the tensor \"{}\" is {other:?}; F32, F64, F16 and BF16 are read",
                    short(&name)
                )));
            }
        };
        let values = weights.single(&numbers);
        weights.tensors.push(Named { name, shape: view.shape().to_vec(), values });
    }
    Ok(())
}

/// What says which shard holds which tensor.
#[derive(serde::Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Reads the shards that an index beside them names.
///
/// # Errors
/// Shards that are not there, by name.
pub fn shards(bytes: &[u8], files: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let index: Index = read_json("safetensors index", bytes)?;
    let mut names: Vec<&String> = index.weight_map.values().collect();
    names.sort();
    names.dedup();
    if let Some(name) = names.iter().find(|name| !is_file_name(name)) {
        return Err(malformed(
            SAFETENSORS,
            format!("it names the shard \"{}\", which is no file beside it", short(name)),
        ));
    }
    let mut missing = Vec::new();
    let mut weights = Weights { format: "safetensors in shards", ..Weights::default() };
    for name in names {
        match files.beside(name) {
            None => missing.push(format!("\"{}\"", short(name))),
            Some(bytes) => append(&mut weights, &bytes)?,
        }
    }
    if !missing.is_empty() {
        let why = format!("it needs {}, which must lie beside it and do not", missing.join(", "));
        return Err(malformed(SAFETENSORS, why));
    }
    weights.answer(choice)
}
