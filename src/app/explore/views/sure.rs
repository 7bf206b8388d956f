//! How sure against each other digit? The margins, and below them whether the methods are ordered as Theorem 2 promises.

use crate::app::{
    explore::views::{
        ladder::LadderView,
        margins::MarginsView,
        parts::{Contents, card},
    },
    text::explore as text,
};
use leptos::prelude::*;

/// The card, and what stands in it.
pub const CARD: (fn() -> AnyView, Contents) = (
    || card("how-sure", text::HOW_SURE),
    &[|_| view! { <MarginsView/> }.into_any(), |_| view! { <LadderView/> }.into_any()],
);
