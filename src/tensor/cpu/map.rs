//! Linear maps on the CPU: prepared once, applied to rows written out or to patches.

use super::{
    CpuTensor, Repr, conv, dense, elementwise,
    full::{Full, data, shape, tensor},
    patches,
    patches::Patches,
};
use crate::{
    activation::Real,
    network::{Affine, Map, Window},
    tensor::Pair,
};

/// A linear map with its absolute value beside it, both in `T`.
pub enum CpuMap<T> {
    /// The vector itself.
    Identity {
        /// Its length.
        width: usize,
    },
    /// `[outputs, inputs]`.
    Dense {
        /// Outputs and inputs.
        shape: [usize; 2],
        /// W.
        weight: Vec<T>,
        /// |W|.
        absolute: Vec<T>,
    },
    /// `[out channels, patch]`.
    Conv {
        /// Geometry.
        window: Window,
        /// W.
        weight: Vec<T>,
        /// |W|.
        absolute: Vec<T>,
    },
    /// One factor per element.
    Diagonal {
        /// The factors.
        scale: Vec<T>,
        /// Channels, height and width of what is scaled, where it is an image.
        image: Option<[usize; 3]>,
    },
}

impl<T: Real> CpuMap<T> {
    /// Outputs and inputs.
    pub(super) fn size(&self) -> [usize; 2] {
        match self {
            CpuMap::Identity { width } => [*width; 2],
            CpuMap::Dense { shape, .. } => *shape,
            CpuMap::Conv { window, .. } => [window.output_len(), window.input_len()],
            CpuMap::Diagonal { scale, .. } => [scale.len(); 2],
        }
    }

    /// The map of absolute values, for plain products only.
    pub(in crate::tensor) fn absolute(&self) -> Self {
        let none = Vec::new();
        match self {
            CpuMap::Identity { width } => CpuMap::Identity { width: *width },
            CpuMap::Dense { shape, absolute, .. } => {
                CpuMap::Dense { shape: *shape, weight: absolute.clone(), absolute: none }
            }
            CpuMap::Conv { window, absolute, .. } => {
                CpuMap::Conv { window: *window, weight: absolute.clone(), absolute: none }
            }
            CpuMap::Diagonal { scale, image } => {
                CpuMap::Diagonal { scale: scale.iter().map(|s| s.abs()).collect(), image: *image }
            }
        }
    }

    /// Prepares the linear part of an affine operator with `inputs` elements.
    pub(super) fn new(affine: &Affine, inputs: usize) -> Self {
        let with_absolute = |weight: Vec<T>| {
            let absolute = weight.iter().map(|w| w.abs()).collect();
            (weight, absolute)
        };
        match &affine.map {
            Map::Identity => CpuMap::Identity { width: inputs },
            Map::Dense { rows, columns, weight } => {
                let (weight, absolute) = with_absolute(weight.iter().map(|&w| T::of(f64::from(w))).collect());
                CpuMap::Dense { shape: [*rows, *columns], weight, absolute }
            }
            Map::Conv { window, weight } => {
                let (weight, absolute) = with_absolute(weight.iter().map(|&w| T::of(w)).collect());
                CpuMap::Conv { window: *window, weight, absolute }
            }
            Map::Diagonal { scale, shape } => CpuMap::Diagonal {
                scale: scale.iter().map(|&s| T::of(s)).collect(),
                image: shape.as_slice().try_into().ok(),
            },
        }
    }

    /// W·v for every row v.
    pub(super) fn apply(&self, rows: &CpuTensor<T>) -> CpuTensor<T> {
        match (self, &rows.0) {
            (CpuMap::Identity { .. }, _) => return rows.clone(),
            (CpuMap::Diagonal { scale, .. }, Repr::Patches(patches)) => return patches.scaled(scale).into(),
            (CpuMap::Conv { window, weight, .. }, Repr::Patches(patches)) => {
                if let Some(reached) = patches.through_forward(window, weight) {
                    return reached.into();
                }
            }
            _ => {}
        }
        let rows = rows.full();
        self.write(&rows, self.size()[0], |rows, out| self.forward(rows, out, false))
    }

    /// W⁺·lower + W⁻·upper and its mirror, as W·centre ∓ |W|·radius.
    pub(super) fn apply_split(&self, rows: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        if let CpuMap::Identity { .. } = self {
            return rows.clone();
        }
        if let (Repr::Patches(lower), Repr::Patches(upper)) = (&rows.lower.0, &rows.upper.0)
            && lower.aligned(upper)
            && let Some(pair) = self.split_patches(lower, upper)
        {
            return pair;
        }
        let (lower, upper) = (rows.lower.full(), rows.upper.full());
        let [batch, count, _] = shape(&lower);
        let [outputs, inputs] = self.size();
        let (centre, radius) = elementwise::centre_radius(data(&lower), data(&upper));
        let mut out = (vec![T::zero(); batch * count * outputs], vec![T::zero(); batch * count * outputs]);
        if let CpuMap::Dense { weight, absolute, .. } = self {
            // Both products from one read of the matrix, where few rows make that pay.
            let outs = (&mut out.0[..], &mut out.1[..]);
            dense::split_transposed((&centre, &radius), (weight, absolute), outs, inputs, outputs);
        } else {
            self.forward(&centre, &mut out.0, false);
            self.forward(&radius, &mut out.1, true);
        }
        elementwise::ends(&mut out.0, &mut out.1);
        let shape = [batch, count, outputs];
        Pair { lower: tensor(shape, out.0).into(), upper: tensor(shape, out.1).into() }
    }

    fn split_patches(&self, lower: &Patches<T>, upper: &Patches<T>) -> Option<Pair<CpuTensor<T>>> {
        let half = T::of(0.5);
        let centre = lower.zipped(upper, |l, u| (u + l) * half);
        let radius = lower.zipped(upper, |l, u| (u - l) * half);
        let (centre, radius) = match self {
            CpuMap::Conv { window, weight, absolute } => {
                (centre.through_forward(window, weight)?, radius.through_forward(window, absolute)?)
            }
            CpuMap::Diagonal { scale, .. } => {
                let absolute: Vec<T> = scale.iter().map(|s| s.abs()).collect();
                (centre.scaled(scale), radius.scaled(&absolute))
            }
            CpuMap::Identity { .. } | CpuMap::Dense { .. } => return None,
        };
        let (lower, upper) = (centre.zipped(&radius, |c, r| c - r), centre.zipped(&radius, |c, r| c + r));
        Some(Pair { lower: lower.into(), upper: upper.into() })
    }

    /// A·W for rows A.
    pub(super) fn apply_transpose(&self, rows: &CpuTensor<T>) -> CpuTensor<T> {
        match (self, &rows.0) {
            (CpuMap::Identity { .. }, _) => return rows.clone(),
            (CpuMap::Diagonal { scale, .. }, Repr::Patches(patches)) => return patches.scaled(scale).into(),
            (CpuMap::Conv { window, weight, .. }, Repr::Patches(patches)) => {
                if let Some(grown) = patches.through_transpose(window, weight) {
                    return grown.into();
                }
            }
            _ => {}
        }
        let rows = rows.full();
        let [outputs, inputs] = self.size();
        self.write(&rows, inputs, |rows, out| match self {
            CpuMap::Identity { .. } => out.copy_from_slice(rows),
            CpuMap::Dense { weight, .. } => dense::product(rows, weight, out, outputs, inputs),
            CpuMap::Conv { window, weight, .. } => conv::transpose(window, weight, rows, out),
            CpuMap::Diagonal { scale, .. } => elementwise::scale(rows, scale, out),
        })
    }

    /// Every weight of one output with the input that it multiplies.
    pub(in crate::tensor) fn terms(&self, output: usize, mut term: impl FnMut(T, usize)) {
        match self {
            CpuMap::Identity { .. } => term(T::one(), output),
            CpuMap::Diagonal { scale, .. } => term(scale[output], output),
            CpuMap::Dense { shape: [_, inputs], weight, .. } => {
                weight[output * inputs..][..*inputs].iter().enumerate().for_each(|(input, &w)| term(w, input));
            }
            CpuMap::Conv { window, weight, .. } => {
                let [_, height, width] = window.input;
                let [filters, down, across] = window.output;
                let (filter, y, x) = (output / (down * across), output / across % down, output % across);
                let channels = window.input[0] / window.groups;
                let first = filter / (filters / window.groups) * channels;
                let [tall, wide] = window.kernel;
                for (at, &w) in weight[filter * window.patch_len()..][..window.patch_len()].iter().enumerate() {
                    let row = (y * window.stride[0] + at / wide % tall).wrapping_sub(window.padding[0]);
                    let column = (x * window.stride[1] + at % wide).wrapping_sub(window.padding[1]);
                    if row < height && column < width {
                        term(w, ((first + at / (tall * wide)) * height + row) * width + column);
                    }
                }
            }
        }
    }

    /// Puts back ends that centre ∓ radius has lost: one that is tiny beside the other, as 1 is in [1, 1e30], comes out of a
    /// difference without digits. Those ends alone are summed again sign by sign, W⁺l + W⁻u. Where
    /// both forms are `safe` the tighter one is kept; else the difference may as well be too tight, and the sum replaces it.
    /// `share` is how small an end must be; `sum` gives an end on its safe side from Σ w·pick and Σ |w·pick|.
    pub(in crate::tensor) fn restore(
        &self,
        range: [&Full<T>; 2],
        ends: [&Full<T>; 2],
        share: T,
        safe: bool,
        sum: impl Fn(T, T) -> T,
    ) -> Option<[Full<T>; 2]> {
        let lost = |end: T, other: T| end.abs() <= share * other.abs() && end != other;
        let (lower, upper) = (data(ends[0]), data(ends[1]));
        if !lower.iter().zip(upper).any(|(&l, &u)| lost(l, u) || lost(u, l)) {
            return None;
        }
        let [outputs, inputs] = self.size();
        let (mut low, mut high) = (lower.to_vec(), upper.to_vec());
        for (at, (low, high)) in low.iter_mut().zip(&mut high).enumerate() {
            let from = at / outputs * inputs;
            let (l, u) = (&data(range[0])[from..][..inputs], &data(range[1])[from..][..inputs]);
            // The least of sign·W·x.
            let least = |sign: T| {
                let (mut total, mut size) = (T::zero(), T::zero());
                self.terms(at % outputs, |w, input| {
                    let w = sign * w;
                    if w != T::zero() {
                        let product = w * if w < T::zero() { u[input] } else { l[input] };
                        total += product;
                        size += product.abs();
                    }
                });
                sum(total, size)
            };
            if lost(*low, *high) {
                let again = least(T::one());
                *low = if again > *low || (!safe && again.is_finite()) { again } else { *low };
            } else if lost(*high, *low) {
                let again = -least(-T::one());
                *high = if again < *high || (!safe && again.is_finite()) { again } else { *high };
            }
        }
        Some([tensor(shape(ends[0]), low), tensor(shape(ends[1]), high)])
    }

    /// Rows of W itself, by their outputs.
    pub(super) fn rows(&self, outputs: impl ExactSizeIterator<Item = usize> + Clone) -> CpuTensor<T> {
        if let CpuMap::Conv { window, weight, .. } = self
            && let Some(patches) = patches::matrix_rows(window, weight, outputs.clone())
        {
            return patches.into();
        }
        let [_, inputs] = self.size();
        let count = outputs.len();
        let mut out = vec![T::zero(); count * inputs];
        for (row, output) in out.chunks_mut(inputs).zip(outputs) {
            match self {
                CpuMap::Identity { .. } => row[output] = T::one(),
                CpuMap::Dense { weight, .. } => row.copy_from_slice(&weight[output * inputs..][..inputs]),
                CpuMap::Conv { window, weight, .. } => conv::matrix_row(window, weight, output, row),
                CpuMap::Diagonal { scale, .. } => row[output] = scale[output],
            }
        }
        tensor([1, count, inputs], out).into()
    }

    /// Wᵀ.
    pub(super) fn columns(&self) -> CpuTensor<T> {
        let [outputs, inputs] = self.size();
        match self {
            CpuMap::Identity { width } => elementwise::identity(0..*width, *width).into(),
            CpuMap::Dense { weight, .. } => {
                let mut out = vec![T::zero(); weight.len()];
                elementwise::transpose(weight, outputs, inputs, &mut out);
                tensor([1, inputs, outputs], out).into()
            }
            CpuMap::Conv { window, .. } => {
                let identity = patches::diagonal(window.input, |_| T::one());
                self.apply(&identity.map_or_else(|| elementwise::identity(0..inputs, inputs).into(), Into::into))
            }
            CpuMap::Diagonal { scale, image } => {
                let patches = image.and_then(|image| patches::diagonal(image, |index| scale[index]));
                patches.map_or_else(|| self.apply(&elementwise::identity(0..inputs, inputs).into()), Into::into)
            }
        }
    }

    /// W·v, or |W|·v, for rows written out.
    fn forward(&self, rows: &[T], out: &mut [T], absolute: bool) {
        let [outputs, inputs] = self.size();
        match self {
            CpuMap::Identity { .. } => out.copy_from_slice(rows),
            CpuMap::Dense { weight, absolute: positive, .. } => {
                dense::product_transposed(rows, if absolute { positive } else { weight }, out, inputs, outputs);
            }
            CpuMap::Conv { window, weight, absolute: positive } => {
                conv::forward(window, if absolute { positive } else { weight }, rows, out);
            }
            CpuMap::Diagonal { scale, .. } if absolute => {
                let positive: Vec<T> = scale.iter().map(|s| s.abs()).collect();
                elementwise::scale(rows, &positive, out);
            }
            CpuMap::Diagonal { scale, .. } => elementwise::scale(rows, scale, out),
        }
    }

    fn write(&self, rows: &Full<T>, width: usize, work: impl FnOnce(&[T], &mut [T])) -> CpuTensor<T> {
        let [batch, count, _] = shape(rows);
        let mut out = vec![T::zero(); batch * count * width];
        work(data(rows), &mut out);
        tensor([batch, count, width], out).into()
    }
}
