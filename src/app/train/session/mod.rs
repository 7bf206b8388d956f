//! Conducts training: what the engine is told about runs, what becomes of its news, and what the browser keeps.
//!
//! - A run's newest checkpoint is held here and in the browser's storage: neither a dead worker nor a closed tab loses it.
//! - News changes the signals at once; the screen follows a few times a second.

mod answers;
pub mod library;
mod supply;

use crate::{
    app::{
        link::frames::pause,
        model::{
            commands::{About, Listener},
            state::{Picked, Tab},
            store::{Remedy, Store},
        },
        text::{page as page_text, train as text},
        train::{
            challenge,
            history::{Moment, Runs},
            places::Origin,
            record::{Checkpoint, Held, Record},
            signals::TrainSignals,
            storage::Storage,
            words,
        },
    },
    engine::{Bytes, Device, Probe, RunState, TrainRequest, TrainResponse},
    train::Plan,
    web,
};
use leptos::prelude::*;
use std::{
    cell::RefCell,
    collections::HashMap,
    future::poll_fn,
    rc::Rc,
    sync::Arc,
    task::{Poll, Waker},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// A file in another format, and what was rounded in it.
type Exported = (Rc<Vec<u8>>, Vec<String>);

/// A run that the engine has been asked to put into a slot; until it stands there, the slot stays as it is.
struct Arrival {
    held: Held,
    origin: Origin<Record>,
}

/// An answer that is waited for.
enum Waiting<T> {
    For(Option<Waker>),
    Here(T),
}

type Answer<T> = Rc<RefCell<Waiting<Result<T, String>>>>;

/// Waits for an answer.
async fn answer<T: Clone>(slot: Answer<T>) -> Result<T, String> {
    poll_fn(|context| match &mut *slot.borrow_mut() {
        Waiting::Here(answer) => Poll::Ready(answer.clone()),
        Waiting::For(waker) => {
            *waker = Some(context.waker().clone());
            Poll::Pending
        }
    })
    .await
}

fn resolve<T>(slot: &Answer<T>, with: Result<T, String>) {
    let before = std::mem::replace(&mut *slot.borrow_mut(), Waiting::Here(with));
    if let Waiting::For(Some(waker)) = before {
        waker.wake();
    }
}

#[derive(Default)]
struct Inner {
    held: [Option<Held>; 2],
    arriving: [Option<Arrival>; 2],
    /// Images the present worker was given, and whether it has the held-out ones.
    supplied: Option<u32>,
    held_out: bool,
    /// The newest wish for images; older ones stop.
    wish: u32,
    watched: Option<(Picked, u32)>,
    checkpoints: HashMap<u32, Answer<Checkpoint>>,
    exports: HashMap<u32, Answer<Exported>>,
    counter: u32,
    /// Networks on their way into Explore: title and note, by key.
    storage: Option<Storage>,
    /// What was deleted last, and its file.
    bin: Option<(Arc<Record>, Rc<Vec<u8>>)>,
    draw_due: bool,
}

/// Controls the runs: what the engine is told of them, what becomes of its news, what the browser keeps.
pub struct RunController {
    store: Store,
    signals: TrainSignals,
    inner: RefCell<Inner>,
}

/// The Train tab's signals and its controller, for components.
#[derive(Clone, Copy)]
pub struct Training {
    /// What is shown.
    pub signals: TrainSignals,
    controller: StoredValue<Rc<RunController>, LocalStorage>,
}

impl Training {
    /// The controller.
    pub fn controller(&self) -> Rc<RunController> {
        self.controller.get_value()
    }
}

/// The training of the component that asks.
pub fn training() -> Training {
    expect_context::<Training>()
}

impl Listener for Rc<RunController> {
    fn training(&self, news: JsValue) {
        match web::read::<TrainResponse>(news) {
            Ok(news) => self.answer(news),
            Err(why) => self.notice(page_text::unreadable_answer(&why)),
        }
    }

    fn checkpoint(&self, name: String, file: Vec<u8>) {
        self.store.step(|state| state.tab = Tab::Train);
        self.take_in(name, file);
    }

    fn restarted(&self) {
        self.revive();
    }

    fn waits(&self) -> bool {
        self.busy()
    }
}

impl RunController {
    /// Sets the controller up; it does nothing before it is asked. Provides [`training`] as context, and hears of the engine.
    pub fn start(store: Store) -> Rc<Self> {
        let controller = Rc::new(RunController { store, signals: TrainSignals::default(), inner: RefCell::default() });
        provide_context(Training {
            signals: controller.signals,
            controller: StoredValue::new_local(controller.clone()),
        });
        store.set_listener(Rc::new(controller.clone()));
        let again = controller.clone();
        spawn_local(async move { again.look_up().await });
        let again = controller.clone();
        Effect::new(move |_| {
            store.image.track();
            store.state.track();
            again.watch();
        });
        let (runs, progress) = (controller.signals.runs, store.progress);
        let done = Memo::new(move |_| runs.with(words::done).map(|done| (done * 100.0).floor()));
        Effect::new(move |_| progress.set(done.get().map(|done| done / 100.0)));
        controller
    }

    fn signals(&self) -> TrainSignals {
        self.signals
    }

    fn send(&self, request: TrainRequest) {
        match web::write(&request) {
            Ok(request) => self.store.commands().unread(About::Train, &request),
            Err(why) => web_sys::console::error_2(&"a request could not be written".into(), &why),
        }
    }

    /// The processor that runs are asked to compute on.
    fn device(&self) -> Device {
        if self.store.state.with_untracked(|state| state.train.challenge.is_some()) {
            // Its bits are the same everywhere: a result can be replayed.
            return Device::Cpu;
        }
        self.store.processor.with_untracked(|processor| processor.choice)
    }

    fn count(&self) -> u32 {
        let mut inner = self.inner.borrow_mut();
        inner.counter += 1;
        inner.counter
    }

    fn notice(&self, text: String) {
        self.store.notice(text, Remedy::None);
    }

    /// Changes the runs; the screen follows soon.
    fn change(self: &Rc<Self>, edit: impl FnOnce(&mut Runs)) {
        self.signals().runs.update_untracked(edit);
        if std::mem::replace(&mut self.inner.borrow_mut().draw_due, true) {
            return;
        }
        let controller = self.clone();
        spawn_local(async move {
            pause(120).await;
            controller.inner.borrow_mut().draw_due = false;
            controller.signals().runs.notify();
        });
    }

    /// Slots with a run in them.
    fn present(&self) -> Vec<u32> {
        let runs = self.signals().runs;
        runs.with_untracked(|runs| (0..2).filter(|&slot| runs[slot as usize].is_some()).collect())
    }

    /// Whether the engine owes news.
    pub fn busy(&self) -> bool {
        self.signals().runs.with_untracked(|runs| runs.iter().flatten().any(|run| run.state == RunState::Playing))
    }

    /// Makes fresh runs as the settings say, at rest.
    pub async fn prepare(self: &Rc<Self>) -> Result<(), String> {
        let settings = self.store.state.with_untracked(|state| state.train.clone());
        self.supply(settings.examples).await?;
        self.signals().cursor.set(None);
        for slot in 0..2 {
            if settings.slots().contains(&slot) {
                self.expect(slot, Held::new(settings.epsilon, settings.examples), Origin::Fresh);
                self.send(TrainRequest::Start {
                    run: slot,
                    plan: Box::new(settings.plan(slot as usize)),
                    probe: settings.probe(),
                    device: self.device(),
                });
            } else {
                let before = self.inner.borrow_mut().held[slot as usize].take();
                if let Some(before) = before {
                    self.forget(before.id);
                }
                self.send(TrainRequest::Drop { run: slot });
                self.change(|runs| runs[slot as usize] = None);
            }
        }
        Ok(())
    }

    /// Notes what is to stand in a slot.
    fn expect(&self, slot: u32, held: Held, origin: Origin<Record>) {
        self.inner.borrow_mut().arriving[slot as usize] = Some(Arrival { held, origin });
    }

    /// Does something that may fail, with the failure said.
    pub fn attempt(self: &Rc<Self>, work: impl Future<Output = Result<(), String>> + 'static) {
        let controller = self.clone();
        spawn_local(async move {
            if let Err(why) = work.await {
                controller.notice(why);
            }
        });
    }

    /// Lets all runs go on; makes them first where there are none.
    pub fn play(self: &Rc<Self>) {
        let controller = self.clone();
        self.attempt(async move {
            if controller.present().is_empty() {
                controller.prepare().await?;
            }
            let speed = controller.signals().speed.get_untracked();
            controller.send(TrainRequest::Play { runs: vec![0, 1], speed });
            Ok(())
        });
    }

    /// Makes fresh runs and lets them go.
    pub fn play_anew(self: &Rc<Self>) {
        let controller = self.clone();
        self.attempt(async move {
            controller.prepare().await?;
            controller.play();
            Ok(())
        });
    }

    /// Ends a challenge whose minute is over.
    fn referee(&self) {
        let over = self.store.state.with_untracked(|state| {
            let asked = state.train.challenge?;
            self.signals().runs.with_untracked(|runs| {
                let run = runs[0].as_ref().filter(|run| run.state == RunState::Playing)?;
                Some(challenge::belongs(run, &state.train) && challenge::over(run, asked))
            })
        });
        if over == Some(true) {
            self.rest();
        }
    }

    /// Lets all runs rest.
    pub fn rest(&self) {
        self.send(TrainRequest::Pause { runs: vec![0, 1] });
    }

    /// One step of every run.
    pub fn step(self: &Rc<Self>) {
        let controller = self.clone();
        self.attempt(async move {
            if controller.present().is_empty() {
                controller.prepare().await?;
            }
            controller.send(TrainRequest::Step { runs: vec![0, 1] });
            Ok(())
        });
    }

    /// Back to the seed.
    pub fn reset(self: &Rc<Self>) {
        self.signals().cursor.set(None);
        for slot in self.present() {
            let held = self.inner.borrow().held[slot as usize].clone();
            if let Some(held) = held {
                self.expect(slot, Held::new(held.epsilon, held.examples), Origin::Fresh);
            }
            self.send(TrainRequest::Reset { run: slot });
        }
    }

    /// How fast runs go; those under way at once.
    pub fn set_speed(&self, speed: f64) {
        self.signals().speed.set(speed);
        let playing = self.signals().runs.with_untracked(|runs| {
            (0..2u32)
                .filter(|&slot| runs[slot as usize].as_ref().is_some_and(|run| run.state == RunState::Playing))
                .collect::<Vec<_>>()
        });
        if !playing.is_empty() {
            self.send(TrainRequest::Play { runs: playing, speed });
        }
    }

    /// Opens the moment looked at in Explore; the newest is the run as it is now.
    pub fn open(self: &Rc<Self>, slot: usize) {
        let controller = self.clone();
        self.attempt(async move {
            let (plan, epoch, probe, file) = controller.pick(slot).await?;
            controller.explore(words::plan_title(&plan), words::opened_note(probe.as_ref(), epoch), file);
            Ok(())
        });
    }

    /// The network of the moment looked at: what it is, its epoch, what was measured then, its file.
    async fn pick(&self, slot: usize) -> Result<(Plan, f64, Option<Probe>, Vec<u8>), String> {
        let cursor = self.signals().cursor.get_untracked();
        let (plan, moment) = self.signals().runs.with_untracked(|runs| {
            let run = runs[slot].as_ref().ok_or(text::NO_RUN)?;
            Ok::<_, String>((run.plan.clone(), run.moment(cursor).cloned()))
        })?;
        if cursor.is_some() {
            let Moment { probe, model } = moment.ok_or(text::NO_MODEL)?;
            let model = model.ok_or(text::NO_MODEL)?;
            return Ok((plan, probe.epoch, Some(probe), model.to_vec()));
        }
        let kept = self.checkpoint(slot as u32).await?;
        let probe = moment.map(|moment| moment.probe).filter(|probe| probe.step == kept.steps);
        Ok((plan, kept.epoch, probe, kept.file.to_vec()))
    }

    /// Puts a network into Explore and goes there once it has been read.
    pub fn explore(&self, title: String, note: String, file: Vec<u8>) {
        self.store.commands().open_network(title, note, file);
    }

    /// A checkpoint of a run as it is now.
    async fn checkpoint(&self, slot: u32) -> Result<Checkpoint, String> {
        let purpose = self.count();
        let slot_answer: Answer<Checkpoint> = Rc::new(RefCell::new(Waiting::For(None)));
        self.inner.borrow_mut().checkpoints.insert(purpose, slot_answer.clone());
        self.send(TrainRequest::Checkpoint { run: slot, purpose });
        answer(slot_answer).await
    }

    /// A model file as ONNX, and what was rounded in it.
    async fn onnx(&self, file: Vec<u8>) -> Result<Exported, String> {
        let id = self.count();
        let slot: Answer<Exported> = Rc::new(RefCell::new(Waiting::For(None)));
        self.inner.borrow_mut().exports.insert(id, slot.clone());
        self.send(TrainRequest::Export { id, file: Bytes(file) });
        answer(slot).await
    }
}
