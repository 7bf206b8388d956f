//! What has happened in a run, to be drawn, scrubbed through and kept.

use crate::{
    app::model::{failures, state::train::Settings},
    engine::{Device, Point, Probe, RunState, TrainResponse},
    train::{Plan, StepReport},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Bytes of networks kept of one run; beyond them every second moment keeps its numbers only.
const BUDGET: usize = 48 << 20;

/// A measurement and the network it was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// What was measured.
    pub probe: Probe,
    /// The network's model file, where it is still at hand.
    #[serde(skip)]
    pub model: Option<Arc<Vec<u8>>>,
}

/// All that is known of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Points of the losses.
    pub points: Vec<Point>,
    /// Measurements.
    pub moments: Vec<Moment>,
}

impl History {
    /// Forgets what came after so many steps.
    pub fn cut(&mut self, steps: u32) {
        self.points.retain(|point| point.step <= steps);
        self.moments.retain(|moment| moment.probe.step <= steps);
    }
}

/// The processor of a run, and how it came to be that one.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// CPU or GPU.
    pub device: Device,
    /// The GPU's name.
    pub adapter: String,
    /// Milliseconds that a step took on the CPU and on the GPU, where both were tried.
    pub raced: Option<[f64; 2]>,
    /// Why the run left another processor.
    pub cause: Option<String>,
}

/// A run on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct RunView {
    /// What it is.
    pub plan: Plan,
    /// Images it trains on.
    pub examples: u32,
    /// How it is.
    pub state: RunState,
    /// Why it stopped.
    pub cause: Option<String>,
    /// Steps taken, and steps of an epoch.
    pub steps: u32,
    /// Steps of an epoch.
    pub per_epoch: u32,
    /// The newest step.
    pub last: Option<StepReport>,
    /// What has happened.
    pub history: History,
    /// Milliseconds spent on steps and on measurements, by the engine's clock.
    pub spent: (f64, f64),
    /// The processor, once it is settled.
    pub lane: Option<Lane>,
    /// Examples per second, over the last seconds.
    pub rate: Option<f64>,
    /// Time and steps at recent messages.
    recent: Vec<(f64, u32)>,
}

impl RunView {
    /// A run at its start (or where a checkpoint left it).
    pub fn new(plan: Plan, steps: u32, per_epoch: u32, examples: u32) -> Self {
        RunView {
            plan,
            examples,
            state: RunState::Paused,
            cause: None,
            steps,
            per_epoch,
            last: None,
            history: History { points: Vec::new(), moments: Vec::new() },
            spent: (0.0, 0.0),
            lane: None,
            rate: None,
            recent: Vec::new(),
        }
    }

    /// Takes news in at a time in milliseconds.
    pub fn take(&mut self, news: TrainResponse, now: f64) {
        match news {
            TrainResponse::Steps { points, last, training, probing, .. } => {
                self.steps = last.step as u32 + 1;
                self.spent = (training, probing);
                self.last = Some(last);
                self.history.points.extend(points);
                self.recent.retain(|(then, _)| now - then < 4000.0);
                self.recent.push((now, self.steps));
                if let [(from, first), .., (to, last)] = self.recent[..]
                    && to > from
                {
                    self.rate = Some(f64::from(last - first.min(last)) * self.images_per_step() / (to - from) * 1e3);
                }
            }
            TrainResponse::Probe { probe, model, .. } => {
                self.history.moments.retain(|moment| moment.probe.step < probe.step);
                self.history.moments.push(Moment { probe, model: Some(Arc::new(model.0)) });
                self.thin();
            }
            TrainResponse::Lane { device, adapter, raced, cause, steps, .. } => {
                // A device that failed took the newest steps along: they are taken again.
                if steps < self.steps {
                    self.steps = steps;
                    self.history.cut(steps);
                }
                self.lane = Some(Lane { device, adapter, raced, cause: cause.as_ref().map(failures::words) });
                self.recent.clear();
            }
            TrainResponse::State { state, cause, .. } => {
                if state == RunState::Playing {
                    self.recent = vec![(now, self.steps)];
                } else {
                    self.recent.clear();
                }
                (self.state, self.cause) = (state, cause.as_ref().map(failures::words));
            }
            _ => {}
        }
    }

    fn images_per_step(&self) -> f64 {
        f64::from(self.examples) / f64::from(self.per_epoch.max(1))
    }

    /// Lets networks go while they take too much room: of every second moment, never of the first and the last.
    fn thin(&mut self) {
        let moments = &mut self.history.moments;
        let size = |moments: &[Moment]| moments.iter().flat_map(|m| &m.model).map(|model| model.len()).sum::<usize>();
        while size(moments) > BUDGET {
            let kept: Vec<usize> = (0..moments.len()).filter(|&i| moments[i].model.is_some()).collect();
            if kept.len() <= 2 {
                return;
            }
            let middle = &kept[1..kept.len() - 1];
            middle.iter().step_by(2).for_each(|&i| moments[i].model = None);
        }
    }

    /// Takes the networks over that an earlier view of the same run holds.
    pub fn adopt(&mut self, old: Option<&RunView>) {
        for moment in old.iter().flat_map(|old| &old.history.moments) {
            if let Some(own) = self.history.moments.iter_mut().find(|own| own.probe == moment.probe) {
                own.model.clone_from(&moment.model);
            }
        }
    }

    /// Epochs done.
    pub fn epoch(&self) -> f64 {
        f64::from(self.steps) / f64::from(self.per_epoch.max(1))
    }

    /// Steps of the whole run.
    pub fn total(&self) -> u32 {
        self.per_epoch * self.plan.epochs
    }

    /// Seconds until the end at the present rate.
    pub fn remaining(&self) -> Option<f64> {
        let rate = self.rate.filter(|rate| *rate > 0.0 && self.state == RunState::Playing)?;
        Some(f64::from(self.total().saturating_sub(self.steps)) * self.images_per_step() / rate)
    }

    /// The last moment not after an epoch; the newest for `None`.
    pub fn moment(&self, epoch: Option<f64>) -> Option<&Moment> {
        let moments = &self.history.moments;
        match epoch {
            None => moments.last(),
            Some(epoch) => moments.iter().rev().find(|moment| moment.probe.epoch <= epoch + 1e-9),
        }
    }

    /// The last point of the losses not after an epoch; the newest for `None`.
    pub fn point(&self, epoch: Option<f64>) -> Option<&Point> {
        let points = &self.history.points;
        match epoch {
            None => points.last(),
            Some(epoch) => points.iter().rev().find(|point| point.epoch <= epoch + 1e-9),
        }
    }
}

/// The runs of both slots.
pub type Runs = [Option<RunView>; 2];

/// Runs that are there, with their slots.
pub fn present(runs: &Runs) -> impl Iterator<Item = (usize, &RunView)> {
    runs.iter().enumerate().filter_map(|(slot, run)| Some((slot, run.as_ref()?)))
}

/// Whether any run is under way.
pub fn playing(runs: &Runs) -> bool {
    present(runs).any(|(_, run)| run.state == RunState::Playing)
}

/// Whether there are runs, and all of them have come to their end.
pub fn ended(runs: &Runs) -> bool {
    present(runs).count() > 0
        && present(runs).all(|(_, run)| matches!(run.state, RunState::Finished | RunState::Stopped))
}

/// The last epoch of any run; of the settings where there is none.
pub fn epochs(runs: &Runs, settings: &Settings) -> f64 {
    let most = present(runs).map(|(_, run)| run.plan.epochs).max();
    f64::from(most.unwrap_or(settings.epochs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::model::state::train::Settings, engine::Bytes};

    fn probe(step: u32, size: usize) -> TrainResponse {
        let probe = Probe {
            reach: None,
            step,
            epoch: f64::from(step),
            images: 10,
            epsilon: 0.1,
            clean_error: 0.1,
            attacked: None,
            verified_error: 0.5,
            statuses: vec![],
            watch: 0,
            watched: vec![],
            milliseconds: 1.0,
        };
        TrainResponse::Probe { run: 0, probe, model: Bytes(vec![0; size]) }
    }

    #[test]
    fn moments_are_found_and_thinned_but_never_the_ends() {
        let mut run = RunView::new(Settings::default().plan(0), 0, 1, 64);
        for step in 0..40 {
            run.take(probe(step, 4 << 20), 0.0);
        }
        let held: Vec<u32> = run.history.moments.iter().filter(|m| m.model.is_some()).map(|m| m.probe.step).collect();
        assert!(held.len() <= 12 && held.len() >= 4, "{held:?}");
        assert_eq!((held[0], held[held.len() - 1]), (0, 39));
        assert_eq!(run.moment(Some(7.5)).map(|m| m.probe.step), Some(7));
        assert_eq!(run.moment(None).map(|m| m.probe.step), Some(39));
        assert_eq!(run.history.moments.len(), 40);
    }

    #[test]
    fn a_moment_measured_again_is_kept_once() {
        let mut run = RunView::new(Settings::default().plan(0), 0, 1, 64);
        for step in [0, 5, 10, 5, 6] {
            run.take(probe(step, 1), 0.0);
        }
        let steps: Vec<u32> = run.history.moments.iter().map(|m| m.probe.step).collect();
        assert_eq!(steps, vec![0, 5, 6]);
    }
}
