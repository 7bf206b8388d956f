//! The runs: where they are, and the buttons that move them; and the history that can be scrubbed through.

use crate::{
    app::{
        model::{
            state::train::SPEEDS,
            store::{Engine, Store, store},
        },
        text::train as text,
        train::{
            history::{self, Runs, present},
            session::{library::Format, training},
            words,
        },
        ui::widgets::{Card, Choice},
    },
    charts::numbers,
    engine::RunState,
    sorting::sort_few,
};
use leptos::prelude::*;

/// A button.
fn button(
    id: String,
    label: impl Fn() -> String + Send + 'static,
    off: impl Fn() -> bool + Copy + Send + Sync + 'static,
    act: impl Fn() + 'static,
) -> AnyView {
    view! { <button type="button" id=id disabled=off on:click=move |_| act()>{label}</button> }.into_any()
}

fn panel(store: Store, slot: usize) -> impl IntoView {
    let training = training();
    let runs = training.signals.runs;
    let there = Memo::new(move |_| runs.with(|runs| runs[slot].is_some()));
    let say = move |words: fn(&crate::app::train::history::RunView) -> String| {
        move || runs.with(|runs| runs[slot].as_ref().map_or(String::new(), words))
    };
    let stopped = move || runs.with(|runs| runs[slot].as_ref().is_some_and(|run| run.state == RunState::Stopped));
    let state_name = move || {
        runs.with(|runs| {
            runs[slot].as_ref().map(|run| match run.state {
                RunState::Paused => "paused",
                RunState::Playing => "playing",
                RunState::Finished => "finished",
                RunState::Stopped => "stopped",
            })
        })
    };
    let steps = move || runs.with(|runs| runs[slot].as_ref().map(|run| run.steps.to_string()));
    let loss =
        move || runs.with(|runs| runs[slot].as_ref().and_then(|run| Some(numbers::exact(run.last.as_ref()?.loss))));
    let spent = move || runs.with(|runs| runs[slot].as_ref().map(|run| format!("{:.0}", run.spent.0 + run.spent.1)));
    let done = move || {
        runs.with(|runs| runs[slot].as_ref().map_or(0.0, |run| f64::from(run.steps) / f64::from(run.total().max(1))))
    };
    let device = move || {
        let lane = runs.with(|runs| {
            runs[slot].as_ref().map_or(String::new(), |run| run.lane.as_ref().map_or(String::new(), words::lane))
        });
        match store.engine.get() {
            Engine::Ready(device) if lane.is_empty() || lane == "CPU" => device,
            _ => lane,
        }
    };
    let class = format!("run {}", text::RUN_CLASSES[slot]);
    let letter = text::RUN_LETTERS[slot].to_ascii_lowercase();
    let save = button(
        format!("save-{letter}"),
        move || [text::SAVE_A, text::SAVE_B][slot].into(),
        move || training.signals.keeps.get() != Some(true),
        move || training.controller().save(slot),
    );
    let downloads = [(Format::Safetensors, text::SAFETENSORS), (Format::Onnx, text::ONNX)].map(|(format, name)| {
        let id = format!("download-{}-{letter}", name.to_ascii_lowercase());
        let label = format!("{}, {} {name}", text::RUN_NAMES[slot], text::DOWNLOAD);
        view! { <button type="button" id=id aria-label=label on:click=move |_| training.controller().download_run(slot, format)>{name}</button> }
    });
    view! {
        <div class=class id=format!("run-{letter}") hidden=move || !there.get() data-run-state=state_name data-steps=steps data-loss=loss data-spent=spent>
            <h3><svg class="swatch" width="26" height="8" aria-hidden="true"><line class="curve solid" x1="1" y1="4" x2="25" y2="4"></line></svg>
                {say(|run| words::plan_title(&run.plan))}</h3>
            <progress max="1" prop:value=done aria-label=format!("progress of {}", text::RUN_NAMES[slot])></progress>
            <p class="say">{say(words::progress)} " · " {say(|run| if run.state == RunState::Stopped { "stopped".into() } else { words::state(run) })}</p>
            <p class="say wrong" role="alert" hidden=move || !stopped()>{move || if stopped() { say(words::state)() } else { String::new() }}</p>
            <p class="footing">{say(words::pace)} " · " {device}</p>
            <div class="row wrap">{save}<span class="remark">{text::DOWNLOAD}</span>{downloads.collect_view()}</div>
        </div>
    }
}

#[component]
pub fn RunsCard() -> impl IntoView {
    let store = store();
    let training = training();
    let train = training.signals;
    let playing = Memo::new(move |_| train.runs.with(history::playing));
    let ended = Memo::new(move |_| train.runs.with(history::ended));
    let empty = Memo::new(move |_| train.runs.with(|runs| present(runs).count() == 0));
    let loading = move || train.loading.get();
    let step = button(
        "step".into(),
        || text::STEP.into(),
        move || ended.get() || playing.get() || loading().is_some(),
        move || training.controller().step(),
    );
    let reset =
        button("reset".into(), || text::RESET.into(), move || empty.get(), move || training.controller().reset());
    let speeds = SPEEDS.map(|speed| (speed, format!("speed-{speed}"), words::speed(speed))).to_vec();
    let speed = Signal::derive(move || train.speed.get());
    view! {
        <Card id="runs" title=text::RUNS.to_string() remark=text::RUNS_REMARK.to_string()>
            <div class="row wrap transport">
                {step}{reset}
                <span class="remark">{text::SPEED}</span>
                <Choice name=text::SPEEDS options=speeds chosen=speed choose=move |speed| training.controller().set_speed(speed)/>
            </div>
            <p class="say" hidden=move || !empty.get()>{text::NO_RUN}</p>
            <div class="panels">{panel(store, 0)}{panel(store, 1)}</div>
        </Card>
    }
}

#[component]
pub fn HistoryCard() -> impl IntoView {
    let training = training();
    let train = training.signals;
    // Moments of both runs, in order.
    let epochs = Memo::new(move |_| {
        train.runs.with(|runs| {
            let mut all: Vec<f64> =
                present(runs).flat_map(|(_, run)| run.history.moments.iter().map(|m| m.probe.epoch)).collect();
            sort_few(&mut all, f64::total_cmp);
            all.dedup();
            all
        })
    });
    let place = move || {
        epochs.with(|epochs| match train.cursor.get() {
            None => epochs.len().saturating_sub(1),
            Some(at) => epochs.partition_point(|epoch| *epoch <= at + 1e-9).saturating_sub(1),
        })
    };
    let go = move |place: usize| {
        let found = epochs.with_untracked(|epochs| (place + 1 < epochs.len()).then(|| epochs[place]));
        train.cursor.set(found);
    };
    let few = move || epochs.with(|epochs| epochs.len() < 2);
    let sentence =
        move || words::moment(train.cursor.get(), epochs.with(|epochs| epochs.last().copied().unwrap_or(0.0)));
    let shift = move |by: isize| go(untrack(place).saturating_add_signed(by));
    let open = move |slot: usize| {
        let off = move || {
            let Some(cursor) = train.cursor.get() else { return false };
            train.runs.with(|runs| {
                runs[slot].as_ref().and_then(|run| run.moment(Some(cursor))).is_none_or(|m| m.model.is_none())
            })
        };
        let id = ["open-a", "open-b"][slot];
        view! { <button type="button" id=id disabled=off hidden=move || train.runs.with(|runs| runs[slot].is_none())
        on:click=move |_| training.controller().open(slot)>{[text::OPEN_A, text::OPEN_B][slot]}</button> }
    };
    let missing = Memo::new(move |_| {
        let cursor = train.cursor.get();
        let gone = |runs: &Runs| present(runs).any(|(_, run)| run.moment(cursor).is_none_or(|m| m.model.is_none()));
        cursor.is_some() && train.runs.with(gone)
    });
    let remark = Signal::derive(sentence);
    view! {
        <Card id="history" title=text::HISTORY.to_string() remark=remark>
            <div class="row scrub">
                <button type="button" class="small" id="moment-earlier" aria-label=text::EARLIER disabled=few on:click=move |_| shift(-1)>"◀"</button>
                <input type="range" id="moment" min="0" step="1" aria-label=text::HISTORY_SLIDER
                    max=move || epochs.with(Vec::len).saturating_sub(1).to_string()
                    disabled=few
                    aria-valuetext=sentence
                    prop:value=move || place().to_string()
                    on:input=move |event| {
                        if let Some(place) = crate::app::ui::widgets::number_in(&event) {
                            go(place.max(0.0) as usize);
                        }
                    }/>
                <button type="button" class="small" id="moment-later" aria-label=text::LATER disabled=few on:click=move |_| shift(1)>"▶"</button>
                <button type="button" id="moment-live" aria-pressed=move || train.cursor.get().is_none().to_string() on:click=move |_| train.cursor.set(None)>{text::LIVE}</button>
            </div>
            <div class="row wrap">{open(0)}{open(1)}</div>
            <p class="say" role="status">{move || missing.get().then_some(text::NO_MODEL)}</p>
        </Card>
    }
}
