//! What the Train tab shows.

use crate::app::train::{
    history::{RunView, Runs},
    record::Record,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A file that the reader picked.
#[derive(Clone, Debug, PartialEq)]
pub struct PickedFile {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What the Train tab shows.
#[derive(Clone, Copy)]
pub struct TrainSignals {
    /// The runs.
    pub runs: RwSignal<Runs>,
    /// The usual run, once it is here.
    pub usual: RwSignal<Option<Arc<RunView>>>,
    /// The epoch the reader looks at; the newest for `None`.
    pub cursor: RwSignal<Option<f64>>,
    /// Images on their way: how many are here, of how many.
    pub loading: RwSignal<Option<(u32, u32)>>,
    /// Most steps per second, 0 for as many as the processor can.
    pub speed: RwSignal<f64>,
    /// The id of the watched image.
    pub watch: RwSignal<u32>,
    /// Kept runs, newest first.
    pub library: RwSignal<Vec<Arc<Record>>>,
    /// Runs of an earlier visit that can go on.
    pub offers: RwSignal<Vec<Arc<Record>>>,
    /// The record deleted last, until it is gone for good.
    pub deleted: RwSignal<Option<Arc<Record>>>,
    /// A checkpoint that waits for a place, both being taken: its name and the file.
    pub asked: RwSignal<Option<Arc<PickedFile>>>,
    /// Whether the browser keeps anything; not known yet for `None`.
    pub keeps: RwSignal<Option<bool>>,
    /// Said politely: what was just done.
    pub said: RwSignal<String>,
}

impl TrainSignals {
    /// Draws the runs with the usual one behind them.
    pub fn drawn<T>(&self, draw: impl FnOnce(&Runs, Option<&RunView>) -> T) -> T {
        self.usual.with(|usual| self.runs.with(|runs| draw(runs, usual.as_deref())))
    }
}

impl Default for TrainSignals {
    fn default() -> Self {
        TrainSignals {
            runs: RwSignal::new([None, None]),
            usual: RwSignal::new(None),
            cursor: RwSignal::new(None),
            loading: RwSignal::new(None),
            speed: RwSignal::new(0.0),
            watch: RwSignal::new(0),
            library: RwSignal::new(Vec::new()),
            offers: RwSignal::new(Vec::new()),
            deleted: RwSignal::new(None),
            asked: RwSignal::new(None),
            keeps: RwSignal::new(None),
            said: RwSignal::new(String::new()),
        }
    }
}
