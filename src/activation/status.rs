//! The status of a neuron, read off the pre-activation bounds of the method in use.

use super::Real;

/// Where a neuron's input range lies relative to the bends of its activation (docs/methods.md §3).
///
/// ReLU and LeakyReLU have three statuses: [`LeftDead`](Status::LeftDead) ("dead"),
/// [`LeftUnstable`](Status::LeftUnstable) ("unstable") and [`Alive`](Status::Alive). ParamRamp, and a clip with two ends, have all
/// six. Sigmoid, tanh and softplus are straight nowhere: each of their neurons is [`LeftUnstable`](Status::LeftUnstable); ELU's is alive from 0 on.
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

    /// The name shown to people; `has_bend` says whether the activation knows all six.
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

/// The status of a range relative to two bends, neither end of the range NaN. At ties dead comes first, then right dead, then alive.
#[inline]
pub(super) fn between<T: Real>(low: T, high: T, lower: T, upper: T) -> Status {
    if upper <= low {
        Status::LeftDead
    } else if lower >= high {
        Status::RightDead
    } else if lower >= low {
        if upper <= high { Status::Alive } else { Status::RightUnstable }
    } else if upper <= high {
        Status::LeftUnstable
    } else {
        Status::Unstable
    }
}

/// Neurons by status, indexed by `Status as usize`.
pub type StatusCounts = [u32; 7];

/// Adds one layer's neurons, whose inputs lie between `lower` and `upper`, to the counts. `status` gives that of a neuron over a range.
pub fn count_statuses<T: Real>(
    counts: &mut StatusCounts,
    status: impl Fn(usize, T, T) -> Status,
    bounds: impl IntoIterator<Item = (T, T)>,
) {
    for (index, (lower, upper)) in bounds.into_iter().enumerate() {
        counts[status(index, lower, upper) as usize] += 1;
    }
}
