//! Splitting the input: a region is cut into boxes until each is proved (docs/verification.md).
//!
//! A file each: what a domain is, how a batch is bounded, which edge is cut, in which order domains wait, and
//! what a worker does with a batch. Natively every core works, elsewhere the caller's alone.

mod bound;
mod domain;
mod effort;
mod split;
mod worker;

use super::{Answer, Budget, Cut, Listener, Tree, crew, queue::Queue, replay::Judge};
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
    let tree = told.tree();
    let plain = tree.is_some_and(Tree::keeps_proof);
    let groups: Vec<&[Clause]> = part.clauses.chunks(if plain { 1 } else { GROUP }).collect();
    let roots = groups.iter().enumerate();
    let roots = roots.map(|(at, clauses)| {
        let mut root = Domain::root(&part.lower, &part.upper, at, clauses.len());
        root.told(tree, None, if plain { vec![Cut::Clause(at as u32)] } else { Vec::new() });
        root
    });
    let roots = roots.collect();
    let queue = Queue::new(roots);
    let effort = Effort::of(network);
    let made = || Ok(Worker::new(network, part, groups.clone(), judge, tree, effort.depth));
    let turn = |worker: &Worker<'_>| turn(&queue, effort.batch, budget, worker);
    crew::work(&queue, budget.threads, told, pulse, &made, &turn).await;
    queue.answer()
}

/// Takes a batch, works on it and gives it back; whether there was one.
fn turn(queue: &Queue<Domain>, most: usize, budget: &Budget<'_>, worker: &Worker<'_>) -> bool {
    let Some(batch) = queue.take(most, budget) else { return false };
    let taken = batch.len();
    match worker.work(batch) {
        Ok(done) => queue.give(taken, done, budget),
        Err(_) => queue.cancel(),
    }
    true
}
