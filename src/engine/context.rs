//! What a session holds between requests, and what every job of it takes as an argument.

#[cfg(feature = "full")]
use super::training::slots::Training;
use super::{
    failures::JobError,
    network::Loaded,
    processors::slot::Processors,
    protocol::{Failure, Job, Response},
};
use crate::pulse::{Cancelled, Pulse};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

/// What a session needs from whoever runs it: a way to answer, a clock, and a pause in which newer messages get in.
pub trait Host: 'static {
    /// Send one response to the client.
    fn send(&self, response: Response);
    /// Milliseconds since some fixed moment.
    fn now(&self) -> f64;
    /// The processor in words, for instance "CPU · wasm SIMD".
    fn device(&self) -> String;
    /// Let messages that have arrived be handled (in a worker: one macrotask).
    fn yield_now(&self) -> impl Future<Output = ()>;
    /// Let that much time pass, or less.
    fn rest(&self, milliseconds: f64) -> impl Future<Output = ()> {
        let _ = milliseconds;
        self.yield_now()
    }
}

/// What a session holds.
pub(super) struct Context<H> {
    pub(super) host: H,
    networks: RefCell<HashMap<String, Rc<Loaded>>>,
    /// The newest epoch of each task; one whose epoch is older, or that has none, stops.
    epochs: RefCell<HashMap<Task, u32>>,
    /// Explore requests under way: the other jobs wait while there are any.
    exploring: Cell<u32>,
    /// When the newest Explore request came.
    asked: Cell<f64>,
    #[cfg(feature = "full")]
    pub(super) training: RefCell<Training>,
    pub(super) processors: RefCell<Processors>,
}

/// What can be stopped by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Task {
    /// A job.
    Job(Job),
    /// What stands in a slot of training.
    #[cfg(feature = "full")]
    Run(u32),
    /// A scene of the theatre.
    #[cfg(feature = "full")]
    Scene,
    /// The theatre's decisions.
    #[cfg(feature = "full")]
    Regions,
    /// The linear function of a margin.
    #[cfg(feature = "full")]
    Linear,
}

impl<H: Host> Context<H> {
    /// Nothing yet.
    pub(super) fn new(host: H) -> Self {
        Context {
            host,
            networks: RefCell::default(),
            epochs: RefCell::default(),
            exploring: Cell::new(0),
            asked: Cell::new(f64::NEG_INFINITY),
            #[cfg(feature = "full")]
            training: RefCell::default(),
            processors: RefCell::default(),
        }
    }

    pub(super) fn send(&self, response: Response) {
        self.host.send(response);
    }

    /// Keeps a network under a key.
    pub(super) fn keep(&self, key: String, loaded: Loaded) {
        self.networks.borrow_mut().insert(key, Rc::new(loaded));
    }

    pub(super) fn loaded(&self, key: &str) -> Result<Rc<Loaded>, Failure> {
        self.networks.borrow().get(key).cloned().ok_or_else(|| Failure::NoNetwork { network: key.to_owned() })
    }

    /// Makes an epoch the newest one of a task: what runs under an older one stops at its next tick.
    pub(super) fn begin(&self, task: Task, epoch: u32) -> JobPulse<'_, H> {
        self.epochs.borrow_mut().insert(task, epoch);
        self.pulse(task, epoch)
    }

    /// Stops a task.
    pub(super) fn stop(&self, task: Task) {
        self.epochs.borrow_mut().remove(&task);
    }

    /// The pulse of a task.
    pub(super) fn pulse(&self, task: Task, epoch: u32) -> JobPulse<'_, H> {
        JobPulse { context: self, task, epoch, steady: false, yielded: Cell::new(self.host.now()) }
    }

    /// Runs a job as the newest of its kind and says how it ended; a cancelled one ends in silence, since nobody
    /// waits for it.
    pub(super) async fn job(
        &self,
        job: Job,
        epoch: u32,
        run: impl AsyncFnOnce(&JobPulse<'_, H>) -> Result<(), JobError>,
    ) {
        let pulse = self.begin(Task::Job(job), epoch);
        match run(&pulse).await {
            Ok(()) => self.send(Response::Done { job, epoch }),
            Err(JobError::Cancelled) => {}
            Err(JobError::Failed(failure)) => self.fail(Some(job), epoch, failure),
        }
    }

    pub(super) fn fail(&self, job: Option<Job>, epoch: u32, failure: Failure) {
        self.send(Response::Failed { job, epoch, failure });
    }

    /// Notes an Explore request, which is under way until what this returns is dropped.
    pub(super) fn explores(&self) -> Exploring<'_> {
        self.asked.set(self.host.now());
        self.exploring.set(self.exploring.get() + 1);
        Exploring(&self.exploring)
    }

    /// Whether somebody is asking: a moving slider sends one question after the other.
    #[cfg(feature = "full")]
    pub(super) fn asked_lately(&self) -> bool {
        self.host.now() - self.asked.get() < LATELY
    }
}

/// Counts an Explore request while it is under way, however it ends.
pub(super) struct Exploring<'a>(&'a Cell<u32>);

impl Drop for Exploring<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Longest time a job computes before it lets messages in.
const SLICE_MS: f64 = 6.0;
/// Time in which a question makes another one likely.
#[cfg(feature = "full")]
const LATELY: f64 = 1000.0;

/// The pulse of one task.
pub(super) struct JobPulse<'a, H> {
    context: &'a Context<H>,
    task: Task,
    epoch: u32,
    /// Whether ticks do nothing.
    steady: bool,
    yielded: Cell<f64>,
}

impl<H: Host> Pulse for JobPulse<'_, H> {
    async fn tick(&self) -> Result<(), Cancelled> {
        if self.steady {
            return Ok(());
        }
        let host = &self.context.host;
        let waits = || self.task != Task::Job(Job::Explore) && self.context.exploring.get() > 0;
        if host.now() - self.yielded.get() >= SLICE_MS || waits() {
            host.yield_now().await;
            while waits() && self.wanted() {
                host.yield_now().await;
            }
            self.yielded.set(host.now());
        }
        if self.wanted() { Ok(()) } else { Err(Cancelled) }
    }
}

impl<H> JobPulse<'_, H> {
    pub(super) fn wanted(&self) -> bool {
        self.context.epochs.borrow().get(&self.task) == Some(&self.epoch)
    }

    /// A pulse whose ticks do nothing, for what is timed: it neither yields nor ends. It is of the same type, since a program holds a copy
    /// of every walk and every step of training for each type of pulse.
    #[cfg(feature = "full")]
    pub(super) fn steady(&self) -> Self {
        JobPulse { context: self.context, task: self.task, epoch: self.epoch, steady: true, yielded: Cell::new(0.0) }
    }
}
