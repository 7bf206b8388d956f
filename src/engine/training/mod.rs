//! Training runs inside a session: slots, the driver that lets them take turns, and what they tell.
//!
//! One driver takes one step of one run after the other, so that two runs stay side by side in one worker. Every tick of
//! a step or a measurement lets messages in and waits while Explore is under way, like every other long job. Points and
//! measurements fall on fixed steps, never on the clock: a repetition of a run tells the same story.

mod driver;
mod lanes;
mod probe;
mod run;
mod runs;
pub(super) mod slots;

use super::{
    context::{Context, Host, Task},
    protocol::{Bytes, Device, Failure, Order, ProbePlan, TrainRequest, TrainResponse},
};
use crate::{
    formats::{Rounded, onnx_rounded, read_model, write_onnx},
    train::{Data, Trainer},
};
use probe::{HeldOut, Watch};
use run::{Goal, Run};
use runs::Runs;
use std::rc::Rc;

/// Answers one request about training.
pub(super) async fn answer<H: Host>(context: &Context<H>, request: TrainRequest) {
    Runs { context }.answer(request).await;
}

impl<H: Host> Runs<'_, H> {
    /// Answers one request about training.
    async fn answer(&self, request: TrainRequest) {
        match request {
            TrainRequest::Data { first, total, shape, classes, images, labels } => {
                let taken = self.context.training.borrow_mut().take(first, total, &shape, classes, &images.0, labels.0);
                match taken {
                    Ok(images) => self.tell(TrainResponse::Data { images: images as u32 }),
                    Err(failure) => self.refuse(None, Order::Data, failure),
                }
            }
            TrainRequest::HeldOut { images, labels } => match HeldOut::new(&images.0, &labels.0) {
                Some(set) => self.context.training.borrow_mut().held_out = Some(Rc::new(set)),
                None => {
                    let (pixels, labels) = (images.0.len() as u32, labels.0.len() as u32);
                    self.refuse(None, Order::Probe, Failure::HeldOut { pixels, labels });
                }
            },
            TrainRequest::Watch { id, image, label } => {
                let pixels = image.iter().map(|&pixel| f64::from(pixel)).collect();
                let watch = Watch { id, pixels, label: label as usize };
                self.context.training.borrow_mut().watch = Some(Rc::new(watch));
            }
            TrainRequest::Start { run, plan, probe, device } => {
                let made = self.data().and_then(|data| {
                    let trainer = Trainer::new(*plan, &data.shape, data.classes).map_err(Failure::from)?;
                    Ok((trainer, data))
                });
                self.put(run, made, probe, device, Order::Start);
            }
            TrainRequest::Resume { run, file, probe, device } => {
                let made = Trainer::resume(&file.0).map_err(Failure::from);
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
                    let training = self.context.training.borrow();
                    training
                        .runs
                        .get(&run)
                        .map(|run| (run.plan.clone(), run.data.clone(), run.probe.clone(), run.device))
                };
                if let Some((plan, data, probe, device)) = again {
                    let made = Trainer::new(plan, &data.shape, data.classes).map_err(Failure::from);
                    self.put(run, made.map(|trainer| (trainer, data)), probe, device, Order::Start);
                }
            }
            TrainRequest::Checkpoint { run, purpose } => {
                let home = {
                    let mut training = self.context.training.borrow_mut();
                    let Some(kept) = training.runs.get_mut(&run) else {
                        drop(training);
                        return self.refuse(Some(run), Order::Checkpoint, Failure::NoRun);
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
                self.context.training.borrow_mut().runs.remove(&run);
                self.context.stop(Task::Run(run));
            }
        }
    }

    fn data(&self) -> Result<Rc<Data>, Failure> {
        let data = self.context.training.borrow().data.clone();
        data.ok_or(Failure::NoImages)
    }

    /// Puts a run into a slot, at rest.
    fn put(
        &self,
        slot: u32,
        made: Result<(Trainer, Rc<Data>), Failure>,
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
            let mut training = self.context.training.borrow_mut();
            training.generation += 1;
            Run::new(trainer, data, probe, device, training.generation)
        };
        self.context.begin(Task::Run(slot), run.generation);
        let (plan, steps, images) = (Box::new(run.plan.clone()), run.steps as u32, run.data.len() as u32);
        let (per_epoch, state) = (run.per_epoch as u32, run.state);
        self.context.training.borrow_mut().runs.insert(slot, run);
        self.tell(TrainResponse::Started { run: slot, plan, steps, per_epoch, images });
        self.tell(TrainResponse::State { run: slot, state, cause: None });
    }

    fn export(&self, id: u32, file: &[u8]) {
        let made = read_model(file).and_then(|network| Ok((write_onnx(&network)?, onnx_rounded(&network))));
        match made {
            Ok((file, rounded)) => {
                let words = |r: &Rounded| format!("layer {} ({}): {} = {}", r.layer, r.op, r.setting, r.value);
                let rounded = rounded.iter().map(words).collect();
                self.tell(TrainResponse::Exported { id, file: Bytes(file), rounded });
            }
            Err(error) => self.refuse(None, Order::Export, Failure::Onnx { why: error.to_string() }),
        }
    }
}
