//! Rows that are zero outside a window: what convolutions leave of a linear function.
//!
//! A neuron of a convolution reads a small window of the layer below, and a pixel reaches a small window of the layer
//! above. Walks through convolutions therefore carry, for each row, only the window and where it lies. Inside a window
//! the channels come last, so that a whole window column is contiguous and every convolution is one matrix product
//! over all rows at once. A window grows from layer to layer; once it covers most of the image the rows are written
//! out in full.
//!
//! Entries of a window that lie outside the image are zero, always.

use super::{
    dense, elementwise,
    full::{Full, data, shape, tensor},
    parallel,
};
use crate::{
    activation::Real,
    network::Window,
    tensor::{Ball, Dual, Shape},
};
use std::{borrow::Cow, sync::Arc};

/// Top left corner of each row's window: down, right.
type Origins = Arc<[[isize; 2]]>;

/// `[batch, rows]` windows over an image of `[channels, height, width]`.
#[derive(Clone)]
pub(super) struct Patches<T> {
    /// Channels, height and width of what the rows are functions of.
    pub(super) image: [usize; 3],
    /// Height and width of every window.
    pub(super) window: [usize; 2],
    /// Top left corner of each row's window; may lie outside the image.
    pub(super) origins: Origins,
    pub(super) batch: usize,
    /// `[batch, rows, window height, window width, channels]`.
    pub(super) data: Arc<[T]>,
}

/// A contiguous run shared by a window and the image, both with channels last.
struct Run {
    window: usize,
    image: usize,
    length: usize,
}

/// The part of a window that lies inside the image, run by run.
fn runs(image: [usize; 3], window: [usize; 2], origin: [isize; 2]) -> impl Iterator<Item = Run> {
    let [channels, height, width] = image;
    let clip = |start: isize, length: usize, limit: usize| {
        let first = (-start).clamp(0, length as isize);
        let last = (limit as isize - start).clamp(first, length as isize);
        (first as usize, last as usize)
    };
    let (top, bottom) = clip(origin[0], window[0], height);
    let (left, right) = clip(origin[1], window[1], width);
    (top..bottom).filter(move |_| left < right).map(move |row| {
        let at = [(origin[0] + row as isize) as usize, (origin[1] + left as isize) as usize];
        Run {
            window: (row * window[1] + left) * channels,
            image: (at[0] * width + at[1]) * channels,
            length: (right - left) * channels,
        }
    })
}

/// `[channels, height, width]` to `[height, width, channels]`, item by item.
pub(super) fn channels_last<T: Real>(values: &[T], image: [usize; 3]) -> Vec<T> {
    let (channels, area) = (image[0], image[1] * image[2]);
    let mut out = vec![T::zero(); values.len()];
    for (from, to) in values.chunks(channels * area).zip(out.chunks_mut(channels * area)) {
        elementwise::transpose(from, channels, area, to);
    }
    out
}

/// `[out, in, ky, kx]` to `[out, ky, kx, in]`: a convolution's weights with channels last, for one group.
fn conv_weights<T: Real>(window: &Window, weight: &[T]) -> Vec<T> {
    channels_last(weight, [window.input[0], window.kernel[0], window.kernel[1]])
}

/// Position of flattened element `index` of an image.
fn position(image: [usize; 3], index: usize) -> (usize, [usize; 2]) {
    let area = image[1] * image[2];
    (index / area, [index % area / image[2], index % area % image[2]])
}

/// Whether windows of this size save enough over whole images.
fn worth_it(image: [usize; 3], window: [usize; 2]) -> bool {
    window[0].saturating_mul(window[1]).saturating_mul(4) <= image[1] * image[2] * 3
}

impl<T: Real> Patches<T> {
    pub(super) fn shape(&self) -> Shape {
        [self.batch, self.origins.len(), self.image.iter().product()]
    }

    fn patch(&self) -> usize {
        self.window[0] * self.window[1] * self.image[0]
    }

    /// Window of row `row` of item `item` (a batch of 1 stands for every item).
    fn row(&self, item: usize, row: usize) -> &[T] {
        let item = if self.batch == 1 { 0 } else { item };
        &self.data[(item * self.origins.len() + row) * self.patch()..][..self.patch()]
    }

    fn runs(&self, row: usize) -> impl Iterator<Item = Run> + use<T> {
        runs(self.image, self.window, self.origins[row])
    }

    /// The same rows in full, `[batch, rows, n]`.
    pub(super) fn to_dense(&self) -> Vec<T> {
        let [batch, rows, width] = self.shape();
        let mut out = vec![T::zero(); batch * rows * width];
        let cost = out.len();
        parallel::chunks(&mut out, width, cost, |index, out| {
            let (channels, area) = (self.image[0], self.image[1] * self.image[2]);
            let window = self.row(index / rows, index % rows);
            for run in self.runs(index % rows) {
                let values = window[run.window..][..run.length].chunks(channels);
                for (pixel, values) in (run.image / channels..).zip(values) {
                    for (channel, &value) in values.iter().enumerate() {
                        out[channel * area + pixel] = value;
                    }
                }
            }
        });
        out
    }

    /// Windows of `data` in the same places; nothing if they are no longer worth it.
    fn like(&self, batch: usize, data: Vec<T>) -> Self {
        Patches { image: self.image, window: self.window, origins: self.origins.clone(), batch, data: data.into() }
    }

    /// Every entry through `f`.
    pub(super) fn mapped(&self, f: impl Fn(T) -> T) -> Self {
        self.like(self.batch, self.data.iter().map(|&value| f(value)).collect())
    }

    /// Whether two sets of rows lie in the same windows.
    pub(super) fn aligned(&self, other: &Self) -> bool {
        let same = |a: &Self| (a.image, a.window, a.batch);
        same(self) == same(other) && (Arc::ptr_eq(&self.origins, &other.origins) || self.origins == other.origins)
    }

    /// Entry by entry with rows in the same windows.
    pub(super) fn zipped(&self, other: &Self, f: impl Fn(T, T) -> T) -> Self {
        self.like(self.batch, self.data.iter().zip(other.data.iter()).map(|(&a, &b)| f(a, b)).collect())
    }

    /// One above the other, where image and window agree.
    pub(super) fn stacked(&self, other: &Self) -> Option<Self> {
        if (self.image, self.window, self.batch) != (other.image, other.window, other.batch) || self.batch != 1 {
            return None;
        }
        Some(Patches {
            image: self.image,
            window: self.window,
            origins: self.origins.iter().chain(other.origins.iter()).copied().collect(),
            batch: 1,
            data: self.data.iter().chain(other.data.iter()).copied().collect(),
        })
    }

    /// Every row times `scale`, one item of scale per batch item, `[items, n]`.
    pub(super) fn scaled(&self, scale: &[T]) -> Self {
        let [_, rows, width] = self.shape();
        let scale = channels_last(scale, self.image);
        let batch = self.batch.max(scale.len() / width);
        let mut out = vec![T::zero(); batch * rows * self.patch()];
        let cost = out.len();
        parallel::chunks(&mut out, self.patch(), cost, |index, out| {
            let (item, row) = (index / rows, index % rows);
            let scale = &scale[if scale.len() == width { 0 } else { item * width }..][..width];
            let window = self.row(item, row);
            for run in self.runs(row) {
                let factors = &scale[run.image..][..run.length];
                let values = &window[run.window..][..run.length];
                let out = &mut out[run.window..][..run.length];
                for ((out, &value), &factor) in out.iter_mut().zip(values).zip(factors) {
                    *out = value * factor;
                }
            }
        });
        self.like(batch, out)
    }

    /// For every row and item, the sum over runs of `f(window values, run's place in the image with channels last)`.
    pub(super) fn sums(&self, batch: usize, f: impl Fn(usize, &[T], usize) -> T + Sync + Send) -> Vec<T> {
        let rows = self.origins.len();
        let mut out = vec![T::zero(); batch * rows];
        let cost = out.len() * self.patch();
        let step = parallel::rows_per_chunk(out.len(), cost);
        parallel::chunks(&mut out, step, cost, |chunk, out| {
            for (place, out) in out.iter_mut().enumerate() {
                let index = chunk * step + place;
                let (item, row) = (index / rows, index % rows);
                let window = self.row(item, row);
                *out = self
                    .runs(row)
                    .fold(T::zero(), |sum, run| sum + f(item, &window[run.window..][..run.length], run.image));
            }
        });
        out
    }

    /// Through the activation below: every row gets new coefficients and an offset. `lines` are slopes below and
    /// above, intercepts below and above, each `[items, n]`.
    pub(super) fn relaxed(
        &self,
        lines: [&[T]; 4],
        line_rows: usize,
        relax_row: impl Fn(&[T], [&[T]; 4], &mut [T]) -> T + Sync,
    ) -> (Self, Vec<T>) {
        let [_, rows, width] = self.shape();
        let lines = lines.map(|values| channels_last(values, self.image));
        let batch = self.batch.max(lines[0].len() / (line_rows * width));
        let patch = self.patch();
        let mut out = vec![T::zero(); batch * rows * patch];
        let mut offsets = vec![T::zero(); batch * rows];
        let cost = out.len() * 4;
        let mut joined: Vec<(&mut [T], &mut T)> = out.chunks_mut(patch).zip(offsets.iter_mut()).collect();
        let step = parallel::rows_per_chunk(joined.len(), cost);
        parallel::chunks(&mut joined, step, cost, |chunk, part| {
            for (place, (out, offset)) in part.iter_mut().enumerate() {
                let index = chunk * step + place;
                let (item, row) = (index / rows, index % rows);
                let line = if line_rows == 1 { 0 } else { row };
                let base = if lines[0].len() == line_rows * width { 0 } else { item * line_rows * width };
                let base = base + line * width;
                let window = self.row(item, row);
                **offset = self.runs(row).fold(T::zero(), |sum, run| {
                    let part = lines.each_ref().map(|values| &values[base + run.image..][..run.length]);
                    sum + relax_row(&window[run.window..][..run.length], part, &mut out[run.window..][..run.length])
                });
            }
        });
        (self.like(batch, out), offsets)
    }

    /// A·W through a convolution: windows grow. `None` once they are no longer worth it.
    pub(super) fn through_transpose(&self, conv: &Window, weight: &[T]) -> Option<Self> {
        let [kernel, stride] = [conv.kernel, conv.stride];
        let grow = |axis: usize| (self.window[axis] - 1).saturating_mul(stride[axis]).saturating_add(kernel[axis]);
        let window = [grow(0), grow(1)];
        if conv.groups != 1 || self.image != conv.output || !worth_it(conv.input, window) {
            return None;
        }
        let weight = conv_weights(conv, weight);
        let shift = |at: isize, axis: usize| at * stride[axis] as isize - conv.padding[axis] as isize;
        let origins: Origins = self.origins.iter().map(|&[y, x]| [shift(y, 0), shift(x, 1)]).collect();
        let (filters, channels) = (conv.output[0], conv.input[0]);
        let taps = kernel[0] * kernel[1] * channels;
        let area = self.window[0] * self.window[1];
        let (count, patch) = (self.batch * self.origins.len(), window[0] * window[1] * channels);
        let mut out = vec![T::zero(); count * patch];
        let cost = count * area * taps * filters;
        // Few enough rows at a time that their columns stay in cache.
        let step = ((1 << 16) / (area * taps)).clamp(1, parallel::rows_per_chunk(count, cost));
        parallel::chunks(&mut out, step * patch, cost, |chunk, out| {
            let rows = out.len() / patch;
            let source = &self.data[chunk * step * self.patch()..][..rows * self.patch()];
            let mut columns = vec![T::zero(); rows * area * taps];
            dense::product_here(source, &weight, &mut columns, filters, taps);
            for (index, (columns, out)) in columns.chunks(area * taps).zip(out.chunks_mut(patch)).enumerate() {
                for (place, columns) in columns.chunks(taps).enumerate() {
                    let (y, x) = (place / self.window[1] * stride[0], place % self.window[1] * stride[1]);
                    for (ky, values) in columns.chunks(kernel[1] * channels).enumerate() {
                        let to = &mut out[((y + ky) * window[1] + x) * channels..][..values.len()];
                        to.iter_mut().zip(values).for_each(|(to, &value)| *to += value);
                    }
                }
                let row = (chunk * step + index) % origins.len();
                clear_outside(out, conv.input, window, origins[row]);
            }
        });
        Some(Patches { image: conv.input, window, origins, batch: self.batch, data: out.into() })
    }

    /// W·v for every row v: windows over a convolution's input become windows over its output.
    pub(super) fn through_forward(&self, conv: &Window, weight: &[T]) -> Option<Self> {
        let (window, origins) = self.reached(conv)?;
        let weight = conv_weights(conv, weight);
        let (filters, channels, kernel) = (conv.output[0], conv.input[0], conv.kernel);
        let taps = kernel[0] * kernel[1] * channels;
        let area = window[0] * window[1];
        let (count, patch) = (self.batch * self.origins.len(), area * filters);
        let mut out = vec![T::zero(); count * patch];
        let cost = count * area * taps * filters;
        let step = ((1 << 16) / (area * taps)).clamp(1, parallel::rows_per_chunk(count, cost));
        parallel::chunks(&mut out, step * patch, cost, |chunk, out| {
            let rows = out.len() / patch;
            let mut columns = vec![T::zero(); rows * area * taps];
            for (index, columns) in columns.chunks_mut(area * taps).enumerate() {
                let at = chunk * step + index;
                let source = &self.data[at * self.patch()..][..self.patch()];
                let row = at % origins.len();
                for (place, columns) in columns.chunks_mut(taps).enumerate() {
                    let corner = |axis: usize, place: usize| {
                        (origins[row][axis] + place as isize) * conv.stride[axis] as isize
                            - conv.padding[axis] as isize
                            - self.origins[row][axis]
                    };
                    let top_left = [corner(0, place / window[1]), corner(1, place % window[1])];
                    // The kernel, seen as a window over this row's window.
                    let inside = [channels, self.window[0], self.window[1]];
                    for run in runs(inside, kernel, top_left) {
                        columns[run.window..][..run.length].copy_from_slice(&source[run.image..][..run.length]);
                    }
                }
            }
            dense::product_transposed_here(&columns, &weight, out, taps, filters);
            for (index, out) in out.chunks_mut(patch).enumerate() {
                clear_outside(out, conv.output, window, origins[(chunk * step + index) % origins.len()]);
            }
        });
        Some(Patches { image: conv.output, window, origins, batch: self.batch, data: out.into() })
    }

    /// The windows of a convolution's output that these windows of its input reach.
    fn reached(&self, conv: &Window) -> Option<([usize; 2], Origins)> {
        let grow = |axis: usize| (self.window[axis] + conv.kernel[axis] - 2) / conv.stride[axis] + 1;
        let window = [grow(0), grow(1)];
        if conv.groups != 1 || self.image != conv.input || !worth_it(conv.output, window) {
            return None;
        }
        let first = |at: isize, axis: usize| {
            let stride = conv.stride[axis] as isize;
            let reach = at + conv.padding[axis] as isize - conv.kernel[axis] as isize + 1;
            reach.div_euclid(stride) + isize::from(reach.rem_euclid(stride) != 0)
        };
        Some((window, self.origins.iter().map(|&[y, x]| [first(y, 0), first(x, 1)]).collect()))
    }

    /// Adds `f(row, value)` of every entry to its place in `out`, `[n]` with channels last, for one item.
    pub(super) fn scatter(&self, item: usize, out: &mut [T], f: impl Fn(usize, T, &mut T)) {
        for row in 0..self.origins.len() {
            let window = self.row(item, row);
            for run in self.runs(row) {
                let values = &window[run.window..][..run.length];
                out[run.image..][..run.length].iter_mut().zip(values).for_each(|(out, &value)| f(row, value, out));
            }
        }
    }

    /// `out[r, row] = Σ a[r, ·]·row` for `a` of `[count, n]` with channels last, for one item.
    pub(super) fn products(&self, item: usize, a: &[T], out: &mut [T]) {
        let [_, rows, width] = self.shape();
        let cost = a.len() / width * rows * self.patch();
        parallel::chunks(out, rows, cost, |r, out| {
            let a = &a[r * width..][..width];
            for (row, out) in out.iter_mut().enumerate() {
                let window = self.row(item, row);
                *out = self.runs(row).fold(T::zero(), |sum, run| {
                    sum + dense::dot(&window[run.window..][..run.length], &a[run.image..][..run.length])
                });
            }
        });
    }
}

/// The batch of a region and its tensors with channels last, each `[items, n]`.
fn ball_items<T: Real>(ball: &Ball<Cow<'_, Full<T>>>, image: [usize; 3]) -> (usize, [Vec<T>; 2]) {
    match ball {
        Ball::Box { lower, upper } => {
            (shape(lower)[0], [channels_last(data(lower), image), channels_last(data(upper), image)])
        }
        Ball::Norm { centre, radius, .. } => {
            (shape(centre)[0], [channels_last(data(centre), image), data(radius).to_vec()])
        }
    }
}

/// The least value of every row over the region, offset apart: `[batch, 1, rows]`.
pub(super) fn concretize<T: Real>(rows: &Patches<T>, ball: &Ball<Cow<'_, Full<T>>>) -> Full<T> {
    let [batch, count, width] = rows.shape();
    let (items, [first, second]) = ball_items(ball, rows.image);
    let both = batch.max(items);
    let base = |item: usize| if items == 1 { 0 } else { item };
    let sums = match ball {
        Ball::Box { .. } => rows.sums(both, |item, values, at| {
            let place = base(item) * width + at..base(item) * width + at + values.len();
            elementwise::least_over_box(values, &first[place.clone()], &second[place])
        }),
        Ball::Norm { dual, .. } => {
            let mut sums = rows
                .sums(both, |item, values, at| dense::dot(values, &first[base(item) * width + at..][..values.len()]));
            for (index, sum) in sums.iter_mut().enumerate() {
                let (item, row) = (index / count, index % count);
                let radius = second[if second.len() == 1 { 0 } else { item }];
                *sum -= radius * elementwise::norm(rows.row(item, row), *dual);
            }
            sums
        }
    };
    tensor([both, 1, count], sums)
}

/// The least (`sign` 1) or greatest (`sign` −1) value of forms over the region, offset apart: `[batch, 1, n]`.
pub(super) fn concretize_columns<T: Real>(forms: &Patches<T>, ball: &Ball<Cow<'_, Full<T>>>, sign: T) -> Full<T> {
    let [batch, inputs, width] = forms.shape();
    let (items, both) = match ball {
        Ball::Box { lower, .. } => (shape(lower)[0], batch.max(shape(lower)[0])),
        Ball::Norm { centre, .. } => (shape(centre)[0], batch.max(shape(centre)[0])),
    };
    let mut out = Vec::with_capacity(both * width);
    for item in 0..both {
        let base = if items == 1 { 0 } else { item * inputs };
        let mut ends = vec![T::zero(); width];
        match ball {
            Ball::Box { lower, upper } => {
                let (low, high) = if sign > T::zero() { (lower, upper) } else { (upper, lower) };
                let (low, high) = (&data(low)[base..][..inputs], &data(high)[base..][..inputs]);
                forms.scatter(item, &mut ends, |row, w, end| {
                    *end += w * if w < T::zero() { high[row] } else { low[row] };
                });
            }
            Ball::Norm { centre, radius, dual } => {
                let centre = &data(centre)[base..][..inputs];
                forms.scatter(item, &mut ends, |row, w, end| *end += w * centre[row]);
                let mut norms = vec![T::zero(); width];
                match dual {
                    Dual::Two => forms.scatter(item, &mut norms, |_, w, norm| *norm += w * w),
                    Dual::Inf => {
                        forms.scatter(item, &mut norms, |_, w, norm| *norm = elementwise::greater(*norm, w.abs()))
                    }
                }
                let reach = sign * elementwise::item(radius, item)[0];
                for (end, norm) in ends.iter_mut().zip(norms) {
                    *end -= reach * if *dual == Dual::Two { norm.sqrt() } else { norm };
                }
            }
        }
        let mut first = vec![T::zero(); width];
        elementwise::transpose(&ends, forms.image[1] * forms.image[2], forms.image[0], &mut first);
        out.extend(first);
    }
    tensor([both, 1, width], out)
}

/// Zeroes the entries of a window that lie outside the image.
fn clear_outside<T: Real>(patch: &mut [T], image: [usize; 3], window: [usize; 2], origin: [isize; 2]) {
    let fits = |axis: usize| origin[axis] >= 0 && origin[axis] as usize + window[axis] <= image[axis + 1];
    if fits(0) && fits(1) {
        return;
    }
    let mut next = 0;
    for run in runs(image, window, origin) {
        patch[next..run.window].fill(T::zero());
        next = run.window + run.length;
    }
    patch[next..].fill(T::zero());
}

/// Rows `outputs` of a convolution's matrix.
pub(super) fn matrix_rows<T: Real>(
    conv: &Window,
    weight: &[T],
    outputs: impl ExactSizeIterator<Item = usize>,
) -> Option<Patches<T>> {
    if conv.groups != 1 || !worth_it(conv.input, conv.kernel) {
        return None;
    }
    let weight = conv_weights(conv, weight);
    let patch = conv.patch_len();
    let mut data = Vec::with_capacity(outputs.len() * patch);
    let mut origins = Vec::with_capacity(outputs.len());
    for output in outputs {
        let (filter, at) = position(conv.output, output);
        let corner = |axis: usize| (at[axis] * conv.stride[axis]) as isize - conv.padding[axis] as isize;
        let origin = [corner(0), corner(1)];
        let start = data.len();
        data.extend_from_slice(&weight[filter * patch..][..patch]);
        clear_outside(&mut data[start..], conv.input, conv.kernel, origin);
        origins.push(origin);
    }
    Some(Patches { image: conv.input, window: conv.kernel, origins: origins.into(), batch: 1, data: data.into() })
}

/// One row per element of an image, holding `scale` of it: a diagonal matrix.
pub(super) fn diagonal<T: Real>(image: [usize; 3], scale: impl Fn(usize) -> T) -> Option<Patches<T>> {
    if !worth_it(image, [1, 1]) {
        return None;
    }
    let (count, channels) = (image.iter().product::<usize>(), image[0]);
    let mut data = vec![T::zero(); count * channels];
    let mut origins = Vec::with_capacity(count);
    for (index, window) in data.chunks_mut(channels).enumerate() {
        let (channel, [y, x]) = position(image, index);
        window[channel] = scale(index);
        origins.push([y as isize, x as isize]);
    }
    Some(Patches { image, window: [1, 1], origins: origins.into(), batch: 1, data: data.into() })
}
