//! What the engine needs before a run can start: images to train on, images to measure on, the watched image. And what a
//! new engine is told after its predecessor died.

use crate::app::train::places::Origin;
use crate::{
    app::{
        link::fetch,
        model::{
            digit,
            state::Picked,
            state::train::{MOST_PROBE_IMAGES, SHARD, Settings},
            store::Loaded,
        },
        train::{
            record::{Held, Record},
            session::RunController,
            words,
        },
    },
    catalogue,
    engine::{Bytes, ProbePlan, RunState, TrainRequest},
};
use leptos::prelude::*;
use std::{rc::Rc, sync::Arc};
use wasm_bindgen_futures::spawn_local;

/// Classes of MNIST.
const CLASSES: u32 = 10;

impl RunController {
    /// Gives the engine that many training images, the held-out ones and the watched one, unless it has them.
    pub(super) async fn supply(self: &Rc<Self>, examples: u32) -> Result<(), String> {
        let (wish, supplied, held_out) = {
            let mut inner = self.inner.borrow_mut();
            inner.wish += 1;
            (inner.wish, inner.supplied, inner.held_out)
        };
        if !held_out {
            let (mut images, mut labels) = (Vec::new(), Vec::new());
            for number in 0..MOST_PROBE_IMAGES / catalogue::SHARD {
                let shard = fetch::shard(number).await.map_err(|why| words::no_images(&why))?;
                images.extend_from_slice(&shard.images);
                labels.extend_from_slice(&shard.labels);
            }
            self.send(TrainRequest::HeldOut { images: Bytes(images), labels: Bytes(labels) });
            self.inner.borrow_mut().held_out = true;
        }
        self.watch();
        if supplied == Some(examples) {
            return Ok(());
        }
        let loading = self.signals().loading;
        let side = digit::SIDE as u32;
        for number in 0..examples.div_ceil(SHARD) {
            loading.set(Some((number * SHARD, examples)));
            let shard = fetch::train_shard(number).await;
            if self.inner.borrow().wish != wish {
                return Err(words::superseded());
            }
            let shard = shard.map_err(|why| {
                loading.set(None);
                words::no_images(&why)
            })?;
            let (mut images, mut labels) = (shard.images, shard.labels);
            let wanted = (examples - number * SHARD).min(SHARD) as usize;
            images.truncate(wanted * digit::PIXELS);
            labels.truncate(wanted);
            self.send(TrainRequest::Data {
                first: number == 0,
                total: examples,
                shape: vec![1, side, side],
                classes: CLASSES,
                images: Bytes(images),
                labels: Bytes(labels),
            });
        }
        loading.set(None);
        self.inner.borrow_mut().supplied = Some(examples);
        Ok(())
    }

    /// Ends a load that is under way.
    pub fn stop_loading(&self) {
        self.inner.borrow_mut().wish += 1;
        self.signals().loading.set(None);
    }

    /// Tells the engine which image's margins to follow, once it needs to know and whenever that changes.
    pub(super) fn watch(&self) {
        // A point of the plane is nothing that runs on digits could read.
        let digit = |image: &Arc<Loaded>| !matches!(image.picked, Picked::Point(_));
        let Some(image) = self.store.image.get_untracked().filter(digit) else { return };
        let label = untrack(|| self.store.label()).unwrap_or(0);
        {
            let mut inner = self.inner.borrow_mut();
            let now = Some((image.picked.clone(), label));
            if !inner.held_out || inner.watched == now {
                return;
            }
            inner.watched = now;
        }
        let id = self.signals().watch.get_untracked() + 1;
        self.signals().watch.set(id);
        self.send(TrainRequest::Watch { id, image: image.pixels.clone().into(), label });
    }

    /// Takes a kept run up again, at rest; under its own key, where it is a draft.
    pub(super) async fn resume(self: &Rc<Self>, slot: u32, record: Record, file: Vec<u8>) -> Result<(), String> {
        self.supply(record.examples).await?;
        let probe = probe_of(&record);
        let mut held = Held::new(record.epsilon, record.examples);
        if record.draft {
            held.id.clone_from(&record.id);
        }
        self.expect(slot, held, Origin::Kept(record));
        self.signals().cursor.set(None);
        self.send(TrainRequest::Resume { run: slot, file: Bytes(file), probe, device: self.device() });
        Ok(())
    }

    /// A new worker has started: gives it what the old one had, runs where their last checkpoints left them.
    pub fn revive(self: &Rc<Self>) {
        let lost = {
            let mut inner = self.inner.borrow_mut();
            (inner.supplied, inner.held_out, inner.watched) = (None, false, None);
            for (_, slot) in inner.checkpoints.drain() {
                super::resolve(&slot, Err(words::engine_stopped()));
            }
            for (_, slot) in inner.exports.drain() {
                super::resolve(&slot, Err(words::engine_stopped()));
            }
            inner.held.clone()
        };
        let controller = self.clone();
        spawn_local(async move {
            let mut playing = Vec::new();
            for (slot, held) in lost.into_iter().enumerate() {
                let run = controller.signals().runs.with_untracked(|runs| runs[slot].clone());
                let (Some(held), Some(run)) = (held, run) else { continue };
                if let Err(why) = controller.supply(held.examples).await {
                    return controller.notice(why);
                }
                if run.state == RunState::Playing {
                    playing.push(slot as u32);
                }
                match held.checkpoint.clone() {
                    Some(kept) => {
                        let record = Record::of(&run, &held, slot as u32, &kept, None);
                        let (probe, file) = (probe_of(&record), Bytes(kept.file.to_vec()));
                        controller.expect(slot as u32, held, Origin::Kept(record));
                        controller.notice(words::revived(slot, kept.epoch));
                        controller.send(TrainRequest::Resume {
                            run: slot as u32,
                            file,
                            probe,
                            device: controller.device(),
                        });
                    }
                    None => {
                        let probe = probe_for(&run.plan.architecture, held.epsilon);
                        controller.expect(slot as u32, held, Origin::Fresh);
                        controller.notice(words::revived(slot, 0.0));
                        controller.send(TrainRequest::Start {
                            run: slot as u32,
                            plan: Box::new(run.plan),
                            probe,
                            device: controller.device(),
                        });
                    }
                }
            }
            if !playing.is_empty() {
                let speed = controller.signals().speed.get_untracked();
                controller.send(TrainRequest::Play { runs: playing, speed });
            }
        });
    }
}

fn probe_for(architecture: &crate::train::Architecture, epsilon: f64) -> ProbePlan {
    Settings { architecture: architecture.clone(), epsilon, ..Settings::default() }.probe()
}

fn probe_of(record: &Record) -> ProbePlan {
    probe_for(&record.plan.architecture, record.epsilon)
}
