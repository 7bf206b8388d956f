//! Decides what the engine is asked and when, and puts its answers on screen.
//!
//! - The newest ε wins: at most one Explore per animation frame, and none while the last one has no bounds yet.
//! - Radius, then sweep, start when Explore is quiet, and only if what they are about has changed.
//! - Answers are drawn once per animation frame, so that one frame shows one state of things.
//! - When the worker dies, what was being asked is asked again; what is on screen stays.

mod answers;
mod engines;

use crate::{
    app::{
        explore::{first_view::FirstView, questions, words},
        link::{
            client::{Client, Event},
            fetch,
            frames::{next_frame, pause},
        },
        model::{
            commands::{Commands, Later},
            digit,
            picture::{Pictures, Radii, Subject, Sweep},
            state::{Picked, State, Tab},
            store::{Loaded, Remedy, Store},
        },
    },
    bounds::Method,
    catalogue,
    engine::{Bytes, GpuRequest, Job, Question, Request, Response},
};
use leptos::prelude::*;
use std::{cell::RefCell, collections::BTreeSet, rc::Rc, sync::Arc, time::Duration};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How long Explore must be quiet before long work starts.
const QUIET: Duration = Duration::from_millis(120);
/// More deaths than this within [`PATIENCE`] milliseconds, and the engine is left alone.
const DEATHS: usize = 3;
const PATIENCE: f64 = 60_000.0;
/// Milliseconds after which a worker that owes answers counts as dead.
const SILENCE: f64 = 20_000.0;

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
    classified: Option<js_sys::Function>,
    commit_due: bool,
    /// Whether this page has asked for the GPU: once, when all else is quiet. A worker that it took down is not asked again.
    gpu_asked: bool,
    dirty: Dirty,
    deaths: Vec<f64>,
    /// Whether there is no worker, and when the last one was heard.
    gone: bool,
    heard: f64,
}

impl Pending {
    /// Drops radii and sweeps that are about something else than `question`; returns the jobs to stop.
    fn forget(&mut self, question: &Question) -> Vec<Job> {
        let mut stale = Vec::new();
        let subject = Subject::radius(question);
        if self.radii.subject.as_ref() != Some(&subject) {
            let largest = catalogue::epsilon_range(question.norm).1;
            self.radii = Radii { subject: Some(subject), largest, ..Radii::default() };
            self.radius_of = None;
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

    fn put_network(&self, key: &str, file: Vec<u8>) {
        self.client.put_network(key, file);
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
            Tab::Explore => scheduler.client.start_first(),
            // Nothing there is for the first engine.
            Tab::Train => scheduler.client.start(),
        }
        scheduler.watch();
        scheduler.clone().follow();
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
        let picked = Memo::new(move |_| (store.state.with(|state| state.image.clone()), store.attempt.get()));
        Effect::new(move |_| {
            let (picked, _) = picked.get();
            spawn_local(async move {
                let loaded = match &picked {
                    Picked::Test(index) => fetch::test_image(*index).await,
                    Picked::Drawn(levels) => Ok(Loaded {
                        picked: picked.clone(),
                        pixels: digit::pixels(levels),
                        bytes: digit::bytes(levels),
                        label: None,
                    }),
                };
                if store.state.with_untracked(|state| state.image != picked) {
                    return;
                }
                match loaded {
                    Ok(image) => store.image.set(Some(Arc::new(image))),
                    Err(why) => store.missing(&words::image_file(&picked), &why),
                }
            });
        });
        let network = Memo::new(move |_| (store.state.with(|state| state.network.clone()), store.attempt.get()));
        let scheduler = self.clone();
        Effect::new(move |_| scheduler.clone().need_network(network.get().0));
        let scheduler = self;
        Effect::new(move |_| {
            let state = store.state.get();
            let image = store.image.get().filter(|image| image.picked == state.image);
            let label = store.label();
            let Some(image) = image else { return };
            match label {
                Some(label) => scheduler.want(&state, &image, label),
                None => scheduler.clone().predict(state.network, image),
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
        if catalogue::own(&key) {
            // Only this page had it, and this page was closed since.
            self.pending.borrow_mut().fetching.remove(&key);
            if !self.store.opened.with_untracked(|opened| opened.iter().any(|network| network.key == key)) {
                self.store.notice(words::network_gone(), Remedy::None);
                self.store.step(|state| state.network = State::default().network);
            }
            return;
        }
        spawn_local(async move {
            match fetch::network(&key).await {
                Ok(file) => self.client.put_network(&key, file),
                Err(why) => {
                    self.pending.borrow_mut().fetching.remove(&key);
                    self.store.missing(&words::network_file(&key), &why);
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

    /// What the state asks for now.
    fn want(self: &Rc<Self>, state: &State, image: &Loaded, label: u32) {
        let question = Arc::new(questions::question(state, image.pixels.clone(), label));
        let asked = Asked { question, methods: state.methods() };
        let mut pending = self.pending.borrow_mut();
        if pending.want.as_ref() == Some(&asked) {
            return;
        }
        let stale = pending.forget(&asked.question);
        pending.want = Some(asked);
        drop(pending);
        for job in stale {
            self.client.send(&Request::Cancel { job });
            self.commit_soon();
        }
        self.pump();
        self.mark();
    }

    /// Sends the newest Explore if the last one has been answered and this frame has not sent one yet.
    fn pump(self: &Rc<Self>) {
        let mut pending = self.pending.borrow_mut();
        let Some(want) = pending.want.clone() else { return };
        let busy = pending.sent.is_some() && !pending.answered;
        if pending.sent.as_ref() == Some(&want)
            || busy
            || pending.sent_this_frame
            || want.methods.is_empty()
            || !pending.read.contains(&want.question.network)
        {
            return;
        }
        pending.explore += 1;
        let epoch = pending.explore;
        pending.pictures.begin(epoch, want.question.clone(), want.methods.clone(), false);
        pending.sent = Some(want.clone());
        (pending.answered, pending.done, pending.failed, pending.sent_this_frame) = (false, false, false, true);
        drop(pending);
        self.client.send(&questions::explore(epoch, (*want.question).clone(), want.methods));
        let scheduler = self.clone();
        next_frame(move || {
            scheduler.pending.borrow_mut().sent_this_frame = false;
            scheduler.pump();
        });
    }

    /// Radius and sweep, once Explore is quiet.
    fn background(self: &Rc<Self>) {
        let mut pending = self.pending.borrow_mut();
        if !pending.done || pending.sent != pending.want {
            return;
        }
        let Some(asked) = pending.sent.clone() else { return };
        if !std::mem::replace(&mut pending.gpu_asked, true) {
            let device = self.store.processor.with_untracked(|processor| processor.choice);
            for request in [GpuRequest::Choose { device }, GpuRequest::Open] {
                self.client.send(&Request::Gpu { request });
            }
        }
        let radius_of = (Subject::radius(&asked.question), asked.methods.clone());
        let covers = |now: &Option<(Subject, Vec<Method>)>, wanted: &(Subject, Vec<Method>)| {
            now.as_ref().is_some_and(|now| now.0 == wanted.0 && wanted.1.iter().all(|m| now.1.contains(m)))
        };
        if !covers(&pending.radius_of, &radius_of) {
            pending.radius += 1;
            (pending.radii.running, pending.radii.done) = (true, 0.0);
            pending.dirty.radii = true;
            let request = questions::radius(pending.radius, (*asked.question).clone(), asked.methods.clone());
            pending.radius_of = Some(radius_of);
            self.client.send(&request);
        }
        let sweep_of = (Subject::along_epsilon(&asked.question), asked.methods.clone());
        if !pending.radii.running && !covers(&pending.sweep_of, &sweep_of) {
            pending.sweeping += 1;
            (pending.sweep.running, pending.sweep.done) = (true, 0.0);
            pending.dirty.sweep = true;
            let request = questions::sweep(pending.sweeping, (*asked.question).clone(), asked.methods);
            pending.sweep_of = Some(sweep_of);
            self.client.send(&request);
        }
        drop(pending);
        self.commit_soon();
    }

    fn background_soon(self: &Rc<Self>) {
        if std::mem::replace(&mut self.pending.borrow_mut().quiet_timer, true) {
            return;
        }
        let scheduler = self.clone();
        set_timeout(
            move || {
                scheduler.pending.borrow_mut().quiet_timer = false;
                scheduler.background();
            },
            QUIET,
        );
    }

    /// Draws answers that came with the page.
    pub fn precomputed(self: &Rc<Self>, view: FirstView) {
        let store = self.store;
        let Ok(state) = State::from_hash(&view.hash) else { return };
        let current = store.state.get_untracked();
        if state != current || self.pending.borrow().pictures.shown().is_some() {
            return;
        }
        let Picked::Test(index) = state.image else { return };
        if store.image.with_untracked(Option::is_none) {
            let bytes = view.image.iter().map(|p| (p * 255.0).round() as u8).collect();
            let picked = Picked::Test(index);
            let loaded = Loaded { picked, pixels: view.image.0.clone(), bytes, label: Some(view.label) };
            store.image.set(Some(Arc::new(loaded)));
        }
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
