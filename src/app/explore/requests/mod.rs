//! Decides what the engine is asked and when, and puts its answers on screen.
//!
//! - The newest ε wins: at most one Explore per animation frame, and none while the last one has no bounds yet.
//! - Radius, then sweep, start when Explore is quiet, and only if what they are about has changed.
//! - Answers are drawn once per animation frame, so that one frame shows one state of things.
//! - When the worker dies, what was being asked is asked again; what is on screen stays.

mod answers;
mod asking;
mod engines;

use crate::{
    app::{
        explore::{first_view::FirstView, known::Known, questions, words},
        link::{
            client::{Client, Event},
            fetch,
            frames::pause,
        },
        model::{
            commands::{About, Commands, Later},
            digit,
            picture::{Pictures, Radii, Subject, Sweep},
            state::{Explore, Picked, State, Tab},
            store::{Loaded, Remedy, Store, Wish},
            url::Change,
        },
    },
    bounds::Method,
    catalogue,
    engine::{Bytes, Job, Question, Request, Response},
};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// More deaths than this within [`PATIENCE`] milliseconds, and the engine is left alone.
const DEATHS: usize = 3;
const PATIENCE: f64 = 60_000.0;
/// Milliseconds that bounds wait for those of the other methods, so that a move is drawn once and not twice.
const TOGETHER: f64 = 40.0;
/// Milliseconds after which a worker that owes answers counts as dead.
const SILENCE: f64 = 9_000.0;

thread_local! {
    /// Radii that came with the page: for both sides of a comparison.
    static KNOWN: RefCell<Vec<Known>> = RefCell::default();
}

/// Takes in radii that came with the page: where one of their questions is asked, nothing is searched.
pub fn know(known: Vec<Known>) {
    KNOWN.set(known);
}

/// Something worth asking.
#[derive(Clone, PartialEq)]
struct Asked {
    question: Arc<Question>,
    methods: Vec<Method>,
}

#[derive(Default)]
struct Pending {
    pictures: Pictures,
    sweep: Sweep,
    radii: Radii,
    /// What the state asks for.
    want: Option<Asked>,
    /// What was last sent, and how far its answers are.
    sent: Option<Asked>,
    answered: bool,
    done: bool,
    failed: bool,
    sent_this_frame: bool,
    /// Since when bounds wait for those of the other methods.
    held_since: Option<f64>,
    /// Epochs, by job.
    explore: u32,
    radius: u32,
    sweeping: u32,
    classify: u32,
    /// What the running (or finished) long jobs are about.
    radius_of: Option<(Subject, Vec<Method>)>,
    sweep_of: Option<(Subject, Vec<Method>)>,
    quiet_timer: bool,
    /// Networks the engine has read, and those on their way.
    read: BTreeSet<String>,
    fetching: BTreeSet<String>,
    /// Who has the files of networks that were opened here, on the other side of a comparison.
    files: Option<Rc<dyn Commands>>,
    /// Networks on their way into Explore: title and note by key.
    opening: BTreeMap<String, (String, String)>,
    classified: Option<js_sys::Function>,
    commit_due: bool,
    /// Whether this page has asked for the GPU: once, when all else is quiet. A worker that it took down is not asked again.
    gpu_asked: bool,
    dirty: Dirty,
    deaths: Vec<f64>,
    /// Whether there is no worker, and when the last one was heard.
    gone: bool,
    heard: f64,
    /// Looks after the worker; the other side's ends with it.
    watch: Option<IntervalHandle>,
}

impl Pending {
    /// Drops radii and sweeps that are about something else than `question`; returns the jobs to stop.
    fn forget(&mut self, question: &Question) -> Vec<Job> {
        let mut stale = Vec::new();
        let subject = Subject::radius(question);
        if self.radii.subject.as_ref() != Some(&subject) {
            let largest = catalogue::epsilon_range(question.norm).1;
            self.radii = Radii { subject: Some(subject.clone()), largest, ..Radii::default() };
            self.radius_of = None;
            KNOWN.with_borrow(|known| {
                let known = known.iter().find(|known| Subject::radius(&known.question) == subject)?;
                self.radii.answers.clone_from(&known.answers);
                self.radii.broken.clone_from(&known.broken);
                self.radius_of = Some((subject, known.answers.iter().map(|answer| answer.method).collect()));
                Some(())
            });
            self.radius += 1;
            self.dirty.radii = true;
            stale.push(Job::Radius);
        }
        let subject = Subject::along_epsilon(question);
        if self.sweep.subject.as_ref() != Some(&subject) {
            self.sweep = Sweep { subject: Some(subject), ..Sweep::default() };
            self.sweep_of = None;
            self.sweeping += 1;
            self.dirty.sweep = true;
            stale.push(Job::Sweep);
        }
        stale
    }
}

#[derive(Clone, Copy, Default)]
struct Dirty {
    picture: bool,
    sweep: bool,
    radii: bool,
}

/// The scheduler.
pub struct Scheduler {
    store: Store,
    client: Client,
    pending: RefCell<Pending>,
}

impl Commands for Rc<Scheduler> {
    fn send(&self, request: &Request) {
        self.client.send(request);
    }

    fn unread(&self, about: About, request: &JsValue) {
        self.client.send_unread(about.name(), request);
    }

    fn file(&self, key: &str) -> Option<Vec<u8>> {
        self.client.file(key)
    }

    fn open_network(&self, title: String, note: String, file: Vec<u8>) {
        let taken = self.store.opened.with_untracked(Vec::len) + self.pending.borrow().opening.len();
        let key = format!("{}{}", catalogue::OWN, taken + 1);
        self.pending.borrow_mut().opening.insert(key.clone(), (title, note));
        self.client.put_network(&key, file);
    }

    fn ask_again(&self) {
        self.again();
    }

    fn restart(&self) {
        Scheduler::restart(self);
    }

    fn classify(&self, network: String, images: Vec<u8>) -> Later<Result<Vec<u8>, String>> {
        let scheduler = self.clone();
        Box::pin(async move { Scheduler::classify(&scheduler, network, images).await })
    }
}

impl Scheduler {
    /// Starts the engine and everything that follows the state.
    pub fn start(store: Store) -> Rc<Self> {
        let scheduler = Rc::new_cyclic(|weak: &std::rc::Weak<Scheduler>| {
            let weak = weak.clone();
            let client = Client::new(move |event| {
                let Some(scheduler) = weak.upgrade() else { return };
                match event {
                    Event::Answer(response) => scheduler.answer(response),
                    Event::Unread(about, news) => scheduler.unread_news(about, news),
                    Event::WholeReady => scheduler.change_over(),
                    Event::WholeFailed(why) => scheduler.whole_failed(&why),
                    Event::Died(why) => scheduler.died(&why),
                }
            });
            Scheduler { store, client, pending: RefCell::default() }
        });
        store.set_commands(Rc::new(scheduler.clone()));
        scheduler.pending.borrow_mut().heard = js_sys::Date::now();
        match store.state.with_untracked(|state| state.tab) {
            Tab::Explore | Tab::Inspect => scheduler.client.start_first(),
            // Nothing there is for the first engine.
            Tab::Train => scheduler.client.start(),
        }
        scheduler.watch();
        scheduler.clone().follow();
        scheduler
    }

    /// Starts a second engine for the other side of a comparison. `files` has the networks that only this page knows. It ends with the
    /// component that asks.
    pub fn start_other(store: Store, files: Rc<dyn Commands>) -> Rc<Self> {
        let scheduler = Scheduler::start(store);
        {
            let mut pending = scheduler.pending.borrow_mut();
            // The other side stays on the CPU: one page asks for the GPU once.
            pending.gpu_asked = true;
            pending.files = Some(files);
        }
        let ending = StoredValue::new_local(scheduler.clone());
        on_cleanup(move || {
            ending.try_with_value(|scheduler| {
                let mut pending = scheduler.pending.borrow_mut();
                pending.gone = true;
                if let Some(watch) = pending.watch.take() {
                    watch.clear();
                }
                drop(pending);
                scheduler.client.stop();
            });
        });
        scheduler
    }

    /// Asks once more what is on screen.
    pub fn again(self: &Rc<Self>) {
        self.pending.borrow_mut().sent = None;
        self.pump();
    }

    /// Starts the engine again after it was left alone.
    pub fn restart(self: &Rc<Self>) {
        self.pending.borrow_mut().deaths.clear();
        self.revive();
    }

    /// Effects: the state asks for an image, a network, and bounds.
    fn follow(self: Rc<Self>) {
        let store = self.store;
        let picked = Memo::new(move |_| (store.state.with(|state| state.explore.looked_at()), store.attempt.get()));
        Effect::new(move |_| {
            let (picked, _) = picked.get();
            if let Picked::Point(point) = picked {
                // At hand at once: a drag is not to wait a turn for each of its points.
                let pixels = point.map(|step| f32::from(step) / 255.0).to_vec();
                return store.image.set(Some(Arc::new(Loaded { picked, pixels, bytes: point.to_vec(), label: None })));
            }
            spawn_local(async move {
                let loaded = match &picked {
                    Picked::Test(index) => fetch::test_image(*index).await,
                    Picked::Point(_) => return,
                    Picked::Drawn(levels) => Ok(Loaded {
                        picked: picked.clone(),
                        pixels: digit::pixels(levels),
                        bytes: digit::bytes(levels),
                        label: None,
                    }),
                };
                if store.state.with_untracked(|state| state.explore.looked_at() != picked) {
                    return;
                }
                match loaded {
                    Ok(image) => store.image.set(Some(Arc::new(image))),
                    Err(why) => {
                        let what = words::image_file(&picked);
                        store.missing(Wish::Image(picked), &what, &why);
                    }
                }
            });
        });
        let network =
            Memo::new(move |_| (store.state.with(|state| state.explore.network.clone()), store.attempt.get()));
        let scheduler = self.clone();
        Effect::new(move |_| scheduler.clone().need_network(network.get().0));
        let scheduler = self;
        Effect::new(move |_| {
            let state = store.state.get();
            let looked_at = state.explore.looked_at();
            let image = store.image.get().filter(|image| image.picked == looked_at);
            let label = store.label();
            // What is on screen answers something else until the image is here.
            let Some(image) = image else { return scheduler.mark() };
            match label {
                Some(label) => scheduler.want(&state.explore, &image, label),
                None => {
                    scheduler.mark();
                    scheduler.clone().predict(state.explore.network, image);
                }
            }
        });
    }

    fn need_network(self: Rc<Self>, key: String) {
        {
            let mut pending = self.pending.borrow_mut();
            if pending.read.contains(&key) || !pending.fetching.insert(key.clone()) {
                return;
            }
        }
        let file = self.pending.borrow().files.as_ref().and_then(|files| files.file(&key));
        if let Some(file) = file {
            self.pending.borrow_mut().fetching.remove(&key);
            return self.client.put_network(&key, file);
        }
        if catalogue::own(&key) {
            // Only this page had it, and this page was closed since.
            self.pending.borrow_mut().fetching.remove(&key);
            if !self.store.opened.with_untracked(|opened| opened.iter().any(|network| network.key == key)) {
                self.store.notice(words::network_gone(), Remedy::None);
                self.store.change(Change::Correction, |state| state.explore.network = Explore::default().network);
            }
            return;
        }
        spawn_local(async move {
            match fetch::network(&key).await {
                Ok(file) => self.client.put_network(&key, file),
                Err(why) => {
                    self.pending.borrow_mut().fetching.remove(&key);
                    // Somebody may have picked another one meanwhile.
                    if self.store.state.with_untracked(|state| state.explore.network == key) {
                        let what = words::network_file(&key);
                        self.store.missing(Wish::Network(key), &what, &why);
                    }
                }
            }
        });
    }

    /// A drawing has no label: the network's own answer is certified.
    fn predict(self: Rc<Self>, network: String, image: Arc<Loaded>) {
        spawn_local(async move {
            if let Ok(classes) = self.classify(network.clone(), image.bytes.clone()).await
                && let Some(&class) = classes.first()
            {
                self.store.prediction.set(Some((network, image.picked.clone(), u32::from(class))));
            }
        });
    }

    /// The classes of some images. A newer call ends an older one with an error.
    pub async fn classify(self: &Rc<Self>, network: String, images: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut patience = 500;
        while !self.pending.borrow().read.contains(&network) {
            patience -= 1;
            if patience == 0 {
                return Err("the network has not been read".into());
            }
            pause(40).await;
        }
        let answer = js_sys::Promise::new(&mut |resolve, _| {
            let mut pending = self.pending.borrow_mut();
            pending.classify += 1;
            if let Some(older) = pending.classified.replace(resolve) {
                let _ = older.call0(&JsValue::NULL);
            }
        });
        let epoch = self.pending.borrow().classify;
        self.client.send(&Request::Classify { epoch, network, images: Bytes(images) });
        let classes = JsFuture::from(answer).await.map_err(|_| "no answer")?;
        if classes.is_undefined() {
            return Err("a newer search took over".into());
        }
        Ok(js_sys::Uint8Array::new(&classes).to_vec())
    }

    /// Draws answers that came with the page.
    pub fn precomputed(self: &Rc<Self>, view: FirstView) {
        let store = self.store;
        let (state, told) = State::from_hash(&view.hash);
        let current = store.state.get_untracked();
        if !told.is_empty() || state.explore != current.explore || self.pending.borrow().pictures.shown().is_some() {
            return;
        }
        let Picked::Test(index) = state.explore.image else { return };
        if store.image.with_untracked(Option::is_none) {
            let bytes = view.image.iter().map(|p| (p * 255.0).round() as u8).collect();
            let picked = Picked::Test(index);
            let loaded = Loaded { picked, pixels: view.image.0.clone(), bytes, label: Some(view.label) };
            store.image.set(Some(Arc::new(loaded)));
        }
        let state = state.explore;
        let question = Arc::new(questions::question(&state, view.image.0, view.label));
        {
            let mut pending = self.pending.borrow_mut();
            let mut ahead = Pictures::default();
            ahead.begin(0, question.clone(), state.methods(), true);
            pending.radii.subject = Some(Subject::radius(&question));
            pending.radii.largest = catalogue::epsilon_range(question.norm).1;
            pending.sweep.subject = Some(Subject::along_epsilon(&question));
            for response in view.responses {
                match response {
                    Response::Network { key, summary } => {
                        store.networks.update(|networks| {
                            networks.entry(key).or_insert_with(|| Arc::new(summary));
                        });
                    }
                    Response::Radius { answer, .. } => pending.radii.put(answer),
                    Response::Broken { answer, .. } => pending.radii.broken = Some(answer),
                    Response::SweepPoint { answer, .. } => pending.sweep.put(answer),
                    other => {
                        ahead.take(other);
                    }
                }
            }
            pending.pictures.precede(ahead);
            pending.dirty = Dirty { picture: true, sweep: true, radii: true };
        }
        self.commit();
    }
}
