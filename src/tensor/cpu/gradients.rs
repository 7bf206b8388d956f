//! The loops of the adjoints.

use crate::{
    activation::{Line, Lines, Real, Rule, Strategy, lines_gradient},
    tensor::Shape,
};

/// Sums over the batch and rows in which `target` was broadcast.
pub(super) fn sum_to<T: Real>(gradient: &[T], [_, rows, width]: Shape, target: Shape) -> Vec<T> {
    let mut out = vec![T::zero(); target.iter().product()];
    for (index, row) in gradient.chunks(width).enumerate() {
        let (item, row_index) = (index / rows, index % rows);
        let item = if target[0] == 1 { 0 } else { item };
        let row_index = if target[1] == 1 { 0 } else { row_index };
        let out = &mut out[(item * target[1] + row_index) * width..][..width];
        out.iter_mut().zip(row).for_each(|(out, &value)| *out += value);
    }
    out
}

/// above + below and above − below.
pub(super) fn sum_difference<T: Real>(below: &[T], above: &[T]) -> (Vec<T>, Vec<T>) {
    let pairs = || below.iter().zip(above);
    (pairs().map(|(&b, &a)| a + b).collect(), pairs().map(|(&b, &a)| a - b).collect())
}

/// Gradients of centre and radius become those of the lower and the upper end, in place.
pub(super) fn halve_ends<T: Real>(centre: &mut [T], radius: &mut [T]) {
    let half = T::of(0.5);
    for (centre, radius) in centre.iter_mut().zip(radius) {
        (*centre, *radius) = ((*centre - *radius) * half, (*centre + *radius) * half);
    }
}

/// Gradients of z and of the bends.
pub(super) fn activate<T: Real>(rules: &[impl Rule<T>], z: &[T], gradient: &[T]) -> (Vec<T>, Option<Vec<T>>) {
    let width = rules.len();
    let mut into = vec![T::zero(); z.len()];
    for ((into, z), gradient) in into.chunks_mut(width).zip(z.chunks(width)).zip(gradient.chunks(width)) {
        for (((into, &z), &gradient), rule) in into.iter_mut().zip(z).zip(gradient).zip(rules) {
            *into = gradient * rule.slope_at(z);
        }
    }
    let bends = rules.iter().any(Rule::has_parameter).then(|| {
        let mut bends = vec![T::zero(); width];
        for (z, gradient) in z.chunks(width).zip(gradient.chunks(width)) {
            for (((bend, &z), &gradient), rule) in bends.iter_mut().zip(z).zip(gradient).zip(rules) {
                *bend += gradient * rule.parameter_slope_at(z);
            }
        }
        bends
    });
    (into, bends)
}

/// Gradients of l, u and the bends from those of the lines.
pub(super) fn relax<T: Real>(
    rules: &[impl Rule<T>],
    strategy: Strategy,
    (lower, upper): (&[T], &[T]),
    [slope_below, slope_above, at_below, at_above]: [&[T]; 4],
) -> (Vec<T>, Vec<T>, Option<Vec<T>>) {
    let (mut below, mut above) = (Vec::with_capacity(lower.len()), Vec::with_capacity(lower.len()));
    let mut bends = vec![T::zero(); rules.len()];
    for (index, (&l, &u)) in lower.iter().zip(upper).enumerate() {
        let gradient = Lines {
            lower: Line { slope: slope_below[index], intercept: at_below[index] },
            upper: Line { slope: slope_above[index], intercept: at_above[index] },
        };
        let at = index % rules.len();
        let [to_lower, to_upper, to_bend] = lines_gradient(&rules[at], strategy, l, u, &gradient);
        below.push(to_lower);
        above.push(to_upper);
        bends[at] += to_bend;
    }
    (below, above, rules.iter().any(Rule::has_parameter).then_some(bends))
}

/// One row of relax_backward's adjoint: appends the row's gradient, adds to those of the lines.
pub(super) fn relax_row<T: Real>(
    row: &[T],
    [slope_below, slope_above, at_below, at_above]: [&[T]; 4],
    gradient: &[T],
    offset: T,
    into: &mut Vec<T>,
    lines: &mut [&mut [T]; 4],
) {
    let [to_slope_below, to_slope_above, to_at_below, to_at_above] = lines;
    for (at, (&a, &g)) in row.iter().zip(gradient).enumerate() {
        let above = a < T::zero();
        let (slope, intercept) = if above { (slope_above[at], at_above[at]) } else { (slope_below[at], at_below[at]) };
        into.push(g * slope + offset * intercept);
        let (to_slope, to_at) = (g * a, offset * a);
        if above {
            to_slope_above[at] += to_slope;
            to_at_above[at] += to_at;
        } else {
            to_slope_below[at] += to_slope;
            to_at_below[at] += to_at;
        }
    }
}

/// Concretisation's adjoint for the rows of one image: appends their gradients, adds to those of the box's ends.
pub(super) fn concretize<'a, T: Real>(
    rows: impl Iterator<Item = &'a [T]>,
    gradient: &[T],
    (lower, upper): (&[T], &[T]),
    into: &mut Vec<T>,
    (below, above): (&mut [T], &mut [T]),
) {
    for (row, &gradient) in rows.zip(gradient) {
        for (at, &w) in row.iter().enumerate() {
            if w < T::zero() {
                into.push(gradient * upper[at]);
                above[at] += gradient * w;
            } else {
                into.push(gradient * lower[at]);
                below[at] += gradient * w;
            }
        }
    }
}

/// ln(1 + Σ e^(−mᵢ)), without overflow.
pub(super) fn margin_loss<T: Real>(margins: &[T]) -> T {
    let most = margins.iter().fold(T::zero(), |most, &margin| super::elementwise::greater(most, -margin));
    let sum = margins.iter().fold((-most).exp(), |sum, &margin| sum + (-margin - most).exp());
    most + sum.ln()
}

/// Growth by less than a factor of 1/τ is not penalised (Shi et al. 2021).
const TAU: f64 = 0.5;

/// max(0, 1 − before/(τ·after)) and its derivatives by both.
pub(super) fn growth(before: f64, after: f64) -> (f64, f64, f64) {
    let penalty = 1.0 - before / (TAU * after);
    if penalty > 0.0 && after > 0.0 {
        (penalty, -1.0 / (TAU * after), before / (TAU * after * after))
    } else {
        (0.0, 0.0, 0.0)
    }
}

/// max(0, 1 − min(q, 1/q)/τ) and its derivative; 0 where q is no ratio of two positive numbers.
fn imbalance(q: f64) -> (f64, f64) {
    if !(q.is_finite() && q > 0.0) {
        return (0.0, 0.0);
    }
    let (even, slope) = if q < 1.0 { (q, 1.0) } else { (1.0 / q, -1.0 / (q * q)) };
    if even < TAU { (1.0 - even / TAU, -slope / TAU) } else { (0.0, 0.0) }
}

/// How unlike alive (l > 0) and dead (u < 0) neurons are, and the derivative by every centre.
pub(super) fn balance<T: Real>(lower: &[T], upper: &[T]) -> (f64, Vec<f64>) {
    let count = lower.len() as f64;
    let neurons: Vec<(f64, f64, f64)> = lower
        .iter()
        .zip(upper)
        .map(|(&l, &u)| {
            let mask = |holds: bool| f64::from(u8::from(holds));
            ((u + l).wide() / 2.0, mask(l > T::zero()), mask(u < T::zero()))
        })
        .collect();
    let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| neurons.iter().map(of).sum::<f64>();
    let mean = sum(&|(c, ..)| *c) / count;
    let (alive, dead) = (sum(&|(c, alive, _)| c * alive), -sum(&|(c, _, dead)| c * dead));
    let (alive_spread, dead_spread) =
        (sum(&|(c, alive, _)| (c - mean).powi(2) * alive), sum(&|(c, _, dead)| (c - mean).powi(2) * dead));
    let (alive_pull, dead_pull) =
        (sum(&|(c, alive, _)| (c - mean) * alive) / count, sum(&|(c, _, dead)| (c - mean) * dead) / count);
    let (by_mean, mean_slope) = imbalance(alive / dead);
    let (by_spread, spread_slope) = imbalance(alive_spread / dead_spread);
    let slopes = neurons.iter().map(|(c, is_alive, is_dead)| {
        let mut slope = 0.0;
        if mean_slope != 0.0 {
            slope += mean_slope * (is_alive / dead + alive * is_dead / (dead * dead));
        }
        if spread_slope != 0.0 {
            let alive_moves = 2.0 * (is_alive * (c - mean) - alive_pull);
            let dead_moves = 2.0 * (is_dead * (c - mean) - dead_pull);
            slope +=
                spread_slope * (alive_moves / dead_spread - alive_spread * dead_moves / (dead_spread * dead_spread));
        }
        slope
    });
    (by_mean + by_spread, slopes.collect())
}
