//! When which question goes to the engine: the newest Explore at most once a frame, long work once that is quiet.

use crate::{
    app::{
        explore::{
            questions,
            requests::{Asked, Scheduler},
        },
        link::frames::next_frame,
        model::{picture::Subject, state::Explore, store::Loaded},
    },
    bounds::Method,
    engine::{GpuRequest, Request},
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc, time::Duration};

/// How long Explore must be quiet before long work starts.
const QUIET: Duration = Duration::from_millis(120);

impl Scheduler {
    /// What the state asks for now.
    pub(super) fn want(self: &Rc<Self>, state: &Explore, image: &Loaded, label: u32) {
        let question = Arc::new(questions::question(state, image.pixels.clone(), label));
        let asked = Asked { question, methods: state.methods() };
        let mut pending = self.pending.borrow_mut();
        if pending.want.as_ref() == Some(&asked) {
            // Back at what was asked before: what is on screen answers it again.
            drop(pending);
            return self.mark();
        }
        let stale = pending.forget(&asked.question);
        pending.want = Some(asked);
        drop(pending);
        for job in stale {
            self.client.send(&Request::Cancel { job });
            self.commit_soon();
        }
        self.pump();
        self.mark();
    }

    /// Sends the newest Explore if the last one has been answered and this frame has not sent one yet.
    pub(super) fn pump(self: &Rc<Self>) {
        let mut pending = self.pending.borrow_mut();
        let Some(want) = pending.want.clone() else { return };
        let busy = pending.sent.is_some() && !pending.answered;
        if pending.sent.as_ref() == Some(&want)
            || busy
            || pending.sent_this_frame
            || want.methods.is_empty()
            || !pending.read.contains(&want.question.network)
        {
            return;
        }
        pending.explore += 1;
        let epoch = pending.explore;
        pending.pictures.begin(epoch, want.question.clone(), want.methods.clone(), false);
        pending.sent = Some(want.clone());
        (pending.answered, pending.done, pending.failed, pending.sent_this_frame) = (false, false, false, true);
        drop(pending);
        self.client.send(&questions::explore(epoch, (*want.question).clone(), want.methods));
        let scheduler = self.clone();
        next_frame(move || {
            scheduler.pending.borrow_mut().sent_this_frame = false;
            scheduler.pump();
        });
    }

    /// Radius and sweep, once Explore is quiet.
    pub(super) fn background(self: &Rc<Self>) {
        let mut pending = self.pending.borrow_mut();
        if !pending.done || pending.sent != pending.want {
            return;
        }
        let Some(asked) = pending.sent.clone() else { return };
        if !std::mem::replace(&mut pending.gpu_asked, true) {
            let device = self.store.processor.with_untracked(|processor| processor.choice);
            for request in [GpuRequest::Choose { device }, GpuRequest::Open] {
                self.client.send(&Request::Gpu { request });
            }
        }
        let radius_of = (Subject::radius(&asked.question), asked.methods.clone());
        let covers = |now: &Option<(Subject, Vec<Method>)>, wanted: &(Subject, Vec<Method>)| {
            now.as_ref().is_some_and(|now| now.0 == wanted.0 && wanted.1.iter().all(|m| now.1.contains(m)))
        };
        if !covers(&pending.radius_of, &radius_of) {
            pending.radius += 1;
            (pending.radii.running, pending.radii.done) = (true, 0.0);
            pending.dirty.radii = true;
            let request = questions::radius(pending.radius, (*asked.question).clone(), asked.methods.clone());
            pending.radius_of = Some(radius_of);
            self.client.send(&request);
        }
        let sweep_of = (Subject::along_epsilon(&asked.question), asked.methods.clone());
        if !pending.radii.running && !covers(&pending.sweep_of, &sweep_of) {
            pending.sweeping += 1;
            (pending.sweep.running, pending.sweep.done) = (true, 0.0);
            pending.dirty.sweep = true;
            let request = questions::sweep(pending.sweeping, (*asked.question).clone(), asked.methods);
            pending.sweep_of = Some(sweep_of);
            self.client.send(&request);
        }
        drop(pending);
        self.commit_soon();
    }

    pub(super) fn background_soon(self: &Rc<Self>) {
        if std::mem::replace(&mut self.pending.borrow_mut().quiet_timer, true) {
            return;
        }
        let scheduler = self.clone();
        set_timeout(
            move || {
                scheduler.pending.borrow_mut().quiet_timer = false;
                scheduler.background();
            },
            QUIET,
        );
    }
}
