//! Ordering ladder: Theorem 2, or the paradox.

use crate::{
    app::{
        explore::{
            facts::{self, Step, Verdict},
            plots::ladder,
            views::parts::Footing,
            words,
        },
        model::store::{Store, store},
        text::{explore as explore_text, glosses::marked, page as text},
        ui::widgets::{Section, TableOf},
    },
    bounds::{Method, Norm, Strategy},
    catalogue,
    charts::{colours::class, numbers, panel::Table},
};
use leptos::prelude::*;
use std::sync::Arc;

/// A method's worst margin. What moves with ε is in closures, so that the chip itself stays.
fn chip(store: Store, values: Memo<Vec<(Method, f64)>>, failed: Memo<Vec<Step>>, method: Method) -> impl IntoView {
    let value = move || values.with(|values| values.iter().find(|(m, _)| *m == method).map(|&(_, v)| v));
    let wrong = move || failed.with(|failed| failed.iter().any(|step| step.low == method || step.high == method));
    let verified = Memo::new(move |_| {
        store.shown.with(|shown| shown.as_ref().and_then(|p| p.by(method)).is_some_and(|answer| answer.verified))
    });
    view! {
        <span
            class=format!("chip {}", class(method))
            class:wrong=wrong
            class:verified=verified
            data-method=method.to_string()
            data-worst-margin=move || value().map(numbers::exact)
            data-verified=move || verified.get().to_string()
        >
            <crate::app::explore::controls::methods::Swatch/>
            <span inner_html=marked(&method.label(), false)></span>
            <b>{move || value().map_or(text::PENDING.into(), numbers::margin)}</b>
        </span>
    }
}

#[component]
pub fn LadderView() -> impl IntoView {
    let store = store();
    let values =
        Memo::new(move |_| store.shown.with(|shown| shown.as_ref().map(|p| facts::values(p)).unwrap_or_default()));
    let asked = Memo::new(move |_| {
        store.shown.with(|shown| shown.as_ref().map(|p| (p.methods.clone(), p.question.lines))).unwrap_or_default()
    });
    let failed = Memo::new(move |_| {
        let steps = values.with(|values| facts::steps(values, asked.with(|asked| asked.1)));
        steps.into_iter().filter(|step| !step.holds).collect::<Vec<Step>>()
    });
    let any_failed = Memo::new(move |_| failed.with(|failed| !failed.is_empty()));
    let chips = move || {
        let (methods, lines) = asked.get();
        let signs = facts::signs(&methods, lines, any_failed.get());
        facts::rungs(&methods)
            .into_iter()
            .enumerate()
            .map(|(place, rung)| {
                let chips = rung.into_iter().map(|method| chip(store, values, failed, method)).collect_view();
                view! {
                    {(place > 0).then(|| view! { <span class="sign" aria-hidden="true">{signs[place - 1]}</span> })}
                    <span class="rung">{chips}</span>
                }
            })
            .collect_view()
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
    let lines = move || store.state.with(|state| state.explore.lines);
    let switch = move |_| {
        store.step(|state| {
            state.explore.lines =
                if state.explore.lines == Strategy::Adaptive { Strategy::Tight } else { Strategy::Adaptive };
        });
    };
    // Where the paradox is strong: a network whose every interval is narrow, at a large ε.
    let to_paradox = move |_| {
        store.step(|state| {
            state.explore.network = catalogue::PARADOX.into();
            state.explore.norm = Norm::Inf;
            state.explore.epsilon = 0.2;
            state.explore.lines = Strategy::Adaptive;
            state.explore.named = [true; 5];
        });
    };
    let strong = Memo::new(move |_| matches!(verdict.get(), Some(Verdict::NoPromise(Some(_)))));
    // Adaptive lines without the paradox at this ε: where does it show?
    let elsewhere = Memo::new(move |_| {
        let here = matches!(verdict.get(), Some(Verdict::NoPromise(None)));
        let methods = store.state.with(|state| state.explore.methods());
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
                    store.step(|state| state.explore.epsilon = epsilon);
                }>{words::go_to(epsilon)}</button>
            }
        })
    };
    let rows =
        Arc::new(move || store.shown.with(|shown| shown.as_ref().map_or_else(Table::default, |p| ladder::table(p))));
    view! {
        <Section id="ladder" title=explore_text::ORDERING.to_string() remark=String::new()>
            <div class="ladder">{chips}</div>
            <div class=tone>
                <span>{summary}</span>
                {pointer}
                <button type="button" id="show-paradox" class="small" hidden=move || strong.get() on:click=to_paradox>
                    {explore_text::GO_TO_PARADOX}
                </button>
                <button type="button" id="switch-lines" class="small" on:click=switch>
                    {move || if lines() == Strategy::Adaptive { text::SHOW_TIGHT } else { text::SHOW_ADAPTIVE }}
                </button>
            </div>
            <Footing/>
            <TableOf rows/>
        </Section>
    }
}
