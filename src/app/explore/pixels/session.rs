//! What the card asks the engine, and what it was answered: the picture on screen, one question at a time, the newest wanted one next.

use super::code::Code;
use crate::{
    app::{
        explore::facts,
        model::{
            commands::About,
            picture::Picture,
            store::{Engine, Remedy, Store},
            url::Change,
        },
        text::pixels as text,
    },
    bounds::Method,
    engine::{LinearAnswer, LinearRequest, LinearResponse, Question},
    web,
};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsValue;

/// The signals of the card. What is set stands in the page's state alone.
#[derive(Clone, Copy)]
pub struct Pixels {
    store: Store,
    /// What is set.
    pub code: Memo<Code>,
    /// The newest answer.
    pub answer: RwSignal<Option<Arc<LinearAnswer>>>,
    /// Why there is none; empty where there is.
    pub refused: RwSignal<String>,
}

impl Pixels {
    /// Changes what is set.
    pub fn set(&self, edit: impl FnOnce(&mut Code)) {
        let mut code = self.code.get_untracked();
        edit(&mut code);
        self.store.step(|state| state.pixels = code.written());
    }
}

/// Something worth asking.
#[derive(Clone, PartialEq)]
struct Wanted {
    question: Arc<Question>,
    rival: u32,
    method: Method,
}

#[derive(Default)]
struct Asked {
    epoch: u32,
    wanted: Option<Wanted>,
    under_way: bool,
}

/// The rival whose margin is bounded lowest by what is on screen.
fn closest(picture: &Picture) -> Option<u32> {
    let count = picture.answers().map(|answer| answer.margins.len()).max()?;
    let best = |place: usize| {
        picture.answers().filter_map(|answer| answer.margins.get(place)).copied().fold(f32::NEG_INFINITY, f32::max)
    };
    let rivals = facts::rivals(picture.question.label, count).enumerate();
    rivals.min_by(|a, b| best(a.0).total_cmp(&best(b.0))).map(|(_, rival)| rival)
}

/// Starts following the state.
pub fn start(store: Store) -> Pixels {
    let read = Memo::new(move |_| store.state.with(|state| Code::read(&state.pixels)));
    let code = Memo::new(move |_| read.with(|(code, _)| *code));
    Effect::new(move |_| {
        if let (code, Some(wrong)) = read.get() {
            store.notice(text::unknown(&wrong), Remedy::None);
            store.change(Change::Correction, |state| state.pixels = code.written());
        }
    });
    let pixels = Pixels { store, code, answer: RwSignal::new(None), refused: RwSignal::new(String::new()) };
    let wanted = Memo::new(move |_| {
        let (open, plane) = store.state.with(|state| (!state.pixels.is_empty(), state.explore.on_plane()));
        let Code { rival, method } = code.get();
        let picture = store.shown.get().filter(|picture| open && !plane && picture.complete())?;
        let question = picture.question.clone();
        // A class is no rival of its own.
        let rival = rival.filter(|&rival| rival != question.label).or_else(|| closest(&picture))?;
        Some(Wanted { question, rival, method })
    });
    let asked = StoredValue::new_local(Asked::default());
    let pump = move || {
        let Some(wanted) = wanted.get_untracked() else { return };
        asked.update_value(|asked| {
            if asked.under_way || asked.wanted.as_ref() == Some(&wanted) {
                return;
            }
            asked.epoch += 1;
            (asked.under_way, asked.wanted) = (true, Some(wanted.clone()));
            let Wanted { question, rival, method } = wanted;
            let request = LinearRequest { epoch: asked.epoch, question: (*question).clone(), rival, method };
            match web::write(&request) {
                Ok(request) => store.commands().unread(About::Linear, &request),
                Err(why) => web_sys::console::error_2(&"a request could not be written".into(), &why),
            }
        });
    };
    store.set_hears(About::Linear, move |news| {
        asked.try_update_value(|asked| asked.under_way = false);
        hear(pixels, news);
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
    pixels
}

fn hear(pixels: Pixels, news: JsValue) {
    let why = match web::read::<LinearResponse>(news) {
        Ok(LinearResponse::Linear { answer, .. }) => {
            pixels.answer.set(Some(Arc::new(*answer)));
            String::new()
        }
        Ok(LinearResponse::Refused { failure, .. }) => {
            text::refused(&crate::app::model::failures::words(&failure).trim_end_matches('.'))
        }
        Err(why) => text::refused(&why),
    };
    pixels.refused.set(why);
}
