//! What Inspect holds: the network that was brought, what it is tried on, and what is found.

mod answers;
mod compare;
mod data;
mod decisions;
mod files;
mod keeping;
mod proofs;
mod state;

use crate::app::{
    inspect::{
        engines::{Pool, Task},
        inputs::{Input, Look, SCALES},
        results::{Outcome, Settings, Stage},
    },
    link::{aside::Aside, fetch},
    model::store::Store,
    text::inspect as text,
};
use crate::web::Dropped;
use leptos::prelude::*;
pub use state::{Asked, Model, Proving, Side, Signals};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};
use wasm_bindgen_futures::spawn_local;

/// The tab's state and what changes it.
pub struct Session {
    store: Store,
    /// The signals.
    pub signals: Signals,
    reader: RefCell<Option<Aside>>,
    prover: RefCell<Option<Aside>>,
    decider: RefCell<Option<Aside>>,
    /// A question that has come with a network, and waits until that is read.
    query: RefCell<Option<Dropped>>,
    /// The engines of either network.
    pools: RefCell<Vec<Rc<Pool>>>,
    /// Which of the two the file that is being read becomes.
    purpose: Cell<Side>,
    /// Whether what was found is to be kept soon.
    saving: Cell<bool>,
    /// Tells the inputs that are kept from earlier ones.
    stamp: Cell<f64>,
    /// The scales tried so far and how many digits each reads rightly, while the scale is being guessed.
    guess: RefCell<Option<Vec<usize>>>,
    /// Counts networks: what comes too late belongs to an earlier one.
    generation: Cell<u32>,
}

/// The session, for components.
#[derive(Clone, Copy)]
pub struct Inspect {
    /// The signals.
    pub signals: Signals,
    session: StoredValue<Rc<Session>, LocalStorage>,
}

impl Inspect {
    /// What changes it.
    pub fn session(self) -> Rc<Session> {
        self.session.get_value()
    }
}

/// The session of the component that asks.
pub fn inspect() -> Inspect {
    expect_context::<Inspect>()
}

impl Session {
    /// Starts it, and takes files from the store from now on.
    pub fn start(store: Store) {
        let signals = Signals::new();
        let session = Rc::new(Session {
            store,
            signals,
            reader: RefCell::default(),
            prover: RefCell::default(),
            decider: RefCell::default(),
            query: RefCell::default(),
            pools: RefCell::default(),
            purpose: Cell::new(Side::Mine),
            saving: Cell::new(false),
            stamp: Cell::new(0.0),
            guess: RefCell::default(),
            generation: Cell::new(0),
        });
        *session.pools.borrow_mut() = vec![session.engines(Side::Mine), session.engines(Side::Other)];
        provide_context(Inspect { signals, session: StoredValue::new_local(session.clone()) });
        session.clone().restore();
        session.listen_for_pastes();
        Effect::new(move |_| {
            let files = store.files.get();
            if !files.is_empty() {
                store.files.set(Vec::new());
                let session = session.clone();
                session.purpose.set(Side::Mine);
                spawn_local(async move { session.take(files).await });
            }
        });
    }

    /// Gives tasks to the engines of both networks, in front of those that wait or behind.
    fn add_tasks(&self, tasks: Vec<Task>, front: bool) {
        for pool in self.pools.borrow().clone().iter().take(self.sides()) {
            pool.add(tasks.clone(), front);
        }
    }

    fn load(&self, side: Side, file: Vec<u8>) {
        let pool = self.pools.borrow().get(side as usize).cloned();
        if let Some(pool) = pool {
            pool.load(file);
        }
    }

    /// Ends everything that is under way or waits.
    fn stop(&self) {
        self.pools.borrow().iter().for_each(|pool| pool.cancel());
        self.signals.running.set(false);
        self.signals.paused.set(false);
    }

    fn blank(&self, count: usize) {
        self.signals.outcomes.set(vec![Outcome::default(); count]);
        self.signals.others.set(vec![Outcome::default(); count]);
    }

    /// Takes a network in place of the one before.
    fn open(self: &Rc<Self>, model: Model) {
        let look = model.look;
        self.show(model);
        self.first_inputs(look);
        if let Some(Dropped { name, bytes }) = self.query.take() {
            self.decide_file(name, bytes);
        }
    }

    /// Shows a network, tried on nothing yet.
    fn show(self: &Rc<Self>, model: Model) {
        let signals = self.signals;
        self.generation.set(self.generation.get() + 1);
        self.load(Side::Mine, model.file.clone());
        self.close_other();
        self.stop_proving();
        self.drop_decision();
        *self.guess.borrow_mut() = None;
        let look = model.look;
        signals.asked.set(None);
        signals.refused.set(None);
        signals.said.set(String::new());
        signals.kept.set(false);
        signals.guessed.set(false);
        signals.settings.set(Settings::new(look));
        self.put(Vec::new());
        signals.model.set(Some(Arc::new(model)));
    }

    /// What a network is tried on before anybody has chosen.
    fn first_inputs(self: &Rc<Self>, look: Look) {
        match look {
            Look::Picture { .. } if look.takes_digits() => self.digits(10),
            Look::Picture { .. } => {}
            Look::Numbers(count) => {
                let name = text::row(&1);
                self.put(vec![Arc::new(Input { name, levels: vec![0.0; count], label: None })]);
                self.ask();
            }
        }
    }

    /// Closes the network.
    pub fn close(self: &Rc<Self>) {
        self.generation.set(self.generation.get() + 1);
        self.load(Side::Mine, Vec::new());
        self.close_other();
        self.stop_proving();
        self.drop_decision();
        // What is kept stays kept: it is here again after a reload.
        self.signals.kept.set(false);
        self.put(Vec::new());
        self.signals.model.set(None);
    }

    /// Replaces what the network is tried on.
    fn put(self: &Rc<Self>, inputs: Vec<Arc<Input>>) {
        let signals = self.signals;
        self.stop();
        signals.chosen.set(0);
        signals.brush.set(None);
        self.blank(inputs.len());
        signals.inputs.set(inputs);
        self.keep_inputs();
    }

    /// Removes everything that the network is tried on.
    pub fn clear(self: &Rc<Self>) {
        self.put(Vec::new());
    }

    /// Adds to what the network is tried on, and looks at the first of it.
    fn add(self: &Rc<Self>, mut inputs: Vec<Arc<Input>>) {
        let signals = self.signals;
        let first = signals.inputs.with_untracked(Vec::len);
        inputs.truncate(crate::app::inspect::inputs::MOST.saturating_sub(first));
        let count = inputs.len();
        for outcomes in [signals.outcomes, signals.others] {
            outcomes.update(|outcomes| outcomes.extend(vec![Outcome::default(); count]));
        }
        signals.inputs.update(|all| all.extend(inputs));
        if count > 0 {
            self.keep_inputs();
            self.choose(first);
            self.add_tasks((first..first + count).map(Task::Predict).collect(), false);
        }
    }

    /// Tries it on the first digits of the test set.
    pub fn digits(self: &Rc<Self>, count: u32) {
        let (session, generation) = (self.clone(), self.generation.get());
        spawn_local(async move {
            let mut inputs = Vec::new();
            for index in 0..count {
                match fetch::test_image(index).await {
                    Ok(image) => inputs.push(Arc::new(Input {
                        name: text::digit(&index),
                        levels: image.pixels,
                        label: image.label,
                    })),
                    Err(why) => return session.signals.said.set(why),
                }
            }
            if session.generation.get() != generation {
                return;
            }
            session.put(inputs);
            if session.signals.guessed.get_untracked() {
                return session.ask();
            }
            *session.guess.borrow_mut() = Some(Vec::new());
            session.add_tasks((0..count.min(10) as usize).map(Task::Predict).collect(), false);
        });
    }

    /// Once the digits were read under one scale: tries the next, or takes the best.
    fn guessed(self: &Rc<Self>) {
        let signals = self.signals;
        let right = signals.inputs.with_untracked(|inputs| {
            signals.outcomes.with_untracked(|outcomes| {
                let told = inputs.iter().zip(outcomes).take(10);
                told.filter(|(input, outcome)| input.label.is_some() && input.label == outcome.predicted).count()
            })
        });
        let Some(mut tried) = self.guess.borrow_mut().take() else { return };
        tried.push(right);
        let enough = right >= 8 || tried.len() == SCALES.len();
        let place = if enough {
            // The first of the best.
            let best = tried.iter().copied().max().unwrap_or(0);
            tried.iter().position(|&right| right == best).unwrap_or(0)
        } else {
            tried.len()
        };
        signals.settings.update(|settings| {
            settings.scale = SCALES[place].1;
            if let Some(model) = signals.model.get_untracked() {
                settings.settle(model.look);
            }
        });
        let count = signals.inputs.with_untracked(Vec::len);
        self.blank(count);
        if enough {
            signals.guessed.set(true);
            self.ask();
            self.add_tasks((0..count).map(Task::Predict).collect(), false);
        } else {
            *self.guess.borrow_mut() = Some(tried);
            self.add_tasks((0..count.min(10)).map(Task::Predict).collect(), false);
        }
    }

    /// Looks at one.
    pub fn choose(self: &Rc<Self>, place: usize) {
        self.signals.chosen.set(place);
        self.ask();
        self.keep_soon();
    }

    /// Certifies what is looked at, before everything that waits.
    fn ask(self: &Rc<Self>) {
        let signals = self.signals;
        let place = signals.chosen.get_untracked();
        if signals.settings.with_untracked(|settings| settings.methods().is_empty()) {
            return;
        }
        let sides = [signals.outcomes, signals.others];
        for (pool, outcomes) in self.pools.borrow().clone().iter().zip(sides).take(self.sides()) {
            let waits = outcomes
                .with_untracked(|outcomes| outcomes.get(place).is_some_and(|outcome| outcome.stage == Stage::Waiting));
            if waits {
                pool.add(vec![Task::Certify(place)], true);
            }
        }
    }

    /// How many networks are open.
    fn sides(&self) -> usize {
        1 + usize::from(self.signals.other.with_untracked(Option::is_some))
    }

    /// Certifies all that are not yet.
    pub fn certify_all(self: &Rc<Self>) {
        let signals = self.signals;
        signals.paused.set(false);
        let mut some = false;
        let sides = [signals.outcomes, signals.others];
        for (pool, outcomes) in self.pools.borrow().clone().iter().zip(sides).take(self.sides()) {
            let waiting: Vec<Task> = outcomes.with_untracked(|outcomes| {
                let all = outcomes.iter().enumerate();
                all.filter(|(_, outcome)| outcome.stage == Stage::Waiting).map(|(at, _)| Task::Certify(at)).collect()
            });
            some |= !waiting.is_empty();
            signals.running.set(some);
            pool.add(waiting, false);
        }
        self.keep_soon();
    }

    /// Lets the set wait, or go on.
    pub fn pause(self: &Rc<Self>, paused: bool) {
        self.signals.paused.set(paused);
        let pools = self.pools.borrow().clone();
        pools.iter().for_each(|pool| pool.pause(paused));
        self.keep_soon();
    }

    /// Ends the set; what is finished stays.
    pub fn cancel(self: &Rc<Self>) {
        self.stop();
        for outcomes in [self.signals.outcomes, self.signals.others] {
            outcomes.update(|outcomes| outcomes.iter_mut().for_each(Outcome::stop));
        }
        self.keep_soon();
    }

    /// Changes what is asked: everything is asked anew.
    pub fn change(self: &Rc<Self>, edit: impl FnOnce(&mut Settings)) {
        let signals = self.signals;
        let before = signals.settings.get_untracked();
        let mut settings = before.clone();
        edit(&mut settings);
        if settings == before || settings.methods().is_empty() {
            // The form shows what is asked.
            return signals.settings.set(before);
        }
        let Some(model) = signals.model.get_untracked() else { return };
        if settings.norm != before.norm || settings.scale != before.scale {
            settings.settle(model.look);
        }
        *self.guess.borrow_mut() = None;
        signals.guessed.set(false);
        signals.settings.set(settings);
        self.again();
    }

    /// Writes one number of the input that is looked at.
    pub fn write(self: &Rc<Self>, place: usize, value: f32) {
        let signals = self.signals;
        let chosen = signals.chosen.get_untracked();
        signals.inputs.update(|inputs| {
            if let Some(input) = inputs.get_mut(chosen) {
                let mut changed = (**input).clone();
                if let Some(level) = changed.levels.get_mut(place) {
                    *level = value;
                }
                changed.label = None;
                *input = Arc::new(changed);
            }
        });
        self.again();
    }

    fn again(self: &Rc<Self>) {
        self.stop();
        let count = self.signals.inputs.with_untracked(Vec::len);
        self.signals.brush.set(None);
        self.blank(count);
        self.keep_inputs();
        self.ask();
        self.add_tasks((0..count).map(Task::Predict).collect(), false);
    }

    /// Opens the network in Explore.
    pub fn open_in_explore(&self) {
        if let Some(model) = self.signals.model.get_untracked() {
            self.store.commands().open_network(model.name.clone(), text::OPENED_NOTE.into(), model.file.clone());
        }
    }
}
