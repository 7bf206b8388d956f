//! Domains in the order of work.

use super::domain::Domain;
use crate::search::queue::Waits;
use std::cmp::Ordering;

impl Waits for Domain {
    /// Clauses one after the other, so that a batch has one; within a clause the lowest bound first.
    fn sooner(&self, other: &Self) -> Ordering {
        self.clause.cmp(&other.clause).then(self.bound.total_cmp(&other.bound))
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.clause == other.clause && self.fresh == other.fresh
    }

    fn bound(&self) -> f64 {
        self.bound
    }

    fn bytes(&self) -> usize {
        Domain::bytes(self)
    }
}
