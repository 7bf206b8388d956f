//! Splitting the input: a region is cut into boxes until each is proved (docs/verification.md).
//!
//! A file each: what a domain is, how a batch is bounded, which edge is cut, in which order domains wait, and
//! what a worker does with a batch. Natively every core works, elsewhere the caller's alone.

mod bound;
mod domain;
mod effort;
mod split;
mod worker;

use super::{Answer, Budget, Listener, queue::Queue, replay::Judge};
use crate::{
    bounds::BoundsError,
    network::{Clause, Network, Part},
    pulse::Pulse,
};
use domain::{Domain, GROUP};
use effort::Effort;
use worker::Worker;

/// Decides a part by splitting its box.
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
    let groups: Vec<&[Clause]> = part.clauses.chunks(GROUP).collect();
    let tree = told.tree();
    let roots = groups.iter().enumerate();
    let roots = roots.map(|(at, clauses)| {
        let mut root = Domain::root(&part.lower, &part.upper, at, clauses.len());
        root.told(tree, None, Vec::new());
        root
    });
    let roots = roots.collect();
    let queue = Queue::new(roots);
    let effort = Effort::of(network);
    let made = || Worker::new(network, part, groups.clone(), judge, tree, effort.depth);
    #[cfg(feature = "parallel")]
    shared(&queue, effort.batch, budget, told, pulse, &made);
    #[cfg(not(feature = "parallel"))]
    alone(&queue, effort.batch, budget, told, pulse, &made).await;
    queue.answer()
}

/// Takes and gives batches until the search ends; `tick` says whether to go on.
#[cfg(feature = "parallel")]
fn toil(queue: &Queue<Domain>, most: usize, budget: &Budget<'_>, worker: &Worker<'_>) {
    while let Some(batch) = queue.take(most, budget) {
        let taken = batch.len();
        match worker.work(batch) {
            Ok(done) => queue.give(taken, done, budget),
            Err(_) => return queue.cancel(),
        }
    }
}

#[cfg(feature = "parallel")]
fn shared<'a>(
    queue: &Queue<Domain>,
    most: usize,
    budget: &Budget<'_>,
    told: &dyn Listener,
    pulse: &impl Pulse,
    made: &(dyn Fn() -> Worker<'a> + Sync),
) {
    use crate::{pulse::at_once, tensor::alone};
    std::thread::scope(|scope| {
        for _ in 0..budget.threads.max(1) {
            // The worker's own products are not cut over the cores again.
            scope.spawn(|| alone(|| toil(queue, most, budget, &made())));
        }
        while !queue.wait(20) {
            told.progress(&queue.progress());
            if at_once(pulse.tick()).is_err() {
                queue.cancel();
            }
        }
    });
}

#[cfg(not(feature = "parallel"))]
async fn alone<'a>(
    queue: &Queue<Domain>,
    most: usize,
    budget: &Budget<'_>,
    told: &dyn Listener,
    pulse: &impl Pulse,
    made: &dyn Fn() -> Worker<'a>,
) {
    let worker = made();
    while let Some(batch) = queue.take(most, budget) {
        let taken = batch.len();
        match worker.work(batch) {
            Ok(done) => queue.give(taken, done, budget),
            Err(_) => queue.cancel(),
        }
        told.progress(&queue.progress());
        if pulse.tick().await.is_err() {
            queue.cancel();
        }
    }
}
