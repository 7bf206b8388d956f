//! The button that closes the gap between certificate and counterexample, and the place of what it tells.

use crate::{
    app::{
        explore::{gap::part, stage::run::Run},
        model::{
            closing::{At, Gap},
            picture::Subject,
            store::{Store, store},
        },
        text::{decide as ended, gap as text},
    },
    bounds::Norm,
    engine::{Arithmetic, Question},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// How far behind the attack's ε the search looks for a counterexample: its own attack is not the same.
const BEHIND: f64 = 1.02;

/// The gap of the picture on screen, once its radii are known.
fn gap(store: Store) -> Option<Gap> {
    let question = store.shown.with(|shown| shown.as_ref().map(|picture| picture.question.clone()))?;
    store.radii.with(|radii| {
        let about = radii.subject.as_ref() == Some(&Subject::radius(&question));
        if !about || radii.running || question.norm != Norm::Inf {
            return None;
        }
        let sound = radii.answers.iter().filter(|answer| answer.arithmetic == Arithmetic::Sound);
        let reaches = sound.filter_map(|answer| Some((answer.method, answer.verified?, answer.milliseconds)));
        let best = reaches.max_by(|a, b| a.1.total_cmp(&b.1));
        let broken = radii.broken.as_ref().and_then(|broken| broken.epsilon);
        // An image that is misread itself has its counterexample at 0.
        let largest = broken.filter(|&epsilon| epsilon > 0.0).map_or(radii.largest, |epsilon| epsilon * BEHIND);
        Some(Gap::new(question, best, largest.min(radii.largest)))
    })
}

#[component]
pub fn CloseGap() -> impl IntoView {
    let store = store();
    let place = NodeRef::<html::Div>::new();
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let run = Run { said: RwSignal::default(), runs: RwSignal::new(None), worker: StoredValue::new_local(None) };
    let told = RwSignal::new(None::<Gap>);
    let started = StoredValue::new(0_u32);
    // Another image or network ends it and takes its words away.
    let about = Memo::new(move |_| {
        let question = store.shown.with(|shown| shown.as_ref().map(|picture| picture.question.clone()))?;
        Some(Question { epsilon: 0.0, ..(*question).clone() })
    });
    Effect::new(move |before: Option<()>| {
        // Read, not only tracked: a memo that nobody reads follows nothing.
        about.with(|_| ());
        if before.is_some() {
            run.end(String::new());
            told.set(None);
        }
    });
    let stop = move |said: &str| {
        run.end(said.into());
        told.update(|gap| gap.iter_mut().filter(|gap| gap.runs()).for_each(|gap| gap.at = At::Stopped));
    };
    let press = move |_| {
        if run.runs.with_untracked(Option::is_some) {
            return stop("");
        }
        let Some((gap, place)) = untrack(|| gap(store)).zip(place.get_untracked()) else { return };
        started.update_value(|number| *number += 1);
        let number = started.get_value();
        run.runs.set(Some(number));
        run.said.set(String::new());
        told.set(Some(gap.clone()));
        let asked = part::Asked { gap, number };
        let begun = part::begin(store, owner.get_value(), place.unchecked_into(), (run, told), asked);
        spawn_local(async move {
            if begun.await.is_err() && run.runs.get_untracked() == Some(number) {
                stop(ended::MISSING);
            }
        });
    };
    let runs = move || run.runs.with(Option::is_some);
    let ready = Memo::new(move |_| gap(store).is_some());
    let boxes = move || store.state.with(|state| state.explore.norm == Norm::Inf);
    view! {
        <div class="gap" hidden=move || !boxes()>
            <button type="button" id="close-gap" title=text::WHY disabled=move || !(ready.get() || runs()) on:click=press>
                {move || if runs() { text::STOP } else { text::BUTTON }}
            </button>
            <span role="alert">{run.said}</span>
            <div node_ref=place></div>
        </div>
    }
}
