//! The challenge on Train's stage: its rules, its three knobs, how it stands, and the link to its result.

use crate::{
    app::{
        model::{
            state::{
                State, Tab,
                train::{CHALLENGE_LAYERS, Challenge, Settings},
            },
            store::store,
        },
        text::train as text,
        train::{
            challenge::{self, belongs, outcome, over},
            session::training,
        },
        ui::{gloss::Explained, widgets::number_in},
    },
    charts::numbers,
};
use leptos::{ev, prelude::*};

/// A knob that is a number.
fn knob(id: &'static str, name: &'static str, show: fn(&Settings) -> f64, enter: fn(&mut Settings, f64)) -> AnyView {
    let store = store();
    view! {
        <div class="row">
            <Explained words=name.to_string()/>
            <input id=id class="number" type="text" inputmode="decimal" autocomplete="off" aria-label=name
                prop:value=move || store.state.with(|state| numbers::exact(show(&state.train)))
                on:change=move |event: ev::Event| {
                    if let Some(value) = number_in(&event) {
                        store.step(|state| turn(&mut state.train, |settings| enter(settings, value)));
                    }
                    store.state.notify();
                }
            />
        </div>
    }
    .into_any()
}

/// Turns a knob: what was replayed is no longer that result.
fn turn(settings: &mut Settings, edit: impl FnOnce(&mut Settings)) {
    edit(settings);
    *settings = settings.challenged(Challenge::Timed);
}

#[component]
pub fn ChallengeStory() -> impl IntoView {
    let store = store();
    let on = move || store.state.with(|state| state.train.challenge.is_some());
    view! {
        <button type="button" class="story" id="story-challenge" aria-pressed=move || on().to_string()
            on:click=move |_| store.step(|state| turn(&mut state.train, |_| ()))>{text::STORY_CHALLENGE}</button>
    }
}

#[component]
pub fn ChallengeView() -> impl IntoView {
    let store = store();
    let runs = training().signals.runs;
    let settings = Memo::new(move |_| store.state.with(|state| state.train.clone()));
    let on = Memo::new(move |_| settings.with(|settings| settings.challenge.is_some()));
    let said = Memo::new(move |_| {
        settings.with(|settings| {
            runs.with(|runs| challenge::sentence(runs[0].as_ref().filter(|run| belongs(run, settings)), settings))
        })
    });
    let link = Memo::new(move |_| {
        settings.with(|settings| {
            let challenge = settings.challenge?;
            let found = runs.with(|runs| {
                let run = runs[0].as_ref().filter(|run| belongs(run, settings) && over(run, challenge))?;
                outcome(run, challenge)
            })?;
            let train = Settings { challenge: Some(Challenge::Replay(found.steps)), ..settings.clone() };
            Some(State { tab: Tab::Train, train, ..State::default() }.to_hash())
        })
    });
    let layers = move || {
        let chosen = settings.with(|settings| settings.architecture.to_string());
        let option = |layers: &'static str| view! { <option value=layers selected=layers == chosen>{layers}</option> };
        CHALLENGE_LAYERS.map(option).collect_view()
    };
    move || {
        on.get().then(|| {
            view! {
                <div class="challenge" id="challenge">
                    <p class="say">{text::CHALLENGE_RULES}</p>
                    <div class="knobs">
                        <div class="row">
                            <Explained words=text::ARCHITECTURE.to_string()/>
                            <select id="challenge-layers" aria-label=text::ARCHITECTURE on:change=move |event| {
                                if let Ok(layers) = event_target_value(&event).parse() {
                                    store.step(|state| turn(&mut state.train, |settings| settings.architecture = layers));
                                }
                            }>{layers}</select>
                        </div>
                        {knob("challenge-rate", text::RATE, |s| s.rate, |s, v| s.rate = v.clamp(1e-7, 1.0))}
                        {knob("challenge-ramp", text::RAMP, |s| s.ramp().1, |s, v| s.ramp = Some((0.0, v)))}
                        {knob("challenge-seed", text::SEED, |s| f64::from(s.seed), |s, v| s.seed = v.round().clamp(0.0, 4294967295.0) as u32)}
                    </div>
                    <p class="say conclusion" id="challenge-said" role="status">{said}</p>
                    {move || link.get().map(|hash| view! {
                        <p class="say"><a id="challenge-link" href=hash.clone()>{text::CHALLENGE_LINK}</a></p>
                    })}
                </div>
            }
        })
    }
}
