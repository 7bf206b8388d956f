//! What the engine says, and how it gets on screen.

use crate::{
    app::failures,
    app::{
        conductor::{Conductor, Dirty, frames::next_frame},
        picture::Subject,
        processor::Processor,
        store::{Engine, Remedy},
        strings,
    },
    engine::{Job, PROTOCOL, Question, Response},
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

impl Conductor {
    /// Takes one answer in.
    pub(super) fn answer(self: &Rc<Self>, response: Response) {
        let mut score = self.score.borrow_mut();
        score.heard = js_sys::Date::now();
        match response {
            Response::Ready { protocol, device } => {
                drop(score);
                if protocol != PROTOCOL {
                    self.store.notice(strings::wrong_protocol(PROTOCOL, protocol), Remedy::None);
                }
                self.store.engine.set(Engine::Ready(device));
                return;
            }
            Response::Gpu { response } => {
                drop(score);
                self.store.processor.update(|processor| processor.take(response));
                return;
            }
            Response::Train { response } => {
                drop(score);
                if let Some(desk) = self.store.desk() {
                    desk.answer(response);
                }
                return;
            }
            Response::Network { key, summary } => {
                score.read.insert(key.clone());
                score.fetching.remove(&key);
                drop(score);
                if let Some(desk) = self.store.desk() {
                    desk.network_read(&key);
                }
                self.store.networks.update(|networks| {
                    networks.insert(key, Arc::new(summary));
                });
                self.pump();
                return;
            }
            Response::Classes { epoch, classes } => {
                if epoch == score.classify
                    && let Some(resolve) = score.classified.take()
                {
                    drop(score);
                    let _ = resolve.call1(&JsValue::NULL, &js_sys::Uint8Array::from(classes.0.as_slice()));
                    self.change_over();
                }
                return;
            }
            Response::Radius { epoch, answer } if epoch == score.radius => {
                score.radii.put(answer);
                score.dirty.radii = true;
                drop(score);
            }
            Response::Broken { epoch, answer } if epoch == score.radius => {
                score.radii.broken = Some(answer);
                score.dirty.radii = true;
                drop(score);
            }
            Response::SweepPoint { epoch, answer } if epoch == score.sweeping => {
                score.sweep.put(answer);
                score.dirty.sweep = true;
                drop(score);
            }
            Response::Done { job: Job::Explore, epoch } if epoch == score.explore => {
                (score.answered, score.done) = (true, true);
                drop(score);
                self.change_over();
                self.pump();
                self.background_soon();
                return;
            }
            Response::Done { job: Job::Radius, epoch } if epoch == score.radius => {
                score.radii.running = false;
                score.dirty.radii = true;
                drop(score);
                self.background_soon();
                self.commit_soon();
                return;
            }
            Response::Done { job: Job::Sweep, epoch } if epoch == score.sweeping => {
                score.sweep.running = false;
                score.dirty.sweep = true;
                drop(score);
            }
            Response::Failed { job, epoch, failure } => {
                let message = failures::words(&failure);
                let current = match job {
                    None => true,
                    Some(Job::Explore) => epoch == score.explore,
                    Some(Job::Radius) => epoch == score.radius,
                    Some(Job::Sweep) => epoch == score.sweeping,
                    Some(Job::Classify) => epoch == score.classify,
                    Some(Job::Measure) => self.store.processor.with_untracked(|p| p.measuring && epoch == p.epoch),
                    Some(Job::Benchmark) => false,
                };
                if !current {
                    return;
                }
                match job {
                    Some(Job::Explore) => (score.answered, score.failed) = (true, true),
                    Some(Job::Radius) => score.radii.running = false,
                    Some(Job::Sweep) => score.sweep.running = false,
                    Some(Job::Classify) => {
                        if let Some(resolve) = score.classified.take() {
                            let _ = resolve.call0(&JsValue::NULL);
                        }
                    }
                    Some(Job::Measure) => self.store.processor.update(Processor::stop),
                    None => score.fetching.clear(),
                    Some(Job::Benchmark) => {}
                }
                score.dirty = Dirty { picture: false, sweep: true, radii: true };
                drop(score);
                if job.is_none() && self.store.engine.get_untracked() == Engine::Starting {
                    // The loader's own words: there is no engine.
                    self.store.engine.set(Engine::Stopped);
                    return self.store.notice(message, Remedy::Restart);
                }
                if let (None, Some(desk)) = (job, self.store.desk()) {
                    desk.network_failed();
                }
                let remedy = if job.is_none() { Remedy::Reload } else { Remedy::None };
                self.store.notice(strings::failed(&message), remedy);
                self.change_over();
                self.pump();
            }
            response => {
                let bounds = matches!(&response, Response::Bounds { epoch, .. } if *epoch == score.explore);
                let news = score.pictures.take(response);
                score.dirty.picture |= news;
                if bounds {
                    score.answered = true;
                }
                drop(score);
                if bounds {
                    self.pump();
                }
                if !news {
                    return;
                }
            }
        }
        self.commit_soon();
    }

    pub(super) fn commit_soon(self: &Rc<Self>) {
        if std::mem::replace(&mut self.score.borrow_mut().commit_due, true) {
            return;
        }
        let conductor = self.clone();
        next_frame(move || conductor.commit());
    }

    /// Hands what is new to the signals, and through them to the screen.
    pub(super) fn commit(self: &Rc<Self>) {
        let mut score = self.score.borrow_mut();
        score.commit_due = false;
        let dirty = std::mem::take(&mut score.dirty);
        let picture = dirty.picture.then(|| score.pictures.shown().cloned()).flatten();
        let sweep = dirty.sweep.then(|| score.sweep.clone());
        let radii = dirty.radii.then(|| score.radii.clone());
        drop(score);
        if let Some(picture) = picture {
            self.store.shown.set(Some(Arc::new(picture)));
        }
        if let Some(sweep) = sweep {
            self.store.sweep.set(Arc::new(sweep));
        }
        if let Some(radii) = radii {
            self.store.radii.set(Arc::new(radii));
        }
        let conductor = self.clone();
        spawn_local(async move {
            leptos::task::tick().await;
            conductor.mark();
        });
    }

    /// Writes on `<html>` what is painted: tests and screenshots wait for it.
    pub(super) fn mark(&self) {
        let Some(root) = document().document_element() else { return };
        let score = self.score.borrow();
        let Some(shown) = score.pictures.shown() else { return };
        // Another image or network than the controls say: the views fade until they have caught up.
        let subject = |question: &Question| Subject::along_epsilon(question);
        let stale = score.want.as_ref().is_some_and(|want| subject(&want.question) != subject(&shown.question));
        let _ = root.toggle_attribute_with_force("data-stale", stale);
        let current = score.want.as_ref().is_none_or(|want| want.question == shown.question);
        let complete = score.want.as_ref().is_some_and(|want| want.methods.iter().all(|&m| shown.by(m).is_some()));
        let state = match (shown.precomputed, current && complete) {
            (true, _) if current => "precomputed",
            (false, true) => "live",
            _ => "computing",
        };
        for (name, value) in [
            ("data-state", state.to_string()),
            ("data-epoch", shown.epoch.to_string()),
            ("data-painted-epsilon", shown.question.epsilon.to_string()),
        ] {
            let _ = root.set_attribute(name, &value);
        }
    }
}
