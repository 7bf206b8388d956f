//! Where does certainty get lost? Every neuron, one neuron, statuses.

use crate::app::{
    explore::views::{
        neuron::NeuronView,
        neurons::NeuronsView,
        parts::{Contents, card},
        statuses::StatusesView,
    },
    text::explore as text,
};
use leptos::prelude::*;

/// The card, and what stands in it.
pub const CARD: (fn() -> AnyView, Contents) = (
    || card("where-lost", text::WHERE_LOST),
    &[
        |selected| view! { <NeuronsView selected/> }.into_any(),
        |selected| {
            view! {
                <div class="split">
                    <NeuronView selected/>
                    <StatusesView/>
                </div>
            }
            .into_any()
        },
    ],
);
