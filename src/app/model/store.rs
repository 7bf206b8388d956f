//! What the components share: signals to read, and the few ways to change them.

use crate::{
    app::{
        model::{
            commands::{Commands, Listener},
            picture::{Picture, Radii, Sweep},
            processor::Processor,
            state::{Picked, State},
            url::{self, Change},
        },
        text::page as text,
    },
    engine::NetworkSummary,
};
use leptos::prelude::*;
use std::{collections::BTreeMap, rc::Rc, sync::Arc};

/// How the engine is.
#[derive(Clone, Debug, PartialEq)]
pub enum Engine {
    /// Its program is loading.
    Starting,
    /// It answers; the processor in words.
    Ready(String),
    /// It does not come back by itself.
    Stopped,
}

/// An image that is at hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// Which one it is.
    pub picked: Picked,
    /// Pixels in [0, 1].
    pub pixels: Vec<f32>,
    /// Pixels 0–255.
    pub bytes: Vec<u8>,
    /// Its label, if the data set has one.
    pub label: Option<u32>,
}

/// What a notice offers besides going away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Remedy {
    /// Nothing.
    None,
    /// Start the engine again.
    Restart,
    /// Fetch what was missing once more.
    Reload,
}

/// A plain sentence about something that went wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// What can be done.
    pub remedy: Remedy,
}

/// A network trained or opened here.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Its key.
    pub key: String,
    /// What it is.
    pub title: String,
    /// Where it comes from.
    pub note: String,
}

/// The shared signals.
#[derive(Clone, Copy)]
pub struct Store {
    /// What the URL says.
    pub state: RwSignal<State>,
    /// The picture on screen.
    pub shown: RwSignal<Option<Arc<Picture>>>,
    /// Tightness and statuses along ε.
    pub sweep: RwSignal<Arc<Sweep>>,
    /// Radii.
    pub radii: RwSignal<Arc<Radii>>,
    /// Networks read so far.
    pub networks: RwSignal<BTreeMap<String, Arc<NetworkSummary>>>,
    /// The image, once it is here.
    pub image: RwSignal<Option<Arc<Loaded>>>,
    /// Class predicted for a drawing: by which network, of which drawing, which class.
    pub prediction: RwSignal<Option<(String, Picked, u32)>>,
    /// The engine.
    pub engine: RwSignal<Engine>,
    /// The processors.
    pub processor: RwSignal<Processor>,
    /// What went wrong.
    pub notices: RwSignal<Vec<Notice>>,
    /// Raised to fetch once more what was missing.
    pub attempt: RwSignal<u32>,
    /// Networks trained or opened here.
    pub opened: RwSignal<Vec<Opened>>,
    commands: StoredValue<Option<Rc<dyn Commands>>, LocalStorage>,
    listener: StoredValue<Option<Rc<dyn Listener>>, LocalStorage>,
}

impl Store {
    /// Signals around a first state.
    pub fn new(state: State) -> Self {
        Store {
            state: RwSignal::new(state),
            shown: RwSignal::new(None),
            sweep: RwSignal::new(Arc::default()),
            radii: RwSignal::new(Arc::default()),
            networks: RwSignal::new(BTreeMap::new()),
            image: RwSignal::new(None),
            prediction: RwSignal::new(None),
            engine: RwSignal::new(Engine::Starting),
            processor: RwSignal::new(Processor::default()),
            notices: RwSignal::new(Vec::new()),
            attempt: RwSignal::new(0),
            opened: RwSignal::new(Vec::new()),
            commands: StoredValue::new_local(None),
            listener: StoredValue::new_local(None),
        }
    }

    /// Puts in who answers [`commands`](Store::commands).
    pub fn set_commands(&self, commands: Rc<dyn Commands>) {
        self.commands.set_value(Some(commands));
    }

    /// What can be asked.
    pub fn commands(&self) -> Rc<dyn Commands> {
        self.commands.get_value().expect("the commands are set before anything is mounted")
    }

    /// Puts in who hears of the engine.
    pub fn set_listener(&self, listener: Rc<dyn Listener>) {
        self.listener.set_value(Some(listener));
    }

    /// Who hears of the engine, once that is set.
    pub fn listener(&self) -> Option<Rc<dyn Listener>> {
        self.listener.get_value()
    }

    /// Changes the state and the URL with it.
    pub fn change(&self, how: Change, edit: impl FnOnce(&mut State)) {
        let mut state = self.state.get_untracked();
        edit(&mut state);
        if state != self.state.get_untracked() {
            url::write(&state, how);
            self.state.set(state);
        }
    }

    /// A discrete change: one step of the browser's history.
    pub fn step(&self, edit: impl FnOnce(&mut State)) {
        self.change(Change::Step, edit);
    }

    /// A change within a drag.
    pub fn drag(&self, edit: impl FnOnce(&mut State)) {
        self.change(Change::Drag, edit);
    }

    /// Says something, once.
    pub fn notice(&self, text: String, remedy: Remedy) {
        self.notices.update(|notices| {
            notices.retain(|notice| notice.text != text);
            notices.push(Notice { text, remedy });
            if notices.len() > 3 {
                notices.remove(0);
            }
        });
    }

    /// The summary of the network of the picture on screen.
    pub fn shown_network(&self) -> Option<Arc<NetworkSummary>> {
        let key = self.shown.with(|shown| shown.as_ref().map(|picture| picture.question.network.clone()))?;
        self.networks.with(|networks| networks.get(&key).cloned())
    }

    /// The class to certify, as far as it is known.
    pub fn label(&self) -> Option<u32> {
        let state = self.state.get();
        let image = self.image.get();
        state.label.or_else(|| {
            let image = image.filter(|image| image.picked == state.image)?;
            image.label.or_else(|| {
                self.prediction.with(|prediction| {
                    prediction
                        .as_ref()
                        .filter(|(network, picked, _)| *network == state.network && *picked == state.image)
                        .map(|(_, _, class)| *class)
                })
            })
        })
    }

    /// Says that a file is missing.
    pub fn missing(&self, what: &str, why: &str) {
        self.notice(text::no_file(what, why), Remedy::Reload);
    }
}

/// The store of the component that asks.
pub fn store() -> Store {
    expect_context::<Store>()
}
