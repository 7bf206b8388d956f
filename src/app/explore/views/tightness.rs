//! Tightness against ε.

use crate::app::{
    explore::{
        facts::{self, TightnessContext},
        plots::tightness,
        views::epsilon::EpsilonPlot,
        words,
    },
    model::store::store,
    text::page as text,
    ui::widgets::{Section, TableOf},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn TightnessView() -> impl IntoView {
    let store = store();
    let context = Memo::new(move |_| {
        store.state.with(|state| TightnessContext {
            methods: state.explore.methods(),
            lines: state.explore.lines,
            norm: state.explore.norm,
        })
    });
    let epsilon = Memo::new(move |_| store.state.with(|state| state.explore.epsilon));
    let here = Memo::new(move |_| store.shown.with(|shown| shown.as_ref().map(|picture| facts::here(picture))));
    let sweep = Memo::new(move |_| {
        let sweep = store.sweep.get();
        let fits = sweep.subject.as_ref().is_none_or(|s| s.question().norm == context.with(|c| c.norm));
        if fits { sweep } else { Arc::default() }
    });
    let summary = Signal::derive(move || sweep.with(|s| here.with(|here| words::tightness_summary(s, here.as_ref()))));
    let rows = Arc::new(move || sweep.with(|s| context.with(|c| tightness::table(s, c))));
    let draw = Arc::new(move |width| sweep.with(|s| context.with(|c| tightness::draw(s, c, width))));
    let over = Arc::new(move |width| {
        sweep.with(|s| context.with(|c| here.with(|h| tightness::cursor(s, c, epsilon.get(), h.as_ref(), width))))
    });
    let axis = Arc::new(move |width| tightness::axis(context.with_untracked(|c| c.norm), width));
    view! {
        <Section id="tightness" title=text::TIGHTNESS.to_string() remark=String::new()>
            <EpsilonPlot draw over axis label=summary name=text::EPSILON_SLIDER/>
            <p class="say">{summary}</p>
            <TableOf rows/>
        </Section>
    }
}
