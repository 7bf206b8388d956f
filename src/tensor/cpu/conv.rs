//! Convolution and its transpose on matrix products: patches are gathered into columns, or scattered back from them.

use super::parallel;
use crate::{activation::Real, network::Window};
use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

/// For one kernel offset along one axis: the output positions whose input lies inside, and the input of the first.
fn reach(offset: usize, stride: usize, padding: usize, input: usize, output: usize) -> (usize, usize, usize) {
    let first = padding.saturating_sub(offset).div_ceil(stride);
    let last = (input + padding).saturating_sub(offset).div_ceil(stride).min(output);
    (first, last.max(first), first * stride + offset - padding.min(first * stride + offset))
}

/// What one patch element reads: `rows` runs of `length` outputs. Run y starts at output `out_at + y·(output width)` and reads
/// inputs from `in_at + y·in_step`, one every horizontal stride.
struct Block {
    patch: usize,
    out_at: usize,
    in_at: usize,
    in_step: usize,
    length: usize,
    rows: usize,
}

/// Visits the blocks of one group. A kernel offset that no position brings inside the map (a kernel wider than the map, a wide
/// stride) has none.
fn blocks(window: &Window, mut visit: impl FnMut(Block)) {
    let [channels, height, width] = [window.input[0] / window.groups, window.input[1], window.input[2]];
    let [_, out_height, out_width] = window.output;
    let mut patch = 0;
    for channel in 0..channels {
        for ky in 0..window.kernel[0] {
            let (y0, y1, top) = reach(ky, window.stride[0], window.padding[0], height, out_height);
            for kx in 0..window.kernel[1] {
                let (x0, x1, left) = reach(kx, window.stride[1], window.padding[1], width, out_width);
                if y0 < y1 && x0 < x1 {
                    visit(Block {
                        patch,
                        out_at: y0 * out_width + x0,
                        in_at: (channel * height + top) * width + left,
                        in_step: window.stride[0] * width,
                        length: x1 - x0,
                        rows: y1 - y0,
                    });
                }
                patch += 1;
            }
        }
    }
}

/// Calls `$work::<N>` with N = `$length` for short runs, whose copies then are a few moves, and N = 0 (any length) otherwise.
macro_rules! by_length {
    ($length:expr, $work:ident, $arguments:tt, $($n:literal)*) => {
        match $length {
            $($n => $work::<$n, T> $arguments,)*
            _ => $work::<0, T> $arguments,
        }
    };
    ($length:expr, $work:ident, $arguments:tt) => {
        by_length!($length, $work, $arguments, 4 5 6 7 8 9 10 11 12 13 14 16 24 26 28)
    };
}

/// Copies the runs of a block, `N` long each, from the input into a row of columns.
fn copy_runs<const N: usize, T: Real>(block: &Block, width: usize, stride: usize, input: &[T], row: &mut [T]) {
    for y in 0..block.rows {
        let (to, from) = (&mut row[block.out_at + y * width..], &input[block.in_at + y * block.in_step..]);
        match (N, stride) {
            (0, 1) => to[..block.length].copy_from_slice(&from[..block.length]),
            (0, _) => {
                for (to, from) in to[..block.length].iter_mut().zip(from.iter().step_by(stride)) {
                    *to = *from;
                }
            }
            (_, 1) => to[..N].copy_from_slice(&from[..N]),
            (_, 2) => {
                let from = &from[..2 * N - 1];
                let to = &mut to[..N];
                for x in 0..N {
                    to[x] = from[2 * x];
                }
            }
            _ => {
                for (to, from) in to[..N].iter_mut().zip(from.iter().step_by(stride)) {
                    *to = *from;
                }
            }
        }
    }
}

/// Adds the runs of a block, from a row of columns onto the input.
fn add_runs<const N: usize, T: Real>(block: &Block, width: usize, stride: usize, row: &[T], input: &mut [T]) {
    for y in 0..block.rows {
        let (from, to) = (&row[block.out_at + y * width..], &mut input[block.in_at + y * block.in_step..]);
        if N > 0 && stride == 1 {
            let (from, to) = (&from[..N], &mut to[..N]);
            for x in 0..N {
                to[x] += from[x];
            }
        } else {
            for (to, &from) in to.iter_mut().step_by(stride).zip(&from[..block.length]) {
                *to += from;
            }
        }
    }
}

/// W·v for every item: `items` holds flattened inputs, `out` as many flattened outputs; `weight` is
/// `[out channels, patch]`.
pub(super) fn forward<T: Real>(window: &Window, weight: &[T], items: &[T], out: &mut [T]) {
    let (input_len, output_len, patch) = (window.input_len(), window.output_len(), window.patch_len());
    let area = window.output[1] * window.output[2];
    let filters = window.output[0] / window.groups;
    let cost = out.len() * patch;
    let step = parallel::rows_per_chunk(items.len() / input_len, cost);
    parallel::chunks(out, step * output_len, cost, |index, out| {
        let mut columns = vec![T::zero(); patch * area];
        for (item, out) in items[index * step * input_len..].chunks(input_len).zip(out.chunks_mut(output_len)) {
            for group in 0..window.groups {
                let input = &item[group * (input_len / window.groups)..];
                gather(window, input, &mut columns);
                let weight = &weight[group * filters * patch..][..filters * patch];
                let out = &mut out[group * filters * area..][..filters * area];
                multiply(weight, (filters, patch), false, &columns, area, out);
            }
        }
    });
}

/// A·W for every row: `rows` holds flattened outputs' coefficients, `out` receives the inputs'.
pub(super) fn transpose<T: Real>(window: &Window, weight: &[T], rows: &[T], out: &mut [T]) {
    let (input_len, output_len, patch) = (window.input_len(), window.output_len(), window.patch_len());
    let area = window.output[1] * window.output[2];
    let filters = window.output[0] / window.groups;
    let cost = rows.len() * patch;
    let step = parallel::rows_per_chunk(rows.len() / output_len, cost);
    parallel::chunks(out, step * input_len, cost, |index, out| {
        let mut columns = vec![T::zero(); patch * area];
        for (row, out) in rows[index * step * output_len..].chunks(output_len).zip(out.chunks_mut(input_len)) {
            out.fill(T::zero());
            for group in 0..window.groups {
                let weight = &weight[group * filters * patch..][..filters * patch];
                let row = &row[group * filters * area..][..filters * area];
                multiply(weight, (filters, patch), true, row, area, &mut columns);
                let target = &mut out[group * (input_len / window.groups)..];
                let [_, _, out_width] = window.output;
                blocks(window, |block| {
                    let row = &columns[block.patch * area..][..area];
                    by_length!(block.length, add_runs, (&block, out_width, window.stride[1], row, target));
                });
            }
        }
    });
}

/// Gradient of the weights, added to `out`: for every item its flattened input and the gradient of its flattened output.
pub(super) fn weight_gradient<T: Real>(window: &Window, items: &[T], gradients: &[T], out: &mut [T]) {
    let (input_len, output_len, patch) = (window.input_len(), window.output_len(), window.patch_len());
    let area = window.output[1] * window.output[2];
    let filters = window.output[0] / window.groups;
    let mut columns = vec![T::zero(); patch * area];
    for (item, gradient) in items.chunks(input_len).zip(gradients.chunks(output_len)) {
        for group in 0..window.groups {
            gather(window, &item[group * (input_len / window.groups)..], &mut columns);
            let gradient = &gradient[group * filters * area..][..filters * area];
            let gradient = ArrayView2::from_shape((filters, area), gradient).expect("one row per filter");
            let columns = ArrayView2::from_shape((patch, area), &columns).expect("one row per patch element");
            let out = &mut out[group * filters * patch..][..filters * patch];
            let mut out = ArrayViewMut2::from_shape((filters, patch), out).expect("the weights of a group");
            general_mat_mul(T::one(), &gradient, &columns.t(), T::one(), &mut out);
        }
    }
}

/// One group's patches as columns; what lies in the padding is left as it was, which is 0.
fn gather<T: Real>(window: &Window, input: &[T], columns: &mut [T]) {
    let [_, out_height, out_width] = window.output;
    let area = out_height * out_width;
    blocks(window, |block| {
        let row = &mut columns[block.patch * area..][..area];
        by_length!(block.length, copy_runs, (&block, out_width, window.stride[1], input, row));
    });
}

/// `out = w·x`, or `wᵀ·x`, with `w` of shape `(rows, columns)` and `x` of `width` columns.
fn multiply<T: Real>(w: &[T], shape: (usize, usize), transposed: bool, x: &[T], width: usize, out: &mut [T]) {
    let w = ArrayView2::from_shape(shape, w).expect("length is rows × columns");
    let w = if transposed { w.reversed_axes() } else { w };
    let (rows, inner) = w.dim();
    let x = ArrayView2::from_shape((inner, width), x).expect("as many rows as w has columns");
    let mut out = ArrayViewMut2::from_shape((rows, width), out).expect("as many rows as w");
    general_mat_mul(T::one(), &w, &x, T::zero(), &mut out);
}

/// Row `output` of the matrix of the convolution, written into the zeroed `row`.
pub(super) fn matrix_row<T: Real>(window: &Window, weight: &[T], output: usize, row: &mut [T]) {
    let area = window.output[1] * window.output[2];
    let (filter, at) = (output / area, output % area);
    let (y, x) = (at / window.output[2], at % window.output[2]);
    let channels = window.input[0] / window.groups;
    let first = filter / (window.output[0] / window.groups) * channels;
    let weight = &weight[filter * window.patch_len()..][..window.patch_len()];
    let mut weights = weight.iter();
    for channel in first..first + channels {
        for ky in 0..window.kernel[0] {
            for kx in 0..window.kernel[1] {
                let weight = *weights.next().expect("one weight per patch element");
                let inside = |at: usize, padding: usize, size: usize| at.checked_sub(padding).filter(|&at| at < size);
                let row_at = inside(y * window.stride[0] + ky, window.padding[0], window.input[1]);
                let column_at = inside(x * window.stride[1] + kx, window.padding[1], window.input[2]);
                if let (Some(top), Some(left)) = (row_at, column_at) {
                    row[(channel * window.input[1] + top) * window.input[2] + left] = weight;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows() -> Vec<Window> {
        let mut all = Vec::new();
        for (input, output, kernel, stride, padding, groups) in [
            ([1, 5, 5], [2, 3, 3], [3, 3], [1, 1], [0, 0], 1),
            ([2, 5, 4], [3, 3, 2], [3, 3], [2, 2], [1, 1], 1),
            ([4, 6, 7], [2, 3, 4], [2, 1], [2, 2], [0, 0], 2),
            ([2, 3, 3], [2, 5, 5], [3, 3], [1, 1], [2, 2], 2),
            ([1, 1, 7], [1, 1, 3], [1, 3], [1, 2], [0, 0], 1),
            // Parts of the kernel that never meet the map.
            ([1, 1, 1], [2, 1, 1], [5, 5], [1, 1], [2, 2], 1),
            ([1, 2, 2], [1, 1, 1], [7, 7], [2, 2], [3, 3], 1),
            ([2, 1, 3], [2, 1, 2], [3, 4], [3, 5], [1, 3], 2),
            ([1, 3, 1], [1, 5, 2], [3, 2], [1, 2], [2, 1], 1),
        ] {
            all.push(Window { input, output, kernel, stride, padding, groups });
        }
        all
    }

    #[test]
    fn forward_and_transpose_agree_with_the_matrix() {
        for window in windows() {
            let (inputs, outputs) = (window.input_len(), window.output_len());
            let weight: Vec<f64> = (0..window.output[0] * window.patch_len()).map(|i| (i as f64 * 0.7).sin()).collect();
            let mut matrix = vec![0.0; inputs * outputs];
            for (output, row) in matrix.chunks_mut(inputs).enumerate() {
                matrix_row(&window, &weight, output, row);
            }
            let items: Vec<f64> = (0..2 * inputs).map(|i| (i as f64 * 1.3).cos()).collect();
            let mut out = vec![f64::NAN; 2 * outputs];
            forward(&window, &weight, &items, &mut out);
            for (item, out) in items.chunks(inputs).zip(out.chunks(outputs)) {
                for (row, out) in matrix.chunks(inputs).zip(out) {
                    let wanted: f64 = row.iter().zip(item).map(|(a, b)| a * b).sum();
                    assert!((wanted - out).abs() < 1e-12, "{window:?}");
                }
            }
            let rows: Vec<f64> = (0..2 * outputs).map(|i| (i as f64 * 0.3).sin()).collect();
            let mut back = vec![f64::NAN; 2 * inputs];
            transpose(&window, &weight, &rows, &mut back);
            for (row, back) in rows.chunks(outputs).zip(back.chunks(inputs)) {
                for (column, back) in back.iter().enumerate() {
                    let wanted: f64 = (0..outputs).map(|o| row[o] * matrix[o * inputs + column]).sum();
                    assert!((wanted - back).abs() < 1e-12, "{window:?}");
                }
            }
        }
    }
}
