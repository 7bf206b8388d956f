//! Clip: a value cut to a range. HardTanh and ReLU6 are clips.

use super::lines::{Through, chord_gradient};
use super::rule::{Outward, Rule, choices_bent, inner_bent, settled_at, touching_bent};
use super::{Line, Lines, Real, Side, Status, Strategy, status::between};

/// `low` below it, z up to `high`, `high` beyond it. One of the two may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip<T> {
    /// The least value; −∞ where there is none.
    pub low: T,
    /// The greatest value, above `low`; ∞ where there is none.
    pub high: T,
}

/// How a line over a range is chosen.
#[derive(Clone, Copy, PartialEq)]
enum Chosen<T> {
    /// A line of the curve's own, slope 0 or 1.
    Own(T),
    /// The chord between these two points of the range.
    Chord(T, T),
}

impl<T: Real> Clip<T> {
    /// Whether both ends cut: six statuses instead of three.
    #[inline]
    pub fn has_both(&self) -> bool {
        self.low.is_finite() && self.high.is_finite()
    }

    /// The lines below and above. The table of docs/methods.md §3 for ParamRamp with η = 0, its bends at `low` and `high`.
    #[inline]
    fn choose(&self, strategy: Strategy, lower: T, upper: T) -> [Chosen<T>; 2] {
        use Chosen::{Chord, Own};
        let (flat, steep) = (Own(T::zero()), Own(T::one()));
        let adaptive = strategy == Strategy::Adaptive;
        let rises = adaptive && self.low - lower <= upper - self.low;
        let falls = adaptive && upper - self.high <= self.high - lower;
        match between(self.low, self.high, lower, upper) {
            Status::LeftDead | Status::RightDead | Status::Unknown => [flat, flat],
            Status::Alive => [steep, steep],
            Status::LeftUnstable => [if rises { steep } else { flat }, Chord(lower, upper)],
            Status::RightUnstable => [Chord(lower, upper), if falls { steep } else { flat }],
            Status::Unstable => {
                [if rises { Chord(self.low, upper) } else { flat }, if falls { Chord(lower, self.high) } else { flat }]
            }
        }
    }

    #[inline]
    fn slope(&self, chosen: Chosen<T>) -> T {
        match chosen {
            Chosen::Own(slope) => slope,
            Chosen::Chord(from, to) => {
                let slope = (self.value(to) - self.value(from)) / (to - from);
                slope.max(T::zero()).min(T::one())
            }
        }
    }

    fn through(&self, at: T, lower: T, upper: T) -> Through<T> {
        let end = if at == lower { Some(0) } else { (at == upper).then_some(1) };
        Through { at, value: self.value(at), slope: self.slope_at(at), end }
    }
}

impl<T: Real> Rule<T> for Clip<T> {
    #[inline]
    fn value(&self, z: T) -> T {
        if z < self.low {
            self.low
        } else if z > self.high {
            self.high
        } else {
            z
        }
    }

    #[inline]
    fn slope_at(&self, z: T) -> T {
        if z > self.low && z < self.high { T::one() } else { T::zero() }
    }

    /// Where only one end cuts, the three statuses of ReLU: dead where σ is constant.
    #[inline]
    fn status(&self, lower: T, upper: T) -> Status {
        let status = between(self.low, self.high, lower, upper);
        match status {
            Status::RightDead if !self.has_both() => Status::LeftDead,
            Status::RightUnstable if !self.has_both() => Status::LeftUnstable,
            status => status,
        }
    }

    #[inline]
    fn lines(&self, strategy: Strategy, lower: T, upper: T) -> Lines<T> {
        let [below, above] = self.choose(strategy, lower, upper).map(|chosen| self.slope(chosen));
        let line = |slope: T, side| Line { slope, intercept: self.touching(slope, lower, upper, side).0 };
        Lines { lower: line(below, Side::Below), upper: line(above, Side::Above) }
    }

    #[inline]
    fn touching(&self, slope: T, lower: T, upper: T, side: Side) -> (T, T) {
        touching_bent(|v| self.value(v) - slope * v, [self.low, self.high], (lower, upper), side)
    }

    #[inline]
    fn choices(&self, lower: T, upper: T) -> [[T; 2]; 2] {
        // Not `status`: where only one end cuts, that takes both kinds of bend for one.
        choices_bent(between(self.low, self.high, lower, upper), T::zero())
    }

    fn lines_gradient(&self, strategy: Strategy, lower: T, upper: T, gradient: &Lines<T>) -> [T; 3] {
        let mut found = [T::zero(); 3];
        if strategy == Strategy::Constant {
            found[0] = gradient.lower.intercept * self.slope_at(lower);
            found[1] = gradient.upper.intercept * self.slope_at(upper);
            return found;
        }
        let [below, above] = self.choose(strategy, lower, upper);
        for (chosen, gradient) in [(below, &gradient.lower), (above, &gradient.upper)] {
            if let Chosen::Chord(from, to) = chosen {
                let [from, to] = [from, to].map(|at| self.through(at, lower, upper));
                chord_gradient(&mut found, gradient, from, to);
            }
        }
        found
    }
}

impl Outward for Clip<f64> {
    #[inline]
    fn around(&self, z: f64) -> (f64, f64) {
        // Nothing is rounded.
        let value = self.value(z);
        (value, value)
    }

    fn inner(&self, slope: f64, lower: f64, upper: f64, side: Side) -> f64 {
        inner_bent(self, [self.low, self.high], slope, (lower, upper), side)
    }

    fn settled(&self, lower: f64, upper: f64) -> (f64, f64) {
        settled_at([self.low, self.high], lower, upper)
    }
}
