//! The card: closed, a sentence and a button; open, the place of the part that is fetched then.

use super::part;
use crate::app::{
    model::store::store,
    text::{byhand as text, page},
    ui::part::{self as fetched, Part},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// What a link says of a card that was just opened.
const FIRST: &str = "p:box";

/// The card, below the three questions.
#[component]
pub fn ByHand() -> impl IntoView {
    let store = store();
    let state = RwSignal::new(Part::Absent);
    let place = NodeRef::<html::Div>::new();
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let fetch = move || {
        let Some(place) = place.get_untracked() else { return };
        fetched::fetch(state, part::begin(store, owner.get_value(), place.unchecked_into()));
    };
    let open = Memo::new(move |_| store.state.with(|state| !state.by_hand.is_empty()));
    Effect::new(move |_| {
        if open.get() {
            fetch();
        }
    });
    let toggle = move |_| {
        let next = if open.get_untracked() { "" } else { FIRST };
        store.step(|state| state.by_hand = next.into());
    };
    let said = move || {
        open.get().then(|| match state.get() {
            Part::Coming => view! { <p role="status" class="remark">{text::COMING}</p> }.into_any(),
            Part::Failed => fetched::failed(text::FAILED, page::RETRY, "by-hand-again", fetch),
            Part::Absent | Part::Here => ().into_any(),
        })
    };
    view! {
        <section class="card" id="by-hand" aria-labelledby="by-hand-title">
            <h2 id="by-hand-title">{text::TITLE}" "<span class="remark">{text::REMARK}</span></h2>
            <p class="say">{text::INVITATION}</p>
            <p class="say">
                <button type="button" id="by-hand-open" aria-expanded=move || open.get().to_string() aria-controls="by-hand-work" on:click=toggle>
                    {move || if open.get() { text::CLOSE } else { text::OPEN }}
                </button>
            </p>
            {said}
            <div id="by-hand-work" hidden=move || !open.get() node_ref=place></div>
        </section>
    }
}
