//! Engines come and go: the whole one takes over from the first, a new one from one that died.

use crate::{
    app::{
        asks,
        conductor::{Conductor, DEATHS, PATIENCE, SILENCE},
        store::{Engine, Remedy},
        strings,
    },
    engine::{GpuRequest, GpuState, Request},
};
use leptos::prelude::*;
use std::{rc::Rc, time::Duration};
use wasm_bindgen::JsValue;

impl Conductor {
    /// A worker can be ended without a word (memory, the browser's task manager). One that owes answers and is silent
    /// is asked for a sign of life, and given up when none comes.
    pub(super) fn watch(self: &Rc<Self>) {
        let conductor = self.clone();
        set_interval(
            move || {
                let (owes, silence) = {
                    let score = conductor.score.borrow();
                    let trains = conductor.store.desk().is_some_and(|desk| desk.busy());
                    let owes =
                        (score.sent.is_some() && !score.done) || score.radii.running || score.sweep.running || trains;
                    (owes && !score.gone, js_sys::Date::now() - score.heard)
                };
                if owes && silence > SILENCE {
                    conductor.died(strings::SILENT);
                } else if owes && silence > SILENCE / 2.0 {
                    conductor.client.send(&Request::Hello);
                }
            },
            Duration::from_secs(3),
        );
    }

    /// Lets the whole engine take over from the first, unless an answer is under way: then after it.
    pub(super) fn change_over(self: &Rc<Self>) {
        let asked = {
            let score = self.score.borrow();
            if (score.sent.is_some() && !score.done && !score.failed) || score.classified.is_some() {
                return;
            }
            score.sent.clone().map(|asked| (score.explore, asked.question))
        };
        if !self.client.change_over() {
            return;
        }
        // What the first engine leaves out of an answer, the attack, is added to the picture on screen.
        if let Some((epoch, question)) = asked {
            self.client.send(&asks::explore(epoch, (*question).clone(), Vec::new()));
        }
    }

    /// There will be no whole engine: what waits for it ends, and the first one goes on.
    pub(super) fn stunted(self: &Rc<Self>, why: &str) {
        {
            let mut score = self.score.borrow_mut();
            (score.radii.running, score.sweep.running) = (false, false);
            (score.dirty.radii, score.dirty.sweep) = (true, true);
            // All of it is asked for again after the next answer: a connection may come back.
            (score.radius_of, score.sweep_of, score.gpu_asked) = (None, None, false);
        }
        if let Some(desk) = self.store.desk() {
            desk.revive();
        }
        web_sys::console::warn_2(&"The whole engine did not start:".into(), &why.into());
        self.store.notice(strings::STUNTED.into(), Remedy::Restart);
        self.commit_soon();
    }

    pub(super) fn died(self: &Rc<Self>, why: &str) {
        self.score.borrow_mut().gone = true;
        self.client.stop();
        let now = js_sys::Date::now();
        let again = {
            let mut score = self.score.borrow_mut();
            score.deaths.retain(|then| now - then < PATIENCE);
            score.deaths.push(now);
            score.deaths.len() <= DEATHS
        };
        if again {
            self.store.notice(strings::restarted(why), Remedy::None);
            let conductor = self.clone();
            set_timeout(move || conductor.revive(), Duration::from_millis(300));
        } else {
            self.store.engine.set(Engine::Stopped);
            self.store.notice(strings::gave_up(why), Remedy::Restart);
        }
    }

    /// A new worker: it is told the networks by the client, and asked again what its predecessor left unanswered.
    pub(super) fn revive(self: &Rc<Self>) {
        let mut score = self.score.borrow_mut();
        let score = &mut *score;
        score.read.clear();
        score.sent = None;
        score.gone = false;
        score.heard = js_sys::Date::now();
        (score.answered, score.done, score.failed) = (false, false, false);
        if score.radii.running {
            score.radius_of = None;
        }
        if score.sweep.running {
            score.sweep_of = None;
        }
        (score.radii.running, score.sweep.running) = (false, false);
        if let Some(resolve) = score.classified.take() {
            let _ = resolve.call0(&JsValue::NULL);
        }
        self.store.engine.set(Engine::Starting);
        self.store.processor.update(|processor| {
            processor.state = GpuState::Unknown;
            processor.measuring = false;
        });
        self.client.start();
        let device = self.store.processor.with_untracked(|processor| processor.choice);
        self.client.send(&Request::Gpu { request: GpuRequest::Choose { device } });
        if let Some(desk) = self.store.desk() {
            desk.revive();
        }
    }
}
