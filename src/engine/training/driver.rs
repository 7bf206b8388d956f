//! The driver: one step of one run after the other, measurements and checkpoints between them.

use super::{
    probe,
    run::{Goal, Run},
    runs::Runs,
    slots::Turn,
};
use crate::{
    bounds::BoundsError,
    engine::{
        context::{Host, Task},
        failures::JobError,
        protocol::{Bytes, Failure, Order, RunState, TrainResponse},
    },
    pulse::Pulse,
    train::{Lane, TrainError},
};

/// Milliseconds between two messages about the steps of a run.
const TELL: f64 = 60.0;

impl<H: Host> Runs<'_, H> {
    /// Gives runs a goal and drives them, unless a driver is at work already.
    pub(super) async fn go(&self, slots: &[u32], goal: Goal) {
        let now = self.context.host.now();
        let mut playing = Vec::new();
        let drive = {
            let mut training = self.context.training.borrow_mut();
            for &slot in slots {
                let Some(run) = training.runs.get_mut(&slot) else { continue };
                if matches!(run.state, RunState::Finished | RunState::Stopped) {
                    continue;
                }
                (run.goal, run.due) = (goal, now);
                if goal != Goal::Steps(1) {
                    run.state = RunState::Playing;
                    playing.push(slot);
                }
            }
            !std::mem::replace(&mut training.driving, true)
        };
        for run in playing {
            self.tell(TrainResponse::State { run, state: RunState::Playing, cause: None });
        }
        if !drive {
            return;
        }
        loop {
            let turn = self.context.training.borrow().next(self.context.host.now());
            match turn {
                Turn::Take(slot) => self.turn(slot).await,
                Turn::Wait(wait) => self.context.host.rest(wait).await,
                Turn::Rest => break,
            }
        }
        self.context.training.borrow_mut().driving = false;
    }

    pub(super) async fn pause(&self, slot: u32) {
        let home = {
            let mut training = self.context.training.borrow_mut();
            let Some(run) = training.runs.get_mut(&slot) else { return };
            run.goal = Goal::Rest;
            if run.state == RunState::Playing {
                run.state = RunState::Paused;
            }
            run.lane.is_some()
        };
        if home {
            self.settle(slot).await;
        }
    }

    /// One turn of one run: a measurement where one is due, else a step.
    async fn turn(&self, slot: u32) {
        let Some(generation) = self.with(slot, |run| run.generation) else { return };
        let pulse = self.context.pulse(Task::Run(slot), generation);
        // A turn begins with a yield: messages get in between any two steps, however short they are.
        self.context.host.yield_now().await;
        self.context.training.borrow_mut().turn = slot;
        if pulse.tick().await.is_err() || self.with(slot, |run| run.goal == Goal::Rest) != Some(false) {
            return;
        }
        if self.with(slot, Run::probe_due) == Some(true) {
            return self.measure(slot, &pulse).await;
        }
        if self.with(slot, |run| !run.device.is_cpu() && run.lane.as_ref().is_some_and(Lane::on_cpu)) == Some(true) {
            return self.choose(slot, &pulse).await;
        }
        let asked = self.context.asked_lately();
        let taken = self.with(slot, |run| Some((run.lane.take()?, run.data.clone(), run.together(asked))));
        let Some((mut lane, data, most)) = taken.flatten() else { return };
        let begun = self.context.host.now();
        let outcome = lane.steps_at_once(&data, most, &pulse).await;
        let now = self.context.host.now();
        if !pulse.wanted() {
            return;
        }
        self.with(slot, |run| run.lane = Some(lane));
        match outcome {
            Ok(reports) => {
                let took = (now - begun) / reports.len().max(1) as f64;
                self.with(slot, |run| reports.into_iter().for_each(|report| run.stepped(report, took, now)));
            }
            Err(TrainError::Bounds(BoundsError::Cancelled)) => {}
            Err(TrainError::Bounds(BoundsError::Device(error))) => return self.fall_back(slot, &error).await,
            Err(error) => {
                self.with(slot, |run| (run.goal, run.state) = (Goal::Rest, RunState::Stopped));
                self.settle(slot).await;
                return self.say(slot, Some(error.into()));
            }
        }
        let finished = self.with(slot, |run| run.finished()).unwrap_or(false);
        if finished {
            self.report(slot);
            self.measure(slot, &pulse).await;
            if pulse.wanted() {
                self.with(slot, |run| (run.goal, run.state) = (Goal::Rest, RunState::Finished));
                self.settle(slot).await;
            }
        } else if self.with(slot, |run| run.goal == Goal::Rest) == Some(true) {
            self.settle(slot).await;
        } else if self.with(slot, |run| now - run.told >= TELL) == Some(true) {
            self.report(slot);
            if self.with(slot, |run| !run.asked.is_empty() || run.save_due(now)) == Some(true) {
                self.save(slot).await;
            }
        }
    }

    /// A run has come to rest: says all there is to say, and keeps it.
    async fn settle(&self, slot: u32) {
        self.report(slot);
        self.save(slot).await;
        if self.with(slot, |run| run.state) != Some(RunState::Stopped) {
            self.say(slot, None);
        }
    }

    /// Tells the steps not told yet.
    fn report(&self, slot: u32) {
        let now = self.context.host.now();
        let told = self.with(slot, |run| {
            run.told = now;
            let last = run.last.clone()?;
            let points = std::mem::take(&mut run.points);
            Some(TrainResponse::Steps { run: slot, points, last, training: run.training, probing: run.probing })
        });
        if let Some(response) = told.flatten() {
            self.tell(response);
        }
    }

    /// Sends checkpoints: those asked for, or else one of its own.
    pub(super) async fn save(&self, slot: u32) {
        self.master(slot).await;
        let now = self.context.host.now();
        let made = self.with(slot, |run| {
            let mut purposes = std::mem::take(&mut run.asked);
            if purposes.is_empty() {
                if run.saved_step == Some(run.steps) {
                    return None;
                }
                purposes.push(0);
            }
            let (steps, epoch) = (run.steps as u32, run.epoch);
            let file = run.lane.as_ref()?.master().checkpoint();
            if let Ok(file) = &file {
                run.saved(now, file.len());
            }
            Some((purposes, steps, epoch, file))
        });
        let Some((purposes, steps, epoch, file)) = made.flatten() else { return };
        for purpose in purposes {
            match &file {
                Ok(file) => {
                    let file = Bytes(file.clone());
                    self.tell(TrainResponse::Checkpoint { run: slot, purpose, steps, epoch, file });
                }
                Err(error) => self.refuse(Some(slot), Order::Checkpoint, error.clone().into()),
            }
        }
    }

    /// Measures a run as it is.
    async fn measure(&self, slot: u32, pulse: &impl Pulse) {
        self.master(slot).await;
        let start = self.context.host.now();
        let asked = {
            let training = self.context.training.borrow();
            let Some(run) = training.runs.get(&slot) else { return };
            let Some(network) = run.lane.as_ref().map(|lane| lane.master().network()) else { return };
            network.map(|network| (network, run.question(), training.held_out.clone(), training.watch.clone()))
        };
        self.with(slot, Run::probed);
        let found = match asked {
            Ok((network, question, Some(held_out), watch)) => {
                probe::measure(&network, &question, &held_out, watch.as_deref(), pulse).await
            }
            Ok((_, _, None, _)) => Err(Failure::NoHeldOut.into()),
            Err(error) => Err(error.into()),
        };
        match found {
            Ok((mut probe, model)) => {
                probe.milliseconds = self.context.host.now() - start;
                self.report(slot);
                self.with(slot, |run| run.probing += probe.milliseconds);
                self.tell(TrainResponse::Probe { run: slot, probe, model: Bytes(model) });
            }
            Err(JobError::Cancelled) => {}
            Err(JobError::Failed(failure)) => self.refuse(Some(slot), Order::Probe, failure),
        }
    }
}
