//! The CPU backend, in `f32` or `f64`, on ndarray. Rounding is not charged: its answers are previews.

mod conv;
pub(super) mod dense;
pub(super) mod elementwise;
pub(super) mod parallel;

use crate::{
    bounds::Strategy,
    network::{Affine, Curve, Curves, Map, Window},
    tensor::{Backend, Ball, DeviceError, Form, Pair, Real, Relaxation, Shape},
};
use ndarray::{ArcArray, Array3, Ix3};
use std::{marker::PhantomData, ops::Range};

/// A tensor on the CPU: shared, contiguous, in C order.
pub type CpuTensor<T> = ArcArray<T, Ix3>;

/// The CPU in precision `T`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu<T>(PhantomData<T>);

impl<T> Cpu<T> {
    /// The CPU.
    pub const fn new() -> Self {
        Cpu(PhantomData)
    }
}

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
    },
}

impl<T: Real> CpuMap<T> {
    /// Outputs and inputs.
    fn size(&self) -> [usize; 2] {
        match self {
            CpuMap::Identity { width } => [*width; 2],
            CpuMap::Dense { shape, .. } => *shape,
            CpuMap::Conv { window, .. } => [window.output_len(), window.input_len()],
            CpuMap::Diagonal { scale } => [scale.len(); 2],
        }
    }
}

/// Contiguous data of a tensor.
pub(super) fn data<T>(tensor: &CpuTensor<T>) -> &[T] {
    tensor.as_slice().expect("CPU tensors are contiguous and in C order")
}

/// A tensor from contiguous data.
pub(super) fn tensor<T>(shape: Shape, values: Vec<T>) -> CpuTensor<T> {
    ArcArray::from_shape_vec(shape, values).expect("as many values as the shape holds")
}

/// The tensor's own shape.
pub(super) fn shape<T>(tensor: &CpuTensor<T>) -> Shape {
    let (batch, rows, width) = tensor.dim();
    [batch, rows, width]
}

impl<T: Real> Backend for Cpu<T> {
    type Tensor = CpuTensor<T>;
    type Map = CpuMap<T>;
    type Curves = Vec<Curve<T>>;

    const BYTES: usize = size_of::<T>();

    fn upload(&self, shape: Shape, values: &[f64]) -> CpuTensor<T> {
        tensor(shape, values.iter().map(|&value| T::of(value)).collect())
    }

    fn shape(&self, tensor: &CpuTensor<T>) -> Shape {
        shape(tensor)
    }

    async fn read(&self, tensor: &CpuTensor<T>) -> Result<Vec<f64>, DeviceError> {
        Ok(data(tensor).iter().map(|value| value.wide()).collect())
    }

    fn map(&self, affine: &Affine, inputs: usize) -> CpuMap<T> {
        match &affine.map {
            Map::Identity => CpuMap::Identity { width: inputs },
            Map::Dense { rows, columns, weight } => {
                let weight: Vec<T> = weight.iter().map(|&w| T::of(f64::from(w))).collect();
                let absolute = weight.iter().map(|w| w.abs()).collect();
                CpuMap::Dense { shape: [*rows, *columns], weight, absolute }
            }
            Map::Conv { window, weight } => {
                let weight: Vec<T> = weight.iter().map(|&w| T::of(w)).collect();
                let absolute = weight.iter().map(|w| w.abs()).collect();
                CpuMap::Conv { window: *window, weight, absolute }
            }
            Map::Diagonal { scale } => CpuMap::Diagonal { scale: scale.iter().map(|&s| T::of(s)).collect() },
        }
    }

    fn is_identity(&self, map: &CpuMap<T>) -> bool {
        matches!(map, CpuMap::Identity { .. })
    }

    fn bias(&self, affine: &Affine) -> Option<CpuTensor<T>> {
        affine.bias.as_ref().map(|bias| self.upload([1, 1, bias.len()], bias))
    }

    fn curves(&self, curves: &Curves, width: usize) -> Vec<Curve<T>> {
        (0..width).map(|index| curves.at(index)).collect()
    }

    fn apply(&self, map: &CpuMap<T>, rows: &CpuTensor<T>) -> CpuTensor<T> {
        let [batch, count, _] = shape(rows);
        let [outputs, inputs] = map.size();
        let mut out = vec![T::zero(); batch * count * outputs];
        match map {
            CpuMap::Identity { .. } => return rows.clone(),
            CpuMap::Dense { weight, .. } => dense::product_transposed(data(rows), weight, &mut out, inputs, outputs),
            CpuMap::Conv { window, weight, .. } => conv::forward(window, weight, data(rows), &mut out),
            CpuMap::Diagonal { scale } => elementwise::scale(data(rows), scale, &mut out),
        }
        tensor([batch, count, outputs], out)
    }

    fn apply_split(&self, map: &CpuMap<T>, rows: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        let [batch, count, _] = shape(&rows.lower);
        let [outputs, inputs] = map.size();
        if let CpuMap::Identity { .. } = map {
            return rows.clone();
        }
        let (centre, radius) = elementwise::centre_radius(data(&rows.lower), data(&rows.upper));
        let mut out = (vec![T::zero(); batch * count * outputs], vec![T::zero(); batch * count * outputs]);
        match map {
            CpuMap::Identity { .. } => {}
            CpuMap::Dense { weight, absolute, .. } => {
                let outs = (&mut out.0[..], &mut out.1[..]);
                dense::split_transposed((&centre, &radius), (weight, absolute), outs, inputs, outputs);
            }
            CpuMap::Conv { window, weight, absolute } => {
                conv::forward(window, weight, &centre, &mut out.0);
                conv::forward(window, absolute, &radius, &mut out.1);
            }
            CpuMap::Diagonal { scale } => {
                elementwise::scale(&centre, scale, &mut out.0);
                let absolute: Vec<T> = scale.iter().map(|s| s.abs()).collect();
                elementwise::scale(&radius, &absolute, &mut out.1);
            }
        }
        elementwise::ends(&mut out.0, &mut out.1);
        let shape = [batch, count, outputs];
        Pair { lower: tensor(shape, out.0), upper: tensor(shape, out.1) }
    }

    fn apply_interval(
        &self,
        map: &CpuMap<T>,
        bias: Option<&CpuTensor<T>>,
        range: &Pair<CpuTensor<T>>,
    ) -> Pair<CpuTensor<T>> {
        let linear = self.apply_split(map, range);
        match bias {
            Some(bias) => Pair { lower: self.add(&linear.lower, bias), upper: self.add(&linear.upper, bias) },
            None => linear,
        }
    }

    fn apply_transpose(&self, map: &CpuMap<T>, rows: &CpuTensor<T>) -> CpuTensor<T> {
        let [batch, count, _] = shape(rows);
        let [outputs, inputs] = map.size();
        let mut out = vec![T::zero(); batch * count * inputs];
        match map {
            CpuMap::Identity { .. } => return rows.clone(),
            CpuMap::Dense { weight, .. } => dense::product(data(rows), weight, &mut out, outputs, inputs),
            CpuMap::Conv { window, weight, .. } => conv::transpose(window, weight, data(rows), &mut out),
            CpuMap::Diagonal { scale } => elementwise::scale(data(rows), scale, &mut out),
        }
        tensor([batch, count, inputs], out)
    }

    fn map_rows(&self, map: &CpuMap<T>, rows: Range<usize>) -> CpuTensor<T> {
        let [_, inputs] = map.size();
        let count = rows.len();
        match map {
            CpuMap::Identity { width } => self.identity(rows, *width),
            CpuMap::Dense { weight, .. } => {
                tensor([1, count, inputs], weight[rows.start * inputs..rows.end * inputs].to_vec())
            }
            CpuMap::Conv { window, weight, .. } => {
                let mut out = vec![T::zero(); count * inputs];
                for (row, output) in out.chunks_mut(inputs).zip(rows) {
                    conv::matrix_row(window, weight, output, row);
                }
                tensor([1, count, inputs], out)
            }
            CpuMap::Diagonal { scale } => {
                let mut out = vec![T::zero(); count * inputs];
                for (row, output) in out.chunks_mut(inputs).zip(rows) {
                    row[output] = scale[output];
                }
                tensor([1, count, inputs], out)
            }
        }
    }

    fn map_columns(&self, map: &CpuMap<T>) -> CpuTensor<T> {
        let [outputs, inputs] = map.size();
        match map {
            CpuMap::Identity { width } => self.identity(0..*width, *width),
            CpuMap::Dense { weight, .. } => {
                let mut out = vec![T::zero(); weight.len()];
                elementwise::transpose(weight, outputs, inputs, &mut out);
                tensor([1, inputs, outputs], out)
            }
            CpuMap::Conv { .. } | CpuMap::Diagonal { .. } => self.apply(map, &self.identity(0..inputs, inputs)),
        }
    }

    fn add(&self, a: &CpuTensor<T>, b: &CpuTensor<T>) -> CpuTensor<T> {
        elementwise::zip(a, b, |a, b| a + b)
    }

    fn add_interval(&self, a: &Pair<CpuTensor<T>>, b: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        Pair { lower: self.add(&a.lower, &b.lower), upper: self.add(&a.upper, &b.upper) }
    }

    fn negate(&self, a: &CpuTensor<T>) -> CpuTensor<T> {
        a.mapv(|value| -value).into_shared()
    }

    fn slice_rows(&self, a: &CpuTensor<T>, range: Range<usize>) -> CpuTensor<T> {
        a.slice(ndarray::s![.., range, ..]).to_owned().into_shared()
    }

    fn slice_width(&self, a: &CpuTensor<T>, range: Range<usize>) -> CpuTensor<T> {
        a.slice(ndarray::s![.., .., range]).to_owned().into_shared()
    }

    fn concat_rows(&self, parts: &[CpuTensor<T>]) -> CpuTensor<T> {
        elementwise::concat(parts, 1)
    }

    fn concat_width(&self, parts: &[CpuTensor<T>]) -> CpuTensor<T> {
        elementwise::concat(parts, 2)
    }

    fn transpose(&self, a: &CpuTensor<T>) -> CpuTensor<T> {
        let [batch, rows, width] = shape(a);
        let mut out = vec![T::zero(); batch * rows * width];
        for (from, to) in data(a).chunks(rows * width).zip(out.chunks_mut(rows * width)) {
            elementwise::transpose(from, rows, width, to);
        }
        tensor([batch, width, rows], out)
    }

    fn identity(&self, rows: Range<usize>, n: usize) -> CpuTensor<T> {
        let start = rows.start;
        Array3::from_shape_fn(
            (1, rows.len(), n),
            |(_, row, column)| {
                if row + start == column { T::one() } else { T::zero() }
            },
        )
        .into_shared()
    }

    fn dot(&self, rows: &CpuTensor<T>, v: &CpuTensor<T>) -> CpuTensor<T> {
        let [batch, count, width] = shape(rows);
        let both = batch.max(shape(v)[0]);
        let mut out = Vec::with_capacity(both * count);
        for item in 0..both {
            let v = elementwise::item(v, item);
            out.extend(elementwise::item(rows, item).chunks(width).map(|row| dense::dot(row, v)));
        }
        tensor([both, 1, count], out)
    }

    fn activate(&self, curves: &Vec<Curve<T>>, z: &CpuTensor<T>) -> CpuTensor<T> {
        let width = curves.len();
        let values = data(z).chunks(width).flat_map(|row| row.iter().zip(curves).map(|(&z, curve)| curve.value(z)));
        tensor(shape(z), values.collect())
    }

    fn activate_interval(&self, curves: &Vec<Curve<T>>, range: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        Pair { lower: self.activate(curves, &range.lower), upper: self.activate(curves, &range.upper) }
    }

    fn relax(
        &self,
        curves: &Vec<Curve<T>>,
        strategy: Strategy,
        range: &Pair<CpuTensor<T>>,
    ) -> Relaxation<CpuTensor<T>> {
        let [slope_lower, slope_upper, at_lower, at_upper] =
            elementwise::relax(curves, strategy, data(&range.lower), data(&range.upper));
        let shape = shape(&range.lower);
        Relaxation {
            slope: Pair { lower: tensor(shape, slope_lower), upper: tensor(shape, slope_upper) },
            intercept: Pair { lower: tensor(shape, at_lower), upper: tensor(shape, at_upper) },
            range: self.activate_interval(curves, range),
        }
    }

    fn relax_backward(
        &self,
        rows: &CpuTensor<T>,
        relaxation: &Relaxation<CpuTensor<T>>,
    ) -> (CpuTensor<T>, CpuTensor<T>) {
        elementwise::relax_backward(rows, relaxation)
    }

    fn relax_forward(
        &self,
        form: &Form<CpuTensor<T>>,
        slope: &CpuTensor<T>,
        intercept: &CpuTensor<T>,
    ) -> Form<CpuTensor<T>> {
        let offset = elementwise::zip(&form.offset, slope, |offset, slope| offset * slope);
        Form {
            coefficients: elementwise::zip(&form.coefficients, slope, |coefficient, slope| coefficient * slope),
            offset: self.add(&offset, intercept),
        }
    }

    fn substitute(
        &self,
        rows: &CpuTensor<T>,
        forms: &Pair<Form<CpuTensor<T>>>,
        _: &Pair<CpuTensor<T>>,
    ) -> (CpuTensor<T>, CpuTensor<T>) {
        let (above, below) = elementwise::by_sign(rows);
        let part = |rows: &CpuTensor<T>, form: &Form<CpuTensor<T>>| {
            let [batch, count, width] = shape(rows);
            let [form_batch, inputs, _] = shape(&form.coefficients);
            let both = batch.max(form_batch);
            let mut out = vec![T::zero(); both * count * inputs];
            for (index, out) in out.chunks_mut(count * inputs).enumerate() {
                let coefficients = elementwise::item(&form.coefficients, index);
                dense::product_transposed(elementwise::item(rows, index), coefficients, out, width, inputs);
            }
            (tensor([both, count, inputs], out), self.dot(rows, &form.offset))
        };
        let (low, low_offset) = part(&above, &forms.lower);
        let (high, high_offset) = part(&below, &forms.upper);
        (self.add(&low, &high), self.add(&low_offset, &high_offset))
    }

    fn concretize(
        &self,
        rows: &CpuTensor<T>,
        offset: Option<&CpuTensor<T>>,
        ball: &Ball<CpuTensor<T>>,
    ) -> CpuTensor<T> {
        let least = elementwise::concretize(rows, ball);
        match offset {
            Some(offset) => self.add(&least, offset),
            None => least,
        }
    }

    fn concretize_forms(&self, forms: &Pair<Form<CpuTensor<T>>>, ball: &Ball<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        let end = |form: &Form<CpuTensor<T>>, sign: T| {
            self.add(&elementwise::concretize_columns(&form.coefficients, ball, sign), &form.offset)
        };
        Pair { lower: end(&forms.lower, T::one()), upper: end(&forms.upper, -T::one()) }
    }
}
