//! Whether a point really is a counterexample: evaluated in the network's exact order in f32, again in f64, and by the file's own account.

use super::Counterexample;
use crate::{
    bounds::Prepared,
    network::{Network, Part},
    pulse::at_once,
    tensor::Cpu,
};

/// The file's own account of its outputs, where the network that is searched was read from one.
pub trait Judge: Sync {
    /// The file's outputs for one input; `None` where it gives no account.
    fn outputs(&self, input: &[f64]) -> Option<Vec<f64>>;
}

/// Holds points against a part of a question.
pub(super) struct Replay<'a> {
    single: Prepared<Cpu<f32>>,
    double: Prepared<Cpu<f64>>,
    judge: &'a dyn Judge,
}

impl<'a> Replay<'a> {
    pub(super) fn new(network: &Network, judge: &'a dyn Judge) -> Self {
        Replay { single: Prepared::new(Cpu::new(), network), double: Prepared::new(Cpu::new(), network), judge }
    }

    /// The counterexample that a point is: it lies within the exact box, and its outputs are unsafe in f32, in f64 and as the file itself
    /// computes them. What only one of these says is not claimed.
    pub(super) fn confirm(&self, part: &Part, point: &[f32]) -> Option<Counterexample> {
        if !part.contains(point) {
            return None;
        }
        let wide: Vec<f64> = point.iter().map(|&x| f64::from(x)).collect();
        let (_, single) = at_once(self.single.infer(&wide)).ok()?;
        if !part.is_unsafe(&single) {
            return None;
        }
        let (_, double) = at_once(self.double.infer(&wide)).ok()?;
        if !part.is_unsafe(&double) {
            return None;
        }
        let outputs = self.judge.outputs(&wide).unwrap_or(double);
        part.is_unsafe(&outputs).then(|| Counterexample { input: point.to_vec(), outputs })
    }
}
