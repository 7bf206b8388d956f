//! What becomes of the engine's news about training.

use crate::{
    app::{
        model::failures,
        train::{
            history::RunView,
            places::Origin,
            record::Checkpoint,
            session::{Arrival, RunController, resolve},
            words,
        },
    },
    engine::{Order, TrainResponse},
};
use leptos::prelude::*;
use std::rc::Rc;

impl RunController {
    /// Takes news in.
    pub fn answer(self: &Rc<Self>, news: TrainResponse) {
        let now = js_sys::Date::now();
        match news {
            TrainResponse::Data { .. } => {}
            TrainResponse::Needs { run, images } => self.fetch_more(run, images),
            TrainResponse::Started { run, plan, steps, per_epoch, images } => {
                let slot = run as usize;
                let arrived = self.inner.borrow_mut().arriving[slot].take();
                let mut view = RunView::new(*plan, steps, per_epoch, images);
                if let Some(Arrival { mut held, origin }) = arrived {
                    let id = held.id.clone();
                    if held.epsilon <= 0.0 {
                        held.epsilon = view.plan.epsilon;
                    }
                    let before = self.inner.borrow_mut().held[slot].replace(held);
                    if let Some(before) = before.filter(|before| before.id != id && origin.replaces_for_good()) {
                        self.forget(before.id);
                    }
                    if let Origin::Kept(record) = origin {
                        view.history = record.history;
                        view.history.cut(steps);
                        // Moments that are still on the page keep their networks.
                        self.signals().runs.with_untracked(|runs| view.adopt(runs[slot].as_ref()));
                    }
                }
                self.change(|runs| runs[slot] = Some(view));
            }
            TrainResponse::Steps { run, .. }
            | TrainResponse::Probe { run, .. }
            | TrainResponse::State { run, .. }
            | TrainResponse::Lane { run, .. } => {
                self.change(|runs| {
                    if let Some(Some(view)) = runs.get_mut(run as usize) {
                        view.take(news, now);
                    }
                });
                self.referee();
            }
            TrainResponse::Checkpoint { run, purpose, steps, epoch, file } => {
                let checkpoint = Checkpoint { file: Rc::new(file.0), steps, epoch };
                if purpose > 0 {
                    let waiting = self.inner.borrow_mut().checkpoints.remove(&purpose);
                    if let Some(waiting) = waiting {
                        resolve(&waiting, Ok(checkpoint));
                    }
                } else {
                    if let Some(held) = &mut self.inner.borrow_mut().held[run as usize] {
                        held.checkpoint = Some(checkpoint);
                    }
                    self.keep_draft(run);
                }
            }
            TrainResponse::Exported { id, file, rounded } => {
                let waiting = self.inner.borrow_mut().exports.remove(&id);
                if let Some(waiting) = waiting {
                    resolve(&waiting, Ok((Rc::new(file.0), rounded)));
                }
            }
            TrainResponse::Failed { run, order, failure } => self.failed(run, order, &failures::words(&failure)),
        }
    }

    fn failed(self: &Rc<Self>, run: Option<u32>, order: Order, message: &str) {
        match (order, run) {
            (Order::Start | Order::Resume, Some(slot)) => {
                self.inner.borrow_mut().arriving[slot as usize] = None;
            }
            (Order::Checkpoint, _) => {
                let waiting = std::mem::take(&mut self.inner.borrow_mut().checkpoints);
                waiting.values().for_each(|slot| resolve(slot, Err(message.into())));
            }
            (Order::Export, _) => {
                let waiting = std::mem::take(&mut self.inner.borrow_mut().exports);
                waiting.values().for_each(|slot| resolve(slot, Err(words::failed(order, message))));
                return;
            }
            (Order::Data, _) => self.inner.borrow_mut().supplied = None,
            _ => {}
        }
        self.notice(words::failed(order, message));
    }
}
