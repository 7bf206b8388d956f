//! The CPU backend, in `f32` or `f64`, on ndarray. Rounding is not charged: its answers are previews.

mod adjoint;
mod conv;
mod dense;
mod elementwise;
pub(super) mod full;
mod gradients;
mod map;
mod parallel;
mod patches;
mod pool;
mod steer;

use crate::{
    activation::{Activation, Real, Rules, Strategy, by_rule},
    network::{Affine, Window},
    tensor::{Backend, Ball, DeviceError, Form, Pair, Picked, Relaxation, Shape},
};
use full::{Full, data, shape, tensor};
pub use map::CpuMap;
#[cfg(feature = "parallel")]
pub use parallel::alone;
use patches::Patches;
use std::{borrow::Cow, marker::PhantomData, ops::Range};

/// A tensor on the CPU; cloning shares the data.
#[derive(Clone)]
pub struct CpuTensor<T>(Repr<T>);

#[derive(Clone)]
enum Repr<T> {
    Full(Full<T>),
    /// Rows that are zero outside a window.
    Patches(Patches<T>),
}

impl<T: Real> CpuTensor<T> {
    /// Every number through `f`. Where only windows are kept, what lies outside them stays 0.
    pub(super) fn mapped(&self, f: impl Fn(T) -> T) -> Self {
        match &self.0 {
            Repr::Full(full) => full.mapv(f).into_shared().into(),
            Repr::Patches(patches) => patches.mapped(f).into(),
        }
    }

    /// Number by number with another tensor, broadcasting; as for [`CpuTensor::mapped`], `f(0, 0)` is 0 outside windows.
    pub(super) fn zipped(&self, other: &Self, f: impl Fn(T, T) -> T + Sync + Send) -> Self {
        match (&self.0, &other.0) {
            (Repr::Patches(a), Repr::Patches(b)) if a.aligned(b) => a.zipped(b, f).into(),
            _ => elementwise::zip(&self.full(), &other.full(), f).into(),
        }
    }

    /// The tensor written out.
    pub(super) fn full(&self) -> Cow<'_, Full<T>> {
        match &self.0 {
            Repr::Full(full) => Cow::Borrowed(full),
            Repr::Patches(patches) => Cow::Owned(tensor(patches.shape(), patches.to_dense())),
        }
    }
}

impl<T> From<Full<T>> for CpuTensor<T> {
    fn from(full: Full<T>) -> Self {
        CpuTensor(Repr::Full(full))
    }
}

impl<T> From<Patches<T>> for CpuTensor<T> {
    fn from(patches: Patches<T>) -> Self {
        CpuTensor(Repr::Patches(patches))
    }
}

/// The CPU in precision `T`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu<T>(PhantomData<T>);

impl<T> Cpu<T> {
    /// The CPU.
    pub const fn new() -> Self {
        Cpu(PhantomData)
    }
}

/// A region with its tensors written out (they always are: nobody makes patches of images).
fn written<T: Real>(ball: &Ball<CpuTensor<T>>) -> Ball<Cow<'_, Full<T>>> {
    match ball {
        Ball::Box { lower, upper } => Ball::Box { lower: lower.full(), upper: upper.full() },
        Ball::Norm { centre, radius, dual } => Ball::Norm { centre: centre.full(), radius: radius.full(), dual: *dual },
    }
}

/// The inputs below and above, then the constants below and above.
fn picked_lines<T: Real>(picked: &Picked<CpuTensor<T>>) -> [Cow<'_, Full<T>>; 4] {
    let Picked { input, constant, .. } = picked;
    [&input.lower, &input.upper, &constant.lower, &constant.upper].map(CpuTensor::full)
}

impl<T: Real> Cpu<T> {
    /// The sums of `values` that reach each input on the way that the rows take back through windows.
    pub(super) fn passed_back(
        &self,
        window: &Window,
        rows: &CpuTensor<T>,
        values: &CpuTensor<T>,
        picked: &Picked<CpuTensor<T>>,
    ) -> CpuTensor<T> {
        let lines = picked_lines(picked);
        pool::backward(window, &rows.full(), &values.full(), lines.each_ref().map(|line| &**line)).0.into()
    }
}

impl<T: Real> Backend for Cpu<T> {
    type Tensor = CpuTensor<T>;
    type Map = CpuMap<T>;
    type Rules = Rules<T>;
    type Pool = Window;

    const BYTES: usize = size_of::<T>();
    const WORKING_SET: usize = 2 << 20;

    fn upload(&self, shape: Shape, values: &[f64]) -> CpuTensor<T> {
        tensor(shape, values.iter().map(|&value| T::of(value)).collect()).into()
    }

    fn shape(&self, tensor: &CpuTensor<T>) -> Shape {
        match &tensor.0 {
            Repr::Full(full) => shape(full),
            Repr::Patches(patches) => patches.shape(),
        }
    }

    async fn read(&self, tensor: &CpuTensor<T>) -> Result<Vec<f64>, DeviceError> {
        Ok(data(&tensor.full()).iter().map(|value| value.wide()).collect())
    }

    fn map(&self, affine: &Affine, inputs: usize) -> CpuMap<T> {
        CpuMap::new(affine, inputs)
    }

    fn is_identity(&self, map: &CpuMap<T>) -> bool {
        matches!(map, CpuMap::Identity { .. })
    }

    fn bias(&self, affine: &Affine) -> Option<CpuTensor<T>> {
        affine.bias.as_ref().map(|bias| self.upload([1, 1, bias.len()], bias))
    }

    fn rules(&self, activation: &Activation, width: usize) -> Rules<T> {
        Rules::new(activation, width)
    }

    fn pool(&self, window: &Window) -> Window {
        *window
    }

    fn apply(&self, map: &CpuMap<T>, rows: &CpuTensor<T>) -> CpuTensor<T> {
        map.apply(rows)
    }

    fn apply_split(&self, map: &CpuMap<T>, rows: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        map.apply_split(rows)
    }

    fn apply_interval(
        &self,
        map: &CpuMap<T>,
        bias: Option<&CpuTensor<T>>,
        range: &Pair<CpuTensor<T>>,
    ) -> Pair<CpuTensor<T>> {
        let mut linear = map.apply_split(range);
        if !self.is_identity(map) {
            let [low, high] = [&linear.lower, &linear.upper].map(CpuTensor::full);
            let [l, u] = [&range.lower, &range.upper].map(CpuTensor::full);
            let share = T::epsilon() * T::of(16.0);
            if let Some([low, high]) = map.restore([&l, &u], [&low, &high], share, false, |total, _| total) {
                linear = Pair { lower: low.into(), upper: high.into() };
            }
        }
        match bias {
            Some(bias) => Pair { lower: self.add(&linear.lower, bias), upper: self.add(&linear.upper, bias) },
            None => linear,
        }
    }

    fn apply_transpose(&self, map: &CpuMap<T>, rows: &CpuTensor<T>) -> CpuTensor<T> {
        map.apply_transpose(rows)
    }

    fn map_rows(&self, map: &CpuMap<T>, rows: Range<usize>) -> CpuTensor<T> {
        map.rows(rows)
    }

    fn map_columns(&self, map: &CpuMap<T>) -> CpuTensor<T> {
        map.columns()
    }

    fn add(&self, a: &CpuTensor<T>, b: &CpuTensor<T>) -> CpuTensor<T> {
        elementwise::zip(&a.full(), &b.full(), |a, b| a + b).into()
    }

    fn add_interval(&self, a: &Pair<CpuTensor<T>>, b: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        Pair { lower: self.add(&a.lower, &b.lower), upper: self.add(&a.upper, &b.upper) }
    }

    fn negate(&self, a: &CpuTensor<T>) -> CpuTensor<T> {
        match &a.0 {
            Repr::Full(full) => full.mapv(|value| -value).into_shared().into(),
            Repr::Patches(patches) => patches.mapped(|value| -value).into(),
        }
    }

    fn slice_rows(&self, a: &CpuTensor<T>, range: Range<usize>) -> CpuTensor<T> {
        a.full().slice(ndarray::s![.., range, ..]).to_owned().into_shared().into()
    }

    fn slice_width(&self, a: &CpuTensor<T>, range: Range<usize>) -> CpuTensor<T> {
        a.full().slice(ndarray::s![.., .., range]).to_owned().into_shared().into()
    }

    fn concat_rows(&self, parts: &[CpuTensor<T>]) -> CpuTensor<T> {
        if let [CpuTensor(Repr::Patches(above)), CpuTensor(Repr::Patches(below))] = parts
            && let Some(both) = above.stacked(below)
        {
            return both.into();
        }
        elementwise::concat(&parts.iter().map(CpuTensor::full).collect::<Vec<_>>(), 1).into()
    }

    fn concat_width(&self, parts: &[CpuTensor<T>]) -> CpuTensor<T> {
        elementwise::concat(&parts.iter().map(CpuTensor::full).collect::<Vec<_>>(), 2).into()
    }

    fn transpose(&self, a: &CpuTensor<T>) -> CpuTensor<T> {
        let a = a.full();
        let [batch, rows, width] = shape(&a);
        let mut out = vec![T::zero(); batch * rows * width];
        for (from, to) in data(&a).chunks(rows * width).zip(out.chunks_mut(rows * width)) {
            elementwise::transpose(from, rows, width, to);
        }
        tensor([batch, width, rows], out).into()
    }

    fn identity(&self, rows: Range<usize>, n: usize) -> CpuTensor<T> {
        elementwise::identity(rows, n).into()
    }

    fn dot(&self, rows: &CpuTensor<T>, v: &CpuTensor<T>) -> CpuTensor<T> {
        let v = v.full();
        let [items, _, width] = shape(&v);
        if let Repr::Patches(patches) = &rows.0 {
            let last = patches::channels_last(data(&v), patches.image);
            let batch = patches.batch.max(items);
            let sums = patches.sums(batch, |item, values, at| {
                let base = if items == 1 { 0 } else { item * width };
                dense::dot(values, &last[base + at..][..values.len()])
            });
            return tensor([batch, 1, sums.len() / batch], sums).into();
        }
        let rows = rows.full();
        let [batch, count, _] = shape(&rows);
        let both = batch.max(items);
        let mut out = Vec::with_capacity(both * count);
        for item in 0..both {
            let v = elementwise::item(&v, item);
            out.extend(elementwise::item(&rows, item).chunks(width).map(|row| dense::dot(row, v)));
        }
        tensor([both, 1, count], out).into()
    }

    fn activate(&self, rules: &Rules<T>, z: &CpuTensor<T>) -> CpuTensor<T> {
        let z = z.full();
        tensor(shape(&z), by_rule!(rules, rules => elementwise::activate(rules, data(&z)))).into()
    }

    fn activate_interval(&self, rules: &Rules<T>, range: &Pair<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        Pair { lower: self.activate(rules, &range.lower), upper: self.activate(rules, &range.upper) }
    }

    fn relax(&self, rules: &Rules<T>, strategy: Strategy, range: &Pair<CpuTensor<T>>) -> Relaxation<CpuTensor<T>> {
        let (lower, upper) = (range.lower.full(), range.upper.full());
        let shape = shape(&lower);
        let [slope_lower, slope_upper, at_lower, at_upper] =
            by_rule!(rules, rules => elementwise::relax(rules, strategy, data(&lower), data(&upper)))
                .map(|values| tensor(shape, values).into());
        Relaxation {
            slope: Pair { lower: slope_lower, upper: slope_upper },
            intercept: Pair { lower: at_lower, upper: at_upper },
            range: self.activate_interval(rules, range),
        }
    }

    fn relax_backward(
        &self,
        rows: &CpuTensor<T>,
        relaxation: &Relaxation<CpuTensor<T>>,
    ) -> (CpuTensor<T>, CpuTensor<T>) {
        let (slope, intercept) = (&relaxation.slope, &relaxation.intercept);
        let lines = [slope.lower.full(), slope.upper.full(), intercept.lower.full(), intercept.upper.full()];
        let lines = lines.each_ref().map(|line| &**line);
        match &rows.0 {
            Repr::Full(rows) => {
                let (rows, offsets) = elementwise::relax_backward(rows, lines);
                (rows.into(), offsets.into())
            }
            Repr::Patches(patches) => {
                let (patches, offsets) = patches.relaxed(lines.map(data), shape(lines[0])[1], elementwise::relax_row);
                let [batch, rows, _] = patches.shape();
                (patches.into(), tensor([batch, 1, rows], offsets).into())
            }
        }
    }

    fn relax_forward(
        &self,
        form: &Form<CpuTensor<T>>,
        slope: &CpuTensor<T>,
        intercept: &CpuTensor<T>,
    ) -> Form<CpuTensor<T>> {
        let slope = slope.full();
        let product = |a: T, slope: T| a * slope;
        let coefficients = match &form.coefficients.0 {
            Repr::Full(full) => elementwise::zip(full, &slope, product).into(),
            Repr::Patches(patches) => patches.scaled(data(&slope)).into(),
        };
        let offset = elementwise::zip(&form.offset.full(), &slope, product);
        Form { coefficients, offset: elementwise::zip(&offset, &intercept.full(), |a, b| a + b).into() }
    }

    fn substitute(
        &self,
        rows: &CpuTensor<T>,
        forms: &Pair<Form<CpuTensor<T>>>,
        _: &Pair<CpuTensor<T>>,
    ) -> (CpuTensor<T>, CpuTensor<T>) {
        let (above, below) = elementwise::by_sign(&rows.full());
        let part = |rows: Full<T>, form: &Form<CpuTensor<T>>| {
            let [batch, count, width] = shape(&rows);
            let [form_batch, inputs, _] = self.shape(&form.coefficients);
            let both = batch.max(form_batch);
            let mut out = vec![T::zero(); both * count * inputs];
            for (index, out) in out.chunks_mut(count * inputs).enumerate() {
                let rows = elementwise::item(&rows, index);
                match &form.coefficients.0 {
                    Repr::Full(full) => {
                        dense::product_transposed(rows, elementwise::item(full, index), out, width, inputs);
                    }
                    Repr::Patches(patches) => {
                        patches.products(index, &patches::channels_last(rows, patches.image), out);
                    }
                }
            }
            (tensor([both, count, inputs], out), self.dot(&rows.into(), &form.offset))
        };
        let (low, low_offset) = part(above, &forms.lower);
        let (high, high_offset) = part(below, &forms.upper);
        (elementwise::zip(&low, &high, |a, b| a + b).into(), self.add(&low_offset, &high_offset))
    }

    fn largest(&self, window: &Window, z: &CpuTensor<T>) -> CpuTensor<T> {
        let z = z.full();
        tensor([shape(&z)[0], 1, window.output_len()], pool::largest(window, data(&z))).into()
    }

    fn pick(&self, window: &Window, strategy: Strategy, range: &Pair<CpuTensor<T>>) -> Picked<CpuTensor<T>> {
        let (lower, upper) = (range.lower.full(), range.upper.full());
        let out = [shape(&lower)[0], 1, window.output_len()];
        let [below, above, at_below, at_above] =
            pool::pick(window, strategy, data(&lower), data(&upper)).map(|values| tensor(out, values).into());
        Picked {
            input: Pair { lower: below, upper: above },
            constant: Pair { lower: at_below, upper: at_above },
            range: Pair { lower: self.largest(window, &range.lower), upper: self.largest(window, &range.upper) },
        }
    }

    fn pick_backward(
        &self,
        window: &Window,
        rows: &CpuTensor<T>,
        picked: &Picked<CpuTensor<T>>,
    ) -> (CpuTensor<T>, CpuTensor<T>) {
        let (rows, lines) = (rows.full(), picked_lines(picked));
        let (rows, offsets) = pool::backward(window, &rows, &rows, lines.each_ref().map(|line| &**line));
        (rows.into(), offsets.into())
    }

    fn pick_forward(
        &self,
        _: &Window,
        forms: &Pair<Form<CpuTensor<T>>>,
        picked: &Picked<CpuTensor<T>>,
    ) -> Pair<Form<CpuTensor<T>>> {
        let form = |form: &Form<CpuTensor<T>>, input: &CpuTensor<T>, constant: &CpuTensor<T>| Form {
            coefficients: pool::forward(&form.coefficients.full(), &input.full(), None).into(),
            offset: pool::forward(&form.offset.full(), &input.full(), Some(&constant.full())).into(),
        };
        Pair {
            lower: form(&forms.lower, &picked.input.lower, &picked.constant.lower),
            upper: form(&forms.upper, &picked.input.upper, &picked.constant.upper),
        }
    }

    fn concretize(
        &self,
        rows: &CpuTensor<T>,
        offset: Option<&CpuTensor<T>>,
        ball: &Ball<CpuTensor<T>>,
    ) -> CpuTensor<T> {
        let ball = written(ball);
        let least = match &rows.0 {
            Repr::Full(rows) => elementwise::concretize(rows, &ball),
            Repr::Patches(patches) => patches::concretize(patches, &ball),
        };
        match offset {
            Some(offset) => elementwise::zip(&least, &offset.full(), |a, b| a + b).into(),
            None => least.into(),
        }
    }

    fn concretize_forms(&self, forms: &Pair<Form<CpuTensor<T>>>, ball: &Ball<CpuTensor<T>>) -> Pair<CpuTensor<T>> {
        let ball = written(ball);
        let end = |form: &Form<CpuTensor<T>>, sign: T| {
            let extreme = match &form.coefficients.0 {
                Repr::Full(full) => elementwise::concretize_columns(full, &ball, sign),
                Repr::Patches(patches) => patches::concretize_columns(patches, &ball, sign),
            };
            elementwise::zip(&extreme, &form.offset.full(), |a, b| a + b).into()
        };
        Pair { lower: end(&forms.lower, T::one()), upper: end(&forms.upper, -T::one()) }
    }
}
