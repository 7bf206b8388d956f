//! Training runs inside a session: slots, the driver that lets them take turns, and what they tell.
//!
//! One driver takes one step of one run after the other, so that two runs stay side by side in one worker. Every tick of
//! a step or a measurement lets messages in and waits while Explore is under way, like every other long job. Points and
//! measurements fall on fixed steps, never on the clock: a repetition of a run tells the same story.

mod lanes;
mod probe;
mod protocol;
mod run;

pub use protocol::*;

use super::{
    processors::Device,
    protocol::{Bytes, Response},
    session::{Host, Session, Task},
};
use crate::{
    bounds::BoundsError,
    formats::{Rounded, onnx_rounded, read_model, write_onnx},
    pulse::Pulse,
    train::{Data, Lane, TrainError, Trainer},
};
use probe::{HeldOut, Watch};
use run::{Goal, Run};
use std::{collections::BTreeMap, rc::Rc};

/// Milliseconds between two messages about the steps of a run.
const TELL: f64 = 60.0;
/// Milliseconds between two checkpoints that nobody asked for, and more for large ones: milliseconds per byte.
const SAVE: f64 = 3000.0;
const SAVE_PER_BYTE: f64 = 1e-3;

/// What a session knows about training.
#[derive(Default)]
pub(super) struct Training {
    /// A set that is still coming in.
    gathering: Option<(Data, usize)>,
    data: Option<Rc<Data>>,
    held_out: Option<Rc<HeldOut>>,
    watch: Option<Rc<Watch>>,
    runs: BTreeMap<u32, Run>,
    driving: bool,
    /// The slot that had the last turn.
    turn: u32,
    generation: u32,
}

/// What the driver does next.
enum Turn {
    Take(u32),
    Wait(f64),
    Rest,
}

impl Training {
    /// The run whose turn it is: the next one after the last that wants and may.
    fn next(&self, now: f64) -> Turn {
        let eager = self.runs.iter().filter(|(_, run)| run.goal != Goal::Rest);
        let order = |slot: u32| (slot <= self.turn, slot);
        match eager.clone().filter(|(_, run)| run.due <= now).min_by_key(|(slot, _)| order(**slot)) {
            Some((&slot, _)) => Turn::Take(slot),
            None => eager
                .map(|(_, run)| run.due - now)
                .min_by(f64::total_cmp)
                .map_or(Turn::Rest, |wait| Turn::Wait(wait.clamp(1.0, 50.0))),
        }
    }

    /// Takes in images; answers with how many of the newest set are there.
    fn take(
        &mut self,
        first: bool,
        total: u32,
        shape: &[u32],
        classes: u32,
        images: &[u8],
        labels: Vec<u8>,
    ) -> Result<usize, TrainError> {
        let shape: Vec<usize> = shape.iter().map(|&n| n as usize).collect();
        let piece = Data::from_bytes(&shape, images, labels, classes as usize)?;
        let (mut set, wanted) = match (first, self.gathering.take()) {
            (false, Some((mut set, wanted))) => {
                if (&set.shape, set.classes) != (&piece.shape, piece.classes) {
                    return Err(TrainError::Data("its images differ in shape or classes".into()));
                }
                set.pixels.extend_from_slice(&piece.pixels);
                set.labels.extend_from_slice(&piece.labels);
                (set, wanted)
            }
            (false, None) => return Err(TrainError::Data("images came before a first piece".into())),
            (true, _) => (piece, total as usize),
        };
        if set.pixels.capacity() < wanted * set.inputs() && wanted <= 1 << 20 {
            set.pixels.reserve_exact((wanted * set.inputs()).saturating_sub(set.pixels.len()));
        }
        let count = set.len();
        if count >= wanted {
            self.data = Some(Rc::new(set));
        } else {
            self.gathering = Some((set, wanted));
        }
        Ok(count)
    }
}

impl<H: Host> Session<H> {
    /// Answers one request about training.
    pub(super) async fn train(&self, request: TrainRequest) {
        match request {
            TrainRequest::Data { first, total, shape, classes, images, labels } => {
                let taken = self.shared.training.borrow_mut().take(first, total, &shape, classes, &images.0, labels.0);
                match taken {
                    Ok(images) => self.tell(TrainResponse::Data { images: images as u32 }),
                    Err(error) => self.refuse(None, Order::Data, error.to_string()),
                }
            }
            TrainRequest::HeldOut { images, labels } => match HeldOut::new(&images.0, &labels.0) {
                Some(set) => self.shared.training.borrow_mut().held_out = Some(Rc::new(set)),
                None => {
                    self.refuse(None, Order::Probe, "the held-out images and their labels do not go together".into());
                }
            },
            TrainRequest::Watch { id, image, label } => {
                let pixels = image.iter().map(|&pixel| f64::from(pixel)).collect();
                let watch = Watch { id, pixels, label: label as usize };
                self.shared.training.borrow_mut().watch = Some(Rc::new(watch));
            }
            TrainRequest::Start { run, plan, probe, device } => {
                let made = self.data().and_then(|data| {
                    let trainer = Trainer::new(*plan, &data.shape, data.classes).map_err(|error| error.to_string())?;
                    Ok((trainer, data))
                });
                self.put(run, made, probe, device, Order::Start);
            }
            TrainRequest::Resume { run, file, probe, device } => {
                let made = Trainer::resume(&file.0).map_err(|error| error.to_string());
                let made = made.and_then(|trainer| Ok((trainer, self.data()?)));
                match &made {
                    Ok((trainer, data)) if ![0, data.len()].contains(&trainer.images()) => {
                        self.tell(TrainResponse::Needs { run, images: trainer.images() as u32 });
                    }
                    _ => self.put(run, made, probe, device, Order::Resume),
                }
            }
            TrainRequest::Play { runs, speed } => self.go(&runs, Goal::play(speed)).await,
            TrainRequest::Step { runs } => self.go(&runs, Goal::Steps(1)).await,
            TrainRequest::Pause { runs } => {
                for slot in runs {
                    self.pause(slot).await;
                }
            }
            TrainRequest::Reset { run } => {
                let again = {
                    let training = self.shared.training.borrow();
                    training
                        .runs
                        .get(&run)
                        .map(|run| (run.plan.clone(), run.data.clone(), run.probe.clone(), run.device))
                };
                if let Some((plan, data, probe, device)) = again {
                    let made = Trainer::new(plan, &data.shape, data.classes).map_err(|error| error.to_string());
                    self.put(run, made.map(|trainer| (trainer, data)), probe, device, Order::Start);
                }
            }
            TrainRequest::Checkpoint { run, purpose } => {
                let home = {
                    let mut training = self.shared.training.borrow_mut();
                    let Some(kept) = training.runs.get_mut(&run) else {
                        drop(training);
                        return self.refuse(Some(run), Order::Checkpoint, "there is no run in this place".into());
                    };
                    kept.asked.push(purpose);
                    kept.lane.is_some()
                };
                if home {
                    self.save(run).await;
                }
            }
            TrainRequest::Export { id, file } => self.export(id, &file.0),
            TrainRequest::Drop { run } => {
                self.shared.training.borrow_mut().runs.remove(&run);
                self.shared.epochs.borrow_mut().remove(&Task::Run(run));
            }
        }
    }

    fn tell(&self, response: TrainResponse) {
        self.send(Response::Train { response });
    }

    fn refuse(&self, run: Option<u32>, order: Order, message: String) {
        self.tell(TrainResponse::Failed { run, order, message });
    }

    fn data(&self) -> Result<Rc<Data>, String> {
        let data = self.shared.training.borrow().data.clone();
        data.ok_or_else(|| "there are no images to train on; load some first".into())
    }

    /// Puts a run into a slot, at rest.
    fn put(
        &self,
        slot: u32,
        made: Result<(Trainer, Rc<Data>), String>,
        mut probe: ProbePlan,
        device: Device,
        order: Order,
    ) {
        let (trainer, data) = match made {
            Ok(made) => made,
            Err(why) => return self.refuse(Some(slot), order, why),
        };
        if probe.epsilon <= 0.0 {
            probe.epsilon = trainer.plan().epsilon;
        }
        let run = {
            let mut training = self.shared.training.borrow_mut();
            training.generation += 1;
            Run::new(trainer, data, probe, device, training.generation)
        };
        self.shared.epochs.borrow_mut().insert(Task::Run(slot), run.generation);
        let (plan, steps, images) = (run.plan.clone(), run.steps as u32, run.data.len() as u32);
        let (per_epoch, state) = (run.per_epoch as u32, run.state);
        self.shared.training.borrow_mut().runs.insert(slot, run);
        self.tell(TrainResponse::Started { run: slot, plan, steps, per_epoch, images });
        self.tell(TrainResponse::State { run: slot, state, cause: None });
    }

    /// Gives runs a goal and drives them, unless a driver is at work already.
    async fn go(&self, slots: &[u32], goal: Goal) {
        let now = self.shared.host.now();
        let mut playing = Vec::new();
        let drive = {
            let mut training = self.shared.training.borrow_mut();
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
            let turn = self.shared.training.borrow().next(self.shared.host.now());
            match turn {
                Turn::Take(slot) => self.turn(slot).await,
                Turn::Wait(wait) => self.shared.host.rest(wait).await,
                Turn::Rest => break,
            }
        }
        self.shared.training.borrow_mut().driving = false;
    }

    async fn pause(&self, slot: u32) {
        let home = {
            let mut training = self.shared.training.borrow_mut();
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
        let pulse = self.pulse(Task::Run(slot), generation);
        // A turn begins with a yield: messages get in between any two steps, however short they are.
        self.shared.host.yield_now().await;
        self.shared.training.borrow_mut().turn = slot;
        if pulse.tick().await.is_err() || self.with(slot, |run| run.goal == Goal::Rest) != Some(false) {
            return;
        }
        if self.with(slot, Run::probe_due) == Some(true) {
            return self.measure(slot, &pulse).await;
        }
        if self.with(slot, |run| !run.device.is_cpu() && run.lane.as_ref().is_some_and(Lane::on_cpu)) == Some(true) {
            return self.choose(slot, &pulse).await;
        }
        let asked = self.asked_lately();
        let taken = self.with(slot, |run| Some((run.lane.take()?, run.data.clone(), run.together(asked))));
        let Some((mut lane, data, most)) = taken.flatten() else { return };
        let begun = self.shared.host.now();
        let outcome = lane.steps_at_once(&data, most, &pulse).await;
        let now = self.shared.host.now();
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
                return self.say(slot, Some(error.to_string()));
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

    /// Does something with the run in a slot.
    fn with<T>(&self, slot: u32, act: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.shared.training.borrow_mut().runs.get_mut(&slot).map(act)
    }

    /// A run has come to rest: says all there is to say, and keeps it.
    async fn settle(&self, slot: u32) {
        self.report(slot);
        self.save(slot).await;
        if self.with(slot, |run| run.state) != Some(RunState::Stopped) {
            self.say(slot, None);
        }
    }

    fn say(&self, slot: u32, cause: Option<String>) {
        if let Some(state) = self.with(slot, |run| run.state) {
            self.tell(TrainResponse::State { run: slot, state, cause });
        }
    }

    /// Tells the steps not told yet.
    fn report(&self, slot: u32) {
        let now = self.shared.host.now();
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
    async fn save(&self, slot: u32) {
        self.master(slot).await;
        let now = self.shared.host.now();
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
                Err(error) => self.refuse(Some(slot), Order::Checkpoint, error.to_string()),
            }
        }
    }

    /// Measures a run as it is.
    async fn measure(&self, slot: u32, pulse: &impl Pulse) {
        self.master(slot).await;
        let start = self.shared.host.now();
        let asked = {
            let training = self.shared.training.borrow();
            let Some(run) = training.runs.get(&slot) else { return };
            let Some(network) = run.lane.as_ref().map(|lane| lane.master().network()) else { return };
            network.map(|network| (network, run.question(), training.held_out.clone(), training.watch.clone()))
        };
        self.with(slot, Run::probed);
        let found = match asked {
            Ok((network, question, Some(held_out), watch)) => {
                probe::measure(&network, &question, &held_out, watch.as_deref(), pulse).await
            }
            Ok((_, _, None, _)) => Err(TrainError::Data("no held-out images were given".into())),
            Err(error) => Err(error),
        };
        match found {
            Ok((mut probe, model)) => {
                probe.milliseconds = self.shared.host.now() - start;
                self.report(slot);
                self.with(slot, |run| run.probing += probe.milliseconds);
                self.tell(TrainResponse::Probe { run: slot, probe, model: Bytes(model) });
            }
            Err(TrainError::Bounds(BoundsError::Cancelled)) => {}
            Err(error) => self.refuse(Some(slot), Order::Probe, error.to_string()),
        }
    }

    fn export(&self, id: u32, file: &[u8]) {
        let made = read_model(file).and_then(|network| Ok((write_onnx(&network)?, onnx_rounded(&network))));
        match made {
            Ok((file, rounded)) => {
                let words = |r: &Rounded| format!("layer {} ({}): {} = {}", r.layer, r.op, r.setting, r.value);
                let rounded = rounded.iter().map(words).collect();
                self.tell(TrainResponse::Exported { id, file: Bytes(file), rounded });
            }
            Err(error) => self.refuse(None, Order::Export, format!("the network cannot be written as ONNX: {error}")),
        }
    }
}
