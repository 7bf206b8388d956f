//! What several views share.

use crate::{
    app::{
        explore::{facts::six, words},
        model::{
            picture::Picture,
            store::{Store, store},
        },
        text::page as text,
        ui::{patterns::StatusSamples, widgets::Draw},
    },
    charts::panel::Drawing,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A plot of the picture on screen, empty while there is none.
pub fn of_picture(store: Store, draw: fn(&Picture, f64) -> Drawing) -> Draw {
    Arc::new(move |width| store.shown.with(|shown| shown.as_ref().map_or_else(Drawing::default, |p| draw(p, width))))
}

/// Words about the picture on screen.
pub fn sentence(store: Store, say: impl Fn(&Picture) -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(move || store.shown.with(|shown| shown.as_ref().map_or_else(|| text::WAITING.into(), |p| say(p))))
}

/// The question and arithmetic under a view.
#[component]
pub fn Footing() -> impl IntoView {
    let store = store();
    let text = move || store.shown.with(|shown| shown.as_ref().map(|p| words::footing(p)));
    view! { <p class="footing">{text}</p> }
}

/// What the patterns of statuses mean, for the network in Explore.
#[component]
pub fn StatusKey() -> impl IntoView {
    let store = store();
    let six = Memo::new(move |_| store.shown_network().is_some_and(|network| six(&network)));
    view! { <StatusSamples six/> }
}
