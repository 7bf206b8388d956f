//! safetensors: tensors by name, taken out when a layer names them.

use crate::formats::{FormatError, malformed, text::unique_keys};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::Deserialize;
use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Metadata key of the description.
pub const KEY: &str = "boundscope";

/// Key of the description under which a checkpoint keeps its training run.
pub const TRAINING: &str = "training";

/// Bytes in front of the header: its length.
const LENGTH: usize = 8;

/// Where the header ends, of bytes that begin as a safetensors file does. They may be cut short.
pub fn header_end(bytes: &[u8]) -> Option<usize> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    // Readers refuse longer headers.
    (rest.first() == Some(&b'{') && length <= 100_000_000).then(|| LENGTH + length)
}

/// What the metadata of a header says.
#[derive(Deserialize)]
struct Header {
    #[serde(rename = "__metadata__", default)]
    metadata: HashMap<String, String>,
}

/// Whether a file describes its layers, and whether it holds a training run beside them.
pub fn described(bytes: &[u8]) -> (bool, bool) {
    // From text, as everywhere: reading from bytes would be a second reader of JSON in the program.
    let header = header_end(bytes).and_then(|end| std::str::from_utf8(bytes.get(LENGTH..end)?).ok());
    let header = header.and_then(|text| serde_json::from_str::<Header>(text).ok());
    let description = header.and_then(|mut header| header.metadata.remove(KEY));
    let Some(description) = description else { return (false, false) };
    let fields = serde_json::from_str::<serde_json::Map<_, _>>(&description).unwrap_or_default();
    (true, fields.contains_key(TRAINING))
}

/// Shape and values of a tensor.
pub type Values = (Vec<usize>, Result<Arc<[f32]>, Dtype>);

/// A file's tensors. Those of other types than F32 stand in it unread, as long as no layer names them.
pub struct Tensors<'a> {
    description: Option<String>,
    held: BTreeMap<String, Held<'a>>,
}

/// A tensor, and its values once a layer has named it: layers that share a tensor share its memory.
struct Held<'a>(TensorView<'a>, OnceCell<Arc<[f32]>>);

/// Most names that a message tells of a file's tensors.
const TOLD: usize = 20;

impl<'a> Tensors<'a> {
    /// The tensors of an unpacked file.
    pub fn of(bytes: &'a [u8]) -> Result<Self, FormatError> {
        if bytes.is_empty() {
            return Err(malformed("safetensors", "it is empty"));
        }
        let bad = |error: safetensors::SafeTensorError| malformed("safetensors", error.to_string());
        let (length, metadata) = SafeTensors::read_metadata(bytes).map_err(bad)?;
        let header = std::str::from_utf8(&bytes[LENGTH..LENGTH + length]).unwrap_or_default();
        unique_keys(header).map_err(|error| malformed("safetensors", format!("in its header, {error}")))?;
        let description = metadata.metadata().as_ref().and_then(|map| map.get(KEY)).cloned();
        let mut held = BTreeMap::new();
        for (name, view) in SafeTensors::deserialize(bytes).map_err(bad)?.tensors() {
            held.insert(name, Held(view, OnceCell::new()));
        }
        Ok(Tensors { description, held })
    }

    /// What the metadata says of the layers.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.held.keys().map(String::as_str)
    }

    /// The first names and the number of the others, for a message.
    pub fn told(&self) -> String {
        let mut told = self.names().take(TOLD).collect::<Vec<_>>().join(", ");
        if self.held.len() > TOLD {
            told += &format!(" and {} more", self.held.len() - TOLD);
        }
        told
    }

    /// A tensor by name: its shape and its values, or its type where that is not F32.
    pub fn get(&self, name: &str) -> Option<Values> {
        let Held(view, read) = self.held.get(name)?;
        let shape = view.shape().to_vec();
        if view.dtype() != Dtype::F32 {
            return Some((shape, Err(view.dtype())));
        }
        let values = read.get_or_init(|| {
            let (words, _) = view.data().as_chunks::<4>();
            words.iter().map(|word| f32::from_le_bytes(*word)).collect()
        });
        Some((shape, Ok(values.clone())))
    }
}
