//! The network in this browser's storage, with what it is tried on and what was found, where the reader asks for it; and reports out.

use super::{Model, Session};
use crate::{
    app::{
        inspect::{
            engines::Task,
            inputs::{Input, Look},
            results::{self, Outcome, Row},
            storage::{self, Found, Inputs, Kept},
            words,
        },
        link::{files::download, frames::pause},
        text::inspect as text,
    },
    engine::{Bytes, Floats},
    web,
};
use leptos::prelude::*;
use serde::Serialize;
use std::{rc::Rc, sync::Arc};
use wasm_bindgen_futures::spawn_local;

/// Milliseconds within which what was found is kept.
const SOON: u64 = 2000;

/// The report as JSON.
#[derive(Serialize)]
struct Report {
    network: String,
    file: String,
    format: String,
    notes: Vec<String>,
    left_off: Vec<String>,
    self_check: Option<f64>,
    pixels: Option<[f64; 2]>,
    rows: Vec<Row>,
}

impl Session {
    /// Opens what an earlier visit was asked to keep, unless a file has come meanwhile. A set that was under way goes on.
    pub(super) fn restore(self: Rc<Self>) {
        spawn_local(async move {
            let Some((Kept { name, report, file }, inputs, found)) = storage::kept().await else { return };
            let free = self.generation.get() == 0 && self.signals.reading.with_untracked(Option::is_none);
            if !free {
                return;
            }
            let signals = self.signals;
            let look = Look::of(&report.input_shape);
            self.show(Model { name, report, file: file.0, look });
            let fits = inputs.list.iter().all(|(_, levels, _)| levels.len() == look.len());
            if inputs.list.is_empty() || !fits {
                self.first_inputs(look);
                return signals.kept.set(true);
            }
            let list = inputs.list.into_iter();
            let list = list.map(|(name, levels, label)| Arc::new(Input { name, levels: levels.0, label }));
            self.put(list.collect());
            self.stamp.set(inputs.stamp);
            let mut running = false;
            if let Some(found) = found {
                running = found.running;
                signals.settings.set(found.settings);
                signals.guessed.set(found.guessed);
                signals.outcomes.set(found.outcomes);
                signals.outcomes.update(|outcomes| outcomes.iter_mut().for_each(Outcome::stop));
                signals.chosen.set(found.chosen as usize);
            }
            signals.kept.set(true);
            self.ask();
            let unread: Vec<Task> = signals.outcomes.with_untracked(|outcomes| {
                let all = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.outputs.is_empty());
                all.map(|(place, _)| Task::Predict(place)).collect()
            });
            self.add_tasks(unread, false);
            if running {
                self.certify_all();
            }
        });
    }

    fn kept_inputs(&self) -> Inputs {
        let list = self.signals.inputs.with_untracked(|inputs| {
            inputs.iter().map(|input| (input.name.clone(), Floats(input.levels.clone()), input.label)).collect()
        });
        Inputs { stamp: self.stamp.get(), list }
    }

    fn kept_found(&self) -> Found {
        let signals = self.signals;
        Found {
            stamp: self.stamp.get(),
            settings: signals.settings.get_untracked(),
            guessed: signals.guessed.get_untracked(),
            chosen: signals.chosen.get_untracked() as u32,
            running: signals.running.get_untracked() && !signals.paused.get_untracked(),
            outcomes: signals.outcomes.get_untracked(),
        }
    }

    /// Keeps the network and all that belongs to it, since the reader has asked for it.
    pub fn keep(self: &Rc<Self>) {
        let Some(model) = self.signals.model.get_untracked() else { return };
        self.stamp.set(js_sys::Date::now());
        let session = self.clone();
        spawn_local(async move {
            let kept = Kept { name: model.name.clone(), report: model.report.clone(), file: Bytes(model.file.clone()) };
            let done = storage::keep(&kept, &session.kept_inputs(), &session.kept_found()).await;
            session.after_keeping(done.map(|()| session.signals.kept.set(true)));
        });
    }

    fn after_keeping(&self, done: Result<(), String>) {
        if let Err(why) = done {
            self.signals.said.set(text::not_kept(&why));
        }
    }

    /// Keeps what it is tried on, where the network is kept: called whenever that changes.
    pub(super) fn keep_inputs(self: &Rc<Self>) {
        if !self.signals.kept.get_untracked() {
            return;
        }
        self.stamp.set(js_sys::Date::now());
        let session = self.clone();
        spawn_local(async move {
            let done = storage::keep_inputs(&session.kept_inputs(), &session.kept_found()).await;
            session.after_keeping(done);
        });
    }

    /// Keeps what was found, where the network is kept: at once, or with what comes within the next two seconds.
    pub(super) fn keep_soon(self: &Rc<Self>) {
        if !self.signals.kept.get_untracked() || self.saving.replace(true) {
            return;
        }
        let session = self.clone();
        spawn_local(async move {
            pause(SOON).await;
            session.saving.set(false);
            if session.signals.kept.get_untracked() {
                let done = storage::keep_found(&session.kept_found()).await;
                session.after_keeping(done);
            }
        });
    }

    /// Forgets it.
    pub fn forget(self: &Rc<Self>) {
        let signals = self.signals;
        spawn_local(async move {
            match storage::delete().await {
                Ok(()) => {
                    signals.kept.set(false);
                    signals.said.set(text::KEEP_DELETED.into());
                }
                Err(why) => signals.said.set(text::not_kept(&why)),
            }
        });
    }

    fn hand_out(&self, end: &str, bytes: &[u8]) {
        let Some(model) = self.signals.model.get_untracked() else { return };
        if download(&words::file_name(&model.name, end), bytes).is_err() {
            self.signals.said.set(text::NO_FILE_OUT.into());
        }
    }

    /// Hands out the network as a file of the project's own.
    pub fn download_network(&self) {
        if let Some(model) = self.signals.model.get_untracked() {
            self.hand_out(".boundscope.safetensors", &model.file);
        }
    }

    fn rows(&self) -> Vec<Row> {
        let signals = self.signals;
        let Some(model) = signals.model.get_untracked() else { return Vec::new() };
        let settings = signals.settings.get_untracked();
        signals.inputs.with_untracked(|inputs| {
            signals.outcomes.with_untracked(|outcomes| results::rows(inputs, outcomes, &settings, model.look))
        })
    }

    /// Hands out what was found as CSV.
    pub fn download_csv(&self) {
        self.hand_out(".radii.csv", results::csv(&self.rows()).as_bytes());
    }

    /// Hands out what was found as JSON, with the network that it is about.
    pub fn download_json(&self) {
        let Some(model) = self.signals.model.get_untracked() else { return };
        let scale = self.signals.settings.with_untracked(|settings| settings.scale);
        let report = &model.report;
        let report = Report {
            network: report.network.clone(),
            file: model.name.clone(),
            format: report.format.clone(),
            notes: report.notes.clone(),
            left_off: report.left_off.clone(),
            self_check: report.self_check,
            pixels: matches!(model.look, Look::Picture { .. }).then_some([scale.low, scale.high]),
            rows: self.rows(),
        };
        match web::json(&report) {
            Ok(json) => self.hand_out(".radii.json", json.as_bytes()),
            Err(_) => self.signals.said.set(text::NO_FILE_OUT.into()),
        }
    }
}
