//! A box within the region, with the clauses that are still open there.

use crate::search::{Cut, Made, Tree, queue::Waits};
use std::cmp::Ordering;

/// Clauses that one domain keeps apart: as many as bits.
pub(super) const GROUP: usize = 64;

/// A box that waits to be bounded or split.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Domain {
    /// Lower ends of the inputs.
    pub(super) lower: Vec<f64>,
    /// Upper ends, none below its lower end.
    pub(super) upper: Vec<f64>,
    /// The clauses not yet excluded, a bit each, counted within the group.
    pub(super) open: u64,
    /// Which group of clauses.
    pub(super) group: usize,
    /// The worst bound known of an open clause, relative to its limit.
    pub(super) bound: f64,
    /// Share of the root's volume that this box stands for, what was clipped off on the way included.
    pub(super) share: f64,
    /// Its number in the tree, where somebody is told of that.
    pub(super) number: u32,
}

impl Domain {
    /// The root of a group.
    pub(super) fn root(lower: &[f64], upper: &[f64], group: usize, clauses: usize) -> Self {
        let open = if clauses >= GROUP { u64::MAX } else { (1 << clauses) - 1 };
        let (lower, upper) = (lower.to_vec(), upper.to_vec());
        Domain { lower, upper, open, group, bound: f64::NEG_INFINITY, share: 1.0, number: 0 }
    }

    /// Tells that it was made, of another or as the root.
    pub(super) fn told(&mut self, tree: Option<&dyn Tree>, of: Option<u32>, cuts: Vec<Cut>) {
        if let Some(tree) = tree {
            self.number = tree.made(Made { of, cuts, bound: self.bound, ends: [&self.lower, &self.upper] });
        }
    }

    /// Whether a clause is open.
    pub(super) fn has(&self, clause: usize) -> bool {
        self.open >> clause & 1 == 1
    }

    /// Cuts the box in two at the middle of an edge; `None` where no number lies between its ends.
    pub(super) fn halves(&self, edge: usize) -> Option<[Domain; 2]> {
        let middle = self.middle(edge)?;
        let (mut low, mut high) = (self.clone(), self.clone());
        low.upper[edge] = middle;
        high.lower[edge] = middle;
        low.share /= 2.0;
        high.share /= 2.0;
        Some([low, high])
    }

    /// The number in the middle of an edge, strictly within it.
    pub(super) fn middle(&self, edge: usize) -> Option<f64> {
        let (low, high) = (self.lower[edge], self.upper[edge]);
        let middle = low / 2.0 + high / 2.0;
        (low < middle && middle < high).then_some(middle)
    }
}

impl Waits for Domain {
    /// Groups one after the other, so that a batch has one; within a group the lowest bound first.
    fn sooner(&self, other: &Self) -> Ordering {
        self.group.cmp(&other.group).then(self.bound.total_cmp(&other.bound))
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.group == other.group
    }

    fn bound(&self) -> f64 {
        self.bound
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + 2 * size_of_val(&self.lower[..])
    }
}
