//! Bounds of a batch of boxes.

use super::domain::Domain;
use crate::{
    bounds::{BoundsError, Method, Prepared, Strategy},
    network::Clause,
    pulse::{Steady, at_once},
    tensor::{Ball, Steerable},
};

/// How intermediate layers are bounded before the last walk goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// By linear functions pushed forward: with few inputs a small part of the work, and as good where most neurons are stable.
    Forward,
    /// By intervals and walks back, the tighter of both.
    Backward,
}

/// A network and a group's rows on a backend.
pub(super) struct Bounder<B: Steerable> {
    prepared: Prepared<B>,
    /// `[1, rows, outputs]` of each group; none where its clauses have no rows.
    groups: Vec<Option<B::Tensor>>,
}

/// What a walk found, box after box.
pub(super) struct Found {
    /// Coefficients, `[box][row][input]`.
    pub(super) rows: Vec<f64>,
    /// Least values, `[box][row]`.
    pub(super) least: Vec<f64>,
}

impl<B: Steerable> Bounder<B> {
    pub(super) fn new(prepared: Prepared<B>, groups: &[&[Clause]]) -> Self {
        let classes = prepared.classes();
        let groups = groups.iter().map(|group| {
            let rows: Vec<f64> = group.iter().flatten().flat_map(|row| row.dense(classes)).collect();
            let count = rows.len() / classes;
            (count > 0).then(|| prepared.backend().upload([1, count, classes], &rows))
        });
        Bounder { groups: groups.collect(), prepared }
    }

    /// Linear bounds of a group's rows over boxes.
    ///
    /// # Errors
    /// Only a device that fails; the CPU does not.
    pub(super) fn bound(&self, group: usize, boxes: &[&Domain], depth: Depth) -> Result<Found, BoundsError> {
        let Some(rows) = &self.groups[group] else { return Ok(Found { rows: Vec::new(), least: Vec::new() }) };
        let backend = self.prepared.backend();
        let shape = [boxes.len(), 1, self.prepared.input_len()];
        let ends = |pick: fn(&Domain) -> &[f64]| {
            let values: Vec<f64> = boxes.iter().flat_map(|domain| pick(domain).iter().copied()).collect();
            backend.upload(shape, &values)
        };
        let ball = Ball::Box { lower: ends(|domain| &domain.lower), upper: ends(|domain| &domain.upper) };
        let ranges = match depth {
            Depth::Forward => at_once(self.prepared.ranges(&ball, Method::CrownLbp, Strategy::Adaptive, &Steady))?,
            Depth::Backward => self.prepared.refined(&ball, Strategy::Adaptive),
        };
        let below = self.prepared.below(&ball, &ranges, rows);
        at_once(async {
            Ok(Found { rows: backend.read(&below.rows).await?, least: backend.read(&below.least).await? })
        })
    }
}
