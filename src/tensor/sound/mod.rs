//! Bounds that survive rounding (docs/methods.md §10): f64 numbers with a rigorous radius each.
//!
//! A tensor is `mid ± rad`: the exact real tensor that the walk speaks about lies within. Every operation computes its
//! mid with the plain CPU kernels and its radius from one more product over absolute values, never rounded down. What
//! is a *bound* (intervals, concretised functions) is rounded outward and has no radius. What cannot be represented
//! ends as NaN or an infinity, which never counts as verified.
//!
//! The claim: bounds of the real-valued network whose weights are these f32 numbers (and whose normalisations are exact
//! divisions), over the real region around these inputs.

mod pool;
mod radii;
mod relax;
mod rounding;
mod steer;
#[cfg(test)]
mod tests;

use super::cpu::{
    Cpu, CpuMap, CpuTensor,
    full::{data, shape, tensor},
};
use super::{Backend, Ball, DeviceError, Form, Pair, Picked, Relaxation, Shape};
use crate::{
    activation::{Activation, Lines, Outward, Rules, Strategy, UNIT, by_rule, down, greater, sum, up},
    network::{Affine, Map, Window},
};
pub use radii::SoundTensor;
use radii::{CPU, magnitude, over_rows, shared};
use rounding::{gamma, over, whole};
use std::ops::Range;

/// The sound arithmetic on the CPU: the only one whose verdicts may be called certified.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sound;

/// A linear map, its absolute value, and how far it may be from the operator's exact one.
pub struct SoundMap {
    plain: CpuMap<f64>,
    absolute: CpuMap<f64>,
    /// Relative error of each coefficient.
    rounding: f64,
    /// Most products in one sum of W·v, and in one of A·W.
    terms: [usize; 2],
}

/// The kernel that a product runs, forward or transposed.
type Kernel = fn(&Cpu<f64>, &CpuMap<f64>, &CpuTensor<f64>) -> CpuTensor<f64>;

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
        let rad = match self.plain {
            CpuMap::Dense { .. } => shared(&error, |shape| self.spread(shape, gamma, kernel)),
            _ => None,
        };
        let rad = rad.unwrap_or_else(|| self.spread(&error, gamma, kernel));
        SoundTensor { mid: kernel(&CPU, &self.plain, &rows.mid), rad: Some(rad) }
    }

    /// At least |W|·error.
    fn spread(&self, error: &CpuTensor<f64>, gamma: f64, kernel: Kernel) -> CpuTensor<f64> {
        kernel(&CPU, &self.absolute, error).mapped(|rad| whole(rad, gamma))
    }

    /// Entries of W itself, off by their own rounding only.
    fn entries(&self, mid: CpuTensor<f64>) -> SoundTensor {
        let rho = self.rounding;
        let rad = (rho > 0.0).then(|| mid.mapped(|w| over(rho * w.abs())));
        SoundTensor { mid, rad }
    }
}

/// The same function of every form's mid.
fn mids(forms: &Pair<Form<SoundTensor>>) -> Pair<Form<CpuTensor<f64>>> {
    let form = |form: &Form<SoundTensor>| Form {
        coefficients: form.coefficients.mid.clone(),
        offset: form.offset.mid.clone(),
    };
    Pair { lower: form(&forms.lower), upper: form(&forms.upper) }
}

/// A region as the plain kernels take it, the most that |xᵢ| can be in it, and what its norms may lose to underflow.
///
/// For a ball |xᵢ| ≤ |x₀ᵢ| + ε whatever the norm, and ε‖w‖_q ≤ Σ |wᵢ|·ε: the rounding of the dual norm is charged with
/// that of the products.
fn region(ball: &Ball<SoundTensor>) -> (Ball<CpuTensor<f64>>, CpuTensor<f64>, f64) {
    match ball {
        Ball::Box { lower, upper } => {
            let plain = Ball::Box { lower: lower.mid.clone(), upper: upper.mid.clone() };
            let farthest = lower.mid.zipped(&upper.mid, |l, u| greater(l.abs(), u.abs()));
            (plain, farthest, 0.0)
        }
        Ball::Norm { centre, radius, dual } => {
            let plain = Ball::Norm { centre: centre.mid.clone(), radius: radius.mid.clone(), dual: *dual };
            let (centre, radius) = (centre.mid.full(), radius.mid.full());
            let [items, _, inputs] = shape(&centre);
            let reach = |item: usize| data(&radius)[if data(&radius).len() == 1 { 0 } else { item }];
            let farthest = data(&centre).iter().enumerate().map(|(at, x)| over(x.abs() + reach(at / inputs)));
            let farthest = tensor([items, 1, inputs], farthest.collect()).into();
            // Squares below 2⁻¹⁰⁷⁴ vanish: ‖w‖₂ loses less than √n · 2⁻⁵³⁷.
            const VANISHED: f64 = 1e-150;
            let largest = data(&radius).iter().fold(0.0, |most, &epsilon| greater(most, epsilon));
            (plain, farthest, over(largest * inputs as f64 * VANISHED))
        }
    }
}

impl Backend for Sound {
    type Tensor = SoundTensor;
    type Map = SoundMap;
    type Rules = Rules<f64>;
    type Pool = Window;

    const BYTES: usize = 2 * size_of::<f64>();
    const WORKING_SET: usize = Cpu::<f64>::WORKING_SET;

    fn upload(&self, shape: Shape, values: &[f64]) -> SoundTensor {
        SoundTensor::exact(CPU.upload(shape, values))
    }

    fn interval_around(&self, value: f64, epsilon: f64) -> (f64, f64) {
        (sum(value, -epsilon).0, sum(value, epsilon).1)
    }

    fn shape(&self, tensor: &SoundTensor) -> Shape {
        CPU.shape(&tensor.mid)
    }

    async fn read(&self, tensor: &SoundTensor) -> Result<Vec<f64>, DeviceError> {
        CPU.read(&tensor.mid).await
    }

    fn map(&self, affine: &Affine, inputs: usize) -> SoundMap {
        let plain = CPU.map(affine, inputs);
        let absolute = plain.absolute();
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
        let rad = (affine.bias_error > 0.0).then(|| mid.mapped(|_| over(affine.bias_error)));
        Some(SoundTensor { mid, rad })
    }

    fn rules(&self, activation: &Activation, width: usize) -> Rules<f64> {
        CPU.rules(activation, width)
    }

    fn pool(&self, window: &Window) -> Window {
        *window
    }

    fn apply(&self, map: &SoundMap, rows: &SoundTensor) -> SoundTensor {
        map.multiply(rows, map.terms[0], Cpu::apply)
    }

    fn apply_split(&self, map: &SoundMap, rows: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        if self.is_identity(map) {
            return rows.clone();
        }
        let (lower, upper) = (&rows.lower.mid, &rows.upper.mid);
        // The plain kernel computes W·centre ∓ |W|·half: |centre| + |half| ≤ |lower| + |upper|, and two sums are rounded.
        let (gamma, rho) = (gamma(map.terms[0]), map.rounding);
        let (keep, fresh) = (over(1.0 + rho), over(2.0 * gamma + rho));
        let worst = rows.lower.radius().zipped(&rows.upper.radius(), greater);
        let size = lower.zipped(upper, |l, u| l.abs() + u.abs());
        let error = worst.zipped(&size, |rad, size| over(keep * rad + fresh * size));
        let rad = map.spread(&error, gamma, Cpu::apply);
        let linear = CPU.apply_split(&map.plain, &Pair { lower: lower.clone(), upper: upper.clone() });
        let end = |mid| SoundTensor { mid, rad: Some(rad.clone()) };
        Pair { lower: end(linear.lower), upper: end(linear.upper) }
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
            let (lower, upper) = (&range.lower.mid, &range.upper.mid);
            let mid = lower.zipped(upper, |l, u| (u + l) * 0.5);
            let (below, above) = (mid.zipped(lower, |mid, l| mid - l), upper.zipped(&mid, |u, mid| u - mid));
            let rad = below.zipped(&above, |below, above| over(greater(below, above)));
            let out = self.apply(map, &SoundTensor { mid, rad: Some(rad) });
            let ends = [self.lower_end(&out).mid, out.each(|mid, rad| up(mid + rad))];
            let [low, high] = ends.each_ref().map(CpuTensor::full);
            // An end that is small beside the rounding charged to the other.
            let (gamma, rho) = (gamma(map.terms[0]), map.rounding);
            let sum = |total: f64, size: f64| down(total - over(whole(size, gamma) * (gamma + rho)));
            let again =
                map.plain.restore([&lower.full(), &upper.full()], [&low, &high], 8.0 * (gamma + rho), true, sum);
            let [lower, upper] = again.map_or(ends.clone(), |ends| ends.map(CpuTensor::from)).map(SoundTensor::exact);
            Pair { lower, upper }
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
        let rads = CPU.add(&a.radius(), &b.radius());
        SoundTensor { rad: Some(mid.zipped(&rads, |sum, rads| over(rads + UNIT * sum.abs()))), mid }
    }

    fn add_interval(&self, a: &Pair<SoundTensor>, b: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        Pair {
            lower: SoundTensor::exact(a.lower.mid.zipped(&b.lower.mid, |a, b| sum(a, b).0)),
            upper: SoundTensor::exact(a.upper.mid.zipped(&b.upper.mid, |a, b| sum(a, b).1)),
        }
    }

    fn lower_end(&self, a: &SoundTensor) -> SoundTensor {
        match &a.rad {
            None => a.clone(),
            Some(rad) => SoundTensor::exact(a.mid.zipped(rad, |mid, rad| down(mid - rad))),
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
        SoundTensor::join(parts, Cpu::concat_rows)
    }

    fn concat_width(&self, parts: &[SoundTensor]) -> SoundTensor {
        SoundTensor::join(parts, Cpu::concat_width)
    }

    fn transpose(&self, a: &SoundTensor) -> SoundTensor {
        a.both(|part| CPU.transpose(part))
    }

    fn identity(&self, rows: Range<usize>, n: usize) -> SoundTensor {
        SoundTensor::exact(CPU.identity(rows, n))
    }

    fn dot(&self, rows: &SoundTensor, v: &SoundTensor) -> SoundTensor {
        let [_, _, width] = self.shape(rows);
        let gamma = gamma(width);
        let mut rad = CPU.dot(&rows.mid.mapped(f64::abs), &v.error(gamma));
        if let Some(own) = &rows.rad {
            rad = CPU.add(&rad, &CPU.dot(own, &v.each(|mid, rad| over(mid.abs() + rad))));
        }
        SoundTensor { mid: CPU.dot(&rows.mid, &v.mid), rad: Some(rad.mapped(|rad| whole(rad, gamma))) }
    }

    fn activate(&self, rules: &Rules<f64>, z: &SoundTensor) -> SoundTensor {
        // No activation is steeper than 1; what its own evaluation may be wrong by, its rule says.
        let (mid, at) = (CPU.activate(rules, &z.mid), z.mid.full());
        let own = by_rule!(rules, rules => {
            let values = mid.full();
            let pairs = data(&at).iter().zip(data(&values)).enumerate();
            let own = pairs.map(|(index, (&z, &value))| rules[index % rules.len()].error(z, value)).collect();
            CpuTensor::from(tensor(shape(&at), own))
        });
        SoundTensor { rad: Some(own.zipped(&z.radius(), |own, rad| over(rad + own))), mid }
    }

    fn activate_interval(&self, rules: &Rules<f64>, range: &Pair<SoundTensor>) -> Pair<SoundTensor> {
        let end = |part: &SoundTensor, pick: fn((f64, f64)) -> f64| {
            let full = part.mid.full();
            let values = data(&full).iter().enumerate();
            let values = by_rule!(rules, rules => {
                values.map(|(index, &z)| pick(rules[index % rules.len()].around(z))).collect()
            });
            SoundTensor::exact(tensor(shape(&full), values).into())
        };
        Pair { lower: end(&range.lower, |ends| ends.0), upper: end(&range.upper, |ends| ends.1) }
    }

    fn relax(&self, rules: &Rules<f64>, strategy: Strategy, range: &Pair<SoundTensor>) -> Relaxation<SoundTensor> {
        let (lower, upper) = (range.lower.mid.full(), range.upper.mid.full());
        let ranges = data(&lower).iter().zip(data(&upper)).enumerate();
        let lines: Vec<_> = by_rule!(rules, rules => ranges
            .map(|(index, (&l, &u))| relax::sound_lines(&rules[index % rules.len()], strategy, l, u))
            .collect());
        let shape = shape(&lower);
        let part =
            |pick: fn(&Lines<f64>) -> f64| SoundTensor::exact(tensor(shape, lines.iter().map(pick).collect()).into());
        Relaxation {
            slope: Pair { lower: part(|lines| lines.lower.slope), upper: part(|lines| lines.upper.slope) },
            intercept: Pair { lower: part(|lines| lines.lower.intercept), upper: part(|lines| lines.upper.intercept) },
            range: self.activate_interval(rules, range),
        }
    }

    fn relax_backward(&self, rows: &SoundTensor, relaxation: &Relaxation<SoundTensor>) -> (SoundTensor, SoundTensor) {
        let pair = |pair: &Pair<SoundTensor>| Pair { lower: pair.lower.mid.clone(), upper: pair.upper.mid.clone() };
        let plain = Relaxation {
            slope: pair(&relaxation.slope),
            intercept: pair(&relaxation.intercept),
            range: pair(&relaxation.range),
        };
        let (mid, offset) = CPU.relax_backward(&rows.mid, &plain);
        // Slopes are exact numbers: a coefficient carries its own rounding only. What is uncertain about the rows is paid
        // at once, as radius times the most that σ(z) can be.
        let rad = mid.mapped(|a| over(UNIT * a.abs()));
        let [_, _, width] = self.shape(rows);
        let gamma = gamma(width);
        let most = magnitude(&relaxation.range).zipped(&over_rows(&magnitude(&relaxation.intercept)), greater);
        let offset_rad = CPU.dot(&rows.error(gamma), &most).mapped(|rad| whole(rad, gamma));
        (SoundTensor { mid, rad: Some(rad) }, SoundTensor { mid: offset, rad: Some(offset_rad) })
    }

    fn relax_forward(
        &self,
        form: &Form<SoundTensor>,
        slope: &SoundTensor,
        intercept: &SoundTensor,
    ) -> Form<SoundTensor> {
        // Slopes are exact and not negative: radii scale like mids.
        let nothing = slope.mid.mapped(|_| 0.0);
        let plain = Form { coefficients: form.coefficients.mid.clone(), offset: form.offset.mid.clone() };
        let radii = Form { coefficients: form.coefficients.radius(), offset: form.offset.radius() };
        let scaled = CPU.relax_forward(&plain, &slope.mid, &nothing);
        let kept = CPU.relax_forward(&radii, &slope.mid, &nothing);
        let join = |mid: CpuTensor<f64>, kept: &CpuTensor<f64>| {
            let rad = mid.zipped(kept, |mid, kept| over(kept + UNIT * mid.abs()));
            SoundTensor { mid, rad: Some(rad) }
        };
        let offset = join(scaled.offset, &kept.offset);
        Form { coefficients: join(scaled.coefficients, &kept.coefficients), offset: self.add(&offset, intercept) }
    }

    fn substitute(
        &self,
        rows: &SoundTensor,
        forms: &Pair<Form<SoundTensor>>,
        range: &Pair<SoundTensor>,
    ) -> (SoundTensor, SoundTensor) {
        let [_, _, width] = self.shape(rows);
        let gamma = gamma(2 * width);
        // A⁺·e + A⁻·(−e) is |A|·e: the same kernel spreads the errors of both forms.
        let error = |form: &Form<SoundTensor>, sign: f64| {
            let part = |part: &SoundTensor| part.error(gamma).mapped(|error| sign * error);
            Form { coefficients: part(&form.coefficients), offset: part(&form.offset) }
        };
        let errors = Pair { lower: error(&forms.lower, 1.0), upper: error(&forms.upper, -1.0) };
        let unused = Pair { lower: range.lower.mid.clone(), upper: range.upper.mid.clone() };
        let (mid, offset) = CPU.substitute(&rows.mid, &mids(forms), &unused);
        let (rad, mut offset_rad) = CPU.substitute(&rows.mid, &errors, &unused);
        if let Some(own) = &rows.rad {
            // What is uncertain about the rows is paid at once, as radius times the most that z can be.
            offset_rad = CPU.add(&offset_rad, &CPU.dot(own, &magnitude(range)));
        }
        let safe = |rad: CpuTensor<f64>| Some(rad.mapped(|rad| whole(rad, gamma)));
        (SoundTensor { mid, rad: safe(rad) }, SoundTensor { mid: offset, rad: safe(offset_rad) })
    }

    fn largest(&self, window: &Window, z: &SoundTensor) -> SoundTensor {
        pool::largest(window, z)
    }

    fn pick(&self, window: &Window, strategy: Strategy, range: &Pair<SoundTensor>) -> Picked<SoundTensor> {
        pool::pick(window, strategy, range)
    }

    fn pick_backward(
        &self,
        window: &Window,
        rows: &SoundTensor,
        picked: &Picked<SoundTensor>,
    ) -> (SoundTensor, SoundTensor) {
        pool::backward(window, rows, picked)
    }

    fn pick_forward(
        &self,
        window: &Window,
        forms: &Pair<Form<SoundTensor>>,
        picked: &Picked<SoundTensor>,
    ) -> Pair<Form<SoundTensor>> {
        pool::forward(window, forms, picked)
    }

    fn concretize(&self, rows: &SoundTensor, offset: Option<&SoundTensor>, ball: &Ball<SoundTensor>) -> SoundTensor {
        let [_, _, width] = self.shape(rows);
        let gamma = gamma(width);
        let (plain, farthest, vanished) = region(ball);
        let rad = CPU.dot(&rows.error(gamma), &farthest).mapped(|rad| over(whole(rad, gamma) + vanished));
        let least = SoundTensor { mid: CPU.concretize(&rows.mid, None, &plain), rad: Some(rad) };
        match offset {
            Some(offset) => self.lower_end(&self.add(&least, offset)),
            None => self.lower_end(&least),
        }
    }

    fn concretize_forms(&self, forms: &Pair<Form<SoundTensor>>, ball: &Ball<SoundTensor>) -> Pair<SoundTensor> {
        let [_, inputs, _] = self.shape(&forms.lower.coefficients);
        let gamma = gamma(inputs);
        let (plain, farthest, vanished) = region(ball);
        // Errors are not negative, so that over the box of the one point `farthest` both ends are Σ error·farthest.
        let error = |form: &Form<SoundTensor>| Form {
            coefficients: form.coefficients.error(gamma),
            offset: form.offset.each(|_, rad| over(rad + vanished)),
        };
        let errors = Pair { lower: error(&forms.lower), upper: error(&forms.upper) };
        let point = Ball::Box { lower: farthest.clone(), upper: farthest };
        let (ends, rads) = (CPU.concretize_forms(&mids(forms), &plain), CPU.concretize_forms(&errors, &point));
        let total = |end: f64, rad: f64| over(whole(rad, gamma) + 2.0 * UNIT * end.abs());
        Pair {
            lower: SoundTensor::exact(ends.lower.zipped(&rads.lower, |end, rad| down(end - total(end, rad)))),
            upper: SoundTensor::exact(ends.upper.zipped(&rads.upper, |end, rad| up(end + total(end, rad)))),
        }
    }
}
