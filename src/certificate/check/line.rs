//! Lines of exact numbers.

use super::dyadic::Dyadic;

/// slope·z + intercept.
pub(super) struct Line {
    pub(super) slope: Dyadic,
    pub(super) intercept: Dyadic,
}

impl Line {
    pub(super) fn of(slope: f64, intercept: f64) -> Line {
        Line { slope: Dyadic::of(slope), intercept: Dyadic::of(intercept) }
    }
}
