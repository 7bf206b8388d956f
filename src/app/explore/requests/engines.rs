//! Engines come and go: the whole one takes over from the first, a new one from one that died.

use crate::{
    app::{
        explore::{
            questions,
            requests::{DEATHS, PATIENCE, SILENCE, Scheduler},
            words,
        },
        model::store::{Engine, Remedy},
        text::page as text,
    },
    engine::{GpuRequest, GpuState, Request},
};
use leptos::prelude::*;
use std::{rc::Rc, time::Duration};
use wasm_bindgen::JsValue;

impl Scheduler {
    /// A worker can be ended without a word (memory, the browser's task manager). One that owes answers and is silent
    /// is asked for a sign of life, and given up when none comes.
    pub(super) fn watch(self: &Rc<Self>) {
        let scheduler = self.clone();
        let timer = set_interval_with_handle(
            move || {
                let (owes, silence) = {
                    let pending = scheduler.pending.borrow();
                    let trains = scheduler.store.listener().is_some_and(|listener| listener.waits());
                    let owes = (pending.sent.is_some() && !pending.done)
                        || pending.radii.running
                        || pending.sweep.running
                        || trains;
                    (owes && !pending.gone, js_sys::Date::now() - pending.heard)
                };
                if owes && silence > SILENCE {
                    scheduler.died(text::SILENT);
                } else if owes && silence > SILENCE / 3.0 {
                    scheduler.client.send(&Request::Hello);
                }
            },
            Duration::from_secs(1),
        );
        self.pending.borrow_mut().watch = timer.ok();
    }

    /// Lets the whole engine take over from the first, unless an answer is under way: then after it.
    pub(super) fn change_over(self: &Rc<Self>) {
        let asked = {
            let pending = self.pending.borrow();
            if (pending.sent.is_some() && !pending.done && !pending.failed) || pending.classified.is_some() {
                return;
            }
            pending.sent.clone().map(|asked| (pending.explore, asked.question))
        };
        if !self.client.change_over() {
            return;
        }
        // What the first engine leaves out of an answer, the attack, is added to the picture on screen.
        if let Some((epoch, question)) = asked {
            self.client.send(&questions::explore(epoch, (*question).clone(), Vec::new()));
        }
    }

    /// There will be no whole engine: what waits for it ends, and the first one goes on.
    pub(super) fn whole_failed(self: &Rc<Self>, why: &str) {
        {
            let mut pending = self.pending.borrow_mut();
            (pending.radii.running, pending.sweep.running) = (false, false);
            (pending.dirty.radii, pending.dirty.sweep) = (true, true);
            // All of it is asked for again after the next answer: a connection may come back.
            (pending.radius_of, pending.sweep_of, pending.gpu_asked) = (None, None, false);
        }
        if let Some(listener) = self.store.listener() {
            listener.restarted();
        }
        web_sys::console::warn_2(&text::WHOLE_FAILED_LOG.into(), &why.into());
        self.store.notice(text::WHOLE_FAILED.into(), Remedy::Restart);
        self.commit_soon();
    }

    pub(super) fn died(self: &Rc<Self>, why: &str) {
        self.pending.borrow_mut().gone = true;
        self.client.stop();
        let now = js_sys::Date::now();
        let again = {
            let mut pending = self.pending.borrow_mut();
            pending.deaths.retain(|then| now - then < PATIENCE);
            pending.deaths.push(now);
            pending.deaths.len() <= DEATHS
        };
        if again {
            self.store.notice(words::restarted(why), Remedy::None);
            let scheduler = self.clone();
            set_timeout(move || scheduler.revive(), Duration::from_millis(300));
        } else {
            self.store.engine.set(Engine::Stopped);
            self.store.notice(words::gave_up(why), Remedy::Restart);
        }
    }

    /// A new worker: it is told the networks by the client, and asked again what its predecessor left unanswered.
    pub(super) fn revive(self: &Rc<Self>) {
        let mut pending = self.pending.borrow_mut();
        let pending = &mut *pending;
        pending.read.clear();
        pending.sent = None;
        pending.gone = false;
        pending.heard = js_sys::Date::now();
        (pending.answered, pending.done, pending.failed) = (false, false, false);
        if pending.radii.running {
            pending.radius_of = None;
        }
        if pending.sweep.running {
            pending.sweep_of = None;
        }
        (pending.radii.running, pending.sweep.running) = (false, false);
        if let Some(resolve) = pending.classified.take() {
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
        if let Some(listener) = self.store.listener() {
            listener.restarted();
        }
    }
}
