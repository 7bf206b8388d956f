//! What this browser keeps where the reader asks for it, in a database of its own: one network, what it is tried on, and what was found.

use crate::{
    app::{
        inspect::results::{Outcome, Settings},
        link::database::Database,
        text::page as text,
    },
    engine::{Bytes, Floats},
    import::Report,
    web,
};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

const NAME: &str = "boundscope-inspect";
const STORE: &str = "networks";
const NETWORK: &str = "last";
const INPUTS: &str = "inputs";
const FOUND: &str = "found";

/// A network that is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The file's name.
    pub name: String,
    /// What was read.
    pub report: Report,
    /// The network as a file of the project's own.
    pub file: Bytes,
}

/// What it is tried on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inputs {
    /// Tells these from earlier ones.
    pub stamp: f64,
    /// Name, levels and class of each.
    pub list: Vec<(String, Floats, Option<u32>)>,
}

/// What was found about them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found {
    /// Of the inputs that it is about.
    pub stamp: f64,
    /// What was asked.
    pub settings: Settings,
    /// Whether the scale of pixels was guessed.
    pub guessed: bool,
    /// The input that is looked at.
    pub chosen: u32,
    /// Whether the set was under way.
    pub running: bool,
    /// One for each input.
    pub outcomes: Vec<Outcome>,
}

async fn open() -> Result<Database, String> {
    Database::open(NAME, 1, &[STORE]).await
}

fn value(value: &impl Serialize) -> Result<JsValue, String> {
    web::write(value).map_err(|_| text::NO_STORAGE.into())
}

/// Keeps a network in place of the one before, and all that belongs to it.
///
/// # Errors
/// Why the browser would not, here and below.
pub async fn keep(kept: &Kept, inputs: &Inputs, found: &Found) -> Result<(), String> {
    let values = [(STORE, NETWORK, value(kept)?), (STORE, INPUTS, value(inputs)?), (STORE, FOUND, value(found)?)];
    open().await?.put(&values).await
}

/// Keeps other inputs.
pub async fn keep_inputs(inputs: &Inputs, found: &Found) -> Result<(), String> {
    open().await?.put(&[(STORE, INPUTS, value(inputs)?), (STORE, FOUND, value(found)?)]).await
}

/// Keeps what was found.
pub async fn keep_found(found: &Found) -> Result<(), String> {
    open().await?.put(&[(STORE, FOUND, value(found)?)]).await
}

/// What is kept; `None` where no network is, or where this version cannot read it. What was found is of the inputs beside it, or missing.
pub async fn kept() -> Option<(Kept, Inputs, Option<Found>)> {
    let database = open().await.ok()?;
    let kept = web::read(database.get(STORE, NETWORK).await.ok()?).ok()?;
    let inputs: Inputs =
        database.get(STORE, INPUTS).await.ok().and_then(|value| web::read(value).ok()).unwrap_or_default();
    let found: Option<Found> = database.get(STORE, FOUND).await.ok().and_then(|value| web::read(value).ok());
    let fits = |found: &Found| found.stamp == inputs.stamp && found.outcomes.len() == inputs.list.len();
    let found = found.filter(fits);
    Some((kept, inputs, found))
}

/// Forgets it.
pub async fn delete() -> Result<(), String> {
    open().await?.delete(&[NETWORK, INPUTS, FOUND]).await
}
