//! Train's stage: three stories, Play, and what has come of it so far.

use crate::{
    app::{
        model::store::store,
        text::{page, train as text},
        train::{
            challenge,
            history::{self, Runs, present},
            plots::reach,
            session::training,
            stories::{self, Story},
            views::{
                challenge::{ChallengeStory, ChallengeView},
                settings::SettingsCard,
            },
            words,
        },
        ui::{menu::Menu, processor::ProcessorControl, widgets::Plot},
    },
    engine::RunState,
};
use leptos::prelude::*;
use std::sync::Arc;

/// Runs that have not begun, or have come to their end: nothing is lost when others take their place.
fn idle(runs: &Runs) -> bool {
    present(runs).all(|(_, run)| run.steps == 0 || run.state == RunState::Finished)
}

fn story(story: Story) -> impl IntoView {
    let store = store();
    let training = training();
    let on = move || store.state.with(|state| Story::of(&state.train) == Some(story));
    let tell = move |_| {
        store.step(|state| story.tell(&mut state.train));
        let any = training.signals.runs.with_untracked(|runs| runs.iter().any(Option::is_some));
        if any && training.signals.runs.with_untracked(idle) {
            let controller = training.controller();
            let again = controller.clone();
            controller.attempt(async move { again.prepare().await });
        }
    };
    view! {
        <button type="button" class="story" id=format!("story-{}", story.name()) aria-pressed=move || on().to_string() on:click=tell>
            {story.title()}
        </button>
    }
}

/// One run in short: how much of it is certified, and how far its proof of one digit reaches.
fn outcome(slot: usize) -> impl IntoView {
    let training = training();
    let train = training.signals;
    let there = Memo::new(move |_| train.runs.with(|runs| runs[slot].is_some()));
    let big =
        move || train.runs.with(|runs| runs[slot].as_ref().map(|run| stories::big_number(run, train.cursor.get())));
    let title = move || train.runs.with(|runs| runs[slot].as_ref().map(|run| words::run_title(slot, &run.plan)));
    let ended = move || train.runs.with(|runs| runs[slot].as_ref().and_then(stories::conclusion));
    let scene = Memo::new(move |_| {
        train.runs.with(|runs| runs[slot].as_ref().map(|run| reach::scene(run, train.cursor.get())))
    });
    let said = Signal::derive(move || scene.with(|scene| scene.as_ref().map(words::reach).unwrap_or_default()));
    let draw = Arc::new(move |width: f64| {
        scene.with(|scene| scene.as_ref().map(|scene| reach::draw(scene, width)).unwrap_or_default())
    });
    view! {
        <div class=format!("outcome {}", text::RUN_CLASSES[slot]) hidden=move || !there.get()>
            <p class="outcome-title">{title}</p>
            <p class="big"><span>{text::CERTIFIED}</span>" "<b id=["certified-a", "certified-b"][slot]>{big}</b></p>
            <Plot draw label=said/>
            <p class="remark">{said}</p>
            <p class="say conclusion" role="status">{ended}</p>
        </div>
    }
}

#[component]
pub fn TrainStage() -> impl IntoView {
    let training = training();
    let train = training.signals;
    let playing = Memo::new(move |_| train.runs.with(history::playing));
    let store = store();
    // A challenge whose minute is over, or whose knobs were turned since: Play begins it anew.
    let anew = Memo::new(move |_| {
        store.state.with(|state| {
            let asked = state.train.challenge?;
            let fits = |run: &_| challenge::belongs(run, &state.train) && !challenge::over(run, asked);
            train.runs.with(|runs| runs[0].as_ref().map(|run| !fits(run)))
        })
    });
    let anew = move || anew.get() == Some(true);
    let ended = Memo::new(move |_| train.runs.with(history::ended) && !anew());
    let loading = move || train.loading.get();
    let play = move |_| {
        let controller = training.controller();
        if playing.get_untracked() {
            controller.rest();
        } else if untrack(anew) {
            controller.play_anew();
        } else {
            controller.play();
        }
    };
    let done = Memo::new(move |_| train.runs.with(words::done));
    view! {
        <section class="card stage" id="train-stage" aria-label=text::STAGE>
            <h2 class="question">{text::QUESTION}</h2>
            <div class="stories" role="group" aria-label=text::STORIES>{Story::ALL.map(story).collect_view()}<ChallengeStory/></div>
            <ChallengeView/>
            <div class="transport row wrap">
                <button type="button" id="play" class="primary" disabled=move || ended.get() || loading().is_some() on:click=play>
                    {move || if playing.get() { text::PAUSE } else if anew() { text::CHALLENGE_AGAIN } else { text::PLAY }}
                </button>
                <progress max="1" prop:value=move || done.get().unwrap_or(0.0) aria-label=text::PROGRESS hidden=move || done.get().is_none()></progress>
                <span class="remark" role="status">{move || loading().map(|(done, total)| words::loading(done, total))}</span>
                <button type="button" class="small" hidden=move || loading().is_none() on:click=move |_| training.controller().stop_loading()>
                    {page::CANCEL}
                </button>
                <Menu id="train-settings" class="drawer" label=Signal::derive(|| text::CHANGE.to_string())>
                    <SettingsCard/>
                    <ProcessorControl id="train-processor"/>
                </Menu>
            </div>
            <div class="outcomes">{outcome(0)}{outcome(1)}</div>
        </section>
    }
}
