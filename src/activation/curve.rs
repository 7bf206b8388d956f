//! ReLU, LeakyReLU and ParamRamp: one curve with two bends.

use super::outward::{product, sum};
use super::rule::{Outward, Rule, choices_bent, inner_bent, settled_at, touching_bent};
use super::{Line, Lines, Real, Side, Status, Strategy, status::between};
use std::sync::Arc;

/// One neuron's activation: `slope·z` below 0, `z` up to `bend`, `slope·z + (1 − slope)·bend` beyond it.
///
/// ReLU is `slope = 0, bend = ∞`; LeakyReLU(η) is `slope = η, bend = ∞`; ParamRamp(η, r) has a finite `bend = r > 0`
/// (docs/methods.md §3). With an infinite bend every ParamRamp rule reduces to LeakyReLU's, so one type serves all three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve<T> {
    /// η in [0, 1): the slope below 0 and beyond the bend.
    pub slope: T,
    /// r > 0: where the ramp bends back; infinite for ReLU and LeakyReLU.
    pub bend: T,
}

impl<T: Real> Curve<T> {
    /// σ(z).
    #[inline]
    pub fn value(&self, z: T) -> T {
        if z < T::zero() {
            self.slope * z
        } else if z <= self.bend {
            z
        } else {
            self.slope * z + self.offset()
        }
    }

    /// b = (1 − η)·r, the intercept of the branch beyond the bend (infinite where there is none).
    #[inline]
    pub fn offset(&self) -> T {
        (T::one() - self.slope) * self.bend
    }

    /// Whether the curve bends back at a finite r (ParamRamp: six statuses instead of three).
    #[inline]
    pub fn has_bend(&self) -> bool {
        self.bend < T::infinity()
    }
}

/// The activation of every neuron of a layer.
#[derive(Clone, Debug)]
pub struct Curves {
    /// η, shared by the layer.
    pub slope: f64,
    /// r of each neuron; `None` for ReLU and LeakyReLU.
    pub bend: Option<Arc<[f32]>>,
}

impl Curves {
    /// The curve of neuron `index`.
    #[inline]
    pub fn at<T: Real>(&self, index: usize) -> Curve<T> {
        let bend = self.bend.as_ref().map_or(T::infinity(), |bend| T::of(f64::from(bend[index])));
        Curve { slope: T::of(self.slope), bend }
    }
}

/// A point on the curve and its derivatives with respect to l, u and r.
#[derive(Clone, Copy)]
struct Moving<T> {
    at: T,
    value: T,
    at_moves: [T; 3],
    value_moves: [T; 3],
}

impl<T: Real> Curve<T> {
    /// The least (or greatest) σ(v) − s·v over [l, u]; σ is piecewise linear, so ends and break points suffice.
    #[inline]
    fn extreme(&self, slope: T, lower: T, upper: T, pick: fn(T, T) -> T) -> T {
        let gap = |v: T| self.value(v) - slope * v;
        let mut best = pick(gap(lower), gap(upper));
        for point in [T::zero(), self.bend] {
            if lower < point && point < upper {
                best = pick(best, gap(point));
            }
        }
        best
    }
}

impl<T: Real> Rule<T> for Curve<T> {
    #[inline]
    fn value(&self, z: T) -> T {
        Curve::value(self, z)
    }

    #[inline]
    fn slope_at(&self, z: T) -> T {
        if z > T::zero() && z < self.bend { T::one() } else { self.slope }
    }

    #[inline]
    fn status(&self, lower: T, upper: T) -> Status {
        between(T::zero(), self.bend, lower, upper)
    }

    #[inline]
    fn lines(&self, strategy: Strategy, lower: T, upper: T) -> Lines<T> {
        let (zero, one) = (T::zero(), T::one());
        let adaptive = strategy == Strategy::Adaptive;
        let left = Line { slope: self.slope, intercept: zero };
        let middle = Line { slope: one, intercept: zero };
        let right = || Line { slope: self.slope, intercept: self.offset() };
        let chord = |from: T, to: T| {
            let slope = (self.value(to) - self.value(from)) / (to - from);
            slope.max(self.slope).min(one)
        };
        let above = |slope: T| Line { slope, intercept: self.extreme(slope, lower, upper, T::max) };
        let below = |slope: T| Line { slope, intercept: self.extreme(slope, lower, upper, T::min) };
        match self.status(lower, upper) {
            Status::LeftDead | Status::Unknown => Lines { lower: left, upper: left },
            Status::Alive => Lines { lower: middle, upper: middle },
            Status::RightDead => Lines { lower: right(), upper: right() },
            Status::LeftUnstable => Lines {
                lower: if adaptive && -lower <= upper { middle } else { left },
                upper: above(chord(lower, upper)),
            },
            Status::RightUnstable => Lines {
                lower: below(chord(lower, upper)),
                upper: if adaptive && upper - self.bend <= self.bend - lower { middle } else { right() },
            },
            Status::Unstable => Lines {
                lower: if adaptive && -lower <= upper { below(chord(zero, upper)) } else { left },
                upper: if adaptive && upper - self.bend <= self.bend - lower {
                    above(chord(lower, self.bend))
                } else {
                    right()
                },
            },
        }
    }

    #[inline]
    fn touching(&self, slope: T, lower: T, upper: T, side: Side) -> (T, T) {
        // From the bend on a line of the curve's own slope lies on it: its intercept is known without a difference.
        let gap = |v: T| {
            if slope == self.slope && v >= self.bend { self.offset() } else { self.value(v) - slope * v }
        };
        touching_bent(gap, [T::zero(), self.bend], (lower, upper), side)
    }

    #[inline]
    fn choices(&self, lower: T, upper: T) -> [[T; 2]; 2] {
        choices_bent(self.status(lower, upper), self.slope)
    }

    fn lines_gradient(&self, strategy: Strategy, lower: T, upper: T, gradient: &Lines<T>) -> [T; 3] {
        let (zero, one) = (T::zero(), T::one());
        let mut found = [zero; 3];
        let end = |z: T, own: usize| {
            let mut at_moves = [zero; 3];
            at_moves[own] = one;
            let mut value_moves = [zero, zero, self.parameter_slope_at(z)];
            value_moves[own] = self.slope_at(z);
            Moving { at: z, value: self.value(z), at_moves, value_moves }
        };
        let (at_lower, at_upper) = (end(lower, 0), end(upper, 1));
        let at_zero = Moving { at: zero, value: zero, at_moves: [zero; 3], value_moves: [zero; 3] };
        let at_bend =
            Moving { at: self.bend, value: self.bend, at_moves: [zero, zero, one], value_moves: [zero, zero, one] };
        let constant = |found: &mut [T; 3], intercept: T, point: &Moving<T>| {
            found.iter_mut().zip(point.value_moves).for_each(|(found, moves)| *found += intercept * moves);
        };
        // Slope (q − p)/(Δ at) and an intercept that puts the line through q; both ends give the same derivative.
        let chord = |found: &mut [T; 3], slope_gradient: T, intercept_gradient: T, from: Moving<T>, to: Moving<T>| {
            let run = to.at - from.at;
            let slope = (to.value - from.value) / run;
            for (input, found) in found.iter_mut().enumerate() {
                let rise = to.value_moves[input] - from.value_moves[input];
                let slope_moves = (rise - slope * (to.at_moves[input] - from.at_moves[input])) / run;
                let intercept_moves = to.value_moves[input] - slope_moves * to.at - slope * to.at_moves[input];
                *found += slope_gradient * slope_moves + intercept_gradient * intercept_moves;
            }
        };
        if strategy == Strategy::Constant {
            constant(&mut found, gradient.lower.intercept, &at_lower);
            constant(&mut found, gradient.upper.intercept, &at_upper);
            return found;
        }
        let adaptive = strategy == Strategy::Adaptive;
        let bends = one - self.slope;
        let (low, high) = (&gradient.lower, &gradient.upper);
        let leans_right = adaptive && upper - self.bend <= self.bend - lower;
        match self.status(lower, upper) {
            Status::LeftDead | Status::Unknown | Status::Alive => {}
            Status::RightDead => found[2] += (low.intercept + high.intercept) * bends,
            Status::LeftUnstable => chord(&mut found, high.slope, high.intercept, at_lower, at_upper),
            Status::RightUnstable => {
                chord(&mut found, low.slope, low.intercept, at_lower, at_upper);
                if !leans_right {
                    found[2] += high.intercept * bends;
                }
            }
            Status::Unstable => {
                if adaptive && -lower <= upper {
                    chord(&mut found, low.slope, low.intercept, at_zero, at_upper);
                }
                if leans_right {
                    chord(&mut found, high.slope, high.intercept, at_lower, at_bend);
                } else {
                    found[2] += high.intercept * bends;
                }
            }
        }
        found
    }

    /// ∂σ(z)/∂r.
    #[inline]
    fn parameter_slope_at(&self, z: T) -> T {
        if z >= self.bend { T::one() - self.slope } else { T::zero() }
    }

    #[inline]
    fn has_parameter(&self) -> bool {
        self.has_bend()
    }
}

impl Outward for Curve<f64> {
    #[inline]
    fn around(&self, z: f64) -> (f64, f64) {
        if z < 0.0 {
            product(self.slope, z)
        } else if z <= self.bend {
            (z, z)
        } else {
            // r + η·(z − r), each step rounded outward; z > r, so no part is negative.
            let (past_low, past_high) = sum(z, -self.bend);
            let low = product(self.slope, past_low).0;
            let high = product(self.slope, past_high).1;
            (sum(self.bend, low).0, sum(self.bend, high).1)
        }
    }

    fn inner(&self, slope: f64, lower: f64, upper: f64, side: Side) -> f64 {
        inner_bent(self, [0.0, self.bend], slope, (lower, upper), side)
    }

    fn settled(&self, lower: f64, upper: f64) -> (f64, f64) {
        settled_at([0.0, self.bend], lower, upper)
    }
}
