//! The domains that wait, shared by all workers, and how the search ends.

use super::{Answer, Budget, Counterexample, Outcome, Progress, Spent, Why};
use crate::bounds::BoundsError;
use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

/// What waits to be worked on.
pub(super) trait Waits {
    /// Less where it is to be worked on sooner.
    fn sooner(&self, other: &Self) -> Ordering;
    /// Whether both may be in one batch.
    fn goes_with(&self, other: &Self) -> bool;
    /// The worst bound known of it, relative to its limit.
    fn bound(&self) -> f64;
    /// Bytes it takes while it waits.
    fn bytes(&self) -> usize;
}

/// A domain in the order of work.
struct Waiting<D>(D);

impl<D: Waits> PartialEq for Waiting<D> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<D: Waits> Eq for Waiting<D> {}
impl<D: Waits> PartialOrd for Waiting<D> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<D: Waits> Ord for Waiting<D> {
    fn cmp(&self, other: &Self) -> Ordering {
        // A heap hands out its greatest.
        other.0.sooner(&self.0)
    }
}

/// How a search ended before everything was proved.
#[derive(Clone, Debug)]
enum Stop {
    Found(Counterexample),
    Spent(Why),
    Late,
    Cancelled,
}

struct State<D> {
    waiting: BinaryHeap<Waiting<D>>,
    /// Domains that workers have taken and not yet given back.
    taken: usize,
    stop: Option<Stop>,
    spent: Spent,
    closed: u64,
    share: f64,
    groups: f64,
    /// The worst bound of a domain that cannot be split any more.
    stuck: Option<f64>,
}

/// The queue.
pub(super) struct Queue<D> {
    state: Mutex<State<D>>,
    changed: Condvar,
}

/// What became of a batch.
pub(super) struct Done<D> {
    /// Domains to go on with.
    pub(super) open: Vec<D>,
    /// Share of the region that was proved.
    pub(super) share: f64,
    /// What was bounded, closed and doubted.
    pub(super) spent: Spent,
    /// The worst bound of a domain that is open and cannot be split.
    pub(super) stuck: Option<f64>,
    /// A counterexample.
    pub(super) found: Option<Counterexample>,
}

impl<D> Default for Done<D> {
    fn default() -> Self {
        Done { open: Vec::new(), share: 0.0, spent: Spent::default(), stuck: None, found: None }
    }
}

impl<D: Waits> Queue<D> {
    pub(super) fn new(roots: Vec<D>) -> Self {
        let groups = roots.len().max(1) as f64;
        let state = State {
            waiting: roots.into_iter().map(Waiting).collect(),
            taken: 0,
            stop: None,
            spent: Spent::default(),
            closed: 0,
            share: 0.0,
            groups,
            stuck: None,
        };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<D>> {
        // A worker that panicked leaves numbers behind, no broken structure.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The next batch of what goes together, at most `most`; fewer where other workers would have nothing. `None` where the search has ended;
    /// waits while others may still bring something.
    pub(super) fn take(&self, most: usize, budget: &Budget<'_>) -> Option<Vec<D>> {
        let mut state = self.lock();
        loop {
            if state.stop.is_none() && budget.late() && !(state.waiting.is_empty() && state.taken == 0) {
                state.stop = Some(Stop::Late);
                self.changed.notify_all();
            }
            if state.stop.is_some() || (state.waiting.is_empty() && state.taken == 0) {
                self.changed.notify_all();
                return None;
            }
            if let Some(first) = state.waiting.pop() {
                let count = most.min((state.waiting.len() + 1).div_ceil(budget.threads.max(1)));
                let mut batch = vec![first.0];
                while batch.len() < count && state.waiting.peek().is_some_and(|next| next.0.goes_with(&batch[0])) {
                    batch.extend(state.waiting.pop().map(|next| next.0));
                }
                state.taken += batch.len();
                return Some(batch);
            }
            state = self
                .changed
                .wait_timeout(state, Duration::from_millis(50))
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }

    /// Gives a batch of `taken` domains back.
    pub(super) fn give(&self, taken: usize, done: Done<D>, budget: &Budget<'_>) {
        let mut state = self.lock();
        state.taken -= taken;
        state.spent.domains += done.spent.domains;
        state.spent.leaves += done.spent.leaves;
        state.spent.doubted += done.spent.doubted;
        state.closed += taken as u64;
        state.share += done.share;
        let bytes = done.open.first().map_or(0, Waits::bytes);
        state.waiting.extend(done.open.into_iter().map(Waiting));
        if let Some(stuck) = done.stuck {
            state.stuck = Some(state.stuck.map_or(stuck, |before: f64| before.min(stuck)));
        }
        if let Some(found) = done.found {
            // It is an answer also where the budget was found spent meanwhile; what was open beside it is not kept.
            if !matches!(state.stop, Some(Stop::Cancelled)) {
                state.stop = Some(Stop::Found(found));
            }
        } else if state.stop.is_none() {
            if state.spent.domains >= budget.domains && !(state.waiting.is_empty() && state.taken == 0) {
                state.stop = Some(Stop::Spent(Why::Domains));
            } else if state.waiting.len().saturating_mul(bytes) > budget.bytes {
                state.stop = Some(Stop::Spent(Why::Memory));
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Ends the search from outside.
    pub(super) fn cancel(&self) {
        self.lock().stop.get_or_insert(Stop::Cancelled);
        self.changed.notify_all();
    }

    /// Whether the search has ended.
    pub(super) fn ended(&self) -> bool {
        self.lock().stop.is_some()
    }

    /// Waits for a change, at most `milliseconds`; whether the search has ended. For who watches while others work.
    #[cfg(feature = "parallel")]
    pub(super) fn wait(&self, milliseconds: u64) -> bool {
        let state = self.lock();
        let ended = |state: &State<D>| state.stop.is_some() || (state.waiting.is_empty() && state.taken == 0);
        if ended(&state) {
            return true;
        }
        let wait = self.changed.wait_timeout(state, Duration::from_millis(milliseconds));
        ended(&wait.unwrap_or_else(std::sync::PoisonError::into_inner).0)
    }

    /// How far the search is.
    pub(super) fn progress(&self) -> Progress {
        let state = self.lock();
        Progress {
            bounded: state.spent.domains,
            closed: state.closed,
            open: (state.waiting.len() + state.taken) as u64,
            share: state.share / state.groups,
            worst: worst(&state),
        }
    }

    /// How the search ended, and what it took.
    ///
    /// # Errors
    /// [`BoundsError::Cancelled`] where it was.
    pub(super) fn answer(&self) -> Result<Answer, BoundsError> {
        let state = self.lock();
        let open = state.stuck.is_some() || !state.waiting.is_empty() || state.taken > 0;
        let worst = worst(&state);
        let outcome = match state.stop.clone() {
            Some(Stop::Cancelled) => return Err(BoundsError::Cancelled),
            Some(Stop::Found(found)) => Outcome::Counterexample(found),
            // The last worker may have closed what was left when the budget was found spent.
            _ if !open => Outcome::Proved,
            Some(Stop::Late) => Outcome::Timeout { worst },
            Some(Stop::Spent(why)) => Outcome::Unknown { why, worst },
            None => Outcome::Unknown { why: Why::Exhausted, worst },
        };
        Ok(Answer { outcome, spent: state.spent })
    }
}

fn worst<D: Waits>(state: &State<D>) -> f64 {
    let waiting = state.waiting.peek().map_or(f64::INFINITY, |first| first.0.bound());
    waiting.min(state.stuck.unwrap_or(f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Splits;

    const PLENTY: Budget<'_> =
        Budget { until: 1.0, clock: &|| 0.0, domains: u64::MAX, bytes: usize::MAX, threads: 1, splits: Splits::Chosen };

    /// A domain without anything.
    struct Bare;

    impl Waits for Bare {
        fn sooner(&self, _: &Self) -> Ordering {
            Ordering::Equal
        }
        fn goes_with(&self, _: &Self) -> bool {
            true
        }
        fn bound(&self) -> f64 {
            -1.0
        }
        fn bytes(&self) -> usize {
            1
        }
    }

    /// A search whose time ran out while a worker had its only domain.
    fn late() -> Queue<Bare> {
        let queue = Queue::new(vec![Bare]);
        assert_eq!(queue.take(1, &PLENTY).map(|batch| batch.len()), Some(1));
        queue.lock().stop = Some(Stop::Late);
        queue
    }

    #[test]
    fn a_counterexample_that_comes_after_the_time_is_one() {
        let queue = late();
        let found = Counterexample { input: vec![1.0], outputs: vec![2.0] };
        queue.give(1, Done { found: Some(found.clone()), ..Done::default() }, &PLENTY);
        assert_eq!(queue.answer().map(|answer| answer.outcome), Ok(Outcome::Counterexample(found)));
    }

    #[test]
    fn late_is_proved_only_where_nothing_is_left() {
        let queue = late();
        assert!(matches!(queue.answer().map(|answer| answer.outcome), Ok(Outcome::Timeout { .. })), "one is still out");
        queue.give(1, Done::default(), &PLENTY);
        assert_eq!(queue.answer().map(|answer| answer.outcome), Ok(Outcome::Proved));
        let queue = late();
        queue.give(1, Done { open: vec![Bare], ..Done::default() }, &PLENTY);
        assert_eq!(queue.answer().map(|answer| answer.outcome), Ok(Outcome::Timeout { worst: -1.0 }));
    }
}
