//! Deciding: whether any input near the one that is looked at is misread, or what a file asks.

use crate::{
    app::{
        inspect::{
            decision::{About, Decision, Stage, open_epsilon},
            inputs::{Input, Look},
            session::inspect,
            views::{broken::Pictures, tree::TreeOf},
            words::decision as words,
        },
        link::files,
        text::{decide as text, inspect as own},
        ui::widgets::{Card, TableOf, number_in},
    },
    charts::{numbers, panel::Table},
    engine::Bytes,
    search::{Answer, Outcome},
};
use leptos::{html, prelude::*};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The largest time limit, in seconds.
const LONGEST: f64 = 86_400.0;

/// What is asked, from ε or a file, and what was said of it when it could not be.
#[component]
fn Ask(running: Signal<bool>) -> impl IntoView {
    let inspect = inspect();
    let signals = inspect.signals;
    let (epsilon, file) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let complaint = RwSignal::new("");
    let classes = move || signals.model.with(|model| model.as_ref().is_some_and(|model| model.report.outputs > 1));
    let open = Memo::new(move |_| {
        let chosen = signals.chosen.get();
        signals.settings.with(|settings| {
            signals.outcomes.with(|outcomes| outcomes.get(chosen).and_then(|known| open_epsilon(known, settings)))
        })
    });
    let start = move |_| {
        let written = epsilon.get_untracked().map_or(String::new(), |field| field.value());
        let written = written.trim().replace(',', ".");
        let number = if written.is_empty() { open.get_untracked() } else { written.parse::<f64>().ok() };
        complaint.set(match number.filter(|number| (0.0..=1e6).contains(number)) {
            Some(number) => inspect.session().decide_input(number).err().unwrap_or_default(),
            None if written.is_empty() => text::GIVE_EPSILON,
            None => own::EPSILON_WRONG,
        });
    };
    let picked = move |_| {
        let Some(input) = file.get_untracked() else { return };
        spawn_local(async move {
            match files::picked(&input).await {
                Some(Ok((name, bytes))) => inspect.session().decide_file(name, Bytes(bytes)),
                Some(Err(why)) => signals.refused.set(Some(why)),
                None => {}
            }
        });
    };
    let limit = move |event: leptos::ev::Event| {
        let number = number_in(&event).filter(|number| (1.0..=LONGEST).contains(number));
        signals.seconds.update(|seconds| *seconds = number.unwrap_or(*seconds));
        complaint.set(if number.is_some() { "" } else { text::LIMIT_WRONG });
    };
    let first = numbers::exact(signals.seconds.get_untracked());
    let none = move || signals.inputs.with(Vec::is_empty);
    view! {
        <div class="row wrap">
            <label class="layout-field inline" hidden=move || !classes()><span>"ε"</span>
                <input type="text" class="number" id="decide-epsilon" inputmode="decimal" autocomplete="off" node_ref=epsilon
                    placeholder=move || open.get().map_or(String::new(), numbers::epsilon) aria-describedby="decide-hint"/></label>
            <span class="remark" id="decide-hint" hidden=move || !classes()>{text::EPSILON_HINT}</span>
            <label class="layout-field inline"><span>{text::LIMIT}</span>
                <input type="text" class="number" id="decide-limit" inputmode="decimal" autocomplete="off"
                    value=first on:input=limit/></label>
        </div>
        <div class="row wrap">
            <button type="button" class="primary" id="decide-start" hidden=move || running.get() || !classes() disabled=none on:click=start>{text::START}</button>
            <Controls running/>
            <label class="file drop-hint" hidden=move || running.get()>{text::OPEN}
                <input type="file" id="decide-file" node_ref=file aria-label=text::OPEN_LABEL on:change=picked/></label>
            <span class="remark" hidden=move || running.get()>{text::OPEN_HINT}</span>
        </div>
        <p class="complaint" role="alert" id="decide-complaint">{complaint}</p>
    }
}

/// Pause and cancel.
#[component]
fn Controls(running: Signal<bool>) -> impl IntoView {
    let inspect = inspect();
    let decision = inspect.signals.decision;
    let waits = move || {
        decision.with(|decision| {
            decision.as_ref().is_some_and(|decision| matches!(decision.stage, Stage::Stopping | Stage::Paused))
        })
    };
    view! {
        <button type="button" id="decide-pause" hidden=move || !running.get() on:click=move |_| inspect.session().pause_decision(!waits())>
            {move || if waits() { own::SET_RESUME } else { own::SET_PAUSE }}</button>
        <button type="button" id="decide-cancel" hidden=move || !running.get() on:click=move |_| inspect.session().cancel_decision()>{own::SET_CANCEL}</button>
    }
}

/// A counterexample: the input, what changed, and its outputs.
#[component]
fn Found() -> impl IntoView {
    let signals = inspect().signals;
    let decision = signals.decision;
    let there = Memo::new(move |_| decision.with(|d| d.as_ref().is_some_and(|d| d.found().is_some())));
    let pictures = move || {
        if !there.get() {
            return None;
        }
        let look = signals
            .model
            .with(|model| model.as_ref().map(|model| model.look))
            .filter(|look: &Look| look.is_picture())?;
        decision.with(|decision| {
            let decision = decision.as_ref()?;
            let Stage::Done(Answer { outcome: Outcome::Counterexample(found), .. }) = &decision.stage else {
                return None;
            };
            let best = found.outputs.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(at, _)| at as u32);
            let (before, scale) = match &decision.about {
                About::Input { input, label, scale, .. } => (Some((input.clone(), Some(*label))), *scale),
                About::File(_) => (None, signals.settings.with(|settings| settings.scale)),
            };
            let blank = Input { name: String::new(), levels: Vec::new(), label: None };
            let moved = before.as_ref().map_or(&blank, |(input, _)| input).moved(&found.input, look, scale);
            Some(view! { <Pictures before after=(Arc::new(moved), best) look/> })
        })
    };
    let table = |rows: fn(&Decision) -> Table| {
        Arc::new(move || decision.with(|decision| decision.as_ref().map_or(Table::default(), rows)))
    };
    view! {
        <div id="decide-found" hidden=move || !there.get()>
            <h3>{text::FOUND}</h3>
            {pictures}
            <TableOf rows=table(words::found) summary=text::FOUND_TABLE/>
            <TableOf rows=table(words::outputs) summary=text::FOUND_OUTPUTS/>
        </div>
    }
}

#[component]
pub fn DecideCard() -> impl IntoView {
    let decision = inspect().signals.decision;
    let told = move |word: fn(&Decision) -> String| {
        move || decision.with(|decision| decision.as_ref().map_or(String::new(), word))
    };
    let running = Signal::derive(move || decision.with(|d| d.as_ref().is_some_and(Decision::runs)));
    let stage = move || decision.with(|decision| decision.as_ref().map_or("none", words::stage));
    let tone = move || decision.with(|decision| decision.as_ref().map_or("open", words::tone));
    let figures = move || {
        decision.with(|decision| {
            let figures = decision.as_ref().map(words::figures).unwrap_or_default();
            figures.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view()
        })
    };
    let share = move || decision.with(|d| d.as_ref().map_or(0.0, |d| d.progress.share)).to_string();
    let there = Memo::new(move |_| decision.with(Option::is_some));
    view! {
        <Card id="inspect-decide" title=text::DECIDE.to_string() remark=String::new()>
            <p class="say" hidden=move || there.get()>{text::SAY}</p>
            <Ask running/>
            <div hidden=move || !there.get() data-decision=stage id="decision">
                <p class="say decide-question" id="decide-question">{told(words::question)}</p>
                <p class="answer decide-said" id="decide-said" role="status" data-answer=tone>{told(words::said)}</p>
                <p class="say" id="decide-remark">{told(words::remark)}</p>
                <progress class="decide-share" hidden=move || !running.get() max="1" value=share aria-label=text::SHARE></progress>
                <dl class="figures" id="decide-figures">{figures}</dl>
                <Found/>
                <TreeOf/>
            </div>
        </Card>
    }
}
