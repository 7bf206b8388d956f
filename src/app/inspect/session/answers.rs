//! What the engines are asked about each input, and what becomes of their answers.

use super::{Model, Session, Side};
use crate::{
    app::{
        inspect::{
            engines::{KEY, Owner, Pool, Task},
            results::{Outcome, Stage},
        },
        text::inspect as text,
    },
    engine::{Request, Response},
};
use leptos::prelude::*;
use std::{
    rc::{Rc, Weak},
    sync::Arc,
};
use wasm_bindgen_futures::spawn_local;

/// Listens for a session, while there is one.
struct Ear(Weak<Session>, Side);

impl Owner for Ear {
    fn step(&self, task: Task, predicted: Option<u32>, epoch: u32) -> Option<Request> {
        let session = self.0.upgrade()?;
        let signals = session.signals;
        let model = session.model(self.1)?;
        let input = signals.inputs.with_untracked(|inputs| inputs.get(task.input()).cloned())?;
        let settings = signals.settings.get_untracked();
        let question = |label, epsilon| settings.question(KEY, &input, model.look, label, epsilon);
        let Some(predicted) = predicted else {
            let certify = matches!(task, Task::Certify(_));
            if certify {
                session.outcome(self.1, task, |outcome| {
                    *outcome = Outcome { stage: Stage::Running(0.0), ..Outcome::default() }
                });
            }
            // One output tells no classes apart: its bounds are all there is to say.
            let bounds = certify && model.report.outputs == 1;
            let (epsilon, methods) = if bounds { (settings.epsilon, settings.methods()) } else { (0.0, Vec::new()) };
            return Some(Request::Explore { epoch, question: question(0, epsilon), methods });
        };
        if matches!(task, Task::Predict(_)) {
            return None;
        }
        // Both networks are asked about one class: the known one, or what the first reads.
        let mine = signals.outcomes.with_untracked(|all| all.get(task.input()).and_then(|outcome| outcome.predicted));
        let label = input.label.or(mine.filter(|_| self.1 == Side::Other)).unwrap_or(predicted);
        let (methods, largest) = (settings.methods(), settings.largest);
        Some(Request::Radius { epoch, question: question(label, 0.0), methods, largest })
    }

    fn heard(&self, task: Task, response: Response) {
        let Some(session) = self.0.upgrade() else { return };
        session.outcome(self.1, task, |outcome| match response {
            Response::Inference { answer, .. } => {
                outcome.predicted = (answer.logits.len() > 1).then_some(answer.predicted);
                outcome.outputs = answer.logits.0;
            }
            Response::Bounds { answer, .. } => outcome.bounds = Some((answer.method, answer.logits)),
            Response::Radius { answer, .. } => outcome.radii.push(answer),
            Response::Broken { answer, .. } => outcome.broken = Some(answer),
            Response::Progress { done, .. } => outcome.stage = Stage::Running(done),
            _ => {}
        });
    }

    fn over(&self, task: Task, failed: Option<String>) {
        let Some(session) = self.0.upgrade() else { return };
        match (task, failed) {
            (_, Some(why)) => session.outcome(self.1, task, |outcome| outcome.stage = Stage::Failed(why)),
            (Task::Certify(_), None) => session.outcome(self.1, task, |outcome| outcome.stage = Stage::Done),
            (Task::Predict(_), None) => {}
        }
        session.keep_soon();
        if session.pools.borrow().iter().any(|pool| pool.busy()) {
            return;
        }
        session.signals.running.set(false);
        if session.guess.borrow().is_some() {
            // The pool is still at this answer: what comes next is added after it.
            spawn_local(async move { session.guessed() });
        }
    }

    fn lost(&self, task: Task, why: &str) {
        let Some(session) = self.0.upgrade() else { return };
        session.outcome(self.1, task, Outcome::stop);
        let input = session.signals.inputs.with_untracked(|inputs| inputs.get(task.input()).cloned());
        if let Some(input) = input {
            session.signals.said.set(text::engine_lost(&why, &input.name));
        }
    }
}

impl Session {
    /// Engines that this session hears.
    pub(super) fn engines(self: &Rc<Self>, side: Side) -> Rc<Pool> {
        Pool::new(Box::new(Ear(Rc::downgrade(self), side)))
    }

    fn model(&self, side: Side) -> Option<Arc<Model>> {
        match side {
            Side::Mine => self.signals.model.get_untracked(),
            Side::Other => self.signals.other.get_untracked(),
        }
    }

    fn outcome(&self, side: Side, task: Task, edit: impl FnOnce(&mut Outcome)) {
        let outcomes = if side == Side::Mine { self.signals.outcomes } else { self.signals.others };
        outcomes.update(|outcomes| {
            if let Some(outcome) = outcomes.get_mut(task.input()) {
                edit(outcome);
            }
        });
    }
}
