//! A second network, tried on the same inputs.

use super::{Model, Session, Side};
use crate::app::{
    inspect::{engines::Task, results::Outcome, words},
    text::inspect as text,
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc};
use wasm_bindgen_futures::spawn_local;

impl Session {
    /// Takes the files of a network to compare with.
    pub fn compare(self: &Rc<Self>, files: Vec<web_sys::File>) {
        let session = self.clone();
        spawn_local(async move {
            session.purpose.set(Side::Other);
            session.take(files).await;
        });
    }

    /// Puts a network beside the one that is open, where it takes and gives as much.
    pub(super) fn open_other(self: &Rc<Self>, model: Model) {
        let signals = self.signals;
        let Some(mine) = signals.model.get_untracked() else { return };
        if (model.look.len(), model.report.outputs) != (mine.look.len(), mine.report.outputs) {
            let takes = words::takes_and_gives(&model.report);
            let wanted = words::takes_and_gives(&mine.report);
            return signals.refused.set(Some(text::not_alike(&model.name, &takes, &wanted)));
        }
        signals.asked.set(None);
        self.load(Side::Other, model.file.clone());
        // Both are given the same numbers, in the same order.
        let model = Model { look: mine.look, ..model };
        let count = signals.inputs.with_untracked(Vec::len);
        signals.others.set(vec![Outcome::default(); count]);
        signals.other.set(Some(Arc::new(model)));
        self.ask();
        let pool = self.pools.borrow().get(Side::Other as usize).cloned();
        if let Some(pool) = pool {
            pool.add((0..count).map(Task::Predict).collect(), false);
        }
    }

    /// Takes the second network away.
    pub fn close_other(&self) {
        self.load(Side::Other, Vec::new());
        let count = self.signals.inputs.with_untracked(Vec::len);
        self.signals.other.set(None);
        self.signals.others.set(vec![Outcome::default(); count]);
    }
}
