//! One run in its slot.

use super::probe::Question;
use crate::{
    engine::protocol::{Device, Point, ProbePlan, RunState},
    train::{Data, Lane, Plan, StepReport, Trainer},
};
use std::rc::Rc;

/// Milliseconds between two checkpoints that nobody asked for, and more for large ones: milliseconds per byte.
const SAVE: f64 = 3000.0;
const SAVE_PER_BYTE: f64 = 1e-3;
/// Milliseconds that steps taken in one go should not exceed, and while somebody moves the slider.
const LONGEST: f64 = 40.0;
const BRIEF: f64 = 12.0;

/// Points that tell the losses of a whole run.
const POINTS: u64 = 200;

/// What a run is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    /// Nothing.
    Rest,
    /// So many steps.
    Steps(u32),
    /// Steps until told otherwise, at least so many milliseconds apart.
    Play(f64),
}

impl Goal {
    /// At most `speed` steps per second; 0 for no limit.
    pub(super) fn play(speed: f64) -> Self {
        Goal::Play(if speed > 0.0 { 1000.0 / speed } else { 0.0 })
    }
}

/// A run.
pub(super) struct Run {
    pub(super) generation: u32,
    pub(super) plan: Plan,
    pub(super) probe: ProbePlan,
    pub(super) data: Rc<Data>,
    /// The processor asked for; the CPU once that is settled.
    pub(super) device: Device,
    /// Away while a step is under way.
    pub(super) lane: Option<Lane>,
    /// Milliseconds of the newest steps.
    pub(super) pace: f64,
    pub(super) goal: Goal,
    pub(super) state: RunState,
    /// When the next step may be taken.
    pub(super) due: f64,
    /// Steps taken, of an epoch, of the whole run.
    pub(super) steps: u64,
    pub(super) per_epoch: u64,
    total: u64,
    /// Epochs done.
    pub(super) epoch: f64,
    /// Not told yet.
    pub(super) points: Vec<Point>,
    gathered: Gathered,
    pub(super) last: Option<StepReport>,
    pub(super) told: f64,
    /// Time spent on steps and on measurements.
    pub(super) training: f64,
    pub(super) probing: f64,
    /// Step of the newest measurement.
    probed_at: Option<u64>,
    /// Purposes of the checkpoints asked for.
    pub(super) asked: Vec<u32>,
    save_at: f64,
    pub(super) saved_step: Option<u64>,
}

/// Sums over the steps of a point.
#[derive(Default)]
struct Gathered {
    steps: f64,
    loss: f64,
    clean: (f64, f64),
    robust: (f64, f64),
}

impl Run {
    pub(super) fn new(trainer: Trainer, data: Rc<Data>, probe: ProbePlan, device: Device, generation: u32) -> Self {
        let plan = trainer.plan().clone();
        let per_epoch = trainer.steps_per_epoch(data.len()).max(1);
        let steps = trainer.steps();
        let finished = trainer.finished(data.len());
        Run {
            generation,
            total: per_epoch * u64::from(plan.epochs),
            plan,
            probe,
            data,
            device,
            lane: Some(Lane::from(trainer)),
            pace: 0.0,
            goal: Goal::Rest,
            state: if finished { RunState::Finished } else { RunState::Paused },
            due: 0.0,
            steps,
            per_epoch,
            epoch: steps as f64 / per_epoch as f64,
            points: Vec::new(),
            gathered: Gathered::default(),
            last: None,
            told: 0.0,
            training: 0.0,
            probing: 0.0,
            probed_at: None,
            asked: Vec::new(),
            save_at: 0.0,
            saved_step: Some(steps),
        }
    }

    /// Steps that may be taken in one go: a device takes many as quickly as one, but a measurement comes when it is due, and nobody
    /// waits long for an answer, `asked` for one lately or not.
    pub(super) fn together(&self, asked: bool) -> usize {
        let longest = if asked { BRIEF } else { LONGEST };
        let measured = self.every() - self.steps % self.every();
        let wanted = match self.goal {
            Goal::Steps(count) => u64::from(count),
            Goal::Play(pace) if pace > 0.0 => 1,
            Goal::Play(_) => (longest / self.pace.max(0.1)) as u64,
            Goal::Rest => 1,
        };
        wanted.min(measured).max(1) as usize
    }

    /// The run stands at an earlier step: a device took the newest ones along.
    pub(super) fn rewind(&mut self, steps: u64) {
        self.steps = steps;
        self.epoch = steps as f64 / self.per_epoch as f64;
        self.points.retain(|point| u64::from(point.step) <= steps);
        self.gathered = Gathered::default();
        self.probed_at = self.probed_at.filter(|&at| at <= steps);
    }

    /// Takes the result of a step in.
    pub(super) fn stepped(&mut self, report: StepReport, took: f64, now: f64) {
        self.steps = report.step + 1;
        self.pace = took;
        self.epoch = report.epoch;
        self.training += took;
        self.gathered.add(&report);
        let stride = self.total.div_ceil(POINTS).max(1);
        if self.steps.is_multiple_of(stride) || self.finished() {
            self.points.push(self.gathered.point(report.epoch, self.steps));
            self.gathered = Gathered::default();
        }
        self.last = Some(report);
        match &mut self.goal {
            Goal::Steps(0 | 1) => self.goal = Goal::Rest,
            Goal::Steps(count) => *count -= 1,
            Goal::Play(pace) => self.due = now + *pace - took.min(*pace),
            Goal::Rest => {}
        }
    }

    /// Whether all epochs are done.
    pub(super) fn finished(&self) -> bool {
        self.steps >= self.total
    }

    fn every(&self) -> u64 {
        self.total.div_ceil(u64::from(self.probe.count.max(1))).max(1)
    }

    /// Whether the run is to be measured before it goes on.
    pub(super) fn probe_due(&mut self) -> bool {
        self.probed_at != Some(self.steps) && (self.probed_at.is_none() || self.steps.is_multiple_of(self.every()))
    }

    /// Notes that it was measured.
    pub(super) fn probed(&mut self) {
        self.probed_at = Some(self.steps);
    }

    /// What is measured now.
    pub(super) fn question(&self) -> Question {
        let last = self.finished();
        let turn = self.steps / self.every();
        let every = u64::from(self.probe.attack_every);
        Question {
            step: self.steps as u32,
            epoch: self.epoch,
            epsilon: self.probe.epsilon,
            attack: every > 0 && (last || turn.is_multiple_of(every)),
            images: if last { self.probe.last_images } else { self.probe.images } as usize,
            methods: self.probe.methods.clone(),
            seed: u64::from(self.plan.seed),
        }
    }

    /// Whether it is time for a checkpoint of its own.
    pub(super) fn save_due(&self, now: f64) -> bool {
        now >= self.save_at
    }

    /// Notes a checkpoint of so many bytes.
    pub(super) fn saved(&mut self, now: f64, bytes: usize) {
        self.saved_step = Some(self.steps);
        self.save_at = now + SAVE.max(bytes as f64 * SAVE_PER_BYTE);
    }
}

impl Gathered {
    fn add(&mut self, report: &StepReport) {
        self.steps += 1.0;
        self.loss += report.loss;
        for (sum, value) in [(&mut self.clean, report.clean_loss), (&mut self.robust, report.robust_loss)] {
            if let Some(value) = value {
                *sum = (sum.0 + value, sum.1 + 1.0);
            }
        }
    }

    fn point(&self, epoch: f64, steps: u64) -> Point {
        let mean = |(sum, count): (f64, f64)| (count > 0.0).then(|| sum / count);
        Point {
            epoch,
            step: steps as u32,
            loss: self.loss / self.steps,
            clean: mean(self.clean),
            robust: mean(self.robust),
        }
    }
}
