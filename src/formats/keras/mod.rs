//! Keras in: `.keras` archives, HDF5 files and the JSON files of TensorFlow.js, through the graph that ONNX files are read through.
//!
//! `store` opens HDF5, `listed` the files of TensorFlow.js, `weights` finds a layer's arrays, `model` follows the config, `layers` and `activation` write a layer's operators
//! into `nodes`, `settings` sees that no setting is overlooked.

mod activation;
mod layers;
mod listed;
mod model;
mod nodes;
mod refusal;
mod settings;
mod store;
mod weights;

use super::{
    FormatError,
    archive::Archive,
    onnx::{self, Graph},
    reading::{Answer, Choice, Files},
    text::read_json,
    weights::{Named, Weights as Bare},
};
use model::Model;
use nodes::OPSET;
use refusal::{FORMAT, refuse};
use serde::Deserialize;
use serde_json::Value as Json;
use store::Store;
use weights::Weights;

/// Reads a Keras model from an archive or an HDF5 file, or the weights of one that holds no model.
///
/// # Errors
/// Damage; the first layer that is not read, by name.
pub fn read(bytes: &[u8], _: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    if bytes.starts_with(b"PK") {
        return archive(bytes);
    }
    let store = Store::open(bytes.to_vec())?;
    match store.text("model_config") {
        Some(config) => {
            let producer = producer(store.text("keras_version").as_deref());
            let config: Json = read_json(FORMAT, config.as_bytes())?;
            network(bytes.len(), "Keras HDF5", producer, &config, &Weights::by_layer(store))
        }
        None => bare(&store)?.answer(choice),
    }
}

/// Reads a TensorFlow.js model from its JSON file, `model.json`, and the files of weights beside it.
///
/// # Errors
/// Damage, files that are not there, a model that is no model of layers; the first layer that is not read, by name.
pub fn web(size: usize, json: &Json, files: &dyn Files) -> Result<Answer, FormatError> {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    if let Some(other) = text("format").filter(|&format| format != "layers-model") {
        return Err(listed::refuse(format!(
            "it is a TensorFlow.js model of the format \"{}\"; layers-model is read. Export ONNX from the model it was made of",
            super::weights::short(other)
        )));
    }
    let topology =
        json.get("modelTopology").ok_or_else(|| listed::refuse("it holds no modelTopology: weights alone"))?;
    // A model that was converted has Keras' own description around its config.
    let config = topology.get("model_config").unwrap_or(topology);
    let groups = json.get("weightsManifest").ok_or_else(|| listed::refuse("it holds no weightsManifest"))?;
    let groups = Vec::<listed::Group>::deserialize(groups)
        .map_err(|error| listed::refuse(format!("its weightsManifest is not read: {error}")))?;
    let weights = Weights::listed(listed::read(&groups, files)?);
    let producer = text("generatedBy").map_or_else(|| "TensorFlow.js".to_owned(), super::weights::short);
    network(size, "TensorFlow.js", producer, config, &weights)
}

fn producer(version: Option<&str>) -> String {
    version.map_or_else(|| FORMAT.to_owned(), |version| format!("{FORMAT} {}", super::weights::short(version)))
}

fn archive(bytes: &[u8]) -> Result<Answer, FormatError> {
    let mut archive = Archive::open(FORMAT, bytes)?;
    let json = |bytes: Vec<u8>| read_json::<Json>(FORMAT, &bytes);
    let config = json(archive.read("config.json")?)?;
    let about = json(archive.read("metadata.json")?)?;
    let producer = producer(about.get("keras_version").and_then(Json::as_str));
    let weights = Weights::by_class(Store::open(archive.read("model.weights.h5")?)?);
    network(bytes.len(), "Keras", producer, &config, &weights)
}

fn network(
    bytes: usize,
    format: &'static str,
    producer: String,
    config: &Json,
    weights: &Weights,
) -> Result<Answer, FormatError> {
    const INPUT: &str = "input";
    let mut model = Model::new(weights);
    let ends = model.whole(config, INPUT)?;
    let dims = std::iter::once(None).chain(ends.input).collect();
    let nodes = model.nodes;
    let graph = Graph::assembled(producer, OPSET, nodes.nodes, nodes.tensors, (INPUT, dims), &ends.output.name)?;
    onnx::network(format, bytes, graph).map_err(|error| match error {
        FormatError::Malformed { why, .. } => refuse(why),
        other => other,
    })
}

/// The arrays of a file that holds no model: of its layers, where it has such, without what training left beside them.
fn bare(store: &Store) -> Result<Bare, FormatError> {
    let mut bare = Bare { format: "HDF5 weights", ..Bare::default() };
    let training = |path: &str| ["optimizer", "metrics"].iter().any(|start| path.starts_with(start));
    for path in store.paths.iter().filter(|path| !training(path)) {
        let tensor = store.tensor(path)?;
        let values = bare.single(&tensor.values);
        bare.tensors.push(Named { name: path.clone(), shape: tensor.dims, values });
    }
    Ok(bare)
}
