//! The adjoints of the CPU's operations, and the operations of a training loss.

use super::{
    Cpu, CpuMap, CpuTensor, conv, dense, elementwise,
    full::{data, shape, tensor},
    gradients, pool,
};
use crate::{
    activation::{Real, Rules, Strategy, by_rule},
    network::Window,
    tensor::{Backend, Differentiable, Pair, Shape},
};

impl<T: Real> CpuMap<T> {
    /// Σ over rows of output ⊗ input, as long as the weights; empty for maps without weights of their own.
    fn gradient(&self, input: &[T], output: &[T]) -> Vec<T> {
        match self {
            CpuMap::Dense { shape: [outputs, inputs], weight, .. } => {
                let mut out = vec![T::zero(); weight.len()];
                dense::outer(output, input, &mut out, *outputs, *inputs);
                out
            }
            CpuMap::Conv { window, weight, .. } => {
                let mut out = vec![T::zero(); weight.len()];
                conv::weight_gradient(window, input, output, &mut out);
                out
            }
            CpuMap::Identity { .. } | CpuMap::Diagonal { .. } => Vec::new(),
        }
    }

    /// A·W, or A·|W|, for rows written out.
    fn backward(&self, rows: &[T], absolute: bool) -> Vec<T> {
        let [outputs, inputs] = self.size();
        let mut out = vec![T::zero(); rows.len() / outputs * inputs];
        match self {
            CpuMap::Identity { .. } => out.copy_from_slice(rows),
            CpuMap::Dense { weight, absolute: positive, .. } => {
                dense::product(rows, if absolute { positive } else { weight }, &mut out, outputs, inputs);
            }
            CpuMap::Conv { window, weight, absolute: positive } => {
                conv::transpose(window, if absolute { positive } else { weight }, rows, &mut out);
            }
            CpuMap::Diagonal { scale, .. } => {
                let scale: Vec<T> = scale.iter().map(|&s| if absolute { s.abs() } else { s }).collect();
                elementwise::scale(rows, &scale, &mut out);
            }
        }
        out
    }

    /// sign(W) ∘ `gradient`, added to `into`.
    fn add_signed(&self, gradient: &[T], into: &mut [T]) {
        let (CpuMap::Dense { weight, .. } | CpuMap::Conv { weight, .. }) = self else { return };
        for ((into, &gradient), &w) in into.iter_mut().zip(gradient).zip(weight) {
            *into += if w > T::zero() {
                gradient
            } else if w < T::zero() {
                -gradient
            } else {
                T::zero()
            };
        }
    }
}

impl<T: Real> Differentiable for Cpu<T> {
    fn sum_to(&self, gradient: &CpuTensor<T>, target: Shape) -> CpuTensor<T> {
        let gradient = gradient.full();
        tensor(target, gradients::sum_to(data(&gradient), shape(&gradient), target)).into()
    }

    fn scale(&self, a: &CpuTensor<T>, factor: f64) -> CpuTensor<T> {
        let factor = T::of(factor);
        a.mapped(|value| value * factor)
    }

    fn map_gradient(&self, map: &CpuMap<T>, input: &CpuTensor<T>, output: &CpuTensor<T>) -> CpuTensor<T> {
        let weights = map.gradient(data(&input.full()), data(&output.full()));
        tensor([1, 1, weights.len()], weights).into()
    }

    fn interval_gradient(
        &self,
        map: &CpuMap<T>,
        range: &Pair<CpuTensor<T>>,
        gradient: &Pair<CpuTensor<T>>,
        wanted: bool,
    ) -> (Option<Pair<CpuTensor<T>>>, CpuTensor<T>) {
        let (lower, upper) = (range.lower.full(), range.upper.full());
        let (below, above) = (gradient.lower.full(), gradient.upper.full());
        let (centre, radius) = elementwise::centre_radius(data(&lower), data(&upper));
        // lower = Wc − |W|r, upper = Wc + |W|r.
        let (to_centre, to_radius) = gradients::sum_difference(data(&below), data(&above));
        let mut weights = map.gradient(&centre, &to_centre);
        map.add_signed(&map.gradient(&radius, &to_radius), &mut weights);
        let into = wanted.then(|| {
            // c = (u + l)/2, r = (u − l)/2.
            let mut from_centre = map.backward(&to_centre, false);
            let mut from_radius = map.backward(&to_radius, true);
            gradients::halve_ends(&mut from_centre, &mut from_radius);
            let shape = shape(&lower);
            Pair { lower: tensor(shape, from_centre).into(), upper: tensor(shape, from_radius).into() }
        });
        (into, tensor([1, 1, weights.len()], weights).into())
    }

    fn activate_gradient(
        &self,
        rules: &Rules<T>,
        z: &CpuTensor<T>,
        gradient: &CpuTensor<T>,
    ) -> (CpuTensor<T>, Option<CpuTensor<T>>) {
        let (z, gradient) = (z.full(), gradient.full());
        let (into, bends) = by_rule!(rules, rules => gradients::activate(rules, data(&z), data(&gradient)));
        (tensor(shape(&z), into).into(), bends.map(|bends| tensor([1, 1, bends.len()], bends).into()))
    }

    fn largest_gradient(&self, window: &Window, z: &CpuTensor<T>, gradient: &CpuTensor<T>) -> CpuTensor<T> {
        let (z, gradient) = (z.full(), gradient.full());
        tensor(shape(&z), pool::largest_gradient(window, data(&z), data(&gradient))).into()
    }

    fn relax_gradient(
        &self,
        rules: &Rules<T>,
        strategy: Strategy,
        range: &Pair<CpuTensor<T>>,
        gradient: [&CpuTensor<T>; 4],
    ) -> (Pair<CpuTensor<T>>, Option<CpuTensor<T>>) {
        let (lower, upper) = (range.lower.full(), range.upper.full());
        let gradient = gradient.map(CpuTensor::full);
        let four = gradient.each_ref().map(|gradient| data(gradient));
        let ends = (data(&lower), data(&upper));
        let (below, above, bends) = by_rule!(rules, rules => gradients::relax(rules, strategy, ends, four));
        let shape = shape(&lower);
        let ends = Pair { lower: tensor(shape, below).into(), upper: tensor(shape, above).into() };
        (ends, bends.map(|bends| tensor([1, 1, bends.len()], bends).into()))
    }

    fn relax_backward_gradient(
        &self,
        rows: &CpuTensor<T>,
        lines: [&CpuTensor<T>; 4],
        rows_gradient: &CpuTensor<T>,
        offset_gradient: &CpuTensor<T>,
    ) -> (CpuTensor<T>, [CpuTensor<T>; 4]) {
        let (rows, lines) = (rows.full(), lines.map(CpuTensor::full));
        let (rows_gradient, offset_gradient) = (rows_gradient.full(), offset_gradient.full());
        let [batch, count, width] = shape(&rows_gradient);
        let mut into = Vec::with_capacity(batch * count * width);
        let mut found = [(); 4].map(|()| vec![T::zero(); batch * width]);
        for index in 0..batch {
            let lines = lines.each_ref().map(|line| elementwise::item(line, index));
            let mut own = found.each_mut().map(|line| &mut line[index * width..][..width]);
            let rows = elementwise::item(&rows, index).chunks(width);
            let gradients = elementwise::item(&rows_gradient, index).chunks(width);
            for ((row, gradient), &offset) in rows.zip(gradients).zip(elementwise::item(&offset_gradient, index)) {
                gradients::relax_row(row, lines, gradient, offset, &mut into, &mut own);
            }
        }
        let found = found.map(|line| tensor([batch, 1, width], line).into());
        (tensor([batch, count, width], into).into(), found)
    }

    fn concretize_gradient(
        &self,
        rows: &CpuTensor<T>,
        range: &Pair<CpuTensor<T>>,
        gradient: &CpuTensor<T>,
    ) -> (CpuTensor<T>, Pair<CpuTensor<T>>) {
        let (rows, gradient) = (rows.full(), gradient.full());
        let (lower, upper) = (range.lower.full(), range.upper.full());
        let [batch, _, count] = shape(&gradient);
        let [_, _, width] = shape(&rows);
        let mut into = Vec::with_capacity(batch * count * width);
        let (mut below, mut above) = (vec![T::zero(); batch * width], vec![T::zero(); batch * width]);
        for index in 0..batch {
            let ends = (elementwise::item(&lower, index), elementwise::item(&upper, index));
            let own = (&mut below[index * width..][..width], &mut above[index * width..][..width]);
            let rows = elementwise::item(&rows, index).chunks(width);
            let gradient = elementwise::item(&gradient, index);
            gradients::concretize(rows, gradient, ends, &mut into, own);
        }
        let shape = [batch, 1, width];
        let ends = Pair { lower: tensor(shape, below).into(), upper: tensor(shape, above).into() };
        (tensor([batch, count, width], into).into(), ends)
    }

    fn dot_gradient(
        &self,
        rows: &CpuTensor<T>,
        v: &CpuTensor<T>,
        gradient: &CpuTensor<T>,
    ) -> (CpuTensor<T>, CpuTensor<T>) {
        let (rows, v, gradient) = (rows.full(), v.full(), gradient.full());
        let [batch, _, count] = shape(&gradient);
        let [_, _, width] = shape(&rows);
        let mut into = Vec::with_capacity(batch * count * width);
        let mut sums = vec![T::zero(); batch * width];
        for (index, sums) in sums.chunks_mut(width).enumerate() {
            let v = elementwise::item(&v, index);
            let rows = elementwise::item(&rows, index).chunks(width);
            for (row, &gradient) in rows.zip(elementwise::item(&gradient, index)) {
                into.extend(v.iter().map(|&v| gradient * v));
                sums.iter_mut().zip(row).for_each(|(sum, &a)| *sum += gradient * a);
            }
        }
        (tensor([batch, count, width], into).into(), tensor([batch, 1, width], sums).into())
    }

    fn margin_loss(&self, margins: &CpuTensor<T>) -> CpuTensor<T> {
        let margins = margins.full();
        let [batch, _, width] = shape(&margins);
        let losses = data(&margins).chunks(width).map(gradients::margin_loss).collect();
        tensor([batch, 1, 1], losses).into()
    }

    fn margin_loss_gradient(&self, margins: &CpuTensor<T>, gradient: &CpuTensor<T>) -> CpuTensor<T> {
        let (margins, gradient) = (margins.full(), gradient.full());
        let [.., width] = shape(&margins);
        let mut out = Vec::with_capacity(margins.len());
        for (margins, &gradient) in data(&margins).chunks(width).zip(data(&gradient)) {
            let loss = gradients::margin_loss(margins);
            out.extend(margins.iter().map(|&margin| -gradient * (-margin - loss).exp()));
        }
        tensor(shape(&margins), out).into()
    }

    fn blend(&self, first: &CpuTensor<T>, second: &CpuTensor<T>, share: &CpuTensor<T>) -> CpuTensor<T> {
        let share = data(&share.full())[0];
        first.zipped(second, |a, b| (T::one() - share) * a + share * b)
    }

    fn blend_gradient(&self, share: &CpuTensor<T>, gradient: &CpuTensor<T>) -> (CpuTensor<T>, CpuTensor<T>) {
        let share = data(&share.full())[0];
        (gradient.mapped(|g| (T::one() - share) * g), gradient.mapped(|g| share * g))
    }

    fn tightness(&self, reference: &Pair<CpuTensor<T>>, range: &Pair<CpuTensor<T>>) -> CpuTensor<T> {
        let growth = gradients::growth(mean_width(reference), mean_width(range)).0;
        self.upload([1, 1, 1], &[growth])
    }

    fn tightness_gradient(
        &self,
        reference: &Pair<CpuTensor<T>>,
        range: &Pair<CpuTensor<T>>,
        gradient: &CpuTensor<T>,
    ) -> (Pair<CpuTensor<T>>, Pair<CpuTensor<T>>) {
        let (_, before, after) = gradients::growth(mean_width(reference), mean_width(range));
        let gradient = data(&gradient.full())[0].wide();
        let spread = |pair: &Pair<CpuTensor<T>>, slope: f64| {
            let shape = self.shape(&pair.lower);
            let count: usize = shape.iter().product();
            let each = T::of(gradient * slope / count as f64);
            let fill = |value| tensor(shape, vec![value; count]).into();
            Pair { lower: fill(-each), upper: fill(each) }
        };
        (spread(reference, before), spread(range, after))
    }

    fn balance(&self, range: &Pair<CpuTensor<T>>) -> CpuTensor<T> {
        let penalty = gradients::balance(data(&range.lower.full()), data(&range.upper.full())).0;
        self.upload([1, 1, 1], &[penalty])
    }

    fn balance_gradient(&self, range: &Pair<CpuTensor<T>>, gradient: &CpuTensor<T>) -> Pair<CpuTensor<T>> {
        let lower = range.lower.full();
        let (_, slopes) = gradients::balance(data(&lower), data(&range.upper.full()));
        // c = (u + l)/2.
        let half = data(&gradient.full())[0].wide() / 2.0;
        let into: CpuTensor<T> =
            tensor(shape(&lower), slopes.into_iter().map(|slope| T::of(half * slope)).collect()).into();
        Pair { lower: into.clone(), upper: into }
    }
}

/// Mean of u − l over a batch.
fn mean_width<T: Real>(pair: &Pair<CpuTensor<T>>) -> f64 {
    let (lower, upper) = (pair.lower.full(), pair.upper.full());
    let total: f64 = data(&lower).iter().zip(data(&upper)).map(|(&l, &u)| (u - l).wide()).sum();
    total / lower.len() as f64
}
