//! CROWN, better slopes, splitting: how far each proves, drawn as it comes.

use crate::app::{
    explore::{plots::gap as plot, words::gap as words},
    model::closing::{At, Gap},
    text::gap as text,
    ui::widgets::{Plot, TableOf},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn Story(gap: RwSignal<Option<Gap>>) -> impl IntoView {
    let said = Memo::new(move |_| gap.with(|gap| gap.as_ref().map(words::say).unwrap_or_default()));
    let draw =
        Arc::new(move |width| gap.with(|gap| gap.as_ref().map(|gap| plot::draw(gap, width)).unwrap_or_default()));
    let rows = Arc::new(move || gap.with(|gap| gap.as_ref().map(plot::table).unwrap_or_default()));
    let label = Signal::derive(move || text::label(&said.get()));
    let ended = move || gap.with(|gap| gap.as_ref().is_some_and(|gap| gap.at == At::Done));
    let proved = move || gap.with(|gap| gap.as_ref()?.proved().map(|end| end.to_string()));
    let broken = move || gap.with(|gap| gap.as_ref()?.known.broken.map(|end| end.to_string()));
    view! {
        <div class="closing" hidden=move || gap.with(Option::is_none) data-proved=proved data-broken=broken
            data-state=move || if ended() { "done" } else { "open" }
        >
            <Plot draw label/>
            // What changes five times a second is not read out; the end is.
            <p class="say" aria-live=move || if ended() { "polite" } else { "off" }>{said}</p>
            <TableOf rows/>
        </div>
    }
}
