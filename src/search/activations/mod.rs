//! Splitting activations: domains in which the signs of neurons are decided, each bounded with slopes and multipliers of its own
//! (docs/methods.md §5, ◆; β-CROWN, arXiv 2103.06624).
//!
//! A file each: where neurons may be split, what a domain is, how a batch is bounded, which neurons are worth splitting, how a domain is
//! split, in which order domains wait, where a search starts, and what a worker does with a batch.

mod bound;
mod domain;
mod layers;
mod narrow;
mod queue;
mod root;
mod score;
mod setting;
mod split;
mod worker;

use super::{
    Answer, Budget, Listener, Outcome, Spent, Why, crew,
    queue::{Done, Queue},
    replay::Judge,
};
use crate::{
    bounds::{BoundsError, Prepared},
    network::{Network, Part},
    pulse::{Cancelled, Pulse, at_once},
    tensor::{Cpu, Sound},
};
use domain::Domain;
use narrow::Linear;
use setting::Setting;
use worker::Worker;

/// Ends long work where the search has ended or its time is up.
struct Until<'a>(&'a Queue<Domain>, &'a Budget<'a>);

impl Pulse for Until<'_> {
    async fn tick(&self) -> Result<(), Cancelled> {
        if self.1.late() || self.0.ended() { Err(Cancelled) } else { Ok(()) }
    }
}

/// Decides a part by splitting activations, and the input where none is left to split.
///
/// # Errors
/// [`BoundsError::Cancelled`] from the pulse.
pub(super) async fn search(
    network: &Network,
    part: &Part,
    judge: &dyn Judge,
    budget: &Budget<'_>,
    told: &dyn Listener,
    pulse: &impl Pulse,
) -> Result<Answer, BoundsError> {
    if part.clauses.iter().any(Vec::is_empty) {
        // It holds everywhere, so that nothing is proved; where it has a point in f32, the attack has found it.
        let outcome = Outcome::Unknown { why: Why::Exhausted, worst: f64::NEG_INFINITY };
        return Ok(Answer { outcome, spent: Spent::default() });
    }
    let (single, sound) = (Prepared::new(Cpu::<f32>::new(), network), Prepared::new(Sound, network));
    let ends = [&part.lower[..], &part.upper[..]];
    let fast = bound::ends_over(&single, ends).await?;
    pulse.tick().await?;
    let layers = layers::layers(network);
    let setting = Setting {
        network,
        part,
        judge,
        tree: told.tree(),
        linear: Linear::new(&sound, part, &layers).await?,
        layers,
        fast,
        sound: bound::ends_over(&sound, ends).await?,
        climb: worker::climb(),
        root_steps: worker::ROOT_STEPS,
    };
    pulse.tick().await?;
    let queue = Queue::new(root::domains(&setting, single, pulse).await?);
    let made = || at_once(Worker::new(&setting));
    let turn = |worker: &Worker<'_>| turn(&queue, budget, worker);
    crew::work(&queue, budget.threads, told, pulse, &made, &turn).await;
    queue.answer()
}

/// Takes a batch, works on it and gives it back; whether there was one.
fn turn(queue: &Queue<Domain>, budget: &Budget<'_>, worker: &Worker<'_>) -> bool {
    let Some(batch) = queue.take(worker::BATCH / 2, budget) else { return false };
    let taken = batch.len();
    match at_once(worker.work(batch.clone(), &Until(queue, budget))) {
        Ok(done) => queue.give(taken, done, budget),
        // What was not finished waits as before: the search ends, and says what is open.
        Err(BoundsError::Cancelled) => queue.give(taken, Done { open: batch, ..Done::default() }, budget),
        Err(_) => queue.cancel(),
    }
    true
}
