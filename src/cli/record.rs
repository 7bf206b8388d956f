//! Training records: what stands beside a model file, NAME.json beside NAME.safetensors.gz.

use super::{CliError, input, kinds, output};
use serde_json::Value;
use std::path::{Path, PathBuf};

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
    let wrong = |why: String| CliError::Usage(format!("{}: not a training record: {why}", path.display()));
    let record: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    if record.is_object() { Ok(Some(record)) } else { Err(wrong("it is no JSON object".into())) }
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
