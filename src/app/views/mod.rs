//! What is seen: one file per view, each a card with a plot, a sentence and a table.

mod ladder;
mod margins;
mod neuron;
mod neurons;
mod patterns;
mod radius;
mod statuses;
mod tightness;
mod train;

pub use ladder::LadderView;
pub use margins::MarginsView;
pub use neuron::NeuronView;
pub use neurons::NeuronsView;
pub use patterns::Patterns;
pub use radius::RadiusView;
pub use statuses::StatusesView;
pub use tightness::TightnessView;
pub use train::{ResumeBar, TrainPage};

use crate::{
    app::{picture::Picture, store::Store, strings},
    charts::panel::Drawing,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A plot of the picture on screen, empty while there is none.
fn of_picture(store: Store, draw: fn(&Picture, f64) -> Drawing) -> super::dom::Draw {
    Arc::new(move |width| store.shown.with(|shown| shown.as_ref().map_or_else(Drawing::default, |p| draw(p, width))))
}

/// Words about the picture on screen.
fn words(store: Store, say: impl Fn(&Picture) -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(move || store.shown.with(|shown| shown.as_ref().map_or_else(|| strings::WAITING.into(), |p| say(p))))
}

/// The question and arithmetic under a view.
#[component]
fn Footing() -> impl IntoView {
    let store = super::store::store();
    let text = move || store.shown.with(|shown| shown.as_ref().map(|p| strings::footing(p)));
    view! { <p class="footing">{text}</p> }
}
