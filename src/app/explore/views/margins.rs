//! Margin ladder.

use crate::{
    app::{
        explore::{
            plots::margins,
            views::parts::{Footing, of_picture, sentence},
        },
        model::store::store,
        text::page as text,
        ui::{
            gloss::Explained,
            widgets::{Plot, Section, TableOf},
        },
    },
    charts::panel::Table,
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn MarginsView() -> impl IntoView {
    let store = store();
    let summary = sentence(store, margins::summary);
    let rows =
        Arc::new(move || store.shown.with(|shown| shown.as_ref().map_or_else(Table::default, |p| margins::table(p))));
    let item = |sign: &'static str, words: &'static str| {
        view! { <span class="key-item"><span class=sign></span><Explained words=Signal::stored(words.to_string())/></span> }
    };
    view! {
        <Section id="margins" title=text::MARGINS.to_string() remark=text::MARGINS_SCALE.to_string()>
            <Plot draw=of_picture(store, margins::draw) label=summary/>
            <p class="say">{summary}</p>
            <p class="key">
                {item("k-clean", text::THE_IMAGE)}{item("k-sampled", text::SAMPLED)}{item("k-attacked", text::ATTACKED)}{item("k-proved", text::PROVED)}
            </p>
            <Footing/>
            <TableOf rows/>
        </Section>
    }
}
