//! Which stage is looked at, stage by stage or played through, and which two of its neurons.

use super::session::Theatre;
use crate::{
    app::{
        explore::words::theatre as words,
        model::{
            state::Seat,
            store::{Store, store},
            url,
        },
        text::theatre as text,
    },
    engine::StageSummary,
};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use std::time::Duration;
use wasm_bindgen::prelude::*;

/// How long a stage stays while they are played through.
const STAY: Duration = Duration::from_millis(1600);

/// The stages, and the one that is chosen.
#[derive(Clone, Copy)]
struct Places {
    stages: Memo<Vec<StageSummary>>,
    at: Memo<u32>,
}

impl Places {
    fn new(store: Store, theatre: Theatre) -> Self {
        let stages =
            Memo::new(move |_| theatre.scene.with(|scene| scene.as_ref().map_or(vec![], |scene| scene.stages.clone())));
        let last = move || stages.with(Vec::len).saturating_sub(1) as u32;
        let at = Memo::new(move |_| store.state.with(|state| state.explore.seat).map_or_else(last, |seat| seat.stage));
        Places { stages, at }
    }

    fn last(self) -> u32 {
        self.stages.with_untracked(Vec::len).saturating_sub(1) as u32
    }
}

/// The state of a stage, with its own choice of neurons. The outputs are where one begins: they are not written down.
fn seat(places: Places, stage: u32) -> Option<Seat> {
    (stage != places.last()).then_some(Seat { stage, pair: None })
}

/// Whether the reader asks for nothing that moves by itself.
fn still() -> bool {
    match_media("(prefers-reduced-motion: reduce)").matches()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = matchMedia)]
    fn match_media(query: &str) -> Media;
    type Media;
    #[wasm_bindgen(method, getter)]
    fn matches(this: &Media) -> bool;
}

/// Buttons and a list of stages.
#[component]
pub fn Steps(theatre: Theatre) -> impl IntoView {
    let store = store();
    let places = Places::new(store, theatre);
    let playing = StoredValue::new(None::<IntervalHandle>);
    let plays = RwSignal::new(false);
    let stop = move || {
        if let Some(handle) = playing.try_update_value(Option::take).flatten() {
            handle.clear();
            url::end_drag();
        }
        plays.try_set(false);
    };
    on_cleanup(stop);
    let go = move |stage: u32| {
        stop();
        let seat = seat(places, stage);
        store.step(|state| state.explore.seat = seat);
    };
    let play = move |_| {
        if plays.get_untracked() {
            return stop();
        }
        let show = move |stage: u32| {
            let seat = seat(places, stage);
            // One step of the history for the whole play.
            store.drag(|state| state.explore.seat = seat);
        };
        if places.at.get_untracked() >= places.last() {
            show(0);
        }
        plays.set(true);
        let tick = move || {
            let next = places.at.get_untracked() + 1;
            show(next.min(places.last()));
            if next >= places.last() {
                stop();
            }
        };
        playing.set_value(set_interval_with_handle(tick, STAY).ok());
    };
    let options = move || {
        let at = places.at.get();
        let option = |(place, stage): (usize, &StageSummary)| {
            view! { <option value=place.to_string() selected=place as u32 == at>{words::stage(stage)}</option> }
        };
        places.stages.with(|stages| stages.iter().enumerate().map(option).collect_view())
    };
    view! {
        <div class="row wrap th-steps" role="group" aria-label=text::STAGES>
            <button type="button" id="stage-back" aria-label=text::BACK disabled=move || places.at.get() == 0
                on:click=move |_| go(places.at.get_untracked().saturating_sub(1))>"◀"</button>
            <select id="stage-at" aria-label=text::STAGES on:change=move |event| {
                if let Ok(stage) = event_target_value(&event).parse() {
                    go(stage);
                }
            }>{options}</select>
            <button type="button" id="stage-on" aria-label=text::ON
                disabled=move || places.stages.with(|stages| places.at.get() as usize + 1 >= stages.len())
                on:click=move |_| go((places.at.get_untracked() + 1).min(places.last()))>"▶"</button>
            <button type="button" id="stage-play" hidden=still() aria-pressed=move || plays.get().to_string() on:click=play>
                {move || if plays.get() { text::PAUSE } else { text::PLAY }}
            </button>
        </div>
    }
}

/// Which two neurons, where a stage has more.
#[component]
pub fn Pair(theatre: Theatre) -> impl IntoView {
    let store = store();
    let places = Places::new(store, theatre);
    let stage = Memo::new(move |_| {
        let at = places.at.get() as usize;
        places.stages.with(|stages| stages.get(at).cloned())
    });
    let width = Memo::new(move |_| stage.with(|stage| stage.as_ref().map_or(0, |stage| stage.width)));
    let shown = Memo::new(move |_| theatre.scene.with(|scene| scene.as_ref().map(|scene| scene.pair)));
    let chosen =
        Memo::new(move |_| store.state.with(|state| state.explore.seat.is_some_and(|seat| seat.pair.is_some())));
    let choose = move |pair: Option<[u32; 2]>| {
        let stage = places.at.get_untracked();
        store.step(|state| {
            state.explore.seat = if pair.is_some() { Some(Seat { stage, pair }) } else { seat(places, stage) };
        });
    };
    let one = move |axis: usize, id: &'static str, name: &'static str| {
        let options = move || {
            let now = shown.get().map(|pair| pair[axis]);
            let option = |index: u32| {
                let words = stage.with(|stage| words::neuron(stage.as_ref(), index));
                view! { <option value=index.to_string() selected=Some(index) == now>{words}</option> }
            };
            (0..width.get()).map(option).collect_view()
        };
        view! {
            <label class="row">{name}" "<select id=id on:change=move |event| {
                let Ok(index) = event_target_value(&event).parse::<u32>() else { return };
                let Some(mut pair) = shown.get_untracked() else { return };
                // Chosen twice, they change places.
                if pair[1 - axis] == index {
                    pair.swap(0, 1);
                } else {
                    pair[axis] = index;
                }
                choose(Some(pair));
            }>{options}</select></label>
        }
    };
    view! {
        <div class="row wrap th-pair" hidden=move || width.get() < 3>
            {one(0, "stage-across", text::FIRST_NEURON)}
            {one(1, "stage-up", text::SECOND_NEURON)}
            <button type="button" class="small" id="stage-widest" disabled=move || !chosen.get() on:click=move |_| choose(None)>
                {text::MOST_VARYING}
            </button>
        </div>
    }
}
