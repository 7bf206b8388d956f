//! A run as it is kept.

use crate::{
    app::train::{
        history::{History, RunView},
        words,
    },
    engine::Probe,
    train::Plan,
};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// A checkpoint at hand.
#[derive(Clone)]
pub struct Checkpoint {
    /// The model file, with what training needs.
    pub file: Rc<Vec<u8>>,
    /// Steps taken.
    pub steps: u32,
    /// Epochs done.
    pub epoch: f64,
}

/// What is known of a run besides what is shown.
#[derive(Clone)]
pub struct Held {
    /// Key of what the browser keeps of it by itself.
    pub id: String,
    /// ε of its measurements.
    pub epsilon: f64,
    /// Images it trains on.
    pub examples: u32,
    /// The newest checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Whether it is being written.
    pub saving: bool,
}

impl Held {
    /// A run without a past.
    pub fn new(epsilon: f64, examples: u32) -> Self {
        let id = fresh_id();
        Held { id, epsilon, examples, checkpoint: None, saving: false }
    }
}

/// What is kept of a run besides its checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its key.
    pub id: String,
    /// The slot it was in.
    pub slot: u32,
    /// Its name.
    pub name: String,
    /// Whether the page kept it by itself, to offer it after a closed tab.
    pub draft: bool,
    /// When, in milliseconds since 1970.
    pub at: f64,
    /// What the run is.
    pub plan: Plan,
    /// Images it trains on.
    pub examples: u32,
    /// ε of its measurements.
    pub epsilon: f64,
    /// Steps taken.
    pub steps: u32,
    /// Epochs done.
    pub epoch: f64,
    /// What has happened.
    pub history: History,
}

impl Record {
    /// A record of a run at a checkpoint: the page's own draft, or under a name the reader's.
    pub fn of(run: &RunView, held: &Held, slot: u32, kept: &Checkpoint, name: Option<String>) -> Self {
        let mut history = run.history.clone();
        history.cut(kept.steps);
        Record {
            id: if name.is_some() { fresh_id() } else { held.id.clone() },
            slot,
            draft: name.is_none(),
            name: name.unwrap_or_else(|| words::plan_title(&run.plan)),
            at: js_sys::Date::now(),
            plan: run.plan.clone(),
            examples: run.examples,
            epsilon: held.epsilon,
            steps: kept.steps,
            epoch: kept.epoch,
            history,
        }
    }

    /// The newest measurement.
    pub fn probe(&self) -> Option<&Probe> {
        self.history.moments.last().map(|moment| &moment.probe)
    }
}

/// A key nobody else has.
pub fn fresh_id() -> String {
    format!("{:.0}-{:08x}", js_sys::Date::now(), (js_sys::Math::random() * 4294967296.0) as u32)
}
