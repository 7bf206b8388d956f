//! The graph, and the steps beside it: one at a time, or all of them.

use super::session::ByHand;
use crate::{
    app::{
        explore::{plots::byhand as plot, words::byhand as words},
        text::byhand as text,
        ui::widgets::{Plot, Section, TableOf},
    },
    byhand::Step,
};
use leptos::{ev, prelude::*};
use std::sync::Arc;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The network, with what is known at the step.
#[component]
pub fn Graph(work: ByHand) -> impl IntoView {
    let draw = Arc::new(move |width: f64| {
        let (worked, at) = (work.worked.get(), work.step.get());
        work.exercise.with(|exercise| plot::graph(exercise, &worked, at, width))
    });
    let said = Signal::derive(move || work.code.with(words::graph));
    let rows = Arc::new(move || {
        let (worked, at) = (work.worked.get(), work.step.get());
        work.exercise.with(|exercise| words::table(&exercise.network, &worked, at))
    });
    view! {
        <Section id="by-hand-graph" title=text::GRAPH.to_string() remark=String::new()>
            <Plot draw label=said/>
            <p class="say">{move || work.code.with(words::legend)}</p>
            <TableOf rows/>
        </Section>
    }
}

/// The arithmetic.
#[component]
pub fn Steps(work: ByHand) -> impl IntoView {
    let count = Memo::new(move |_| work.worked.with(|worked| worked.steps.len()));
    let at_end = move || work.step.get() + 1 >= count.get();
    let all = Memo::new(move |_| work.code.with(|code| code.all));
    let copied = RwSignal::new("");
    let keys = move |event: ev::KeyboardEvent| {
        let at = work.step.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => at + 1,
            "ArrowLeft" | "ArrowUp" => at.saturating_sub(1),
            "Home" => 0,
            "End" => usize::MAX,
            _ => return,
        };
        if all.get_untracked() {
            return;
        }
        event.prevent_default();
        work.go(to);
    };
    let copy = move |_| {
        let worked = work.worked.get_untracked();
        let text = work.code.with_untracked(|code| words::copied(code, &worked));
        spawn_local(async move {
            let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            copied.set(if written.is_ok() { text::COPIED } else { text::NOT_COPIED });
        });
    };
    let said = move || {
        let (worked, at) = (work.worked.get(), work.step.get());
        work.exercise.with(|exercise| words::said(&exercise.network, &worked, at))
    };
    let shown = move || {
        let (worked, at) = (work.worked.get(), work.step.get());
        if all.get() {
            let each = (0..worked.steps.len()).map(|place| view! { <li>{one(work, &worked.steps, place)}</li> });
            view! { <ol class="bh-all">{each.collect_view()}</ol> }.into_any()
        } else {
            one(work, &worked.steps, at).into_any()
        }
    };
    let stopped = move || work.worked.with(|worked| worked.stopped);
    view! {
        <Section id="by-hand-steps" title=text::STEPS.to_string() remark=String::new()>
            <div class="row wrap bh-go">
                <button type="button" id="by-hand-back" disabled=move || all.get() || work.step.get() == 0
                    on:click=move |_| work.go(work.step.get_untracked().saturating_sub(1))>{text::BACK}</button>
                <button type="button" id="by-hand-next" disabled=move || all.get() || at_end()
                    on:click=move |_| work.go(work.step.get_untracked() + 1)>{text::NEXT}</button>
                <span id="by-hand-at" class="remark" hidden=all>{move || text::step_of(&(work.step.get() + 1), &count.get())}</span>
                <button type="button" id="by-hand-all" aria-pressed=move || all.get().to_string()
                    on:click=move |_| work.look(|code| code.all = !code.all)>{text::ALL}</button>
                <button type="button" id="by-hand-copy" on:click=copy>{text::COPY}</button>
                <span class="remark" role="status">{copied}</span>
            </div>
            <div class="bh-steps" id="by-hand-step" tabindex="0" role="group" aria-label=text::KEYS
                data-step=move || (work.step.get() + 1).to_string() on:keydown=keys>{shown}</div>
            <p class="say complaint" hidden=move || !stopped()>{text::TOO_LARGE}</p>
            <p class="visually-hidden" role="status" id="by-hand-said">{said}</p>
        </Section>
    }
}

/// One step: what it does, why, and its lines.
fn one(work: ByHand, steps: &[Step], at: usize) -> impl IntoView + use<> {
    let Some(step) = steps.get(at) else { return ().into_any() };
    work.exercise.with_untracked(|exercise| {
        let network = &exercise.network;
        let lines = step.lines.iter().map(|line| view! { <p class="bh-line">{words::equation(network, line)}</p> });
        let lines = lines.collect_view();
        let status = words::status_said(network, steps, at).map(|said| view! { <p class="say">{said}</p> });
        let result = words::result(network, steps, at);
        let reason = words::reason(network, exercise.lines, step);
        let last = (reason != result && !result.is_empty()).then(|| view! { <p class="say bh-result">{result}</p> });
        view! {
            <h4 class="bh-title">{words::title(network, step)}</h4>
            <p class="say remark">{reason}</p>
            {status}
            {lines}
            {last}
        }
        .into_any()
    })
}
