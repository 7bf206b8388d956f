//! Matrix products. A handful of rows goes through plain loops that read the matrix once; more go to `matrixmultiply`.

use super::parallel;
use crate::activation::Real;
use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

/// Up to this many rows, packing a matrix for a blocked product costs more than it saves.
const FEW: usize = 3;
/// Partial sums kept apart, so that the loop over them becomes SIMD.
const LANES: usize = 16;

fn view<T>(data: &[T], rows: usize, columns: usize) -> ArrayView2<'_, T> {
    ArrayView2::from_shape((rows, columns), data).expect("length is rows × columns")
}

fn view_mut<T>(data: &mut [T], rows: usize, columns: usize) -> ArrayViewMut2<'_, T> {
    ArrayViewMut2::from_shape((rows, columns), data).expect("length is rows × columns")
}

/// Σ aᵢ·bᵢ.
#[inline]
pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::zero(); LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a_rest.iter().zip(b_rest).fold(T::zero(), |sum, (&a, &b)| sum + a * b);
    sums.iter().fold(rest, |sum, &part| sum + part)
}

/// Σ wᵢ·cᵢ and Σ |wᵢ|·rᵢ from one read of w.
#[inline]
fn dot_split<T: Real>(w: &[T], centre: &[T], radius: &[T]) -> (T, T) {
    let mut sums = ([T::zero(); LANES], [T::zero(); LANES]);
    let (w_blocks, w_rest) = w.as_chunks::<LANES>();
    let (c_blocks, c_rest) = centre.as_chunks::<LANES>();
    let (r_blocks, r_rest) = radius.as_chunks::<LANES>();
    for ((w, c), r) in w_blocks.iter().zip(c_blocks).zip(r_blocks) {
        for lane in 0..LANES {
            sums.0[lane] += w[lane] * c[lane];
            sums.1[lane] += w[lane].abs() * r[lane];
        }
    }
    let mut total = (T::zero(), T::zero());
    for ((&w, &c), &r) in w_rest.iter().zip(c_rest).zip(r_rest) {
        total.0 += w * c;
        total.1 += w.abs() * r;
    }
    let sum = |start: T, parts: &[T; LANES]| parts.iter().fold(start, |sum, &part| sum + part);
    (sum(total.0, &sums.0), sum(total.1, &sums.1))
}

/// `out[n, m] = x[n, k] · w[m, k]ᵀ`.
pub(super) fn product_transposed<T: Real>(x: &[T], w: &[T], out: &mut [T], k: usize, m: usize) {
    shared(x, out, k, m, |x, out| product_transposed_here(x, w, out, k, m));
}

/// [`product_transposed`] on the calling thread.
pub(super) fn product_transposed_here<T: Real>(x: &[T], w: &[T], out: &mut [T], k: usize, m: usize) {
    let rows = x.len() / k;
    if rows > FEW {
        general_mat_mul(T::one(), &view(x, rows, k), &view(w, m, k).t(), T::zero(), &mut view_mut(out, rows, m));
        return;
    }
    for (x, out) in x.chunks(k).zip(out.chunks_mut(m)) {
        for (w, out) in w.chunks(k).zip(out) {
            *out = dot(w, x);
        }
    }
}

/// `out[n, m] = x[n, k] · w[k, m]`.
pub(super) fn product<T: Real>(x: &[T], w: &[T], out: &mut [T], k: usize, m: usize) {
    shared(x, out, k, m, |x, out| product_here(x, w, out, k, m));
}

/// [`product`] on the calling thread.
pub(super) fn product_here<T: Real>(x: &[T], w: &[T], out: &mut [T], k: usize, m: usize) {
    let rows = x.len() / k;
    if rows > FEW {
        general_mat_mul(T::one(), &view(x, rows, k), &view(w, k, m), T::zero(), &mut view_mut(out, rows, m));
        return;
    }
    for (x, out) in x.chunks(k).zip(out.chunks_mut(m)) {
        out.fill(T::zero());
        for (&x, w) in x.iter().zip(w.chunks(m)) {
            for (out, &w) in out.iter_mut().zip(w) {
                *out += x * w;
            }
        }
    }
}

/// `out[m, k] = a[n, m]ᵀ · b[n, k]`: the sum of the outer products of their rows.
pub(super) fn outer<T: Real>(a: &[T], b: &[T], out: &mut [T], m: usize, k: usize) {
    let rows = a.len() / m;
    general_mat_mul(T::one(), &view(a, rows, m).t(), &view(b, rows, k), T::zero(), &mut view_mut(out, m, k));
}

/// Cuts the rows of a product over the cores.
fn shared<T: Real>(x: &[T], out: &mut [T], k: usize, m: usize, work: impl Fn(&[T], &mut [T]) + Sync + Send) {
    let rows = x.len() / k;
    if rows <= FEW {
        return work(x, out);
    }
    let step = parallel::rows_per_chunk(rows, rows * m * k);
    parallel::chunks(out, step * m, rows * m * k, |index, out| work(&x[index * step * k..][..out.len() / m * k], out));
}

/// `centre·wᵀ` and `radius·|w|ᵀ`; `absolute` is |w|.
pub(super) fn split_transposed<T: Real>(
    (centre, radius): (&[T], &[T]),
    (w, absolute): (&[T], &[T]),
    (out_centre, out_radius): (&mut [T], &mut [T]),
    k: usize,
    m: usize,
) {
    if centre.len() / k > FEW {
        product_transposed(centre, w, out_centre, k, m);
        product_transposed(radius, absolute, out_radius, k, m);
        return;
    }
    for (item, (centre, radius)) in centre.chunks(k).zip(radius.chunks(k)).enumerate() {
        let outputs = out_centre[item * m..].iter_mut().zip(&mut out_radius[item * m..]);
        for (w, (out_centre, out_radius)) in w.chunks(k).zip(outputs) {
            (*out_centre, *out_radius) = dot_split(w, centre, radius);
        }
    }
}
