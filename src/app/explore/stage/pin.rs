//! Pinning: what is known now stays in sight as an outline while something else is looked at.

use super::now::{Pinned, Signals};
use crate::app::{
    explore::words::stage as words,
    model::{state::State, store::store},
    text::explore as text,
};
use crate::catalogue;
use leptos::prelude::*;

#[component]
pub fn Pin(signals: Signals) -> impl IntoView {
    let store = store();
    let pinned = signals.pinned;
    let pin = move |_| {
        if pinned.with_untracked(Option::is_some) {
            return pinned.set(None);
        }
        let (bracket, norm) = signals.bracket.get_untracked();
        let state = store.state.get_untracked();
        let network = &state.explore.network;
        let network = catalogue::preset(network).map_or(network.clone(), |preset| preset.shows.to_string());
        let image = words::picked(&state.explore.looked_at());
        let name = words::pinned(&network, &image, &bracket, norm);
        pinned.set(Some(Pinned { bracket, norm, name, hash: state.to_hash() }));
    };
    let back = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(pinned) = pinned.get_untracked() {
            let (state, _) = State::from_hash(&pinned.hash);
            store.step(|now| *now = state);
        }
    };
    view! {
        <span class="pin">
            <button type="button" id="pin" aria-pressed=move || pinned.with(Option::is_some).to_string() on:click=pin>
                {move || if pinned.with(Option::is_some) { text::UNPIN } else { text::PIN }}
            </button>
            {move || pinned.get().map(|pinned| view! { <a class="remark" id="pinned" href=pinned.hash on:click=back>{pinned.name}</a> })}
        </span>
    }
}
