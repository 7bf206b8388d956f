//! Which network and which image.

use super::places::Places;
use crate::{
    app::{
        explore::{drops::OpenFile, words::stage as words},
        model::store::store,
        text::{explore as text, page},
        ui::{menu::Menu, widgets::Choice},
    },
    catalogue,
};
use leptos::prelude::*;

#[component]
pub fn Choose(places: Places) -> impl IntoView {
    let store = store();
    let robust = Signal::derive(move || {
        store.state.with(|state| catalogue::preset(&state.explore.network).map(|preset| preset.robust))
    });
    let options = vec![
        (Some(false), "training-usual".to_string(), text::USUAL.to_string()),
        (Some(true), "training-robust".to_string(), text::ROBUST.to_string()),
    ];
    let choose = move |wanted: Option<bool>| {
        store.step(|state| {
            let network = &mut state.explore.network;
            *network = match catalogue::preset(network) {
                Some(preset) if Some(preset.robust) == wanted => return,
                Some(preset) => preset.twin.into(),
                // One's own network has no twin: back to the first pair.
                None => catalogue::PRESETS[usize::from(wanted == Some(true))].key.into(),
            };
        });
    };
    let named = Signal::derive(move || store.state.with(|state| words::picked(&state.explore.looked_at())));
    // A point is moved in the theatre.
    let on_plane = move || store.state.with(|state| state.explore.on_plane());
    view! {
        <div class="choose">
            <Choice name=text::USUAL_OR_ROBUST options=options chosen=robust choose=choose/>
            <Menu id="networks" class="menu" label=Signal::derive(|| text::MORE_NETWORKS.to_string())>
                <div node_ref=places.networks></div>
            </Menu>
            <div class="picker" hidden=on_plane>
                <button type="button" id="image-previous" aria-label=page::PREVIOUS on:click=move |_| places.walk.go(store, false)>"◀"</button>
                <Menu id="image-menu" class="menu" label=named><div node_ref=places.image></div></Menu>
                <button type="button" id="image-next" aria-label=page::NEXT on:click=move |_| places.walk.go(store, true)>"▶"</button>
                <div role="status" class="search-status" node_ref=places.search></div>
            </div>
            <div hidden=on_plane>
                <Menu id="pad-menu" class="menu" label=Signal::derive(|| page::DRAW.to_string())>
                    <div node_ref=places.pad></div>
                </Menu>
            </div>
            <Menu id="compare-menu" class="menu" label=Signal::derive(|| text::COMPARE.to_string()) open=places.compare.1>
                <div node_ref=places.compare.0></div>
            </Menu>
            <OpenFile/>
        </div>
    }
}
