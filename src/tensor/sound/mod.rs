//! Bounds that survive rounding (METHODS.md §10): f64 numbers with a rigorous radius each.
//!
//! A tensor is `mid ± rad`: the exact real tensor that the walk speaks about lies within. Every operation computes its
//! mid with the plain CPU kernels and its radius from one more product over absolute values, never rounded down. What
//! is a *bound* (intervals, concretised functions) is rounded outward and has no radius. What cannot be represented
//! ends as NaN or an infinity, which never counts as verified.
//!
//! The claim: bounds of the real-valued network whose weights are these f32 numbers (and whose normalisations are exact
//! divisions), over the real region around these inputs.

mod relax;
mod rounding;

use super::cpu::{Cpu, CpuMap, CpuTensor, data, dense, elementwise, parallel, shape, tensor};
use super::{Backend, Ball, DeviceError, Dual, Form, Pair, Relaxation, Shape};
use crate::{
    bounds::{Lines, Strategy},
    network::{Affine, Curve, Curves, Map},
};
use rounding::{UNIT, around, down, gamma, greater, over, sum, up, whole};
use std::ops::Range;

/// The sound arithmetic on the CPU: the only one whose verdicts may be called certified.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sound;

/// `mid ± rad`, elementwise.
#[derive(Clone, Debug)]
pub struct SoundTensor {
    mid: CpuTensor<f64>,
    /// `None` where the mid is exact, or is a bound already rounded outward.
    rad: Option<CpuTensor<f64>>,
}

/// A linear map, its absolute value, and how far it may be from the operator's exact one.
pub struct SoundMap {
    plain: CpuMap<f64>,
    absolute: CpuMap<f64>,
    /// Relative error of each coefficient.
    rounding: f64,
    /// Most products in one sum of W·v, and in one of A·W.
    terms: [usize; 2],
}

const CPU: Cpu<f64> = Cpu::new();

/// The kernel that a product runs, forward or transposed.
type Kernel = fn(&Cpu<f64>, &CpuMap<f64>, &CpuTensor<f64>) -> CpuTensor<f64>;

impl SoundTensor {
    fn exact(mid: CpuTensor<f64>) -> Self {
        SoundTensor { mid, rad: None }
    }

    /// The same exact operation on mid and radius.
    fn both(&self, f: impl Fn(&CpuTensor<f64>) -> CpuTensor<f64>) -> Self {
        SoundTensor { mid: f(&self.mid), rad: self.rad.as_ref().map(f) }
    }

    /// One number per element from mid and radius.
    fn each(&self, f: impl Fn(f64, f64) -> f64 + Sync + Send) -> CpuTensor<f64> {
        match &self.rad {
            None => self.mid.mapv(|mid| f(mid, 0.0)).into_shared(),
            Some(rad) => elementwise::zip(&self.mid, rad, f),
        }
    }

    fn join(parts: &[Self], axis: usize) -> Self {
        let mids: Vec<_> = parts.iter().map(|part| part.mid.clone()).collect();
        let rad = parts.iter().any(|part| part.rad.is_some()).then(|| {
            let rads: Vec<_> = parts.iter().map(|part| part.each(|_, rad| rad)).collect();
            elementwise::concat(&rads, axis)
        });
        SoundTensor { mid: elementwise::concat(&mids, axis), rad }
    }
}

impl SoundMap {
    /// W·v or A·W. With |W − Ŵ| ≤ ρ|Ŵ| and v = mid ± rad, the error is at most
    /// |Ŵ|·((1 + ρ)·rad + (γ + ρ)·|mid|): one product over absolute values.
    fn multiply(&self, rows: &SoundTensor, terms: usize, kernel: Kernel) -> SoundTensor {
        if let CpuMap::Identity { .. } = self.plain {
            return rows.clone();
        }
        let (gamma, rho) = (gamma(terms), self.rounding);
        let (keep, fresh) = (over(1.0 + rho), over(gamma + rho));
        let error = rows.each(|mid, rad| over(keep * rad + fresh * mid.abs()));
        SoundTensor { mid: kernel(&CPU, &self.plain, &rows.mid), rad: Some(self.spread(&error, gamma, kernel)) }
    }

    /// At least |W|·error.
    fn spread(&self, error: &CpuTensor<f64>, gamma: f64, kernel: Kernel) -> CpuTensor<f64> {
        let mut rad = kernel(&CPU, &self.absolute, error);
        rad.mapv_inplace(|rad| whole(rad, gamma));
        rad
    }

    /// Entries of W itself, off by their own rounding only.
    fn entries(&self, mid: CpuTensor<f64>) -> SoundTensor {
        let rho = self.rounding;
        let rad = (rho > 0.0).then(|| mid.mapv(|w| over(rho * w.abs())).into_shared());
        SoundTensor { mid, rad }
    }
}

/// At least ε‖row‖_q.
fn reach(row: &[f64], dual: Dual, epsilon: f64) -> f64 {
    let norm = match dual {
        Dual::Two => up(whole(dense::dot(row, row), gamma(row.len())).sqrt()),
        Dual::Inf => row.iter().fold(0.0, |most, w| greater(most, w.abs())),
    };
    over(epsilon * norm)
}

/// One item's lower and upper numbers.
fn ends(pair: &Pair<SoundTensor>, at: usize) -> (&[f64], &[f64]) {
    (elementwise::item(&pair.lower.mid, at), elementwise::item(&pair.upper.mid, at))
}

/// max(|lower|, |upper|).
fn magnitude(range: &Pair<SoundTensor>) -> CpuTensor<f64> {
    elementwise::zip(&range.lower.mid, &range.upper.mid, |l, u| greater(l.abs(), u.abs()))
}

impl Backend for Sound {
    type Tensor = SoundTensor;
    type Map = SoundMap;
    type Curves = Vec<Curve<f64>>;

    const BYTES: usize = 2 * size_of::<f64>();

    fn upload(&self, shape: Shape, values: &[f64]) -> SoundTensor {
        SoundTensor::exact(CPU.upload(shape, values))
    }

    fn interval_around(&self, value: f64, epsilon: f64) -> (f64, f64) {
        (sum(value, -epsilon).0, sum(value, epsilon).1)
    }

    fn shape(&self, tensor: &SoundTensor) -> Shape {
        shape(&tensor.mid)
    }

    async fn read(&self, tensor: &SoundTensor) -> Result<Vec<f64>, DeviceError> {
        Ok(data(&tensor.mid).to_vec())
    }

    fn map(&self, affine: &Affine, inputs: usize) -> SoundMap {
        let mut plain = CPU.map(affine, inputs);
        let absolute = match &mut plain {
            CpuMap::Identity { width } => CpuMap::Identity { width: *width },
            CpuMap::Dense { shape, absolute, .. } => {
                CpuMap::Dense { shape: *shape, weight: std::mem::take(absolute), absolute: Vec::new() }
            }
            CpuMap::Conv { window, absolute, .. } => {
                CpuMap::Conv { window: *window, weight: std::mem::take(absolute), absolute: Vec::new() }
            }
            CpuMap::Diagonal { scale } => CpuMap::Diagonal { scale: scale.iter().map(|s| s.abs()).collect() },
        };
        let terms = match &affine.map {
            Map::Identity | Map::Diagonal { .. } => [1, 1],
            Map::Dense { rows, columns, .. } => [*columns, *rows],
            Map::Conv { window, .. } => {
                let area = window.kernel[0] * window.kernel[1];
                [window.patch_len(), window.output[0] / window.groups * area + area]
            }
        };
        // Twice, because the error is told relative to the exact coefficient and charged relative to the stored one.
        SoundMap { plain, absolute, rounding: 2.0 * affine.rounding, terms }
    }

    fn is_identity(&self, map: &SoundMap) -> bool {
        CPU.is_identity(&map.plain)
    }

    fn bias(&self, affine: &Affine) -> Option<SoundTensor> {
        let mid = CPU.bias(affine)?;
        let rad = (affine.bias_error > 0.0).then(|| mid.mapv(|_| over(affine.bias_error)).into_shared());
        Some(SoundTensor { mid, rad })
    }

    fn curves(&self, curves: &Curves, width: usize) -> Vec<Curve<f64>> {
        CPU.curves(curves, width)
    }

    fn apply(&self, map: &SoundMap, rows: &SoundTensor) -> SoundTensor {
        map.multiply(rows, map.terms[0], Cpu::apply)
    }

    fn apply_split(&self, map: &SoundMap, rows: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        if self.is_identity(map) {
            return rows.clone();
        }
        let (lower, upper) = (&rows.lower.mid, &rows.upper.mid);
        let centre = elementwise::zip(lower, upper, |l, u| (u + l) * 0.5);
        let half = elementwise::zip(lower, upper, |l, u| (u - l) * 0.5);
        let (gamma, rho) = (gamma(map.terms[0] + 4), map.rounding);
        let (keep, fresh) = (over(1.0 + rho), over(2.0 * gamma + rho));
        let (low, high) = (rows.lower.each(|_, rad| rad), rows.upper.each(|_, rad| rad));
        let worst = elementwise::zip(&low, &high, greater);
        let size = elementwise::zip(lower, upper, |l, u| l.abs() + u.abs());
        let error = elementwise::zip(&worst, &size, |rad, size| over(keep * rad + fresh * size));
        let (centre, half) = (CPU.apply(&map.plain, &centre), CPU.apply(&map.absolute, &half));
        let rad = map.spread(&error, gamma, Cpu::apply);
        let end = |mid: CpuTensor<f64>| SoundTensor { mid, rad: Some(rad.clone()) };
        Pair {
            lower: end(elementwise::zip(&centre, &half, |c, r| c - r)),
            upper: end(elementwise::zip(&centre, &half, |c, r| c + r)),
        }
    }

    fn apply_interval(
        &self,
        map: &SoundMap,
        bias: Option<&SoundTensor>,
        range: &Pair<SoundTensor>,
    ) -> Pair<SoundTensor> {
        let linear = if self.is_identity(map) {
            range.clone()
        } else {
            // An interval is a number with a radius.
            let mid = elementwise::zip(&range.lower.mid, &range.upper.mid, |l, u| (u + l) * 0.5);
            let below = elementwise::zip(&mid, &range.lower.mid, |mid, l| mid - l);
            let above = elementwise::zip(&range.upper.mid, &mid, |u, mid| u - mid);
            let rad = elementwise::zip(&below, &above, |below, above| over(greater(below, above)));
            let out = self.apply(map, &SoundTensor { mid, rad: Some(rad) });
            Pair { lower: self.lower_end(&out), upper: SoundTensor::exact(out.each(|mid, rad| up(mid + rad))) }
        };
        let Some(bias) = bias else { return linear };
        let bias = Pair { lower: self.lower_end(bias), upper: self.negate(&self.lower_end(&self.negate(bias))) };
        self.add_interval(&linear, &bias)
    }

    fn apply_transpose(&self, map: &SoundMap, rows: &SoundTensor) -> SoundTensor {
        map.multiply(rows, map.terms[1], Cpu::apply_transpose)
    }

    fn map_rows(&self, map: &SoundMap, rows: Range<usize>) -> SoundTensor {
        map.entries(CPU.map_rows(&map.plain, rows))
    }

    fn map_columns(&self, map: &SoundMap) -> SoundTensor {
        // For a convolution the kernels multiply by ones and add zeros only, which is exact.
        map.entries(CPU.map_columns(&map.plain))
    }

    fn add(&self, a: &SoundTensor, b: &SoundTensor) -> SoundTensor {
        let mid = CPU.add(&a.mid, &b.mid);
        let own = mid.mapv(|sum| UNIT * sum.abs()).into_shared();
        let rads = elementwise::zip(&a.each(|_, rad| rad), &b.each(|_, rad| rad), |a, b| a + b);
        SoundTensor { rad: Some(elementwise::zip(&own, &rads, |own, rads| over(own + rads))), mid }
    }

    fn add_interval(&self, a: &Pair<SoundTensor>, b: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        let lower = elementwise::zip(&a.lower.mid, &b.lower.mid, |a, b| sum(a, b).0);
        let upper = elementwise::zip(&a.upper.mid, &b.upper.mid, |a, b| sum(a, b).1);
        Pair { lower: SoundTensor::exact(lower), upper: SoundTensor::exact(upper) }
    }

    fn lower_end(&self, a: &SoundTensor) -> SoundTensor {
        match &a.rad {
            None => a.clone(),
            Some(rad) => SoundTensor::exact(elementwise::zip(&a.mid, rad, |mid, rad| down(mid - rad))),
        }
    }

    fn negate(&self, a: &SoundTensor) -> SoundTensor {
        SoundTensor { mid: CPU.negate(&a.mid), rad: a.rad.clone() }
    }

    fn slice_rows(&self, a: &SoundTensor, range: Range<usize>) -> SoundTensor {
        a.both(|part| CPU.slice_rows(part, range.clone()))
    }

    fn slice_width(&self, a: &SoundTensor, range: Range<usize>) -> SoundTensor {
        a.both(|part| CPU.slice_width(part, range.clone()))
    }

    fn concat_rows(&self, parts: &[SoundTensor]) -> SoundTensor {
        SoundTensor::join(parts, 1)
    }

    fn concat_width(&self, parts: &[SoundTensor]) -> SoundTensor {
        SoundTensor::join(parts, 2)
    }

    fn transpose(&self, a: &SoundTensor) -> SoundTensor {
        a.both(|part| CPU.transpose(part))
    }

    fn identity(&self, rows: Range<usize>, n: usize) -> SoundTensor {
        SoundTensor::exact(CPU.identity(rows, n))
    }

    fn dot(&self, rows: &SoundTensor, v: &SoundTensor) -> SoundTensor {
        let gamma = gamma(shape(&rows.mid)[2]);
        let magnitudes = rows.mid.mapv(f64::abs).into_shared();
        let mut rad = CPU.dot(&magnitudes, &v.each(|mid, rad| over(rad + gamma * mid.abs())));
        if let Some(own) = &rows.rad {
            rad = CPU.add(&rad, &CPU.dot(own, &v.each(|mid, rad| over(mid.abs() + rad))));
        }
        rad.mapv_inplace(|rad| whole(rad, gamma));
        SoundTensor { mid: CPU.dot(&rows.mid, &v.mid), rad: Some(rad) }
    }

    fn activate(&self, curves: &Vec<Curve<f64>>, z: &SoundTensor) -> SoundTensor {
        // No activation is steeper than 1, and its own rounding is a few units of its value.
        let mid = CPU.activate(curves, &z.mid);
        let rads = z.each(|_, rad| rad);
        SoundTensor { rad: Some(elementwise::zip(&mid, &rads, |mid, rad| over(rad + 8.0 * UNIT * mid.abs()))), mid }
    }

    fn activate_interval(&self, curves: &Vec<Curve<f64>>, range: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        let end = |part: &SoundTensor, pick: fn((f64, f64)) -> f64| {
            let values = data(&part.mid).iter().enumerate();
            let values = values.map(|(index, &z)| pick(around(&curves[index % curves.len()], z)));
            SoundTensor::exact(tensor(shape(&part.mid), values.collect()))
        };
        Pair { lower: end(&range.lower, |ends| ends.0), upper: end(&range.upper, |ends| ends.1) }
    }

    fn relax(
        &self,
        curves: &Vec<Curve<f64>>,
        strategy: Strategy,
        range: &Pair<SoundTensor>,
    ) -> Relaxation<SoundTensor> {
        let ranges = data(&range.lower.mid).iter().zip(data(&range.upper.mid)).enumerate();
        let lines: Vec<_> =
            ranges.map(|(index, (&l, &u))| relax::sound_lines(&curves[index % curves.len()], strategy, l, u)).collect();
        let shape = shape(&range.lower.mid);
        let part = |pick: fn(&Lines<f64>) -> f64| SoundTensor::exact(tensor(shape, lines.iter().map(pick).collect()));
        Relaxation {
            slope: Pair { lower: part(|lines| lines.lower.slope), upper: part(|lines| lines.upper.slope) },
            intercept: Pair { lower: part(|lines| lines.lower.intercept), upper: part(|lines| lines.upper.intercept) },
            range: self.activate_interval(curves, range),
        }
    }

    fn relax_backward(&self, rows: &SoundTensor, relaxation: &Relaxation<SoundTensor>) -> (SoundTensor, SoundTensor) {
        let [batch, count, width] = shape(&rows.mid);
        let both = batch.max(shape(&relaxation.slope.lower.mid)[0]);
        let most = magnitude(&relaxation.range);
        let mut out = (vec![0.0; both * count * width], vec![0.0; both * count * width]);
        let mut offsets = vec![(0.0, 0.0); both * count];
        let mut joined: Vec<_> = out.0.chunks_mut(width).zip(out.1.chunks_mut(width)).zip(offsets.iter_mut()).collect();
        let cost = both * count * width * 8;
        let step = parallel::rows_per_chunk(joined.len(), cost);
        parallel::chunks(&mut joined, step, cost, |chunk, part| {
            for (position, ((out, out_radius), offset)) in part.iter_mut().enumerate() {
                let (at, row) = ((chunk * step + position) / count, (chunk * step + position) % count);
                let layer = relax::Layer {
                    slopes: ends(&relaxation.slope, at),
                    intercepts: ends(&relaxation.intercept, at),
                    reach: elementwise::item(&most, at),
                };
                let span = row * width..(row + 1) * width;
                let radius = rows.rad.as_ref().map(|rad| &elementwise::item(rad, at)[span.clone()]);
                **offset = relax::row_through(&elementwise::item(&rows.mid, at)[span], radius, layer, out, out_radius);
            }
        });
        let rows = tensor([both, count, width], out.0);
        let rad = Some(tensor([both, count, width], out.1));
        let (offset, offset_rad) = offsets.into_iter().unzip();
        let shape = [both, 1, count];
        (
            SoundTensor { mid: rows, rad },
            SoundTensor { mid: tensor(shape, offset), rad: Some(tensor(shape, offset_rad)) },
        )
    }

    fn relax_forward(
        &self,
        form: &Form<SoundTensor>,
        slope: &SoundTensor,
        intercept: &SoundTensor,
    ) -> Form<SoundTensor> {
        // Slopes are exact and not negative.
        let scaled = |part: &SoundTensor| {
            let mid = elementwise::zip(&part.mid, &slope.mid, |value, slope| value * slope);
            let kept = elementwise::zip(&part.each(|_, rad| rad), &slope.mid, |rad, slope| rad * slope);
            let rad = elementwise::zip(&mid, &kept, |mid, kept| over(kept + UNIT * mid.abs()));
            SoundTensor { mid, rad: Some(rad) }
        };
        Form { coefficients: scaled(&form.coefficients), offset: self.add(&scaled(&form.offset), intercept) }
    }

    fn substitute(
        &self,
        rows: &SoundTensor,
        forms: &Pair<Form<SoundTensor>>,
        range: &Pair<SoundTensor>,
    ) -> (SoundTensor, SoundTensor) {
        let plain = |form: &Form<SoundTensor>| Form {
            coefficients: form.coefficients.mid.clone(),
            offset: form.offset.mid.clone(),
        };
        let gamma = gamma(2 * shape(&rows.mid)[2]);
        // A⁺·e + A⁻·(−e) is |A|·e: the same kernel spreads the errors of both forms.
        let error = |form: &Form<SoundTensor>, sign: f64| {
            let part = |part: &SoundTensor| part.each(|mid, rad| sign * over(rad + gamma * mid.abs()));
            Form { coefficients: part(&form.coefficients), offset: part(&form.offset) }
        };
        let mids = Pair { lower: plain(&forms.lower), upper: plain(&forms.upper) };
        let errors = Pair { lower: error(&forms.lower, 1.0), upper: error(&forms.upper, -1.0) };
        let unused = Pair { lower: range.lower.mid.clone(), upper: range.upper.mid.clone() };
        let (mid, offset) = CPU.substitute(&rows.mid, &mids, &unused);
        let (mut rad, mut offset_rad) = CPU.substitute(&rows.mid, &errors, &unused);
        if let Some(own) = &rows.rad {
            // What is uncertain about the rows is paid at once, as radius times the most that z can be.
            offset_rad = CPU.add(&offset_rad, &CPU.dot(own, &magnitude(range)));
        }
        rad.mapv_inplace(|rad| whole(rad, gamma));
        offset_rad.mapv_inplace(|rad| whole(rad, gamma));
        (SoundTensor { mid, rad: Some(rad) }, SoundTensor { mid: offset, rad: Some(offset_rad) })
    }

    fn concretize(&self, rows: &SoundTensor, offset: Option<&SoundTensor>, ball: &Ball<SoundTensor>) -> SoundTensor {
        let [_, count, width] = shape(&rows.mid);
        let gamma = gamma(width);
        let error = rows.each(|mid, rad| over(rad + gamma * mid.abs()));
        let least = match ball {
            Ball::Box { lower, upper } => {
                let range = Pair { lower: lower.clone(), upper: upper.clone() };
                let mut rad = CPU.dot(&error, &magnitude(&range));
                rad.mapv_inplace(|rad| whole(rad, gamma));
                let plain = Ball::Box { lower: lower.mid.clone(), upper: upper.mid.clone() };
                SoundTensor { mid: CPU.concretize(&rows.mid, None, &plain), rad: Some(rad) }
            }
            Ball::Norm { centre, radius, dual } => {
                // |δ·x| ≤ Σ |δᵢ|·(|x₀ᵢ| + ε), whatever the norm.
                let mut farthest = centre.mid.mapv(f64::abs).into_shared();
                for (index, mut item) in farthest.outer_iter_mut().enumerate() {
                    let epsilon = elementwise::item(&radius.mid, index)[0];
                    item.mapv_inplace(|x| over(x + epsilon));
                }
                let mut rad = CPU.dot(&error, &farthest);
                for (index, mut item) in rad.outer_iter_mut().enumerate() {
                    let epsilon = elementwise::item(&radius.mid, index)[0];
                    let own = elementwise::item(&rows.mid, index).chunks(width);
                    item.iter_mut().zip(own).for_each(|(rad, row)| {
                        *rad = over(whole(*rad, gamma) + reach(row, *dual, epsilon));
                    });
                }
                debug_assert_eq!(shape(&rad)[2], count);
                SoundTensor { mid: CPU.dot(&rows.mid, &centre.mid), rad: Some(rad) }
            }
        };
        self.lower_end(&offset.map_or_else(|| least.clone(), |offset| self.add(&least, offset)))
    }

    fn concretize_forms(&self, forms: &Pair<Form<SoundTensor>>, ball: &Ball<SoundTensor>) -> Pair<SoundTensor> {
        let least =
            |form: &Form<SoundTensor>| self.concretize(&self.transpose(&form.coefficients), Some(&form.offset), ball);
        let above =
            Form { coefficients: self.negate(&forms.upper.coefficients), offset: self.negate(&forms.upper.offset) };
        Pair { lower: least(&forms.lower), upper: self.negate(&least(&above)) }
    }
}
