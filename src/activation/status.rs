//! The status of a neuron, read off the pre-activation bounds of the method in use.

use super::{Curve, Real};

/// Where a neuron's input range lies relative to the bends of its activation (docs/methods.md §3).
///
/// ReLU and LeakyReLU have three statuses: [`LeftDead`](Status::LeftDead) ("dead"),
/// [`LeftUnstable`](Status::LeftUnstable) ("unstable") and [`Alive`](Status::Alive). ParamRamp has all six.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// u ≤ 0.
    LeftDead = 0,
    /// l < 0 < u ≤ r.
    LeftUnstable = 1,
    /// 0 ≤ l, u ≤ r.
    Alive = 2,
    /// 0 ≤ l < r < u.
    RightUnstable = 3,
    /// r ≤ l.
    RightDead = 4,
    /// l < 0, r < u.
    Unstable = 5,
    /// A bound that is not a number: nothing is known.
    Unknown = 6,
}

impl Status {
    /// The six statuses of a finite range, in the order in which they are drawn.
    pub const ALL: [Status; 6] = [
        Status::LeftDead,
        Status::LeftUnstable,
        Status::Unstable,
        Status::Alive,
        Status::RightUnstable,
        Status::RightDead,
    ];

    /// The name shown to people; `has_bend` says whether the activation is a ParamRamp.
    pub fn label(self, has_bend: bool) -> &'static str {
        match (self, has_bend) {
            (Status::LeftDead, false) => "dead",
            (Status::LeftUnstable, false) => "unstable",
            (Status::LeftDead, true) => "left dead",
            (Status::LeftUnstable, true) => "left unstable",
            (Status::Alive, _) => "alive",
            (Status::RightUnstable, _) => "right unstable",
            (Status::RightDead, _) => "right dead",
            (Status::Unstable, _) => "unstable",
            (Status::Unknown, _) => "unknown",
        }
    }
}

/// Neurons by status, indexed by `Status as usize`.
pub type StatusCounts = [u32; 7];

/// Adds one layer's neurons, whose inputs lie between `lower` and `upper`, to the counts.
pub fn count_statuses<T: Real>(
    counts: &mut StatusCounts,
    curve: impl Fn(usize) -> Curve<T>,
    bounds: impl IntoIterator<Item = (T, T)>,
) {
    for (index, (lower, upper)) in bounds.into_iter().enumerate() {
        counts[status(&curve(index), lower, upper) as usize] += 1;
    }
}

/// The status of a neuron whose input lies in `[lower, upper]`. At ties dead comes first, then right dead, then alive.
#[inline]
pub fn status<T: Real>(curve: &Curve<T>, lower: T, upper: T) -> Status {
    let zero = T::zero();
    if lower.is_nan() || upper.is_nan() {
        Status::Unknown
    } else if upper <= zero {
        Status::LeftDead
    } else if lower >= curve.bend {
        Status::RightDead
    } else if lower >= zero {
        if upper <= curve.bend { Status::Alive } else { Status::RightUnstable }
    } else if upper <= curve.bend {
        Status::LeftUnstable
    } else {
        Status::Unstable
    }
}
