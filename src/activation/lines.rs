//! Lines that hold an activation over a range, and the ways to choose them (docs/methods.md §3).

use super::Real;
use serde::{Deserialize, Serialize};

/// How the two lines around an activation are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Never outside the constant lines on [l, u]: what Theorem 2 needs.
    #[default]
    Tight,
    /// Least area for unstable neurons, CROWN's usual choice; can leave the constant lines.
    Adaptive,
    /// Slope 0 through σ(l) and σ(u): turns LBP and CROWN into IBP (paper, appendix A.5).
    Constant,
}

impl Strategy {
    /// All three, in the order in which they are offered.
    pub const ALL: [Strategy; 3] = [Strategy::Tight, Strategy::Adaptive, Strategy::Constant];

    /// The name used on the command line and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Tight => "tight",
            Strategy::Adaptive => "adaptive",
            Strategy::Constant => "constant",
        }
    }
}

/// `slope·z + intercept`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line<T> {
    /// Slope, never negative: every activation here is increasing.
    pub slope: T,
    /// Value at z = 0.
    pub intercept: T,
}

impl<T: Real> Line<T> {
    /// The line's value at `z`.
    #[inline]
    pub fn at(&self, z: T) -> T {
        self.slope * z + self.intercept
    }
}

/// The two lines that hold σ between them on [l, u].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines<T> {
    /// Below σ on [l, u].
    pub lower: Line<T>,
    /// Above σ on [l, u].
    pub upper: Line<T>,
}

impl<T: Real> Lines<T> {
    /// Lines of which nothing is known: their slopes and intercepts are not numbers.
    pub fn unknown() -> Self {
        let nan = Line { slope: T::nan(), intercept: T::nan() };
        Lines { lower: nan, upper: nan }
    }
}

/// Which side of a curve a line stays on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nowhere above it.
    Below,
    /// Nowhere below it.
    Above,
}

/// A point of a curve that a chord goes through.
#[derive(Clone, Copy)]
pub(super) struct Through<T> {
    /// z.
    pub(super) at: T,
    /// σ(z).
    pub(super) value: T,
    /// σ'(z), used where the point moves.
    pub(super) slope: T,
    /// Which end of the range it is, 0 for l and 1 for u; `None` where it stays when the range moves.
    pub(super) end: Option<usize>,
}

/// How a chord moves with l and u: adds to the first two of `found`, given the gradient of its slope and intercept.
pub(super) fn chord_gradient<T: Real>(found: &mut [T; 3], gradient: &Line<T>, from: Through<T>, to: Through<T>) {
    let run = to.at - from.at;
    let slope = (to.value - from.value) / run;
    for (end, found) in found.iter_mut().take(2).enumerate() {
        let moves = |point: &Through<T>| {
            if point.end == Some(end) { (T::one(), point.slope) } else { (T::zero(), T::zero()) }
        };
        let ((from_at, from_value), (to_at, to_value)) = (moves(&from), moves(&to));
        let slope_moves = (to_value - from_value - slope * (to_at - from_at)) / run;
        let intercept_moves = to_value - slope_moves * to.at - slope * to_at;
        *found += gradient.slope * slope_moves + gradient.intercept * intercept_moves;
    }
}
