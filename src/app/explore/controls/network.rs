//! Which network.

use crate::{
    app::{
        model::store::{Opened, store},
        text::page as text,
    },
    catalogue::{PLANE, PRESETS},
};
use leptos::prelude::*;

#[component]
pub fn NetworkControl() -> impl IntoView {
    let store = store();
    let options = PRESETS
        .iter()
        .chain(&PLANE)
        .map(|preset| {
            let chosen = move || store.state.with(|state| state.explore.network == preset.key);
            view! {
                <label class="pick">
                    <input
                        type="radio"
                        name="network"
                        value=preset.key
                        prop:checked=chosen
                        on:change=move |_| store.step(|state| state.explore.network = preset.key.into())
                    />
                    <span>{preset.shows}<small>{preset.title}" · "{preset.note}</small></span>
                </label>
            }
        })
        .collect_view();
    // Trained or opened here, after those that ship.
    let own = move || {
        let option = |network: Opened| {
            let (key, picked) = (network.key.clone(), network.key.clone());
            let chosen = move || store.state.with(|state| state.explore.network == key);
            view! {
                <label class="pick">
                    <input
                        type="radio"
                        name="network"
                        value=network.key
                        prop:checked=chosen
                        on:change=move |_| store.step(|state| state.explore.network.clone_from(&picked))
                    />
                    <span>{network.title}<small>{network.note}</small></span>
                </label>
            }
        };
        store.opened.get().into_iter().map(option).collect_view()
    };
    view! {
        <div id="network" class="picks" role="radiogroup" aria-label=text::NETWORK>{options}{own}</div>
    }
}
