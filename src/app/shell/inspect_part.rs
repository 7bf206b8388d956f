//! Where Inspect goes: its part of the program is fetched when the tab is first opened, by hand or by a file.

use crate::app::{
    inspect::part,
    model::{state::Tab, store::store},
    text::page as text,
    ui::part::{self as fetched, Part},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// The Inspect tab's place, with the sentence that stands there until the tab does.
#[component]
pub fn InspectPlace() -> impl IntoView {
    let store = store();
    let state = RwSignal::new(Part::Absent);
    let page = NodeRef::<html::Div>::new();
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let fetch = move || {
        let Some(page) = page.get_untracked() else { return };
        fetched::fetch(state, part::begin(store, owner.get_value(), page.unchecked_into()));
    };
    let here = Memo::new(move |_| store.state.with(|state| state.tab == Tab::Inspect));
    Effect::new(move |_| {
        if here.get() {
            fetch();
        }
    });
    let said = move || match state.get() {
        Part::Absent | Part::Here => ().into_any(),
        Part::Coming => view! { <p role="status" class="remark">{text::INSPECT_COMING}</p> }.into_any(),
        Part::Failed => fetched::failed(text::INSPECT_FAILED, text::RETRY, "inspect-again", fetch),
    };
    view! {
        <div id="inspect-page" tabindex="-1" hidden=move || !here.get() node_ref=page>{said}</div>
    }
}
