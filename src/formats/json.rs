//! JSON files that come with networks: what they are, by their keys.

use super::{
    FormatError, keras, malformed,
    reading::{Answer, Choice, Files},
    text::read_json,
    weights::named,
};
use serde_json::{Map, Value};

/// Reads a network's JSON file, where one is known by its keys.
///
/// # Errors
/// Any other, with what it is where that is known.
pub fn read(bytes: &[u8], files: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let value: Value = read_json("JSON", bytes)?;
    let empty = Map::new();
    let fields = value.as_object().unwrap_or(&empty);
    let has = |key: &str| fields.contains_key(key);
    let what = match () {
        () if has("weight_map") => return named::shards(bytes, files, choice),
        () if has("modelTopology") || has("weightsManifest") => return keras::web(bytes.len(), &value, files),
        () if has("graph") && (has("irVersion") || has("opsetImport")) => {
            "ONNX written as JSON text; save the binary form: onnx.save(model, \"model.onnx\")"
        }
        () if has("input_shape") && has("layers") => {
            "a description of layers; give the folder that it stands in (with model.safetensors), or the weights with --layout and this file"
        }
        () if has("layers") && has("sizes") => {
            "a brain.js network, which is not read; write its layers as ONNX or safetensors"
        }
        () if has("layers") => {
            "a network of convnetjs or another library, which is not read; write its layers as ONNX or safetensors"
        }
        () if has("nodes") && has("arg_nodes") => "an MXNet symbol, which holds no weights; export ONNX with mx2onnx",
        () => "JSON of an unknown layout; networks are read from ONNX, PyTorch, safetensors and npz files",
    };
    Err(malformed("model", format!("it is {what}")))
}
