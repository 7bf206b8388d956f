//! What the tab shows, as plain values and signals.

use crate::{
    app::inspect::{
        decision::Decision,
        inputs::{Input, Look},
        layout::Layout,
        results::{Outcome, Settings},
    },
    import::Report,
    web::Dropped,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A network that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The file's name.
    pub name: String,
    /// What was read.
    pub report: Report,
    /// The network as a file of the project's own.
    pub file: Vec<u8>,
    /// What its input looks like.
    pub look: Look,
}

/// A file that leaves something open.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The question, in words.
    pub words: String,
    /// What has to be said.
    pub needs: Vec<String>,
    /// A guess of the output's name, where that is the question.
    pub output: Option<String>,
    pub(super) files: Vec<Dropped>,
}

/// Which network of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that was brought first.
    Mine,
    /// The one that it is compared with.
    Other,
}

/// How far certificates are.
#[derive(Clone, Debug, PartialEq)]
pub struct Proving {
    /// The input that is at it.
    pub input: String,
    /// The method, in words.
    pub method: String,
    /// Of all claims, 0 to 1.
    pub done: f64,
}

/// What the tab shows.
#[derive(Clone, Copy)]
pub struct Signals {
    /// The file that is being read.
    pub reading: RwSignal<Option<String>>,
    /// Why the last one was not opened.
    pub refused: RwSignal<Option<String>>,
    /// The network.
    pub model: RwSignal<Option<Arc<Model>>>,
    /// A file that leaves something open.
    pub asked: RwSignal<Option<Arc<Asked>>>,
    /// Its layers, as they are written in the form.
    pub layout: RwSignal<Layout>,
    /// What the network is tried on.
    pub inputs: RwSignal<Vec<Arc<Input>>>,
    /// What was found about each of them.
    pub outcomes: RwSignal<Vec<Outcome>>,
    /// The network that it is compared with, and what was found of it.
    pub other: RwSignal<Option<Arc<Model>>>,
    /// What was found of that.
    pub others: RwSignal<Vec<Outcome>>,
    /// The radii from and to which inputs are shown beside the histogram.
    pub brush: RwSignal<Option<[f64; 2]>>,
    /// Certificates that are being made.
    pub proving: RwSignal<Option<Proving>>,
    /// What came of the last ones.
    pub proved: RwSignal<String>,
    /// What is being decided, or was last.
    pub decision: RwSignal<Option<Decision>>,
    /// Seconds after which a search ends.
    pub seconds: RwSignal<f64>,
    /// The one that is looked at.
    pub chosen: RwSignal<usize>,
    /// What is asked.
    pub settings: RwSignal<Settings>,
    /// Whether the scale of pixels was guessed.
    pub guessed: RwSignal<bool>,
    /// Whether a set is under way.
    pub running: RwSignal<bool>,
    /// Whether it waits.
    pub paused: RwSignal<bool>,
    /// Whether the network is kept in this browser.
    pub kept: RwSignal<bool>,
    /// What was said about that, and about inputs.
    pub said: RwSignal<String>,
}

impl Signals {
    /// Those of an empty tab.
    pub(super) fn new() -> Signals {
        Signals {
            reading: RwSignal::new(None),
            refused: RwSignal::new(None),
            model: RwSignal::new(None),
            asked: RwSignal::new(None),
            layout: RwSignal::new(Layout::default()),
            inputs: RwSignal::new(Vec::new()),
            outcomes: RwSignal::new(Vec::new()),
            other: RwSignal::new(None),
            others: RwSignal::new(Vec::new()),
            brush: RwSignal::new(None),
            proving: RwSignal::new(None),
            proved: RwSignal::new(String::new()),
            decision: RwSignal::new(None),
            seconds: RwSignal::new(60.0),
            chosen: RwSignal::new(0),
            settings: RwSignal::new(Settings::new(Look::Numbers(1))),
            guessed: RwSignal::new(false),
            running: RwSignal::new(false),
            paused: RwSignal::new(false),
            kept: RwSignal::new(false),
            said: RwSignal::new(String::new()),
        }
    }
}
