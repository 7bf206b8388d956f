//! The session: what the engine remembers between requests, and how it answers them.

#[cfg(feature = "full")]
use super::training::Training;
use super::{
    network::Loaded,
    processors::Processors,
    protocol::{Job, PROTOCOL, Request, Response},
};
use crate::{
    bounds::BoundsError,
    pulse::{Cancelled, Pulse},
    train::TrainError,
};
use std::{cell::Cell, cell::RefCell, collections::HashMap, rc::Rc};

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

/// One client's session. Cloning gives another handle to the same session.
pub struct Session<H> {
    pub(super) shared: Rc<Shared<H>>,
}

pub(super) struct Shared<H> {
    pub(super) host: H,
    networks: RefCell<HashMap<String, Rc<Loaded>>>,
    /// The newest epoch of each task; one whose epoch is older, or that has none, stops.
    pub(super) epochs: RefCell<HashMap<Task, u32>>,
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
}

impl<H> Clone for Session<H> {
    fn clone(&self) -> Self {
        Session { shared: self.shared.clone() }
    }
}

impl<H: Host> Session<H> {
    /// An empty session.
    pub fn new(host: H) -> Self {
        let shared = Shared {
            host,
            networks: RefCell::default(),
            epochs: RefCell::default(),
            exploring: Cell::new(0),
            asked: Cell::new(f64::NEG_INFINITY),
            #[cfg(feature = "full")]
            training: RefCell::default(),
            processors: RefCell::default(),
        };
        Session { shared: Rc::new(shared) }
    }

    /// Answers one request, sending responses as they are found. Several calls may be under way at once (each on its
    /// own task): a newer request for the same job ends the older one at its next pause.
    pub async fn handle(&self, request: Request) {
        match request {
            Request::Hello => {
                let device = self.shared.host.device();
                self.send(Response::Ready { protocol: PROTOCOL, device });
            }
            Request::Network { key, file } => match Loaded::read(&file.0) {
                Ok(loaded) => {
                    let summary = loaded.summary.clone();
                    self.shared.networks.borrow_mut().insert(key.clone(), Rc::new(loaded));
                    self.send(Response::Network { key, summary });
                }
                Err(error) => self.fail(None, 0, format!("the network \"{key}\" could not be read: {error}")),
            },
            Request::Cancel { job } => {
                self.shared.epochs.borrow_mut().remove(&Task::Job(job));
            }
            Request::Explore { epoch, question, methods } => {
                self.shared.asked.set(self.shared.host.now());
                {
                    let _exploring = Exploring::new(&self.shared);
                    let run = async |pulse: &JobPulse<H>| self.explore(epoch, &question, &methods, pulse).await;
                    self.job(Job::Explore, epoch, run).await;
                }
                // Once all is said, so that nothing waits for it. What ends it early says nothing: it is tried again.
                let pulse = self.pulse(Task::Job(Job::Explore), epoch);
                let _ = self.race(&question, &methods, &pulse).await;
            }
            #[cfg(feature = "full")]
            Request::Radius { epoch, question, methods, largest } => {
                let run = async |pulse: &JobPulse<H>| self.radius(epoch, &question, &methods, largest, pulse).await;
                self.job(Job::Radius, epoch, run).await;
            }
            #[cfg(feature = "full")]
            Request::Sweep { epoch, question, methods, strategies, epsilons } => {
                let run = async |pulse: &JobPulse<H>| {
                    self.sweep(epoch, &question, &methods, &strategies, &epsilons, pulse).await
                };
                self.job(Job::Sweep, epoch, run).await;
            }
            Request::Classify { epoch, network, images } => {
                let run = async |pulse: &JobPulse<H>| self.classify(epoch, &network, &images.0, pulse).await;
                self.job(Job::Classify, epoch, run).await;
            }
            #[cfg(feature = "full")]
            Request::Benchmark { epoch, question, images, labels, methods, budget } => {
                let run = async |pulse: &JobPulse<H>| {
                    let set = (images.0.as_slice(), labels.0.as_slice());
                    self.benchmark(epoch, &question, set, &methods, budget, pulse).await
                };
                self.job(Job::Benchmark, epoch, run).await;
            }
            #[cfg(feature = "full")]
            Request::Train { request } => self.train(request).await,
            Request::Gpu { request } => self.processor(request).await,
            #[cfg(not(feature = "full"))]
            _ => self.fail(None, 0, "this engine only explores: the whole one is another program".into()),
        }
    }

    /// Runs a job as the newest of its kind and says how it ended; a cancelled one ends in silence, since nobody
    /// waits for it.
    pub(super) async fn job(&self, job: Job, epoch: u32, run: impl AsyncFnOnce(&JobPulse<H>) -> Result<(), JobError>) {
        self.shared.epochs.borrow_mut().insert(Task::Job(job), epoch);
        let pulse = self.pulse(Task::Job(job), epoch);
        match run(&pulse).await {
            Ok(()) => self.send(Response::Done { job, epoch }),
            Err(JobError::Bounds(BoundsError::Cancelled)) => {}
            Err(error) => self.fail(Some(job), epoch, error.to_string()),
        }
    }

    /// Whether somebody is asking: a moving slider sends one question after the other.
    #[cfg(feature = "full")]
    pub(super) fn asked_lately(&self) -> bool {
        self.shared.host.now() - self.shared.asked.get() < LATELY
    }

    /// The pause of a task.
    pub(super) fn pulse(&self, task: Task, epoch: u32) -> JobPulse<H> {
        JobPulse { shared: self.shared.clone(), task, epoch, yielded: Cell::new(self.shared.host.now()) }
    }

    pub(super) fn loaded(&self, key: &str) -> Result<Rc<Loaded>, JobError> {
        self.shared.networks.borrow().get(key).cloned().ok_or_else(|| JobError::NoNetwork(key.to_owned()))
    }

    pub(super) fn send(&self, response: Response) {
        self.shared.host.send(response);
    }

    fn fail(&self, job: Option<Job>, epoch: u32, message: String) {
        self.send(Response::Failed { job, epoch, message });
    }
}

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    #[error("no network named \"{0}\" has been loaded; load it first")]
    NoNetwork(String),
    #[error("{found} bytes of pixels are not a whole number of images of {wanted}")]
    Pixels { found: usize, wanted: usize },
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    #[error(transparent)]
    Train(TrainError),
}

impl From<TrainError> for JobError {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Bounds(error) => JobError::Bounds(error),
            error => JobError::Train(error),
        }
    }
}

impl From<Cancelled> for JobError {
    fn from(cancelled: Cancelled) -> Self {
        JobError::Bounds(cancelled.into())
    }
}

/// Counts an Explore request while it is under way, however it ends.
struct Exploring<H>(Rc<Shared<H>>);

impl<H> Exploring<H> {
    fn new(shared: &Rc<Shared<H>>) -> Self {
        shared.exploring.set(shared.exploring.get() + 1);
        Exploring(shared.clone())
    }
}

impl<H> Drop for Exploring<H> {
    fn drop(&mut self) {
        self.0.exploring.set(self.0.exploring.get() - 1);
    }
}

/// Longest time a job computes before it lets messages in.
const SLICE_MS: f64 = 6.0;
/// Time in which a question makes another one likely.
#[cfg(feature = "full")]
const LATELY: f64 = 1000.0;

/// The pause of one task.
pub(super) struct JobPulse<H> {
    shared: Rc<Shared<H>>,
    task: Task,
    epoch: u32,
    yielded: Cell<f64>,
}

impl<H: Host> Pulse for JobPulse<H> {
    async fn tick(&self) -> Result<(), Cancelled> {
        let host = &self.shared.host;
        let waits = || self.task != Task::Job(Job::Explore) && self.shared.exploring.get() > 0;
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

impl<H> JobPulse<H> {
    pub(super) fn wanted(&self) -> bool {
        self.shared.epochs.borrow().get(&self.task) == Some(&self.epoch)
    }
}
