//! The patterns of statuses in the page, and their key.

use crate::{
    activation::Status,
    app::{text::page as text, ui::gloss::Explained},
    charts::{
        colours::{DRAWN, status_class},
        patterns::definitions,
    },
};
use leptos::prelude::*;

/// Definitions of all patterns; in the page once.
#[component]
pub fn Patterns() -> impl IntoView {
    view! { <svg class="patterns" width="0" height="0" aria-hidden="true" inner_html=definitions()></svg> }
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
                        <Explained words=Signal::stored(status.label(bend).to_string())/>
                    </span>
                }
            })
            .collect_view()
    };
    view! { <p class="key" aria-label=text::STATUS>{items}</p> }
}
