//! The arrays of a TensorFlow.js model: one after the other in files beside its JSON file, in the order of a list.

use crate::formats::{
    FormatError,
    limits::count,
    malformed,
    numbers::half,
    onnx::Tensor,
    reading::{Files, is_file_name},
    weights::short,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An error about the file as a whole.
pub fn refuse(why: impl Into<String>) -> FormatError {
    malformed("TensorFlow.js", why)
}

/// Files that hold arrays one after the other.
#[derive(Deserialize)]
pub struct Group {
    /// The files, which are read as if they were one.
    paths: Vec<String>,
    /// The arrays.
    weights: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    shape: Vec<usize>,
    dtype: String,
    /// How the numbers were made smaller for the file.
    quantization: Option<Smaller>,
}

#[derive(Deserialize)]
struct Smaller {
    dtype: String,
}

/// Reads the arrays of all groups, by name.
///
/// # Errors
/// Files that are not there, all by name; files of another length than the list says; numbers that are not weights.
pub fn read(groups: &[Group], files: &dyn Files) -> Result<BTreeMap<String, Tensor>, FormatError> {
    let mut missing = Vec::new();
    let mut all = BTreeMap::new();
    for group in groups {
        let mut bytes = Vec::new();
        for path in &group.paths {
            let name = path.strip_prefix("./").unwrap_or(path);
            if !is_file_name(name) {
                return Err(refuse(format!("it names the file \"{}\", which is no file beside it", short(path))));
            }
            match files.beside(name) {
                Some(part) => bytes.extend(part),
                None => missing.push(format!("\"{}\"", short(name))),
            }
        }
        if missing.is_empty() {
            cut(&group.weights, &bytes, &mut all)?;
        }
    }
    if missing.is_empty() {
        return Ok(all);
    }
    Err(refuse(format!("it needs {}, which must be given with it: its weights are there", missing.join(", "))))
}

fn cut(entries: &[Entry], mut bytes: &[u8], all: &mut BTreeMap<String, Tensor>) -> Result<(), FormatError> {
    for entry in entries {
        let bad = |why: String| refuse(format!("the array \"{}\" {why}", short(&entry.name)));
        let stored = entry.quantization.as_ref().map_or(&entry.dtype, |smaller| &smaller.dtype);
        let size = match (entry.dtype.as_str(), stored.as_str()) {
            ("float32", "float32") => 4,
            ("float32" | "float16", "float16") => 2,
            _ => {
                let found = short(stored);
                return Err(bad(format!(
                    "holds {found}; weights of float32 and float16 are read (convert without --quantize_uint8 or _uint16)"
                )));
            }
        };
        let length = count(&entry.shape).filter(|&count| count > 0).and_then(|count| count.checked_mul(size));
        let Some((own, rest)) = length.and_then(|length| bytes.split_at_checked(length)) else {
            let left = bytes.len();
            return Err(bad(format!("has the shape {:?}, and {left} bytes are left in its file", entry.shape)));
        };
        let values: Vec<f64> = match size {
            4 => own.as_chunks::<4>().0.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect(),
            _ => own.as_chunks::<2>().0.iter().map(|word| half(u16::from_le_bytes(*word))).collect(),
        };
        if values.iter().any(|value| !value.is_finite()) {
            return Err(bad("holds numbers that are not finite".into()));
        }
        if all.insert(entry.name.clone(), Tensor::weights(entry.shape.clone(), false, values)).is_some() {
            return Err(bad("stands twice in its list".into()));
        }
        bytes = rest;
    }
    match bytes.len() {
        0 => Ok(()),
        left => Err(refuse(format!("{left} bytes of its weights belong to no array: the files are of another model"))),
    }
}
