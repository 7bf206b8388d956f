//! The numbers of one lesson, by the marks that stand for them in its text.

use super::{shipped, small};
use serde::Deserialize;
use std::{collections::BTreeMap, error::Error, fs, path::Path, path::PathBuf};

/// Mark and value.
pub type Answers = BTreeMap<String, String>;

/// lesson.json: what a lesson is set to, and what it asks the engine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// How long it takes.
    #[allow(dead_code, reason = "the page shows it")]
    pub minutes: u32,
    /// What its steps show.
    #[serde(default)]
    #[allow(dead_code, reason = "a test holds the links to the page's own reader")]
    pub states: BTreeMap<String, State>,
    /// Small networks, written out.
    #[serde(default)]
    pub networks: BTreeMap<String, small::Small>,
    /// Networks that come with the page, each with a question.
    #[serde(default)]
    pub shipped: BTreeMap<String, shipped::Shipped>,
    /// How the worksheet's numbers are drawn; the page reads it.
    #[serde(default)]
    #[allow(dead_code, reason = "the page reads it")]
    pub sheet: Option<serde_json::Value>,
}

/// What a step shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// What follows `#v1&` in the page's link.
    #[allow(dead_code, reason = "a test reads it")]
    pub link: String,
    /// The id of the part that is meant.
    #[serde(default)]
    #[allow(dead_code, reason = "the page reads it")]
    pub part: Option<String>,
}

/// The lessons' folders, in order.
pub fn folders(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(root.join("lessons"))? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// What a lesson.json says.
pub fn read(folder: &Path) -> Result<Lesson, Box<dyn Error>> {
    let path = folder.join("lesson.json");
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Every number that a lesson may show.
pub fn of(root: &Path, folder: &Path) -> Result<Answers, Box<dyn Error>> {
    of_lesson(root, &folder.display().to_string(), &read(folder)?)
}

/// The same of one that was read.
pub fn of_lesson(root: &Path, called: &str, lesson: &Lesson) -> Result<Answers, Box<dyn Error>> {
    let mut answers = Answers::new();
    for (name, network) in &lesson.networks {
        let found = small::answers(network).map_err(|why| format!("{called}: network \"{name}\": {why}"))?;
        answers.extend(found.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
    }
    for (name, asked) in &lesson.shipped {
        let found = shipped::answers(root, asked).map_err(|why| format!("{called}: shipped \"{name}\": {why}"))?;
        answers.extend(found.into_iter().map(|(key, value)| (format!("{name}.{key}"), value)));
    }
    Ok(answers)
}

/// The file's text.
#[allow(dead_code, reason = "the example writes it")]
pub fn written(answers: &Answers) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(answers)? + "\n")
}
