//! Inspect's engines: workers that answer one input each, as many as the machine has cores for where there is a set.

use crate::{
    app::link::client::{Client, Event},
    engine::{Job, Request, Response},
};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};
use wasm_bindgen_futures::spawn_local;

/// The network's key in every engine of this pool.
pub const KEY: &str = "inspected";

/// Most engines at once: each holds the network once more.
const MOST: usize = 4;

/// Milliseconds without a word from an engine at work before it is asked for a sign of life, and before it is given up. What it computes
/// lets messages in every few milliseconds.
const DOUBT: f64 = 5_000.0;
const SILENCE: f64 = 20_000.0;
/// The same for one that is still loading its program.
const LOADING: f64 = 180_000.0;
/// How many engines an input may cost before it is given up.
const LIVES: usize = 3;

/// Something to find out about an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// What the network says of it.
    Predict(usize),
    /// How far it is certified.
    Certify(usize),
}

impl Task {
    /// The input.
    pub fn input(self) -> usize {
        match self {
            Task::Predict(input) | Task::Certify(input) => input,
        }
    }
}

/// What an engine asks of who owns the pool, and tells.
pub trait Owner {
    /// The requests of a task's next step. `predicted` is the network's class, once it is known.
    fn step(&self, task: Task, predicted: Option<u32>, epoch: u32) -> Option<Request>;
    /// An answer to a task.
    fn heard(&self, task: Task, response: Response);
    /// A task is over; why, where it failed.
    fn over(&self, task: Task, failed: Option<String>);
    /// An engine is gone, and why; its task begins anew with another.
    fn lost(&self, task: Task, why: &str);
}

struct Engine {
    client: Client,
    epoch: Cell<u32>,
    task: Cell<Option<Task>>,
    /// When it spoke last, or was given something to do; and whether it has ever spoken.
    heard: Cell<f64>,
    spoke: Cell<bool>,
    /// Whether its worker is gone: the next task starts another.
    gone: Cell<bool>,
}

/// The engines and what waits for them.
pub struct Pool {
    owner: Box<dyn Owner>,
    engines: RefCell<Vec<Rc<Engine>>>,
    queue: RefCell<VecDeque<Task>>,
    paused: Cell<bool>,
    file: RefCell<Vec<u8>>,
    /// Tasks whose engine was lost, once for each time.
    lost: RefCell<Vec<Task>>,
}

impl Pool {
    /// No engine yet.
    pub fn new(owner: Box<dyn Owner>) -> Rc<Pool> {
        let (engines, queue, file, lost) =
            (RefCell::default(), RefCell::default(), RefCell::default(), RefCell::default());
        let pool = Rc::new(Pool { owner, engines, queue, paused: Cell::new(false), file, lost });
        let weak = Rc::downgrade(&pool);
        leptos::prelude::set_interval(
            move || {
                if let Some(pool) = weak.upgrade() {
                    pool.watch();
                }
            },
            Duration::from_secs(1),
        );
        pool
    }

    /// An engine can be ended without a word: by the browser's task manager, or where memory is short. One that owes an answer and is silent
    /// is asked for a sign of life, and replaced when none comes.
    fn watch(self: &Rc<Self>) {
        let now = js_sys::Date::now();
        let engines = self.engines.borrow().clone();
        for engine in engines.iter().filter(|engine| engine.task.get().is_some()) {
            let silence = now - engine.heard.get();
            if silence > if engine.spoke.get() { SILENCE } else { LOADING } {
                self.died(engine, crate::app::text::inspect::SILENT.into());
            } else if silence > DOUBT {
                engine.client.send(&Request::Hello);
            }
        }
    }

    /// Gives the engines another network: what they are at ends with them.
    pub fn load(self: &Rc<Self>, file: Vec<u8>) {
        self.cancel();
        self.engines.borrow_mut().drain(..).for_each(|engine| engine.client.stop());
        *self.file.borrow_mut() = file;
    }

    /// Adds tasks: in front of those that wait, or behind.
    pub fn add(self: &Rc<Self>, tasks: Vec<Task>, front: bool) {
        {
            let mut queue = self.queue.borrow_mut();
            queue.retain(|task| !tasks.contains(task));
            if front {
                tasks.into_iter().rev().for_each(|task| queue.push_front(task));
            } else {
                queue.extend(tasks);
            }
        }
        self.pump();
    }

    /// Lets what is under way finish, and begins nothing more; or goes on.
    pub fn pause(self: &Rc<Self>, paused: bool) {
        self.paused.set(paused);
        self.pump();
    }

    /// Ends everything.
    pub fn cancel(&self) {
        self.queue.borrow_mut().clear();
        self.lost.borrow_mut().clear();
        self.paused.set(false);
        for engine in self.engines.borrow().iter() {
            if engine.task.take().is_some() {
                engine.client.send(&Request::Cancel { job: Job::Explore });
                engine.client.send(&Request::Cancel { job: Job::Radius });
                engine.epoch.set(engine.epoch.get() + 1);
            }
        }
    }

    /// Whether anything waits or is under way.
    pub fn busy(&self) -> bool {
        !self.queue.borrow().is_empty() || self.engines.borrow().iter().any(|engine| engine.task.get().is_some())
    }

    fn pump(self: &Rc<Self>) {
        loop {
            let waiting = self.queue.borrow().len();
            let paused = self.paused.get();
            if waiting == 0 || paused {
                return;
            }
            let idle = self.engines.borrow().iter().find(|engine| engine.task.get().is_none()).cloned();
            let Some(engine) = idle.or_else(|| self.another(waiting)) else { return };
            let Some(task) = self.queue.borrow_mut().pop_front() else { return };
            engine.task.set(Some(task));
            self.begin(&engine, task, None);
        }
    }

    /// One more engine, where there is work and room for it.
    fn another(self: &Rc<Self>, waiting: usize) -> Option<Rc<Engine>> {
        let there = self.engines.borrow().len();
        let cores = leptos::prelude::window().navigator().hardware_concurrency() as usize;
        // One for a few inputs: starting one takes longer than those.
        let wanted = if waiting > 12 { cores.clamp(1, MOST) } else { 1 };
        if there >= wanted {
            return None;
        }
        let slot = Rc::new(Cell::new(usize::MAX));
        let weak = Rc::downgrade(self);
        let client = Client::new({
            let slot = slot.clone();
            move |event| {
                let Some(pool) = weak.upgrade() else { return };
                let engine = pool.engines.borrow().get(slot.get()).cloned();
                let Some(engine) = engine else { return };
                match event {
                    Event::Answer(response) => pool.answer(&engine, response),
                    Event::Died(why) => pool.died(&engine, why),
                    Event::Unread(..) | Event::WholeReady | Event::WholeFailed(_) => {}
                }
            }
        });
        client.start();
        client.put_network(KEY, self.file.borrow().clone());
        let (epoch, task, heard) = (Cell::new(0), Cell::new(None), Cell::new(js_sys::Date::now()));
        let engine = Rc::new(Engine { client, epoch, task, heard, spoke: Cell::new(false), gone: Cell::new(false) });
        slot.set(there);
        self.engines.borrow_mut().push(engine.clone());
        Some(engine)
    }

    fn begin(self: &Rc<Self>, engine: &Rc<Engine>, task: Task, predicted: Option<u32>) {
        if engine.gone.replace(false) {
            engine.client.start();
        }
        engine.epoch.set(engine.epoch.get() + 1);
        engine.heard.set(js_sys::Date::now());
        match self.owner.step(task, predicted, engine.epoch.get()) {
            Some(request) => engine.client.send(&request),
            None => self.over(engine, None),
        }
    }

    fn over(self: &Rc<Self>, engine: &Rc<Engine>, failed: Option<String>) {
        if let Some(task) = engine.task.take() {
            self.owner.over(task, failed);
        }
        let pool = self.clone();
        spawn_local(async move { pool.pump() });
    }

    fn answer(self: &Rc<Self>, engine: &Rc<Engine>, response: Response) {
        engine.heard.set(js_sys::Date::now());
        engine.spoke.set(true);
        let Some(task) = engine.task.get() else { return };
        let mine = engine.epoch.get();
        match response {
            Response::Inference { epoch, ref answer } if epoch == mine => {
                let (predicted, outputs) = (answer.predicted, answer.logits.len());
                self.owner.heard(task, response);
                if outputs > 1 {
                    // The class is known: what else that question would bring is not wanted.
                    engine.client.send(&Request::Cancel { job: Job::Explore });
                    self.begin(engine, task, Some(predicted));
                }
            }
            Response::Bounds { epoch, .. } | Response::Radius { epoch, .. } | Response::Broken { epoch, .. }
                if epoch == mine =>
            {
                self.owner.heard(task, response);
            }
            Response::Progress { job: Job::Radius, epoch, .. } if epoch == mine => self.owner.heard(task, response),
            Response::Done { epoch, .. } if epoch == mine => self.over(engine, None),
            Response::Failed { job, epoch, failure } if job.is_none() || epoch == mine => {
                self.over(engine, Some(crate::app::model::failures::words(&failure)));
            }
            _ => {}
        }
    }

    /// An engine that is gone is replaced, and what it was at begins anew; an input that has cost several engines is given up.
    fn died(self: &Rc<Self>, engine: &Rc<Engine>, why: String) {
        engine.client.stop();
        engine.gone.set(true);
        engine.spoke.set(false);
        let Some(task) = engine.task.get() else { return };
        let lives = {
            let mut lost = self.lost.borrow_mut();
            lost.push(task);
            lost.iter().filter(|before| **before == task).count()
        };
        if lives >= LIVES {
            return self.over(engine, Some(why));
        }
        engine.task.set(None);
        self.queue.borrow_mut().push_front(task);
        self.owner.lost(task, &why);
        let pool = self.clone();
        spawn_local(async move { pool.pump() });
    }
}
