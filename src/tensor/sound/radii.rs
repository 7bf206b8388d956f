//! Numbers with a rigorous radius each.

use super::rounding::over;
use crate::{
    activation::greater,
    tensor::{
        Pair,
        cpu::{
            Cpu, CpuTensor,
            full::{data, shape, tensor},
        },
    },
};

/// What computes mids and radii.
pub(super) const CPU: Cpu<f64> = Cpu::new();

/// `mid ± rad`, elementwise.
#[derive(Clone)]
pub struct SoundTensor {
    pub(super) mid: CpuTensor<f64>,
    /// `None` where the mid is exact, or is a bound already rounded outward.
    pub(super) rad: Option<CpuTensor<f64>>,
}

impl SoundTensor {
    pub(super) fn exact(mid: CpuTensor<f64>) -> Self {
        SoundTensor { mid, rad: None }
    }

    /// The same exact operation on mid and radius.
    pub(super) fn both(&self, f: impl Fn(&CpuTensor<f64>) -> CpuTensor<f64>) -> Self {
        SoundTensor { mid: f(&self.mid), rad: self.rad.as_ref().map(f) }
    }

    /// One number per element from mid and radius.
    pub(super) fn each(&self, f: impl Fn(f64, f64) -> f64 + Sync + Send) -> CpuTensor<f64> {
        match &self.rad {
            None => self.mid.mapped(|mid| f(mid, 0.0)),
            Some(rad) => self.mid.zipped(rad, f),
        }
    }

    /// The radius, written out where it is 0.
    pub(super) fn radius(&self) -> CpuTensor<f64> {
        self.rad.clone().unwrap_or_else(|| self.mid.mapped(|_| 0.0))
    }

    /// What the sum of as many products as `gamma` is for may be wrong by, for each factor beside it.
    pub(super) fn error(&self, gamma: f64) -> CpuTensor<f64> {
        self.each(|mid, rad| over(rad + gamma * mid.abs()))
    }

    pub(super) fn join(parts: &[Self], concat: fn(&Cpu<f64>, &[CpuTensor<f64>]) -> CpuTensor<f64>) -> Self {
        let mids: Vec<_> = parts.iter().map(|part| part.mid.clone()).collect();
        let rad = parts.iter().any(|part| part.rad.is_some()).then(|| {
            let rads: Vec<_> = parts.iter().map(SoundTensor::radius).collect();
            concat(&CPU, &rads)
        });
        SoundTensor { mid: concat(&CPU, &mids), rad }
    }
}

/// max(|lower|, |upper|).
pub(super) fn magnitude(range: &Pair<SoundTensor>) -> CpuTensor<f64> {
    range.lower.mid.zipped(&range.upper.mid, |l, u| greater(l.abs(), u.abs()))
}

/// The greatest number of each column over the rows, `[batch, 1, n]`.
pub(super) fn over_rows(values: &CpuTensor<f64>) -> CpuTensor<f64> {
    let full = values.full();
    let [batch, rows, width] = shape(&full);
    if rows == 1 {
        return values.clone();
    }
    let mut most = vec![0.0; batch * width];
    for (index, row) in data(&full).chunks(width).enumerate() {
        let most = &mut most[index / rows * width..][..width];
        most.iter_mut().zip(row).for_each(|(most, &value)| *most = greater(*most, value));
    }
    tensor([batch, 1, width], most).into()
}

/// From this many rows on an image's errors share one product.
const SHARING: usize = 6;

/// What `product`, a sum over absolute values that grows with each of its terms, makes of errors, by one row for each image: e, the greatest that any row's error is
/// beside its own scale. A row's result is at most its scale times what comes of e. `None` where rows are few or an error is not finite.
pub(super) fn shared(
    errors: &CpuTensor<f64>,
    product: impl FnOnce(&CpuTensor<f64>) -> CpuTensor<f64>,
) -> Option<CpuTensor<f64>> {
    let full = errors.full();
    let [batch, rows, width] = shape(&full);
    if rows < SHARING {
        return None;
    }
    let scales: Vec<f64> =
        data(&full).chunks(width).map(|row| row.iter().fold(0.0, |most, &error| greater(most, error))).collect();
    if !scales.iter().all(|scale| scale.is_finite() && *scale > 0.0) {
        return None;
    }
    let mut most = vec![0.0f64; batch * width];
    for (index, (row, scale)) in data(&full).chunks(width).zip(&scales).enumerate() {
        let share = 1.0 / scale;
        let most = &mut most[index / rows * width..][..width];
        most.iter_mut().zip(row).for_each(|(most, &error)| *most = most.max(error * share));
    }
    most.iter_mut().for_each(|most| *most = over(*most));
    let image = product(&tensor([batch, 1, width], most).into());
    let image = image.full();
    let [_, _, out_width] = shape(&image);
    let mut out = Vec::with_capacity(batch * rows * out_width);
    for (index, &scale) in scales.iter().enumerate() {
        let own = &data(&image)[index / rows * out_width..][..out_width];
        out.extend(own.iter().map(|&error| over(scale * error)));
    }
    Some(tensor([batch, rows, out_width], out).into())
}
