//! The card: closed, a sentence and a button; open, the place of the part that is fetched then.

use super::{code::Code, part};
use crate::app::{
    model::store::store,
    text::{page, pixels as text},
    ui::part::{self as fetched, Part},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// The card, below the three questions; where a point of the plane is looked at there are no pixels.
#[component]
pub fn Pixels() -> impl IntoView {
    let store = store();
    let state = RwSignal::new(Part::Absent);
    let place = NodeRef::<html::Div>::new();
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let fetch = move || {
        let Some(place) = place.get_untracked() else { return };
        fetched::fetch(state, part::begin(store, owner.get_value(), place.unchecked_into()));
    };
    let open = Memo::new(move |_| store.state.with(|state| !state.pixels.is_empty()));
    let on_plane = Memo::new(move |_| store.state.with(|state| state.explore.on_plane()));
    Effect::new(move |_| {
        if open.get() && !on_plane.get() {
            fetch();
        }
    });
    let toggle = move |_| {
        let next = if open.get_untracked() { String::new() } else { Code::default().written() };
        store.step(|state| state.pixels = next);
    };
    let said = move || {
        open.get().then(|| match state.get() {
            Part::Coming => view! { <p role="status" class="remark">{text::COMING}</p> }.into_any(),
            Part::Failed => fetched::failed(text::FAILED, page::RETRY, "pixels-again", fetch),
            Part::Absent | Part::Here => ().into_any(),
        })
    };
    view! {
        <section class="card" id="pixels" aria-labelledby="pixels-title" hidden=on_plane>
            <h2 id="pixels-title">{text::TITLE}" "<span class="remark">{text::REMARK}</span></h2>
            <p class="say">{text::INVITATION}</p>
            <p class="say">
                <button type="button" id="pixels-open" aria-expanded=move || open.get().to_string() aria-controls="pixels-work" on:click=toggle>
                    {move || if open.get() { text::CLOSE } else { text::OPEN }}
                </button>
            </p>
            {said}
            <div id="pixels-work" hidden=move || !open.get() node_ref=place></div>
        </section>
    }
}
