//! What every rule must do, whichever it is; docs/methods.md §3 and §7.

use super::rule::lines_gradient;
use super::*;

const NONE: f64 = f64::INFINITY;

fn curve(slope: f64, bend: f64) -> Neuron {
    Neuron::Curve(Curve { slope, bend })
}

fn clip(low: f64, high: f64) -> Neuron {
    Neuron::Clip(Clip { low, high })
}

/// Each rule, with bends that the points below lie on, next to and between.
fn rules() -> Vec<Neuron> {
    let mut rules = vec![Neuron::Sigmoid(Sigmoid), Neuron::Tanh(Tanh), Neuron::Softplus(Softplus)];
    rules.extend([1.0, 0.3].map(|scale| Neuron::Elu(Elu { scale })));
    for slope in [0.0, 0.01, 0.3] {
        rules.extend([0.5, 1.0, NONE].map(|bend| curve(slope, bend)));
    }
    rules.extend([clip(-1.0, 1.0), clip(0.0, 0.5), clip(-0.7, 0.75), clip(0.4, NONE), clip(-NONE, -0.7)]);
    rules
}

const POINTS: [f64; 14] = [-40.0, -3.0, -1.0, -0.7, -1e-9, 0.0, 1e-9, 0.4, 0.5, 0.75, 1.0, 1.5, 3.0, 700.0];

fn ranges() -> impl Iterator<Item = (f64, f64)> {
    (0..POINTS.len()).flat_map(|i| (i..POINTS.len()).map(move |j| (POINTS[i], POINTS[j])))
}

/// Points of a range, close together at its ends.
fn within(l: f64, u: f64) -> impl Iterator<Item = f64> {
    let even = (0..=64).map(move |step| l + (u - l) * f64::from(step) / 64.0);
    even.chain((2..20).flat_map(move |power| {
        let part = (u - l) * 0.5f64.powi(power);
        [l + part, u - part]
    }))
}

fn slack(l: f64, u: f64) -> f64 {
    1e-14 * (1.0 + l.abs().max(u.abs()))
}

#[test]
fn lines_hold_every_rule_between_them() {
    for rule in rules() {
        for (l, u) in ranges() {
            for strategy in Strategy::ALL {
                let pair = lines(&rule, strategy, l, u);
                let place = |z: f64| format!("{rule:?} {strategy:?} at {z} in [{l}, {u}]: {pair:?}");
                assert!(pair.lower.slope >= 0.0 && pair.upper.slope >= 0.0, "{}", place(l));
                for z in within(l, u) {
                    let value = rule.value(z);
                    assert!(pair.lower.at(z) <= value + slack(l, u), "lower above, {}", place(z));
                    assert!(pair.upper.at(z) >= value - slack(l, u), "upper below, {}", place(z));
                    if strategy == Strategy::Tight {
                        let [least, most] = [l, u].map(|end| rule.value(end));
                        assert!(pair.lower.at(z) >= least - slack(l, u), "lower leaves the constant one, {}", place(z));
                        assert!(pair.upper.at(z) <= most + slack(l, u), "upper leaves the constant one, {}", place(z));
                    }
                }
            }
        }
    }
}

/// What `bounds::Order::Nested` claims, and Theorem 2 rests on.
#[test]
fn over_a_smaller_range_no_tight_line_is_looser() {
    for rule in rules() {
        for (l, u) in ranges() {
            let wide = lines(&rule, Strategy::Tight, l, u);
            for (from, to) in ranges().filter(|&(from, to)| l <= from && to <= u) {
                let narrow = lines(&rule, Strategy::Tight, from, to);
                for z in [from, to] {
                    let place = format!("{rule:?} at {z}, [{from}, {to}] in [{l}, {u}]: {narrow:?} and {wide:?}");
                    assert!(narrow.lower.at(z) >= wide.lower.at(z) - slack(l, u), "lower, {place}");
                    assert!(narrow.upper.at(z) <= wide.upper.at(z) + slack(l, u), "upper, {place}");
                }
            }
        }
    }
}

#[test]
fn the_slopes_chosen_give_the_same_lines_when_they_come_from_outside() {
    for rule in rules() {
        for (l, u) in ranges() {
            for strategy in Strategy::ALL {
                let chosen = lines(&rule, strategy, l, u);
                for (line, side) in [(chosen.lower, Side::Below), (chosen.upper, Side::Above)] {
                    let (intercept, at) = touching(&rule, line.slope, l, u, side);
                    assert_eq!(intercept, line.intercept, "{side:?} [{l}, {u}] {strategy:?} {rule:?}");
                    assert!(l <= at && at <= u);
                }
            }
        }
    }
}

#[test]
fn a_line_of_any_slope_stays_on_its_side_and_touches() {
    for rule in rules() {
        for (l, u) in ranges() {
            for slope in [-0.5, 0.0, 1e-3, 0.05, 0.1, 0.2, 0.25, 0.4, 0.99, 1.0, 1.5] {
                for side in [Side::Below, Side::Above] {
                    let (intercept, at) = touching(&rule, slope, l, u, side);
                    let gap = |z: f64| rule.value(z) - (slope * z + intercept);
                    assert!(
                        gap(at).abs() < 3.0 * slack(l, u),
                        "touches: {rule:?} {slope} [{l}, {u}] {side:?} {}",
                        gap(at)
                    );
                    for z in within(l, u) {
                        let gap = if side == Side::Below { gap(z) } else { -gap(z) };
                        assert!(gap > -3.0 * slack(l, u), "{rule:?} {side:?} {slope} at {z} in [{l}, {u}]: {gap}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_range_that_is_not_finite_gives_no_lines_and_one_without_numbers_no_status() {
    for rule in rules() {
        for (l, u) in [(-1.0, NONE), (-NONE, 1.0), (f64::NAN, 1.0), (-1.0, f64::NAN)] {
            for strategy in Strategy::ALL {
                let pair = lines(&rule, strategy, l, u);
                assert!(pair.lower.at(0.0).is_nan() && pair.upper.at(0.0).is_nan(), "[{l}, {u}] {strategy:?}");
            }
            assert_eq!(status(&rule, l, u) == Status::Unknown, l.is_nan() || u.is_nan());
        }
    }
}

#[test]
fn lines_move_as_differences_say() {
    let weights = Lines { lower: Line { slope: 0.7, intercept: -1.3 }, upper: Line { slope: 1.9, intercept: 0.4 } };
    let total = |rule: &Neuron, strategy, l, u| {
        let found = lines(rule, strategy, l, u);
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
        (-1.7, 1.85),
    ];
    let h = 1e-6;
    for rule in [
        curve(0.0, 1.0),
        curve(0.1, 1.0),
        curve(0.0, NONE),
        clip(-0.8, 1.0),
        clip(0.1, NONE),
        clip(-NONE, 0.5),
        Neuron::Sigmoid(Sigmoid),
        Neuron::Tanh(Tanh),
        Neuron::Elu(Elu { scale: 0.4 }),
        Neuron::Softplus(Softplus),
    ] {
        for strategy in Strategy::ALL {
            for (l, u) in ranges {
                let found = lines_gradient(&rule, strategy, l, u, &weights);
                let mut wanted = vec![
                    total(&rule, strategy, l + h, u) - total(&rule, strategy, l - h, u),
                    total(&rule, strategy, l, u + h) - total(&rule, strategy, l, u - h),
                ];
                if let Neuron::Curve(Curve { slope, bend: 1.0 }) = rule {
                    let bent = |bend| total(&curve(slope, bend), strategy, l, u);
                    wanted.push(bent(1.0 + h) - bent(1.0 - h));
                }
                for (found, wanted) in found.iter().zip(wanted) {
                    let wanted = wanted / (2.0 * h);
                    assert!((found - wanted).abs() < 2e-6, "[{l}, {u}] {strategy:?} {rule:?}: {found} {wanted}");
                }
            }
        }
    }
}

#[test]
fn values_move_as_differences_say() {
    for rule in rules() {
        for z in [-2.3, -0.8, -0.2, 0.1, 0.45, 0.6, 0.9, 1.3, 2.7] {
            let h = 1e-6;
            let wanted = (rule.value(z + h) - rule.value(z - h)) / (2.0 * h);
            assert!((rule.slope_at(z) - wanted).abs() < 1e-8, "{rule:?} at {z}: {} {wanted}", rule.slope_at(z));
        }
    }
}

#[test]
fn an_unstable_relu_has_the_chord_above() {
    let pair = lines(&curve(0.0, NONE), Strategy::Tight, -1.0, 3.0);
    assert_eq!(pair.upper, Line { slope: 0.75, intercept: 0.75 });
    assert_eq!(pair.lower, Line { slope: 0.0, intercept: 0.0 });
}

#[test]
fn adaptive_takes_slope_one_at_the_tie() {
    for rule in [curve(0.0, NONE), clip(0.0, NONE)] {
        assert_eq!(lines(&rule, Strategy::Adaptive, -1.0, 1.0).lower.slope, 1.0);
        assert_eq!(lines(&rule, Strategy::Adaptive, -1.0, 0.999).lower.slope, 0.0);
    }
}

/// A clip from 0 is ParamRamp(0), and one without an upper end ReLU: the same lines and statuses.
#[test]
fn a_clip_from_zero_is_a_ramp() {
    for bend in [0.5, 1.0, NONE] {
        let (ramp, cut) = (curve(0.0, bend), clip(0.0, bend));
        for (l, u) in ranges() {
            assert_eq!(status(&ramp, l, u), status(&cut, l, u), "[{l}, {u}]");
            for strategy in Strategy::ALL {
                assert_eq!(lines(&ramp, strategy, l, u), lines(&cut, strategy, l, u), "[{l}, {u}] {strategy:?}");
            }
        }
    }
}

/// (rule, l, u, status): one row for each place that a range can have.
#[test]
fn statuses() {
    use Status::*;
    let (relu, ramp, hard) = (curve(0.0, NONE), curve(0.1, 1.0), clip(-1.0, 1.0));
    let (above, below) = (clip(0.5, NONE), clip(-NONE, 0.5));
    for (rule, l, u, wanted) in [
        (relu, -1.0, 0.0, LeftDead),
        (relu, -1.0, 0.1, LeftUnstable),
        (relu, 0.0, 9.0, Alive),
        (ramp, 0.2, 1.1, RightUnstable),
        (ramp, -0.2, 1.1, Unstable),
        (ramp, 1.0, 1.1, RightDead),
        (hard, -2.0, -1.0, LeftDead),
        (hard, -2.0, 1.0, LeftUnstable),
        (hard, -1.0, 1.0, Alive),
        (hard, -1.0, 1.1, RightUnstable),
        (hard, -1.1, 1.1, Unstable),
        (hard, 1.0, 2.0, RightDead),
        (above, 0.0, 0.5, LeftDead),
        (above, 0.0, 0.6, LeftUnstable),
        (above, 0.5, 0.6, Alive),
        (below, 0.5, 0.6, LeftDead),
        (below, 0.0, 0.6, LeftUnstable),
        (below, 0.0, 0.5, Alive),
        (Neuron::Sigmoid(Sigmoid), -9.0, -8.0, LeftUnstable),
        (Neuron::Tanh(Tanh), 1.0, 1.0, LeftUnstable),
        (Neuron::Softplus(Softplus), 1.0, 9.0, LeftUnstable),
        (Neuron::Elu(Elu { scale: 0.5 }), -1.0, 0.0, LeftUnstable),
        (Neuron::Elu(Elu { scale: 0.5 }), 0.0, 9.0, Alive),
    ] {
        assert_eq!(status(&rule, l, u), wanted, "{rule:?} [{l}, {u}]");
    }
}
