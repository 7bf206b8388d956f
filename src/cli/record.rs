//! Training records: what stands beside a model file, NAME.json beside NAME.safetensors.gz.

use super::{common::CliError, input, kinds, output};
use crate::{bounds::Method, formats::read_json, train::Plan};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What a record holds. A field that nobody reads is refused, as in every file: it may be a known one under another name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its structure is checked; figures are compared as they are written")]
struct Record {
    plan: Option<Plan>,
    data: Option<String>,
    network: Option<String>,
    steps: Option<u64>,
    seconds: Option<f64>,
    boundscope: Option<String>,
    evaluation: Option<Recorded>,
}

/// What `evaluate --record` adds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Recorded {
    question: Asked,
    images: usize,
    clean_error: f64,
    results: Vec<Figure>,
    attacks: Vec<Figure>,
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Asked {
    network: String,
    data: String,
    norm: String,
    clip: Option<[f64; 2]>,
    lines: String,
    arithmetic: String,
    device: String,
    attack: Option<String>,
}

/// One result; attacks have no method and count nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Figure {
    epsilon: f64,
    method: Option<Method>,
    verified: Option<usize>,
    error: f64,
}

/// The record of a model file.
pub(super) fn path(model: &Path) -> PathBuf {
    model.with_file_name(format!("{}.json", kinds::stem(model)))
}

/// Reads a model's record; `None` where it has none.
pub(super) fn read(model: &Path) -> Result<Option<Value>, CliError> {
    let path = path(model);
    if !path.is_file() {
        return Ok(None);
    }
    let text = input::read(&path)?;
    let wrong = |error| CliError::Format(path.clone(), error);
    let _: Record = read_json("training record", &text).map_err(wrong)?;
    let record: Value = read_json("training record", &text).map_err(wrong)?;
    // A list of as many values would do for the struct.
    if record.is_object() {
        return Ok(Some(record));
    }
    Err(CliError::Usage(format!("{}: a training record is a JSON object", path.display())))
}

/// Writes a model's record.
pub(super) fn write(model: &Path, record: &Value) -> Result<(), CliError> {
    let path = path(model);
    let text = serde_json::to_string_pretty(record).map_err(|error| CliError::Usage(error.to_string()))?;
    output::write(&path, format!("{text}\n").as_bytes())
}

/// Figures of `found` that `recorded` (both "evaluation" objects) holds with another value, one sentence each. `None` where they
/// answer different questions.
pub(super) fn differences(recorded: &Value, found: &Value) -> Option<Vec<String>> {
    let same = |key: &str| recorded["question"][key] == found["question"][key];
    if !["network", "data", "norm", "clip", "lines", "attack"].iter().all(|key| same(key)) {
        return None;
    }
    let mut differences = Vec::new();
    let mut compare = |what: String, was: &Value, is: &Value| {
        if was != is {
            differences.push(format!("{what} is {is}, the record says {was}"));
        }
    };
    compare("clean_error".into(), &recorded["clean_error"], &found["clean_error"]);
    let empty = Vec::new();
    for key in ["results", "attacks"] {
        for result in found[key].as_array().unwrap_or(&empty) {
            let twin = recorded[key].as_array().unwrap_or(&empty).iter();
            let twin =
                twin.clone().find(|twin| twin["epsilon"] == result["epsilon"] && twin["method"] == result["method"]);
            if let Some(twin) = twin {
                let what = format!("{} at ε {}", result["method"].as_str().unwrap_or("PGD"), result["epsilon"]);
                compare(what, &twin["error"], &result["error"]);
            }
        }
    }
    Some(differences)
}
