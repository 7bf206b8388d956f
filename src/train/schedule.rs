//! Quantities that change while a network trains, as data: they can be stored, drawn and read at any moment.

use serde::{Deserialize, Serialize};

/// How a quantity moves between its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Motion {
    /// In a straight line.
    Linear,
    /// Not at all: each value holds until the next point.
    Step,
    /// As the fourth power of time over the first quarter, then in a straight line that goes on at the slope reached (Shi et al. 2021).
    Smooth,
}

/// A quantity over the epochs of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Epoch (may be fractional) and value; epochs rise. The first value holds before its point, the last after it.
    pub points: Vec<(f64, f64)>,
    /// Between the points.
    pub motion: Motion,
}

impl Schedule {
    /// One value throughout.
    pub fn constant(value: f64) -> Self {
        Schedule { points: vec![(0.0, value)], motion: Motion::Step }
    }

    /// `from` until epoch `start`, then in a straight line to `to` at epoch `end`.
    pub fn ramp(from: f64, to: f64, start: f64, end: f64) -> Self {
        Schedule { points: vec![(start, from), (end, to)], motion: Motion::Linear }
    }

    /// The value after `epoch` epochs.
    pub fn at(&self, epoch: f64) -> f64 {
        let next = self.points.partition_point(|(start, _)| *start <= epoch);
        let Some(&(from, value)) = self.points.get(next.saturating_sub(1)) else { return 0.0 };
        match self.points.get(next) {
            Some(&(to, target)) if next > 0 => match self.motion {
                Motion::Linear => value + (target - value) * (epoch - from) / (to - from),
                Motion::Smooth => value + (target - value) * eased((epoch - from) / (to - from)),
                Motion::Step => value,
            },
            _ => value,
        }
    }

    /// The value the run ends with.
    pub fn last(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.1)
    }
}

/// The share of a smooth way that is done after a share of its time: a·t⁴ up to a quarter, then straight on to 1 at 1.
fn eased(t: f64) -> f64 {
    // Value and slope agree at a quarter, a/256 and a/16, and a/256 + ¾·a/16 = 1: a = 256/13.
    if t < 0.25 { 256.0 / 13.0 * t.powi(4) } else { (1.0 + 16.0 * (t - 0.25)) / 13.0 }
}

/// Which weights a mean is taken of (Izmailov et al. 2018).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Averaging {
    /// Over the run's last so many epochs; may be fractional.
    pub epochs: f64,
    /// After every so many steps, counted back from the last one, which is always among them.
    pub every: u32,
}

impl Averaging {
    /// Whether a step lies in the last epochs.
    pub(super) fn within(self, epochs: u32, per_epoch: u64, step: u64) -> bool {
        step as f64 >= (f64::from(epochs) - self.epochs) * per_epoch as f64
    }

    /// Whether the weights after a step count.
    pub(super) fn due(self, epochs: u32, per_epoch: u64, step: u64) -> bool {
        let last = u64::from(epochs) * per_epoch;
        let left = last.saturating_sub(step + 1);
        self.within(epochs, per_epoch, step) && left.is_multiple_of(u64::from(self.every.max(1)))
    }
}

/// Everything that is scheduled (docs/methods.md §8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedules {
    /// ε of the training region.
    pub epsilon: Schedule,
    /// κ: the share of the clean loss.
    pub kappa: Schedule,
    /// β: the share of CROWN-IBP's margins; the rest is IBP's.
    pub beta: Schedule,
    /// η: the activations' slope outside their middle.
    pub slope: Schedule,
    /// Adam's step.
    pub learning_rate: Schedule,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_holds_its_ends_and_is_straight_between() {
        let ramp = Schedule::ramp(1.0, 0.5, 10.0, 60.0);
        let seen = [0.0, 10.0, 35.0, 60.0, 200.0].map(|epoch| ramp.at(epoch));
        assert_eq!(seen, [1.0, 1.0, 0.75, 0.5, 0.5]);
    }

    #[test]
    fn a_smooth_ramp_starts_level_and_has_no_corner() {
        let ramp = Schedule { motion: Motion::Smooth, ..Schedule::ramp(0.0, 0.4, 10.0, 50.0) };
        assert_eq!([0.0, 10.0, 50.0, 90.0].map(|epoch| ramp.at(epoch)), [0.0, 0.0, 0.4, 0.4]);
        // As it is written where it comes from: D = 0.4, T = 40, m = 10, a = D / ((T − m)·4m³ + m·m³).
        let a = 0.4 / (30.0 * 4.0 * 1e3 + 1e4);
        let wanted = |t: f64| if t < 10.0 { a * t.powi(4) } else { a * 1e4 + 4.0 * a * 1e3 * (t - 10.0) };
        for t in 0..40 {
            let found = ramp.at(10.0 + f64::from(t));
            assert!((found - wanted(f64::from(t))).abs() < 1e-12, "{t}: {found}");
        }
        let slope = |epoch: f64| (ramp.at(epoch + 1e-6) - ramp.at(epoch - 1e-6)) / 2e-6;
        assert!((slope(20.0 - 1e-5) - slope(20.0 + 1e-5)).abs() < 1e-6);
    }

    #[test]
    fn steps_hold_until_the_next_point() {
        let steps = Schedule { points: vec![(0.0, 3.0), (2.0, 2.0), (3.0, 1.0)], motion: Motion::Step };
        let seen = [0.0, 1.9, 2.0, 2.9, 3.0, 9.0].map(|epoch| steps.at(epoch));
        assert_eq!(seen, [3.0, 3.0, 2.0, 2.0, 1.0, 1.0]);
    }

    #[test]
    fn the_last_step_counts_and_every_tenth_before_it() {
        let averaging = Averaging { epochs: 1.5, every: 10 };
        let due: Vec<u64> = (0..120).filter(|&step| averaging.due(4, 30, step)).collect();
        assert_eq!(due, [79, 89, 99, 109, 119]);
    }
}
