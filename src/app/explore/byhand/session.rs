//! What is worked out, as the link has it, and the ways to change it.

use crate::{
    app::{
        explore::words::byhand as words,
        model::{
            store::{Remedy, Store},
            url::Change,
        },
        text::byhand as text,
    },
    byhand::{Code, Exercise, Fraction, Worked, number, work},
};
use leptos::prelude::*;
use std::sync::Arc;

/// The signals of a network by hand. What is set stands in the page's state alone.
#[derive(Clone, Copy)]
pub struct ByHand {
    store: Store,
    /// What is set.
    pub code: Memo<Code>,
    /// The exercise, without the step.
    pub exercise: Memo<Exercise>,
    /// It worked out.
    pub worked: Memo<Arc<Worked>>,
    /// The step that is looked at: the last one where all are.
    pub step: Memo<usize>,
    /// Why the last number was not taken; empty where it was.
    pub complaint: RwSignal<String>,
}

/// Starts following the state.
pub fn start(store: Store) -> ByHand {
    let text = Memo::new(move |_| store.state.with(|state| state.by_hand.clone()));
    let read = Memo::new(move |_| Code::read(&text.get()));
    let code = Memo::new(move |_| read.with(|(code, _)| code.clone()));
    Effect::new(move |_| {
        read.with(|(code, told)| {
            if !told.is_empty() {
                store.notice(words::told(told), Remedy::None);
                let written = code.written();
                store.change(Change::Correction, |state| state.by_hand = written);
            }
        });
    });
    let exercise = Memo::new(move |_| code.with(|code| code.exercise.clone()));
    let worked = Memo::new(move |_| Arc::new(exercise.with(work)));
    let step = Memo::new(move |_| {
        let last = worked.with(|worked| worked.steps.len()).saturating_sub(1);
        code.with(|code| if code.all { last } else { code.step.min(last) })
    });
    ByHand { store, code, exercise, worked, step, complaint: RwSignal::new(String::new()) }
}

impl ByHand {
    /// Changes the exercise; what makes none is told, and the last one stays.
    pub fn change(&self, edit: impl FnOnce(&mut Exercise)) {
        let mut code = self.code.get_untracked();
        edit(&mut code.exercise);
        match code.exercise.checked() {
            Ok(exercise) => {
                self.complaint.set(String::new());
                let written = Code { exercise, ..code }.written();
                self.store.step(|state| state.by_hand = written);
            }
            Err(_) => self.complaint.set(text::NOT_SUCH.into()),
        }
    }

    /// Changes what is looked at: a run of steps is one step of the browser's history.
    pub fn look(&self, edit: impl FnOnce(&mut Code)) {
        let mut code = self.code.get_untracked();
        code.step = self.step.get_untracked();
        edit(&mut code);
        let written = code.written();
        self.store.drag(|state| state.by_hand = written);
    }

    /// Goes to a step.
    pub fn go(&self, to: usize) {
        let last = self.worked.with_untracked(|worked| worked.steps.len()).saturating_sub(1);
        self.look(|code| code.step = to.min(last));
    }

    /// What was typed as a number, or a word about why it is none.
    pub fn number(&self, typed: &str) -> Option<Fraction> {
        match number(typed) {
            Ok(number) => {
                self.complaint.set(String::new());
                Some(number)
            }
            Err(why) => {
                self.complaint.set(words::wrong(why).into());
                None
            }
        }
    }
}
