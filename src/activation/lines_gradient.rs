//! How bounding lines move with the range they hold on and with the bend.

use super::{Curve, Real};
use super::{
    lines::{Lines, Strategy},
    status::{Status, status},
};

/// A point on the curve and its derivatives with respect to l, u and r.
#[derive(Clone, Copy)]
struct Moving<T> {
    at: T,
    value: T,
    at_moves: [T; 3],
    value_moves: [T; 3],
}

/// σ'(z); at a bend itself the outer slope.
pub(crate) fn slope_at<T: Real>(curve: &Curve<T>, z: T) -> T {
    if z > T::zero() && z < curve.bend { T::one() } else { curve.slope }
}

/// ∂σ(z)/∂r.
pub(crate) fn bend_slope_at<T: Real>(curve: &Curve<T>, z: T) -> T {
    if z >= curve.bend { T::one() - curve.slope } else { T::zero() }
}

/// The adjoint of [`lines`](super::lines()): given the gradient of both lines' slopes and intercepts, that of l, u and r.
pub(crate) fn lines_gradient<T: Real>(
    curve: &Curve<T>,
    strategy: Strategy,
    lower: T,
    upper: T,
    gradient: &Lines<T>,
) -> [T; 3] {
    let (zero, one) = (T::zero(), T::one());
    let mut found = [zero; 3];
    let end = |z: T, own: usize| {
        let mut at_moves = [zero; 3];
        at_moves[own] = one;
        let mut value_moves = [zero, zero, bend_slope_at(curve, z)];
        value_moves[own] = slope_at(curve, z);
        Moving { at: z, value: curve.value(z), at_moves, value_moves }
    };
    let (at_lower, at_upper) = (end(lower, 0), end(upper, 1));
    let at_zero = Moving { at: zero, value: zero, at_moves: [zero; 3], value_moves: [zero; 3] };
    let at_bend =
        Moving { at: curve.bend, value: curve.bend, at_moves: [zero, zero, one], value_moves: [zero, zero, one] };
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
    let bends = one - curve.slope;
    let (low, high) = (&gradient.lower, &gradient.upper);
    let leans_right = adaptive && upper - curve.bend <= curve.bend - lower;
    match status(curve, lower, upper) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::{Line, lines};

    #[test]
    fn agrees_with_finite_differences_for_every_status() {
        let weights = Lines { lower: Line { slope: 0.7, intercept: -1.3 }, upper: Line { slope: 1.9, intercept: 0.4 } };
        let total = |curve: &Curve<f64>, strategy, l, u| {
            let found = lines(curve, strategy, l, u);
            weights.lower.slope * found.lower.slope
                + weights.lower.intercept * found.lower.intercept
                + weights.upper.slope * found.upper.slope
                + weights.upper.intercept * found.upper.intercept
        };
        let ranges = [
            (-2.0, -1.0),
            (-1.0, 0.4),
            (-0.3, 0.6),
            (0.2, 0.7),
            (0.3, 1.6),
            (0.6, 3.0),
            (1.5, 2.0),
            (-0.5, 2.0),
            (-3.0, 1.2),
        ];
        for slope in [0.0, 0.1] {
            for strategy in Strategy::ALL {
                for (l, u) in ranges {
                    let curve = Curve { slope, bend: 1.0 };
                    let found = lines_gradient(&curve, strategy, l, u, &weights);
                    let h = 1e-6;
                    let bent = |bend| Curve { slope, bend };
                    let wanted = [
                        total(&curve, strategy, l + h, u) - total(&curve, strategy, l - h, u),
                        total(&curve, strategy, l, u + h) - total(&curve, strategy, l, u - h),
                        total(&bent(1.0 + h), strategy, l, u) - total(&bent(1.0 - h), strategy, l, u),
                    ];
                    for (found, wanted) in found.iter().zip(wanted) {
                        let wanted = wanted / (2.0 * h);
                        assert!((found - wanted).abs() < 1e-6, "[{l}, {u}] {strategy:?} η {slope}: {found} {wanted}");
                    }
                }
            }
        }
    }
}
