//! The loops that are not products: lines, signs, ends of intervals, concretisation.
//!
//! Signs are told apart by comparisons, never by `max`/`min`: those would swallow a NaN, and a NaN must end as
//! "unknown".

use super::{
    dense,
    full::{Full, data, shape, tensor},
    parallel,
};
use crate::{
    activation::{Lines, Real, Rule, Strategy, lines},
    tensor::{Ball, Dual},
};
use std::{borrow::Cow, ops::Range};

/// One item of a batch; a batch of 1 stands for every item.
pub(super) fn item<T>(tensor: &Full<T>, index: usize) -> &[T] {
    let [batch, rows, width] = shape(tensor);
    let at = if batch == 1 { 0 } else { index };
    &data(tensor)[at * rows * width..][..rows * width]
}

/// Elementwise `f`, broadcasting a batch or rows of 1 on either side.
pub(super) fn zip<T: Real>(a: &Full<T>, b: &Full<T>, f: impl Fn(T, T) -> T + Sync + Send) -> Full<T> {
    let ([a_batch, a_rows, width], [b_batch, b_rows, b_width]) = (shape(a), shape(b));
    debug_assert_eq!(width, b_width, "elementwise operations need one width");
    let (batch, rows) = (a_batch.max(b_batch), a_rows.max(b_rows));
    let mut out = vec![T::zero(); batch * rows * width];
    let cost = out.len();
    let row = |tensor: &Full<T>, batch: usize, rows: usize, index: usize| {
        let (item, row) = (index / rows, index % rows);
        let [own_batch, own_rows, _] = shape(tensor);
        debug_assert!(own_batch == 1 || own_batch == batch);
        let item = if own_batch == 1 { 0 } else { item };
        let row = if own_rows == 1 { 0 } else { row };
        (item * own_rows + row) * width
    };
    parallel::chunks(&mut out, width, cost, |index, out| {
        let a = &data(a)[row(a, batch, rows, index)..][..width];
        let b = &data(b)[row(b, batch, rows, index)..][..width];
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = f(a, b);
        }
    });
    tensor([batch, rows, width], out)
}

/// Every row times `scale`.
pub(super) fn scale<T: Real>(rows: &[T], scale: &[T], out: &mut [T]) {
    for (row, out) in rows.chunks(scale.len()).zip(out.chunks_mut(scale.len())) {
        for ((out, &value), &scale) in out.iter_mut().zip(row).zip(scale) {
            *out = value * scale;
        }
    }
}

/// σ(z) for every row.
pub(super) fn activate<T: Real>(rules: &[impl Rule<T>], z: &[T]) -> Vec<T> {
    let mut out = vec![T::zero(); z.len()];
    for (out, z) in out.chunks_mut(rules.len()).zip(z.chunks(rules.len())) {
        for ((out, &z), rule) in out.iter_mut().zip(z).zip(rules) {
            *out = rule.value(z);
        }
    }
    out
}

/// (u + l) / 2 and (u − l) / 2.
pub(super) fn centre_radius<T: Real>(lower: &[T], upper: &[T]) -> (Vec<T>, Vec<T>) {
    let half = T::of(0.5);
    let pairs = || lower.iter().zip(upper);
    (pairs().map(|(&l, &u)| (u + l) * half).collect(), pairs().map(|(&l, &u)| (u - l) * half).collect())
}

/// Centre and radius back to lower and upper ends, in place.
pub(super) fn ends<T: Real>(centre: &mut [T], radius: &mut [T]) {
    for (centre, radius) in centre.iter_mut().zip(radius) {
        (*centre, *radius) = (*centre - *radius, *centre + *radius);
    }
}

/// `[rows, width]` to `[width, rows]`, in blocks that stay in cache.
pub(super) fn transpose<T: Real>(from: &[T], rows: usize, width: usize, to: &mut [T]) {
    const BLOCK: usize = 32;
    for top in (0..rows).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            for row in top..(top + BLOCK).min(rows) {
                for column in left..(left + BLOCK).min(width) {
                    to[column * rows + row] = from[row * width + column];
                }
            }
        }
    }
}

/// Joins tensors along rows (axis 1) or width (axis 2); a batch of 1 is repeated where others have more.
pub(super) fn concat<T: Real>(parts: &[Cow<'_, Full<T>>], axis: usize) -> Full<T> {
    let batch = parts.iter().map(|part| shape(part)[0]).max().unwrap_or(1);
    let mut joined = shape(&parts[0]);
    joined[0] = batch;
    joined[axis] = parts.iter().map(|part| shape(part)[axis]).sum();
    let mut out = Vec::with_capacity(joined.iter().product());
    for index in 0..batch {
        if axis == 1 {
            parts.iter().for_each(|part| out.extend_from_slice(item(part, index)));
            continue;
        }
        for row in 0..joined[1] {
            for part in parts {
                let width = shape(part)[2];
                out.extend_from_slice(&item(part, index)[row * width..][..width]);
            }
        }
    }
    tensor(joined, out)
}

/// Lower slopes, upper slopes, lower intercepts and upper intercepts, for every neuron of every item.
pub(super) fn relax<T: Real>(rules: &[impl Rule<T>], strategy: Strategy, lower: &[T], upper: &[T]) -> [Vec<T>; 4] {
    let mut out = [(); 4].map(|()| Vec::with_capacity(lower.len()));
    for (index, (&l, &u)) in lower.iter().zip(upper).enumerate() {
        let Lines { lower, upper } = lines(&rules[index % rules.len()], strategy, l, u);
        let four = [lower.slope, upper.slope, lower.intercept, upper.intercept];
        out.iter_mut().zip(four).for_each(|(out, value)| out.push(value));
    }
    out
}

/// Rows `rows` of the identity of size `n`, `[1, rows, n]`.
pub(super) fn identity<T: Real>(rows: Range<usize>, n: usize) -> Full<T> {
    let mut out = vec![T::zero(); rows.len() * n];
    for (row, out) in rows.clone().zip(out.chunks_mut(n)) {
        out[row] = T::one();
    }
    tensor([1, rows.len(), n], out)
}

/// A⁺ and A⁻.
pub(super) fn by_sign<T: Real>(rows: &Full<T>) -> (Full<T>, Full<T>) {
    let zero = T::zero();
    let above = rows.mapv(|a| if a < zero { zero } else { a }).into_shared();
    let below = rows.mapv(|a| if a > zero { zero } else { a }).into_shared();
    (above, below)
}

/// See [`Backend::relax_backward`](crate::tensor::Backend::relax_backward).
pub(super) fn relax_backward<T: Real>(rows: &Full<T>, lines: [&Full<T>; 4]) -> (Full<T>, Full<T>) {
    let [batch, count, width] = shape(rows);
    let both = batch.max(shape(lines[0])[0]);
    let mut out = vec![T::zero(); both * count * width];
    let mut offsets = vec![T::zero(); both * count];
    // One pass writes both: each row's offset is kept beside its coefficients.
    let mut joined: Vec<(&mut [T], &mut T)> = out.chunks_mut(width).zip(offsets.iter_mut()).collect();
    let cost = both * count * width * 4;
    let step = parallel::rows_per_chunk(joined.len(), cost);
    // Looked up once, not for every row.
    let (numbers, line_rows) = (data(rows), shape(lines[0])[1]);
    let lines = lines.map(|line| (data(line), shape(line)[0]));
    parallel::chunks(&mut joined, step, cost, |chunk, part| {
        for (position, (out, offset)) in part.iter_mut().enumerate() {
            let index = chunk * step + position;
            let (at, row_index) = (index / count, index % count);
            let row = &numbers[if batch == 1 { row_index } else { index } * width..][..width];
            let line = if line_rows == 1 { 0 } else { row_index };
            let lines = lines.map(|(values, items)| {
                &values[(if items == 1 { 0 } else { at * line_rows } + line) * width..][..width]
            });
            **offset = relax_row(row, lines, out);
        }
    });
    (tensor([both, count, width], out), tensor([both, 1, count], offsets))
}

/// One row of [`relax_backward`]: writes the coefficients, returns the offset. `lines` are the slopes below and above,
/// then the intercepts below and above.
#[inline]
pub(super) fn relax_row<T: Real>(row: &[T], lines: [&[T]; 4], out: &mut [T]) -> T {
    const LANES: usize = 8;
    let width = row.len();
    let lines = lines.map(|values| values[..width].as_chunks::<LANES>());
    let [(slope_lower, _), (slope_upper, _), (at_lower, _), (at_upper, _)] = lines;
    let mut sums = [T::zero(); LANES];
    let (row_blocks, row_rest) = row.as_chunks::<LANES>();
    let (out_blocks, out_rest) = out[..width].as_chunks_mut::<LANES>();
    for (block, (row, out)) in row_blocks.iter().zip(out_blocks).enumerate() {
        let (below, above) = ((&slope_lower[block], &at_lower[block]), (&slope_upper[block], &at_upper[block]));
        for lane in 0..LANES {
            // Both lines are read, so that the loop is one of blends.
            let (a, upper) = (row[lane], row[lane] < T::zero());
            let slope = if upper { above.0[lane] } else { below.0[lane] };
            let at = if upper { above.1[lane] } else { below.1[lane] };
            out[lane] = a * slope;
            sums[lane] += a * at;
        }
    }
    let [slope_lower, slope_upper, at_lower, at_upper] = lines.map(|(_, rest)| rest);
    for (index, (&a, out)) in row_rest.iter().zip(out_rest).enumerate() {
        let (slope, at) =
            if a < T::zero() { (slope_upper[index], at_upper[index]) } else { (slope_lower[index], at_lower[index]) };
        *out = a * slope;
        sums[0] += a * at;
    }
    sums.iter().fold(T::zero(), |sum, &part| sum + part)
}

/// The least value of every row over the region, offset apart: `[batch, 1, rows]`.
pub(super) fn concretize<T: Real>(rows: &Full<T>, ball: &Ball<Cow<'_, Full<T>>>) -> Full<T> {
    let [batch, count, width] = shape(rows);
    let ball_batch = match ball {
        Ball::Box { lower, .. } => shape(lower)[0],
        Ball::Norm { centre, .. } => shape(centre)[0],
    };
    let both = batch.max(ball_batch);
    let mut out = vec![T::zero(); both * count];
    let cost = both * count * width * 2;
    let step = parallel::rows_per_chunk(both * count, cost);
    parallel::chunks(&mut out, step, cost, |chunk, out| {
        for (position, out) in out.iter_mut().enumerate() {
            let index = chunk * step + position;
            let (at, row) = (index / count, index % count);
            let row = &item(rows, at)[row * width..][..width];
            *out = match ball {
                Ball::Box { lower, upper } => least_over_box(row, item(lower, at), item(upper, at)),
                Ball::Norm { centre, radius, dual } => {
                    dense::dot(row, item(centre, at)) - item(radius, at)[0] * norm(row, *dual)
                }
            };
        }
    });
    tensor([both, 1, count], out)
}

/// Σ w⁺·lower + w⁻·upper.
#[inline]
pub(super) fn least_over_box<T: Real>(row: &[T], lower: &[T], upper: &[T]) -> T {
    const LANES: usize = 16;
    let mut sums = [T::zero(); LANES];
    let pick = |w: T, l: T, u: T| w * if w < T::zero() { u } else { l };
    let (row_blocks, row_rest) = row.as_chunks::<LANES>();
    let (lower_blocks, lower_rest) = lower.as_chunks::<LANES>();
    let (upper_blocks, upper_rest) = upper.as_chunks::<LANES>();
    for ((w, l), u) in row_blocks.iter().zip(lower_blocks).zip(upper_blocks) {
        for lane in 0..LANES {
            sums[lane] += pick(w[lane], l[lane], u[lane]);
        }
    }
    let rest = row_rest.iter().zip(lower_rest).zip(upper_rest);
    let rest = rest.fold(T::zero(), |sum, ((&w, &l), &u)| sum + pick(w, l, u));
    sums.iter().fold(rest, |sum, &part| sum + part)
}

/// ‖w‖_q. A NaN or infinite entry gives a NaN or infinite norm.
pub(super) fn norm<T: Real>(row: &[T], dual: Dual) -> T {
    match dual {
        Dual::Two => dense::dot(row, row).sqrt(),
        Dual::Inf => row.iter().fold(T::zero(), |most, &w| greater(most, w.abs())),
    }
}

/// The greater of two numbers, or a NaN if either is one.
#[inline]
pub(super) fn greater<T: Real>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}

/// The least (`sign` 1) or greatest (`sign` −1) value of forms `[batch, inputs, n]` over the region, offset apart.
pub(super) fn concretize_columns<T: Real>(forms: &Full<T>, ball: &Ball<Cow<'_, Full<T>>>, sign: T) -> Full<T> {
    let [batch, inputs, width] = shape(forms);
    let ball_batch = match ball {
        Ball::Box { lower, .. } => shape(lower)[0],
        Ball::Norm { centre, .. } => shape(centre)[0],
    };
    let both = batch.max(ball_batch);
    let mut out = vec![T::zero(); both * width];
    let cost = both * inputs * width;
    let step = parallel::rows_per_chunk(width, cost / both);
    for at in 0..both {
        let form = item(forms, at);
        parallel::chunks(&mut out[at * width..][..width], step, cost / both, |chunk, out| {
            let columns = chunk * step..chunk * step + out.len();
            let row = |input: usize| &form[input * width..][columns.clone()];
            match ball {
                Ball::Box { lower, upper } => {
                    for (input, (&l, &u)) in item(lower, at).iter().zip(item(upper, at)).enumerate() {
                        let (low, high) = if sign > T::zero() { (l, u) } else { (u, l) };
                        for (out, &w) in out.iter_mut().zip(row(input)) {
                            *out += w * if w < T::zero() { high } else { low };
                        }
                    }
                }
                Ball::Norm { centre, radius, dual } => {
                    let mut norms = vec![T::zero(); out.len()];
                    for (input, &x) in item(centre, at).iter().enumerate() {
                        for ((out, norm), &w) in out.iter_mut().zip(&mut norms).zip(row(input)) {
                            *out += w * x;
                            *norm = match dual {
                                Dual::Two => *norm + w * w,
                                Dual::Inf => greater(*norm, w.abs()),
                            };
                        }
                    }
                    let reach = sign * item(radius, at)[0];
                    for (out, norm) in out.iter_mut().zip(norms) {
                        *out -= reach * if *dual == Dual::Two { norm.sqrt() } else { norm };
                    }
                }
            }
        });
    }
    tensor([both, 1, width], out)
}
