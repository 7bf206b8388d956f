//! Margin ladder.

use crate::{
    app::{
        dom::{Card, Plot, TableOf},
        plots::margins,
        store::store,
        strings,
        views::{Footing, of_picture, words},
    },
    charts::panel::Table,
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn MarginsView() -> impl IntoView {
    let store = store();
    let summary = words(store, margins::summary);
    let remark = words(store, strings::margins_subtitle);
    let rows =
        Arc::new(move || store.shown.with(|shown| shown.as_ref().map_or_else(Table::default, |p| margins::table(p))));
    view! {
        <Card id="margins" title=strings::MARGINS.to_string() remark=remark>
            <Plot draw=of_picture(store, margins::draw) label=summary/>
            <p class="say">{summary}</p>
            <p class="key"><span class="k-clean"></span>{strings::THE_IMAGE}<span class="k-sampled"></span>{strings::SAMPLED}
                <span class="k-attacked"></span>{strings::ATTACKED}
                <span class="k-proved"></span>{strings::PROVED}</p>
            <Footing/>
            <TableOf rows/>
        </Card>
    }
}
