//! What several views share.

use crate::{
    app::{
        explore::{
            facts::{self, six},
            words,
        },
        model::{
            picture::Picture,
            store::{Remedy, Store, store},
            url::Change,
        },
        text::page as text,
        ui::{
            patterns::StatusSamples,
            widgets::{Card, Draw},
        },
    },
    charts::panel::Drawing,
};
use leptos::prelude::*;
use std::sync::Arc;

/// The neuron that is looked at: layer from 0, and index.
pub type Selected = Memo<Option<(u32, u32)>>;

/// The neuron chosen; where none is, the one where most certainty is lost. That one stays while ε moves.
pub fn selected(store: Store) -> Selected {
    let subject = Memo::new(move |_| {
        store.shown.with(|shown| shown.as_ref().map(|p| (p.question.network.clone(), p.question.image.clone())))
    });
    let network = Memo::new(move |_| store.shown_network());
    let chosen = Memo::new(move |_| store.state.with(|state| state.explore.neuron));
    let complete = Memo::new(move |_| store.shown.with(|shown| shown.as_ref().is_some_and(|p| p.complete())));
    let widest = Memo::new(move |_| {
        subject.track();
        if !complete.get() {
            return None;
        }
        let network = network.get()?;
        store.shown.with_untracked(|shown| shown.as_ref().and_then(|p| facts::widest(p, &network)))
    });
    // Until all methods have answered, the last one stands.
    let widest = Memo::new(move |before: Option<&Option<(u32, u32)>>| widest.get().or(before.copied().flatten()));
    // A link may name a neuron that this network does not have.
    Effect::new(move |_| {
        let (Some(chosen), Some(network)) = (chosen.get(), network.get()) else { return };
        if !facts::has(&network, chosen) {
            store.notice(text::no_such_neuron(&(chosen.0 + 1), &chosen.1), Remedy::None);
            store.change(Change::Correction, |state| state.explore.neuron = None);
        }
    });
    Memo::new(move |_| {
        let network = network.get()?;
        chosen.get().or(widest.get()).filter(|&neuron| facts::has(&network, neuron))
    })
}

/// The views of a card, in order; each is built in a turn of its own.
pub type Contents = &'static [fn(Selected) -> AnyView];

/// A card without its views.
pub fn card(id: &'static str, title: &'static str) -> AnyView {
    view! { <Card id title=title.to_string() remark=String::new()>""</Card> }.into_any()
}

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
