//! The Explore tab.

use crate::app::{
    explore::{
        menus, part,
        stage::{Stage, now, places::Places},
        theatre,
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
    // With the first network that takes a point; it stays, out of sight where an image is looked at.
    let fetching = RwSignal::new(Part::Absent);
    let planes = NodeRef::<html::Div>::new();
    let fetch_theatre = move || {
        let Some(place) = planes.get_untracked() else { return };
        fetched::fetch(fetching, theatre::part::begin(store, owner.get_value(), place.unchecked_into(), signals));
    };
    let on_plane = Memo::new(move |_| store.state.with(|state| state.explore.on_plane()));
    Effect::new(move |_| {
        if on_plane.get() {
            fetch_theatre();
        }
    });
    let theatre_failed = move || {
        (fetching.get() == Part::Failed)
            .then(|| fetched::failed(explore::THEATRE_FAILED, text::RETRY, "theatre-again", fetch_theatre))
    };
    view! {
        <Stage signals places/>
        {menus_failed}
        <div class="planes" hidden=move || !on_plane.get() node_ref=planes>{theatre_failed}</div>
        <div class="below" node_ref=place>{failed}</div>
    }
}
