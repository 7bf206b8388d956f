//! What the engine says, and how it gets on screen.

use crate::{
    app::{
        explore::{
            requests::{Dirty, Scheduler, TOGETHER},
            words,
        },
        link::frames::next_frame,
        model::{
            commands::About,
            failures,
            picture::Subject,
            processor::Processor,
            state::Tab,
            store::{Engine, Opened, Remedy},
        },
    },
    engine::{Job, PROTOCOL, Question, Response},
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc, time::Duration};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

impl Scheduler {
    /// Hands news that are not read here to who reads them.
    pub(super) fn unread_news(&self, about: About, news: JsValue) {
        self.pending.borrow_mut().heard = js_sys::Date::now();
        match (about, self.store.listener()) {
            (About::Train, Some(listener)) => listener.training(news),
            (About::Train, None) => {}
            (about, _) => self.store.hear(about, news),
        }
    }

    /// Takes one answer in.
    pub(super) fn answer(self: &Rc<Self>, response: Response) {
        let mut pending = self.pending.borrow_mut();
        pending.heard = js_sys::Date::now();
        match response {
            Response::Ready { protocol, device } => {
                drop(pending);
                if protocol != PROTOCOL {
                    self.store.notice(words::wrong_protocol(PROTOCOL, protocol), Remedy::None);
                }
                self.store.engine.set(Engine::Ready(device));
                return;
            }
            Response::Gpu { response } => {
                drop(pending);
                self.store.processor.update(|processor| processor.take(response));
                return;
            }
            // Comes unread, as an event of its own.
            Response::Train { .. } | Response::Theatre { .. } | Response::Linear { .. } => return,
            Response::Network { key, summary } => {
                pending.read.insert(key.clone());
                pending.fetching.remove(&key);
                let opened = pending.opening.remove(&key);
                drop(pending);
                self.store.networks.update(|networks| {
                    networks.insert(key.clone(), Arc::new(summary));
                });
                if let Some((title, note)) = opened {
                    self.store.opened.update(|opened| opened.push(Opened { key: key.clone(), title, note }));
                    self.store.step(|state| {
                        state.tab = Tab::Explore;
                        state.explore.network = key;
                    });
                }
                self.pump();
                return;
            }
            Response::Classes { epoch, classes } => {
                if epoch == pending.classify
                    && let Some(resolve) = pending.classified.take()
                {
                    drop(pending);
                    let _ = resolve.call1(&JsValue::NULL, &js_sys::Uint8Array::from(classes.0.as_slice()));
                    self.change_over();
                }
                return;
            }
            Response::Radius { epoch, answer } if epoch == pending.radius => {
                pending.radii.put(answer);
                pending.dirty.radii = true;
                drop(pending);
            }
            Response::Broken { epoch, answer } if epoch == pending.radius => {
                pending.radii.broken = Some(answer);
                pending.dirty.radii = true;
                drop(pending);
            }
            Response::SweepPoint { epoch, answer } if epoch == pending.sweeping => {
                pending.sweep.put(answer);
                pending.dirty.sweep = true;
                drop(pending);
            }
            Response::Progress { job: Job::Radius, epoch, done } if epoch == pending.radius => {
                pending.radii.done = done;
                pending.dirty.radii = true;
                drop(pending);
            }
            Response::Progress { job: Job::Sweep, epoch, done } if epoch == pending.sweeping => {
                pending.sweep.done = done;
                pending.dirty.sweep = true;
                drop(pending);
            }
            Response::Done { job: Job::Explore, epoch } if epoch == pending.explore => {
                (pending.answered, pending.done) = (true, true);
                drop(pending);
                self.change_over();
                self.pump();
                self.background_soon();
                return;
            }
            Response::Done { job: Job::Radius, epoch } if epoch == pending.radius => {
                pending.radii.running = false;
                pending.dirty.radii = true;
                drop(pending);
                self.background_soon();
                self.commit_soon();
                return;
            }
            Response::Done { job: Job::Sweep, epoch } if epoch == pending.sweeping => {
                pending.sweep.running = false;
                pending.dirty.sweep = true;
                drop(pending);
            }
            Response::Failed { job, epoch, failure } => {
                let message = failures::words(&failure);
                let current = match job {
                    None => true,
                    Some(Job::Explore) => epoch == pending.explore,
                    Some(Job::Radius) => epoch == pending.radius,
                    Some(Job::Sweep) => epoch == pending.sweeping,
                    Some(Job::Classify) => epoch == pending.classify,
                    Some(Job::Measure) => self.store.processor.with_untracked(|p| p.measuring && epoch == p.epoch),
                    Some(Job::Benchmark) => false,
                };
                if !current {
                    return;
                }
                match job {
                    Some(Job::Explore) => (pending.answered, pending.failed) = (true, true),
                    Some(Job::Radius) => pending.radii.running = false,
                    Some(Job::Sweep) => pending.sweep.running = false,
                    Some(Job::Classify) => {
                        if let Some(resolve) = pending.classified.take() {
                            let _ = resolve.call0(&JsValue::NULL);
                        }
                    }
                    Some(Job::Measure) => self.store.processor.update(Processor::stop),
                    None => {
                        pending.fetching.clear();
                        pending.opening.clear();
                    }
                    Some(Job::Benchmark) => {}
                }
                pending.dirty = Dirty { picture: false, sweep: true, radii: true };
                drop(pending);
                if job.is_none() && self.store.engine.get_untracked() == Engine::Starting {
                    // The loader's own words: there is no engine.
                    self.store.engine.set(Engine::Stopped);
                    return self.store.notice(message, Remedy::Restart);
                }
                let remedy = if job.is_none() { Remedy::Reload } else { Remedy::None };
                self.store.notice(words::failed(&message), remedy);
                self.change_over();
                self.pump();
            }
            response => {
                let bounds = matches!(&response, Response::Bounds { epoch, .. } if *epoch == pending.explore);
                let news = pending.pictures.take(response);
                pending.dirty.picture |= news;
                if bounds {
                    pending.answered = true;
                }
                drop(pending);
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
        if std::mem::replace(&mut self.pending.borrow_mut().commit_due, true) {
            return;
        }
        let scheduler = self.clone();
        next_frame(move || scheduler.commit());
    }

    /// Hands what is new to the signals, and through them to the screen.
    pub(super) fn commit(self: &Rc<Self>) {
        let mut pending = self.pending.borrow_mut();
        pending.commit_due = false;
        let mut dirty = std::mem::take(&mut pending.dirty);
        let now = js_sys::Date::now();
        let left = TOGETHER - (now - pending.held_since.unwrap_or(now));
        let whole = pending.pictures.shown().is_none_or(|shown| shown.complete());
        if dirty.picture && !whole && left > 0.0 && !pending.failed {
            // The other methods' bounds are nearly always here in the same frame; the next answer, or the clock, brings this one back.
            (dirty.picture, pending.dirty.picture) = (false, true);
            pending.held_since.get_or_insert(now);
            let scheduler = self.clone();
            set_timeout(move || scheduler.commit_soon(), Duration::from_millis(left.ceil() as u64));
        } else if dirty.picture {
            pending.held_since = None;
        }
        let picture = dirty.picture.then(|| pending.pictures.shown().cloned()).flatten();
        let sweep = dirty.sweep.then(|| pending.sweep.clone());
        let radii = dirty.radii.then(|| pending.radii.clone());
        drop(pending);
        if let Some(picture) = picture {
            self.store.shown.set(Some(Arc::new(picture)));
        }
        if let Some(sweep) = sweep {
            self.store.sweep.set(Arc::new(sweep));
        }
        if let Some(radii) = radii {
            self.store.radii.set(Arc::new(radii));
        }
        let scheduler = self.clone();
        spawn_local(async move {
            leptos::task::tick().await;
            scheduler.mark();
        });
    }

    /// Writes on `<html>` what is painted: tests and screenshots wait for it.
    pub(super) fn mark(&self) {
        if !self.store.is_main() {
            return;
        }
        let Some(root) = document().document_element() else { return };
        let pending = self.pending.borrow();
        // What the screen has been given: the newest picture may still wait for the rest of its bounds.
        let Some(shown) = self.store.shown.get_untracked() else { return };
        let picked = self.store.state.with_untracked(|state| state.explore.looked_at());
        let loaded =
            self.store.image.with_untracked(|image| image.as_ref().is_some_and(|image| image.picked == picked));
        // A drawing is asked about once its class is known.
        let here = loaded && untrack(|| self.store.label()).is_some();
        // Another image or network than the controls say: the views fade until they have caught up.
        let subject = |question: &Question| Subject::along_epsilon(question);
        let wanted = pending.want.as_ref();
        let stale = !here || wanted.is_some_and(|want| subject(&want.question) != subject(&shown.question));
        let _ = root.toggle_attribute_with_force("data-stale", stale);
        let current = here && pending.want.as_ref().is_none_or(|want| want.question == shown.question);
        let complete = pending.want.as_ref().is_some_and(|want| want.methods.iter().all(|&m| shown.by(m).is_some()));
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
