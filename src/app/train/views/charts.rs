//! Losses, errors, statuses, margins and schedules over the epochs.

use crate::{
    app::{
        model::{
            state::Picked,
            store::{Store, store},
        },
        text::{page, train as text},
        train::{
            history::present,
            plots::{chart::Chart, curves, stream},
            session::training,
            signals::TrainSignals,
            words,
        },
        ui::{
            patterns::StatusSamples,
            widgets::{Card, Choice, Plot, Rows, TableOf, Words},
        },
    },
    charts::panel::Drawing,
    train::Plan,
};
use leptos::prelude::*;
use std::sync::Arc;

type Make = Arc<dyn Fn() -> Chart + Send + Sync>;

/// A card with a chart, the cursor of the history in it, a sentence and a table.
fn chart_card(
    id: &'static str,
    title: &'static str,
    remark: Words,
    summary: Words,
    make: Make,
    rows: Rows,
    more: Option<AnyView>,
) -> AnyView {
    let cursor = training().signals.cursor;
    let again = make.clone();
    let draw = Arc::new(move |width: f64| make().draw(width));
    let over = Arc::new(move |width: f64| match cursor.get() {
        Some(epoch) => again().cursor(Some(epoch), width),
        None => Drawing::default(),
    });
    view! {
        <Card id=id title=title.to_string() remark=remark>
            {more}
            <Plot draw over label=summary/>
            <p class="say">{summary}</p>
            <TableOf rows/>
        </Card>
    }
    .into_any()
}

fn fixed(words: &'static str) -> Words {
    Signal::derive(move || words.to_string())
}

/// ε of the measurements shown: of a run if there is one.
fn epsilon(store: Store, train: TrainSignals) -> f64 {
    let of_run =
        train.runs.with(|runs| present(runs).find_map(|(_, run)| Some(run.history.moments.first()?.probe.epsilon)));
    of_run.unwrap_or_else(|| store.state.with(|state| state.train.epsilon))
}

#[component]
pub fn LossesCard() -> impl IntoView {
    let store = store();
    let train = training().signals;
    let settings = Memo::new(move |_| store.state.with(|state| state.train.clone()));
    let make =
        Arc::new(move || train.drawn(|runs, usual| settings.with(|settings| curves::losses(runs, usual, settings))));
    let summary = Signal::derive(move || train.runs.with(|runs| words::losses_summary(runs, train.cursor.get())));
    let rows = Arc::new(move || train.runs.with(curves::losses_table));
    chart_card("losses", text::LOSSES, fixed(text::LOSSES_REMARK), summary, make, rows, None)
}

#[component]
pub fn ErrorsCard() -> impl IntoView {
    let store = store();
    let train = training().signals;
    let settings = Memo::new(move |_| store.state.with(|state| state.train.clone()));
    let make =
        Arc::new(move || train.drawn(|runs, usual| settings.with(|settings| curves::errors(runs, usual, settings))));
    let summary = Signal::derive(move || train.runs.with(|runs| words::errors_summary(runs, train.cursor.get())));
    let remark = Signal::derive(move || words::errors_remark(epsilon(store, train)));
    let rows = Arc::new(move || train.runs.with(curves::errors_table));
    let facts = move || {
        // For tests and tools: the newest measurement of each run.
        train.runs.with(|runs| {
            let facts = present(runs).filter_map(|(slot, run)| {
                let probe = &run.moment(None)?.probe;
                let attacked = probe.attacked.map_or_else(|| "-".into(), |a| a.to_string());
                Some(format!(
                    "{}:{}:{}:{attacked}:{}",
                    text::RUN_LETTERS[slot],
                    probe.images,
                    probe.clean_error,
                    probe.verified_error
                ))
            });
            facts.collect::<Vec<_>>().join(" ")
        })
    };
    let more = view! { <span id="error-facts" data-facts=facts hidden=true></span> }.into_any();
    chart_card("errors", text::ERRORS, remark, summary, make, rows, Some(more))
}

#[component]
pub fn WatchedCard() -> impl IntoView {
    let store = store();
    let train = training().signals;
    let settings = Memo::new(move |_| store.state.with(|state| state.train.clone()));
    let mean = RwSignal::new(false);
    let make = Arc::new(move || {
        train.runs.with(|runs| settings.with(|settings| curves::watched(runs, settings, train.watch.get(), mean.get())))
    });
    let summary = Signal::derive(move || {
        train.runs.with(|runs| words::watched_summary(runs, train.watch.get(), mean.get(), train.cursor.get()))
    });
    let index = move || {
        store.state.with(|state| if let Picked::Test(index) = state.explore.image { Some(index) } else { None })
    };
    let remark = Signal::derive(move || words::watched_remark(index(), store.label(), epsilon(store, train)));
    let rows = Arc::new(move || train.runs.with(|runs| curves::watched_table(runs, train.watch.get())));
    let options = vec![
        (false, "margins-worst".to_string(), text::WORST.to_string()),
        (true, "margins-mean".to_string(), text::MEAN.to_string()),
    ];
    let last = crate::catalogue::TEST_IMAGES - 1;
    let go = move |by: i64| {
        let now = i64::from(untrack(index).unwrap_or(0));
        store.step(|state| state.explore.image = Picked::Test((now + by).clamp(0, i64::from(last)) as u32));
    };
    let more = view! {
        <div class="row wrap">
            <span class="picker">
                <button type="button" class="small" aria-label=page::PREVIOUS on:click=move |_| go(-1)>"◀"</button>
                <input class="number" id="watched-index" type="text" inputmode="numeric" autocomplete="off" aria-label=page::IMAGE_NUMBER
                    prop:value=move || index().map_or(String::new(), |index| index.to_string())
                    on:change=move |event| match crate::app::ui::widgets::number_in(&event) {
                        Some(value) => store.step(|state| state.explore.image = Picked::Test(value.clamp(0.0, f64::from(last)) as u32)),
                        None => store.state.notify(),
                    }/>
                <button type="button" class="small" aria-label=page::NEXT on:click=move |_| go(1)>"▶"</button>
            </span>
            <Choice name=text::WATCHED options chosen=mean choose=move |on| mean.set(on)/>
        </div>
    }
    .into_any();
    chart_card("watched", text::WATCHED, remark, summary, make, rows, Some(more))
}

#[component]
pub fn SchedulesCard() -> impl IntoView {
    let store = store();
    let train = training().signals;
    // Of the runs, where there are any; else of what would be prepared.
    let plans = Memo::new(move |_| {
        let of_runs: Vec<(usize, Plan)> =
            train.runs.with(|runs| present(runs).map(|(slot, run)| (slot, run.plan.clone())).collect());
        if of_runs.is_empty() {
            store.state.with(|state| {
                state.train.slots().into_iter().map(|slot| (slot as usize, state.train.plan(slot as usize))).collect()
            })
        } else {
            of_runs
        }
    });
    let epoch = Memo::new(move |_| {
        train
            .cursor
            .get()
            .unwrap_or_else(|| train.runs.with(|runs| present(runs).map(|(_, run)| run.epoch()).fold(0.0, f64::max)))
    });
    let draw = Arc::new(move |width: f64| plans.with(|plans| curves::schedules(plans).draw(width)));
    let over =
        Arc::new(move |width: f64| plans.with(|plans| curves::schedules(plans).cursor(Some(epoch.get()), width)));
    let summary = Signal::derive(move || plans.with(|plans| words::schedules_summary(plans, epoch.get())));
    let rows = Arc::new(move || plans.with(|plans| curves::schedules_table(plans)));
    view! {
        <Card id="schedules" title=text::SCHEDULES.to_string() remark=text::SCHEDULES_REMARK.to_string()>
            <Plot draw over label=summary/>
            <p class="say">{summary}</p>
            <TableOf rows/>
        </Card>
    }
}

#[component]
pub fn StreamCard() -> impl IntoView {
    let store = store();
    let train = training().signals;
    let settings = Memo::new(move |_| store.state.with(|state| state.train.clone()));
    let draw =
        Arc::new(move |width: f64| train.drawn(|runs, usual| settings.with(|s| stream::draw(runs, usual, s, width))));
    let over = Arc::new(move |width: f64| {
        let cursor = train.cursor.get();
        train.runs.with(|runs| settings.with(|s| stream::cursor(runs, s, cursor, width)))
    });
    let summary = Signal::derive(move || train.runs.with(|runs| words::stream_summary(runs, train.cursor.get())));
    let rows = Arc::new(move || train.runs.with(stream::table));
    let six = Memo::new(move |_| train.runs.with(stream::six));
    view! {
        <Card id="stream" title=text::STREAM.to_string() remark=text::STREAM_REMARK.to_string()>
            <Plot draw over label=summary/>
            <StatusSamples six/>
            <p class="say">{summary}</p>
            <TableOf rows/>
        </Card>
    }
}
