//! Margin ladder.

use crate::{
    app::{
        explore::{
            plots::margins,
            views::parts::{Footing, of_picture, sentence},
            words,
        },
        model::store::store,
        text::page as text,
        ui::widgets::{Card, Plot, TableOf},
    },
    charts::panel::Table,
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn MarginsView() -> impl IntoView {
    let store = store();
    let summary = sentence(store, margins::summary);
    let remark = sentence(store, words::margins_subtitle);
    let rows =
        Arc::new(move || store.shown.with(|shown| shown.as_ref().map_or_else(Table::default, |p| margins::table(p))));
    view! {
        <Card id="margins" title=text::MARGINS.to_string() remark=remark>
            <Plot draw=of_picture(store, margins::draw) label=summary/>
            <p class="say">{summary}</p>
            <p class="key"><span class="k-clean"></span>{text::THE_IMAGE}<span class="k-sampled"></span>{text::SAMPLED}
                <span class="k-attacked"></span>{text::ATTACKED}
                <span class="k-proved"></span>{text::PROVED}</p>
            <Footing/>
            <TableOf rows/>
        </Card>
    }
}
