//! Ordering ladder: Theorem 2, or the paradox.

use crate::{
    app::{
        explore::{
            facts::{self, Step, Verdict},
            plots::ladder,
            views::parts::{Footing, of_picture, sentence},
            words,
        },
        model::{picture::Picture, store::store},
        text::page as text,
        ui::widgets::{Card, Plot, TableOf},
    },
    bounds::{Method, Strategy},
    charts::{colours::class, numbers, panel::Table},
};
use leptos::prelude::*;
use std::sync::Arc;

fn chip(picture: &Picture, values: &[(Method, f64)], failed: &[Step], method: Method) -> impl IntoView + use<> {
    let value = values.iter().find(|(m, _)| *m == method).map(|&(_, v)| v);
    let wrong = failed.iter().any(|step| step.low == method || step.high == method);
    let verified = picture.by(method).is_some_and(|answer| answer.verified);
    view! {
        <span
            class=format!("chip {}{}{}", class(method), if wrong { " wrong" } else { "" }, if verified { " verified" } else { "" })
            data-method=method.to_string()
            data-worst-margin=value.map(numbers::exact)
            data-verified=verified.to_string()
        >
            <crate::app::explore::controls::methods::Swatch/>
            <span>{method.label()}</span>
                <b>{value.map_or(text::PENDING.into(), numbers::margin)}</b>
            </span>
    }
}

#[component]
pub fn LadderView() -> impl IntoView {
    let store = store();
    let chips = move || {
        store.shown.get().map(|picture| {
            let values = facts::values(&picture);
            let lines = picture.question.lines;
            let failed: Vec<Step> = facts::steps(&values, lines).into_iter().filter(|step| !step.holds).collect();
            let signs = facts::signs(&picture.methods, lines, !failed.is_empty());
            facts::rungs(&picture.methods)
                .into_iter()
                .enumerate()
                .map(|(place, rung)| {
                    let chips = rung.into_iter().map(|m| chip(&picture, &values, &failed, m)).collect_view();
                    view! {
                        {(place > 0).then(|| view! { <span class="sign" aria-hidden="true">{signs[place - 1]}</span> })}
                        <span class="rung">{chips}</span>
                    }
                })
                .collect_view()
        })
    };
    let verdict = Memo::new(move |_| store.shown.with(|shown| shown.as_ref().map(|p| facts::verdict(p))));
    let summary = Signal::derive(move || {
        let verdict = verdict.get();
        store.shown.with(|shown| match (shown, verdict) {
            (Some(picture), Some(verdict)) => words::ladder_summary(picture, &verdict),
            _ => text::WAITING.into(),
        })
    });
    let tone = move || match verdict.get() {
        Some(Verdict::Violated(_)) => "say verdict violated",
        Some(Verdict::NoPromise(Some(_))) => "say verdict paradox",
        Some(Verdict::NoPromise(None)) => "say verdict open",
        Some(Verdict::Holds) => "say verdict holds",
        _ => "say verdict",
    };
    let lines = move || store.state.with(|state| state.lines);
    let switch = move |_| {
        store.step(|state| {
            state.lines = if state.lines == Strategy::Adaptive { Strategy::Tight } else { Strategy::Adaptive };
        });
    };
    // Adaptive lines without the paradox at this ε: where does it show?
    let elsewhere = Memo::new(move |_| {
        let here = matches!(verdict.get(), Some(Verdict::NoPromise(None)));
        let methods = store.state.with(|state| state.methods());
        let of_this = store.sweep.with(|sweep| {
            let about = sweep.subject.as_ref().map(|s| s.question());
            store.shown.with(|shown| {
                shown.as_ref().zip(about).is_some_and(|(shown, about)| {
                    let asked = &shown.question;
                    about.network == asked.network && about.image == asked.image && about.norm == asked.norm
                })
            })
        });
        (here && of_this).then(|| store.sweep.with(|sweep| facts::paradox(sweep, &methods))).flatten()
    });
    let pointer = move || {
        elsewhere.get().map(|(epsilon, method, below)| {
            view! {
                <span>{words::paradox_elsewhere(epsilon, method, below)}</span>
                <button type="button" id="go-to-paradox" class="small" on:click=move |_| {
                    store.step(|state| state.epsilon = epsilon);
                }>{words::go_to(epsilon)}</button>
            }
        })
    };
    let remark = sentence(store, |picture| words::ladder_subtitle(&picture.question));
    let rows =
        Arc::new(move || store.shown.with(|shown| shown.as_ref().map_or_else(Table::default, |p| ladder::table(p))));
    view! {
        <Card id="ladder" title=text::LADDER.to_string() remark=remark>
            <div class="ladder">{chips}</div>
            <div class=tone>
                <span>{summary}</span>
                {pointer}
                <button type="button" id="switch-lines" class="small" on:click=switch>
                    {move || if lines() == Strategy::Adaptive { text::SHOW_TIGHT } else { text::SHOW_ADAPTIVE }}
                </button>
            </div>
            <Plot draw=of_picture(store, ladder::draw) label=summary/>
            <Footing/>
            <TableOf rows/>
        </Card>
    }
}
