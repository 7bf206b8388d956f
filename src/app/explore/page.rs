//! The Explore tab.

use crate::app::{
    explore::{
        menus, part,
        stage::{Stage, now, places::Places},
        views::parts,
    },
    model::store::{Engine, store},
    text::{explore, page as text},
    ui::part::{self as fetched, Part},
};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// The Explore tab: the stage, and three questions below it. Those are a part of the program of their own, which is fetched once the
/// stage has something to show.
#[component]
pub fn ExplorePage() -> impl IntoView {
    let store = store();
    let signals = now::signals(store);
    let selected = parts::selected(store);
    let state = RwSignal::new(Part::Absent);
    let place = NodeRef::<html::Div>::new();
    let owner = StoredValue::new(Owner::current().expect("a component has an owner"));
    let fetch = move || {
        let Some(place) = place.get_untracked() else { return };
        fetched::fetch(state, part::begin(owner.get_value(), place.unchecked_into(), signals, selected));
    };
    let places = Places::new();
    let menus = RwSignal::new(Part::Absent);
    let fetch_menus = move || fetched::fetch(menus, menus::begin(owner.get_value(), places));
    let due = Memo::new(move |before: Option<&bool>| {
        let shown = store.shown.with(Option::is_some);
        before.is_some_and(|&due| due) || shown || !matches!(store.engine.get(), Engine::Starting)
    });
    Effect::new(move |_| {
        if due.get() {
            fetch_menus();
            fetch();
        }
    });
    let failed = move || {
        (state.get() == Part::Failed).then(|| fetched::failed(text::CARDS_FAILED, text::RETRY, "cards-again", fetch))
    };
    let menus_failed = move || {
        let failed = menus.get() == Part::Failed;
        failed.then(|| fetched::failed(explore::MENUS_FAILED, text::RETRY, "menus-again", fetch_menus))
    };
    view! {
        <Stage signals places/>
        {menus_failed}
        <div class="below" node_ref=place>{failed}</div>
    }
}
