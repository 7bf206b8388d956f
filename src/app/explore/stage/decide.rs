//! The button that has a search decide what bounds and the attack leave open. The search's side is with the menus (`controls/decide.rs`).

use super::{now::Signals, places::Places};
use crate::{
    app::{explore::answer::Answer, text::explore as text},
    bounds::Norm,
};
use leptos::prelude::*;

#[component]
pub fn Decide(signals: Signals, places: Places) -> impl IntoView {
    let runs = places.decide.1;
    // The search takes boxes.
    let open = Memo::new(move |_| {
        signals.now.with(|now| now.as_ref().is_some_and(|now| now.answer == Answer::Unknown && now.norm() == Norm::Inf))
    });
    view! {
        <button type="button" id="decide" class:primary=move || open.get() && !runs.get() title=text::DECIDE_WHY
            disabled=move || !(open.get() || runs.get()) on:click=move |_| runs.update(|runs| *runs = !*runs)>
            {move || if runs.get() { text::DECIDE_CANCEL } else { text::DECIDE }}
        </button>
    }
}
