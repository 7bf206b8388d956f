//! The largest of each window, and its lines: which input, or what constant, stands for it.

use super::{
    elementwise::{greater, item},
    full::{Full, shape, tensor},
};
use crate::{
    activation::{Real, Strategy},
    network::Window,
};

/// Where no input is picked.
const NONE: f64 = -1.0;

/// The largest of each window, item after item. A NaN in a window is its largest.
pub(super) fn largest<T: Real>(window: &Window, z: &[T]) -> Vec<T> {
    let items = z.chunks(window.input_len());
    items.flat_map(|z| (0..window.output_len()).map(|output| most(window, output, z))).collect()
}

fn most<T: Real>(window: &Window, output: usize, z: &[T]) -> T {
    window.reads(output).fold(T::neg_infinity(), |most, at| greater(most, z[at]))
}

/// The input that is largest in a window, the first of several.
fn place_of<T: Real>(window: &Window, output: usize, z: &[T]) -> usize {
    let mut reads = window.reads(output);
    let first = reads.next().expect("no window lies in the padding alone");
    reads.fold(first, |best, at| if z[at] > z[best] { at } else { best })
}

/// Adjoint of [`largest`]: each output's gradient goes to the input that was the largest.
pub(super) fn largest_gradient<T: Real>(window: &Window, z: &[T], gradient: &[T]) -> Vec<T> {
    let mut into = vec![T::zero(); z.len()];
    let items = z.chunks(window.input_len()).zip(into.chunks_mut(window.input_len()));
    for ((z, into), gradient) in items.zip(gradient.chunks(window.output_len())) {
        for (output, &gradient) in gradient.iter().enumerate() {
            into[place_of(window, output, z)] += gradient;
        }
    }
    into
}

/// For every output of every item: the inputs that the lines below and above are, and the constants (docs/methods.md §3).
pub(super) fn pick<T: Real>(window: &Window, strategy: Strategy, lower: &[T], upper: &[T]) -> [Vec<T>; 4] {
    let mut out = [(); 4].map(|()| Vec::new());
    for (l, u) in lower.chunks(window.input_len()).zip(upper.chunks(window.input_len())) {
        for output in 0..window.output_len() {
            let finite = window.reads(output).all(|at| l[at].is_finite() && u[at].is_finite());
            let none = T::of(NONE);
            let line = if !finite {
                [none, none, T::nan(), T::nan()]
            } else if strategy == Strategy::Constant {
                [none, none, most(window, output, l), most(window, output, u)]
            } else {
                let place = place_of(window, output, l);
                let own = T::of(place as f64);
                if window.reads(output).all(|at| at == place || u[at] <= l[place]) {
                    [own, own, T::zero(), T::zero()]
                } else {
                    [own, none, T::zero(), most(window, output, u)]
                }
            };
            out.iter_mut().zip(line).for_each(|(out, value)| out.push(value));
        }
    }
    out
}

/// Rows of the outputs become rows of the inputs, and what to add to the offset. The sign of `rows` says which line is used, `values`
/// what is passed on. `lines` are the inputs below and above, then the constants below and above.
pub(super) fn backward<T: Real>(
    window: &Window,
    rows: &Full<T>,
    values: &Full<T>,
    lines: [&Full<T>; 4],
) -> (Full<T>, Full<T>) {
    let [batch, count, outputs] = shape(rows);
    let (both, inputs) = (batch.max(shape(lines[0])[0]), window.input_len());
    let mut out = vec![T::zero(); both * count * inputs];
    let mut offsets = Vec::with_capacity(both * count);
    for index in 0..both {
        let [below, above, at_below, at_above] = lines.map(|line| item(line, index));
        let pairs = item(rows, index).chunks(outputs).zip(item(values, index).chunks(outputs));
        for ((row, values), out) in pairs.zip(out[index * count * inputs..].chunks_mut(inputs)) {
            let mut offset = T::zero();
            for (place, (&a, &value)) in row.iter().zip(values).enumerate() {
                let (input, constant) =
                    if a < T::zero() { (above[place], at_above[place]) } else { (below[place], at_below[place]) };
                if input >= T::zero() {
                    out[input.wide() as usize] += value;
                } else {
                    offset += value * constant;
                }
            }
            offsets.push(offset);
        }
    }
    (tensor([both, count, inputs], out), tensor([both, 1, count], offsets))
}

/// One of a form's two parts, `[batch, rows, inputs]`, through one of the lines: the column of the input picked, or `constant`, or 0 without
/// one.
pub(super) fn forward<T: Real>(form: &Full<T>, line: &Full<T>, constant: Option<&Full<T>>) -> Full<T> {
    let ([batch, rows, inputs], [items, _, outputs]) = (shape(form), shape(line));
    let both = batch.max(items);
    let mut out = Vec::with_capacity(both * rows * outputs);
    for index in 0..both {
        let (line, constant) = (item(line, index), constant.map(|constant| item(constant, index)));
        for row in item(form, index).chunks(inputs) {
            out.extend(line.iter().enumerate().map(|(place, &input)| {
                if input >= T::zero() {
                    row[input.wide() as usize]
                } else {
                    constant.map_or(T::zero(), |constant| constant[place])
                }
            }));
        }
    }
    tensor([both, rows, outputs], out)
}
