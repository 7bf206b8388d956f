//! What the theatre asks the engine, and what it was answered. One scene is asked at a time, the newest wanted one next: while the point
//! is dragged each answer is drawn, and none is thrown away for a newer question.

use crate::{
    app::{
        explore::{plots::theatre::at, questions},
        model::{
            commands::About,
            state::{Explore, Picked},
            store::{Engine, Remedy, Store},
            url::Change,
        },
        text::theatre as text,
    },
    bounds::Method,
    engine::{Question, ReadThere, SceneAnswer, TheatreRequest, TheatreResponse},
    web,
};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// Which class is read where.
#[derive(Debug, PartialEq)]
pub struct Regions {
    /// The network.
    pub network: String,
    /// One entry per class.
    pub classes: Vec<ReadThere>,
    /// Whether they are cut along the decisions themselves.
    pub exact: bool,
}

/// The signals of the theatre.
#[derive(Clone, Copy)]
pub struct Theatre {
    /// The newest scene.
    pub scene: RwSignal<Option<Arc<SceneAnswer>>>,
    /// Which class is read where, of the network that was asked about last.
    pub regions: RwSignal<Option<Arc<Regions>>>,
    /// Why there is nothing to be drawn; empty where there is.
    pub refused: RwSignal<String>,
}

/// A scene worth asking for.
#[derive(Clone, PartialEq)]
struct Wanted {
    question: Question,
    stage: Option<u32>,
    pair: Option<[u32; 2]>,
    methods: Vec<Method>,
}

impl Wanted {
    fn of(explore: &Explore) -> Option<Self> {
        let Picked::Point(point) = explore.looked_at() else { return None };
        let image = at(point).map(|at| at as f32).to_vec();
        Some(Wanted {
            // The label is nothing to a scene.
            question: questions::question(explore, image, 0),
            stage: explore.seat.map(|seat| seat.stage),
            pair: explore.seat.and_then(|seat| seat.pair),
            methods: explore.methods(),
        })
    }
}

#[derive(Default)]
struct Asked {
    epoch: u32,
    /// The scene on its way, and whether it is still.
    scene: Option<Wanted>,
    under_way: bool,
    regions: Option<String>,
}

/// Starts following the state.
pub fn start(store: Store) -> Theatre {
    let theatre =
        Theatre { scene: RwSignal::new(None), regions: RwSignal::new(None), refused: RwSignal::new(String::new()) };
    let asked = StoredValue::new_local(Asked::default());
    // What is asked for, once the engine has read its network.
    let wanted = Memo::new(move |_| {
        let wanted = store.state.with(|state| Wanted::of(&state.explore))?;
        store.networks.with(|networks| networks.contains_key(&wanted.question.network)).then_some(wanted)
    });
    let pump = move || {
        let Some(wanted) = wanted.get_untracked() else { return };
        let network = wanted.question.network.clone();
        asked.update_value(|asked| {
            if asked.regions.as_ref() != Some(&network) {
                asked.regions = Some(network.clone());
                asked.epoch += 1;
                send(store, &TheatreRequest::Regions { epoch: asked.epoch, network });
            }
            if asked.under_way || asked.scene.as_ref() == Some(&wanted) {
                return;
            }
            asked.epoch += 1;
            (asked.under_way, asked.scene) = (true, Some(wanted.clone()));
            let Wanted { question, stage, pair, methods } = wanted;
            send(store, &TheatreRequest::Scene { epoch: asked.epoch, question, stage, pair, methods });
        });
    };
    store.set_hears(About::Theatre, move |news| {
        asked.try_update_value(|asked| asked.under_way = false);
        hear(store, theatre, news);
        pump();
    });
    // A new engine knows nothing of what its predecessor was asked.
    Effect::new(move |_| {
        if matches!(store.engine.get(), Engine::Ready(_)) {
            asked.update_value(|asked| *asked = Asked { epoch: asked.epoch, ..Asked::default() });
            pump();
        }
    });
    Effect::new(move |_| {
        if wanted.with(Option::is_some) {
            pump();
        }
    });
    let lost = Memo::new(move |_| store.state.with(|state| state.explore.label != state.explore.chosen_label()));
    Effect::new(move |_| {
        if lost.get() {
            store.notice(text::CLASS_GONE.into(), Remedy::None);
            store.change(Change::Correction, |state| state.explore.label = None);
        }
    });
    theatre
}

fn send(store: Store, request: &TheatreRequest) {
    match web::write(request) {
        Ok(request) => store.commands().unread(About::Theatre, &request),
        Err(why) => web_sys::console::error_2(&"a request could not be written".into(), &why),
    }
}

fn hear(store: Store, theatre: Theatre, news: JsValue) {
    match web::read::<TheatreResponse>(news) {
        Ok(TheatreResponse::Scene { answer, .. }) => {
            theatre.refused.set(String::new());
            theatre.scene.set(Some(Arc::new(*answer)));
        }
        Ok(TheatreResponse::Regions { network, classes, exact, .. }) => {
            theatre.regions.set(Some(Arc::new(Regions { network, classes, exact })));
        }
        // A link may name a place that this network does not have.
        Ok(TheatreResponse::Refused { .. }) if store.state.with_untracked(|state| state.explore.seat.is_some()) => {
            store.notice(text::GONE.into(), Remedy::None);
            store.change(Change::Correction, |state| state.explore.seat = None);
        }
        Ok(TheatreResponse::Refused { why, .. }) => theatre.refused.set(text::refused(&why)),
        Err(why) => theatre.refused.set(text::refused(&why)),
    }
}
