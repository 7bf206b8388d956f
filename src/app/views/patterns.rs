//! The patterns that statuses are told by besides their colour, and their key.

use crate::{
    app::{
        plots::statuses::{DRAWN, six, status_class},
        store::store,
        strings,
    },
    bounds::Status,
};
use leptos::prelude::*;

/// Definitions of all patterns; in the page once.
#[component]
pub fn Patterns() -> impl IntoView {
    // The lines of each pattern within a square of eight pixels.
    const LINES: [(&str, &str); 6] = [
        ("left-unstable", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
        ("unstable", "M0 0L8 8M8 0L0 8"),
        ("right-unstable", "M-2 6L2 10M0 0L8 8M6 -2L10 2"),
        ("right-dead", "M0 2H8M0 6H8"),
        ("unknown", "M2 0V8M6 0V8"),
        ("undecided", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
    ];
    let patterns = LINES
        .iter()
        .map(|(name, lines)| {
            format!(
                "<pattern id=\"p-{name}\" class=\"p-{name}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
                 <rect width=\"8\" height=\"8\"/><path d=\"{lines}\"/></pattern>"
            )
        })
        .collect::<String>();
    view! { <svg class="patterns" width="0" height="0" aria-hidden="true" inner_html=format!("<defs>{patterns}</defs>")></svg> }
}

/// What the patterns mean, for the network in Explore.
#[component]
pub fn StatusKey() -> impl IntoView {
    let store = store();
    let six = Memo::new(move |_| store.shown_network().is_some_and(|network| six(&network)));
    view! { <StatusSamples six/> }
}

/// What the patterns mean: three of them, or all six.
#[component]
pub fn StatusSamples(six: Memo<bool>) -> impl IntoView {
    let items = move || {
        let bend = six.get();
        DRAWN
            .into_iter()
            .filter(|s| *s != Status::Unknown)
            .filter(|s| bend || matches!(s, Status::LeftDead | Status::LeftUnstable | Status::Alive))
            .map(|status| {
                view! {
                    <span class="key-item">
                        <svg width="22" height="12" aria-hidden="true">
                            <rect class=status_class(status) width="22" height="12"></rect>
                        </svg>
                        {status.label(bend)}
                    </span>
                }
            })
            .collect_view()
    };
    view! { <p class="key" aria-label=strings::STATUS>{items}</p> }
}
