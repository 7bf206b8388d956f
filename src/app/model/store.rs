//! What the components share: signals to read, and the few ways to change them.

use crate::{
    app::{
        model::{
            commands::{About, Commands, Listener},
            findings::Findings,
            picture::{Picture, Radii, Sweep},
            processor::Processor,
            state::{Explore, Picked, State, Tab},
            url::{self, Change},
        },
        text::page as text,
    },
    engine::NetworkSummary,
};
use leptos::prelude::*;
use std::{collections::BTreeMap, rc::Rc, sync::Arc};
use wasm_bindgen::JsValue;

/// Hears an answer that is not read yet.
type Hears = Rc<dyn Fn(JsValue)>;

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
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Nothing.
    None,
    /// Start the engine again.
    Restart,
    /// Fetch what was missing once more.
    Reload,
    /// Take the build of the page that waits, and load it.
    Update,
    /// Ask once more for an image or a network that could not be had; what was on screen before it has stayed.
    Again(Wish),
}

/// Something that was asked for and could not be had.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// An image.
    Image(Picked),
    /// A network, by its key.
    Network(String),
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

impl Explore {
    fn grant(&mut self, wish: &Wish) {
        match wish {
            // A point needs no file: it is never wished for.
            Wish::Image(Picked::Point(point)) => self.point = *point,
            Wish::Image(picked) => self.image = picked.clone(),
            Wish::Network(key) => self.network.clone_from(key),
        }
    }
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
    /// What searches have settled.
    pub findings: RwSignal<Findings>,
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
    /// How far the runs under way are, 0 to 1.
    pub progress: RwSignal<Option<f64>>,
    /// Networks trained or opened here.
    pub opened: RwSignal<Vec<Opened>>,
    /// The state of the page, where this store is the other side of a comparison.
    main: Option<RwSignal<State>>,
    commands: StoredValue<Option<Rc<dyn Commands>>, LocalStorage>,
    listener: StoredValue<Option<Rc<dyn Listener>>, LocalStorage>,
    /// Who hears what views of their own are answered, not read yet.
    hears: StoredValue<Vec<(About, Hears)>, LocalStorage>,
    /// Files for Inspect, which takes them from here once it is there.
    pub files: RwSignal<Vec<web_sys::File>, LocalStorage>,
    /// A checkpoint that was dropped before Train was here: its name and the file.
    waiting: StoredValue<Option<(String, Vec<u8>)>, LocalStorage>,
}

impl Store {
    /// Signals around a first state.
    pub fn new(state: State) -> Self {
        Store {
            state: RwSignal::new(state),
            shown: RwSignal::new(None),
            sweep: RwSignal::new(Arc::default()),
            radii: RwSignal::new(Arc::default()),
            findings: RwSignal::new(Findings::default()),
            networks: RwSignal::new(BTreeMap::new()),
            image: RwSignal::new(None),
            prediction: RwSignal::new(None),
            engine: RwSignal::new(Engine::Starting),
            processor: RwSignal::new(Processor::default()),
            notices: RwSignal::new(Vec::new()),
            attempt: RwSignal::new(0),
            progress: RwSignal::new(None),
            opened: RwSignal::new(Vec::new()),
            main: None,
            commands: StoredValue::new_local(None),
            listener: StoredValue::new_local(None),
            hears: StoredValue::new_local(Vec::new()),
            files: RwSignal::new_local(Vec::new()),
            waiting: StoredValue::new_local(None),
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

    /// Puts in who hears of the engine. A checkpoint that waited for it is handed over.
    pub fn set_listener(&self, listener: Rc<dyn Listener>) {
        self.listener.set_value(Some(listener.clone()));
        if let Some((name, file)) = self.waiting.try_update_value(Option::take).flatten() {
            listener.checkpoint(name, file);
        }
    }

    /// Hands a training checkpoint to Train, which is fetched for it where it is not here yet.
    pub fn checkpoint(&self, name: String, file: Vec<u8>) {
        match self.listener() {
            Some(listener) => listener.checkpoint(name, file),
            None => {
                self.waiting.set_value(Some((name, file)));
                self.step(|state| state.tab = Tab::Train);
            }
        }
    }

    /// Hands files to Inspect, which is fetched for them where it is not here yet.
    pub fn inspect(&self, files: Vec<web_sys::File>) {
        self.files.set(files);
        self.step(|state| state.tab = Tab::Inspect);
    }

    /// Who hears of the engine, once that is set.
    pub fn listener(&self) -> Option<Rc<dyn Listener>> {
        self.listener.get_value()
    }

    /// Puts in who hears what is answered about something.
    pub fn set_hears(&self, about: About, hear: impl Fn(JsValue) + 'static) {
        self.hears.update_value(|hears| hears.push((about, Rc::new(hear))));
    }

    /// Hands an answer to who hears of it, where that part of the program is here.
    pub fn hear(&self, about: About, news: JsValue) {
        let hear =
            self.hears.with_value(|hears| hears.iter().find(|(of, _)| *of == about).map(|(_, hear)| hear.clone()));
        if let Some(hear) = hear {
            hear(news);
        }
    }

    /// The store of the other side of a comparison: pictures of its own, notices and networks opened here in common. What is changed
    /// on it goes into this one's state.
    pub fn other_side(&self, explore: Explore) -> Self {
        let state = State { explore, ..self.state.get_untracked() };
        let own = Store::new(state);
        Store { notices: self.notices, opened: self.opened, attempt: self.attempt, main: Some(self.state), ..own }
    }

    /// Whether this is the page's own store, not the other side of a comparison.
    pub fn is_main(&self) -> bool {
        self.main.is_none()
    }

    /// Changes the state and the URL with it.
    pub fn change(&self, how: Change, edit: impl FnOnce(&mut State)) {
        let mut state = self.state.get_untracked();
        edit(&mut state);
        if let Some(main) = self.main {
            let mut whole = main.get_untracked();
            whole.explore.take_other(&state.explore);
            if whole != main.get_untracked() {
                url::write(&whole, how);
                main.set(whole);
            }
            return;
        }
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
        state.explore.chosen_label().or_else(|| {
            let looked_at = state.explore.looked_at();
            let image = image.filter(|image| image.picked == looked_at)?;
            image.label.or_else(|| {
                self.prediction.with(|prediction| {
                    prediction
                        .as_ref()
                        .filter(|(network, picked, _)| *network == state.explore.network && *picked == looked_at)
                        .map(|(_, _, class)| *class)
                })
            })
        })
    }

    /// Says that an image or a network cannot be had. What is on screen stays, and the state goes back to it: what is drawn, said and
    /// linked is one thing.
    pub fn missing(&self, wish: Wish, what: &str, why: &str) {
        let shown = match &wish {
            Wish::Image(_) => {
                self.image.with_untracked(|image| image.as_ref().map(|image| Wish::Image(image.picked.clone())))
            }
            Wish::Network(_) => self
                .shown
                .with_untracked(|shown| shown.as_ref().map(|picture| Wish::Network(picture.question.network.clone()))),
        };
        // Nothing is shown yet: there is nothing to go back to.
        let Some(shown) = shown.filter(|shown| *shown != wish) else {
            return self.notice(text::no_file(what, why), Remedy::Reload);
        };
        self.change(Change::Correction, |state| state.explore.grant(&shown));
        self.notice(text::no_file(what, why), Remedy::Again(wish));
    }

    /// Asks for something once more.
    pub fn wish(&self, wish: &Wish) {
        self.step(|state| state.explore.grant(wish));
    }
}

/// The store of the component that asks.
pub fn store() -> Store {
    expect_context::<Store>()
}
