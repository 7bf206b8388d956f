//! Neuron status by layer, and along ε.

use crate::{
    app::{
        explore::{
            facts::unstable,
            plots::statuses,
            views::parts::{Footing, StatusKey, sentence},
            words,
        },
        model::{picture::Picture, store::store},
        text::page as text,
        ui::widgets::{Plot, Section, TableOf},
    },
    charts::panel::{Drawing, Table},
    engine::{NetworkSummary, Question},
};
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn StatusesView() -> impl IntoView {
    let store = store();
    let network = Memo::new(move |_| store.shown_network());
    let both = move |draw: &dyn Fn(&Picture, &NetworkSummary) -> Drawing| {
        network.with(|network| {
            store.shown.with(|shown| match (shown, network) {
                (Some(picture), Some(network)) => draw(picture, network),
                _ => Drawing::default(),
            })
        })
    };
    let bars = Arc::new(move |width: f64| both(&|picture, network| statuses::bars(picture, network, width)));
    let summary = sentence(store, move |picture| {
        let shares = network.with(|network| network.as_ref().map_or(vec![], |network| unstable(picture, network)));
        words::statuses_summary(&shares)
    });
    let rows = Arc::new(move || {
        network.with(|network| {
            store.shown.with(|shown| match (shown, network) {
                (Some(picture), Some(network)) => statuses::table(picture, network),
                _ => Table::default(),
            })
        })
    });
    view! {
        <Section id="statuses" title=text::STATUSES.to_string() remark=String::new()>
            <Plot draw=bars label=summary/>
            <StatusKey/>
            <p class="say">{summary}</p>
            <Footing/>
            <TableOf rows/>
        </Section>
    }
}

/// Neuron status along ε.
#[component]
pub fn AlongView() -> impl IntoView {
    let store = store();
    let network = Memo::new(move |_| store.shown_network());
    // What the sweep is drawn with; ε is not in it.
    let setting = Memo::new(move |_| {
        let (methods, lines, norm, key) =
            store.state.with(|s| (s.explore.methods(), s.explore.lines, s.explore.norm, s.explore.network.clone()));
        let about = |q: &Question| q.norm == norm && q.network == key;
        let fits = store.sweep.with(|sweep| sweep.subject.as_ref().is_some_and(|s| about(s.question())));
        fits.then_some((methods, lines, norm))
    });
    let multiples = Arc::new(move |width: f64| {
        let (Some(network), Some((methods, lines, _))) = (network.get(), setting.get()) else {
            return Drawing::default();
        };
        store.sweep.with(|sweep| statuses::multiples(sweep, &network, &methods, lines, width))
    });
    let epsilon = Memo::new(move |_| store.state.with(|state| state.explore.epsilon));
    let over = Arc::new(move |width: f64| {
        let (Some(network), Some((methods, _, norm))) = (network.get(), setting.get()) else {
            return Drawing::default();
        };
        statuses::cursors(norm, network.layers.len(), &methods, epsilon.get(), width)
    });
    let along_rows = Arc::new(move || {
        let (Some(network), Some((methods, lines, _))) = (network.get(), setting.get()) else {
            return Table::default();
        };
        store.sweep.with(|sweep| statuses::multiples_table(sweep, &network, &methods, lines))
    });
    let along = Signal::derive(|| text::ALONG_EPSILON_LABEL.to_string());
    view! {
        <Section id="along" title=text::ALONG_EPSILON_CAPTION.to_string() remark=String::new()>
            <Plot draw=multiples over label=along/>
            <StatusKey/>
            <TableOf rows=along_rows/>
        </Section>
    }
}
