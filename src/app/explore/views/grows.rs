//! What if ε grows? Radii, tightness and statuses along ε.

use crate::app::{
    explore::views::{
        parts::{Contents, card},
        radius::RadiusView,
        statuses::AlongView,
        tightness::TightnessView,
    },
    text::explore as text,
};
use leptos::prelude::*;

/// The card, and what stands in it.
pub const CARD: (fn() -> AnyView, Contents) = (
    || card("what-if", text::WHAT_IF),
    &[
        |_| view! { <RadiusView/> }.into_any(),
        |_| view! { <TightnessView/> }.into_any(),
        |_| view! { <AlongView/> }.into_any(),
    ],
);
