//! The button that has a search decide what bounds and the attack leave open, and the line that says how far it is.

use super::{now::Signals, run::Run};
use crate::{
    app::{
        explore::{answer::Answer, search, words},
        model::store::store,
        text::{decide as ended, explore as text},
    },
    bounds::Norm,
    engine::Question,
};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The search about what is on screen: another image or network ends it and takes its words away.
pub fn run(signals: Signals) -> Run {
    let run = Run { said: RwSignal::default(), runs: RwSignal::new(None), worker: StoredValue::new_local(None) };
    let about = Memo::new(move |_| {
        let question = asked(signals)?;
        Some(Question { epsilon: 0.0, ..(*question).clone() })
    });
    Effect::new(move |before: Option<()>| {
        // Read, not only tracked: a memo that nobody reads follows nothing.
        about.with(|_| ());
        if before.is_some() {
            run.end(String::new());
        }
    });
    run
}

/// The question of the picture on screen at the handle's ε.
fn asked(signals: Signals) -> Option<Arc<Question>> {
    signals.now.with(|now| {
        let now = now.as_ref()?;
        Some(Arc::new(Question { epsilon: now.epsilon, ..(*now.picture.question).clone() }))
    })
}

#[component]
pub fn Decide(signals: Signals, run: Run) -> impl IntoView {
    let store = store();
    let started = StoredValue::new(0_u32);
    // The search takes boxes.
    let open = Memo::new(move |_| {
        signals.now.with(|now| now.as_ref().is_some_and(|now| now.answer == Answer::Unknown && now.norm() == Norm::Inf))
    });
    let press = move |_| {
        if run.runs.with_untracked(Option::is_some) {
            return run.end(ended::CANCELLED.into());
        }
        let Some(question) = untrack(|| asked(signals)) else { return };
        started.update_value(|number| *number += 1);
        let number = started.get_value();
        run.runs.set(Some(number));
        run.said.set(words::stage::decide_begins(question.epsilon, question.norm));
        spawn_local(async move {
            if search::begin(store, run, number, question).await.is_err() && run.runs.get_untracked() == Some(number) {
                run.end(ended::MISSING.into());
            }
        });
    };
    let runs = move || run.runs.with(Option::is_some);
    view! {
        <button type="button" id="decide" class:primary=move || open.get() && !runs() title=text::DECIDE_WHY
            disabled=move || !(open.get() || runs()) on:click=press>
            {move || if runs() { text::DECIDE_CANCEL } else { text::DECIDE }}
        </button>
    }
}
