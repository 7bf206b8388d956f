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
