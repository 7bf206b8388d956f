//! The question as a sentence, with ε as its field, and the answer beside it.

use super::now::Signals;
use crate::app::{
    explore::{
        answer::Answer,
        units,
        views::epsilon::{rounded, stepped},
        words::stage as words,
    },
    model::{state::State, store::store, url},
    text::explore as text,
    ui::widgets::key_steps,
};
use leptos::prelude::*;

#[component]
pub fn Ask(signals: Signals) -> impl IntoView {
    let store = store();
    let now = signals.now;
    let about = Memo::new(move |_| {
        now.with(|now| now.as_ref().map(|now| (now.label(), now.norm(), now.picture.question.image.len() == 2)))
            .unwrap_or_else(|| {
                let asked = |state: &State| (state.explore.norm, state.explore.on_plane());
                let (norm, on_plane) = store.state.with(asked);
                (store.label().unwrap_or(if on_plane { 0 } else { 7 }), norm, on_plane)
            })
    });
    let start = move || {
        let (label, norm, on_plane) = about.get();
        words::question(label, norm, on_plane)
    };
    let epsilon = Memo::new(move |_| store.state.with(|state| state.explore.epsilon));
    let norm = move || store.state.with(|state| state.explore.norm);
    let complaint = RwSignal::new(false);
    let field = move || units::write(epsilon.get(), norm());
    // In ℓ∞ the field is as wide as what stands in it.
    let size = move || field().chars().count().clamp(4, 12).to_string();
    let answer = Memo::new(move |_| now.with(|now| now.as_ref().map_or(Answer::Open, |now| now.answer)));
    let said = move || words::answer(answer.get(), about.get().0);
    let tone = move || words::tone(answer.get());
    let method = move || match answer.get() {
        Answer::Proved(method) | Answer::Claimed(method) => Some(method.to_string()),
        _ => None,
    };
    view! {
        <div class="ask">
            <h2 class="question" id="question">
                {start} " "
                <span class="nowrap">
                    <input
                        id="epsilon-value"
                        class="blank"
                        type="text"
                        autocomplete="off"
                        spellcheck="false"
                        aria-label=text::EPSILON_FIELD
                        aria-invalid=move || complaint.get().then_some("true")
                        aria-describedby="epsilon-help"
                        size=size
                        prop:value=field
                        on:change=move |event| match units::read(&event_target_value(&event), store.state.with_untracked(|s| s.explore.norm)) {
                            Some(value) => {
                                complaint.set(false);
                                // Typed numbers stay as they are: 2 % is 0.02 and 5/255 is 5/255.
                                store.step(|state| state.explore.epsilon = value.clamp(0.0, 1000.0));
                            }
                            None => {
                                complaint.set(true);
                                store.state.notify();
                            }
                        }
                        on:keydown=move |event| {
                            let steps = match event.key().as_str() {
                                "ArrowUp" | "ArrowDown" | "PageUp" | "PageDown" => key_steps(&event.key()),
                                _ => None,
                            };
                            if let Some(steps) = steps {
                                event.prevent_default();
                                store.drag(|state| state.explore.epsilon = rounded(stepped(state.explore.epsilon, steps)));
                            }
                        }
                        on:keyup=move |_| url::end_drag()
                    />"?"
                </span>
            </h2>
            <p id="answer" class="answer" role="status" data-answer=tone data-method=method>{said}</p>
            <p id="epsilon-help" class="remark" class:complaint=move || complaint.get() hidden=move || !complaint.get()>
                {text::NOT_AN_EPSILON}
            </p>
        </div>
    }
}
