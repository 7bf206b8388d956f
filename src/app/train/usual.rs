//! The run that every run is compared with: the same network trained the usual way. It ships with the page, computed by the engine.

use crate::{
    app::train::history::{History, RunView},
    train::Plan,
};
#[cfg(not(target_arch = "wasm32"))]
use crate::{
    app::{
        model::{
            digit,
            state::train::{MOST_PROBE_IMAGES, SHARD, Settings},
        },
        train::stories::Story,
    },
    catalogue,
    engine::{Bytes, Device, Request, Response, TrainRequest, TrainResponse},
    formats::{FormatError, mnist::Set},
};
use serde::{Deserialize, Serialize};

/// What `assets/runs/usual.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// The plan.
    pub plan: Plan,
    /// Images it was trained on.
    pub examples: u32,
    /// What was measured.
    pub history: History,
}

impl Usual {
    /// The run, to be drawn.
    pub fn view(self) -> RunView {
        let steps = self.history.moments.last().map_or(0, |moment| moment.probe.step);
        let per_epoch = steps / self.plan.epochs.max(1);
        let mut view = RunView::new(self.plan, steps, per_epoch, self.examples);
        view.history = self.history;
        view
    }
}

/// Epochs of the run that ships: as many as the page's default runs have.
#[cfg(not(target_arch = "wasm32"))]
const EPOCHS: u32 = 20;

/// Trains it. `file` gives the bytes of a file of `assets/mnist`.
///
/// # Errors
/// A file of images that cannot be read.
#[cfg(not(target_arch = "wasm32"))]
pub async fn compute(file: impl Fn(&str) -> Vec<u8>) -> Result<Usual, FormatError> {
    let mut settings = Settings::default();
    Story::Usual.tell(&mut settings);
    settings.epochs = EPOCHS;
    let read = |set: Set, count: u32| -> Result<(Vec<u8>, Vec<u8>), FormatError> {
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        let shard = if set == Set::Train { SHARD } else { catalogue::SHARD };
        for number in 0..count.div_ceil(shard) as usize {
            let bytes = file(&set.file(number));
            let (found, classes) = set.read(number, &bytes, &(0..set.images()))?;
            images.extend(found.pixels);
            labels.extend(classes);
        }
        images.truncate(count as usize * digit::PIXELS);
        labels.truncate(count as usize);
        Ok((images, labels))
    };
    let (images, labels) = read(Set::Train, settings.examples)?;
    let (held_out, classes) = read(Set::Test, MOST_PROBE_IMAGES)?;
    let watched: Vec<f32> = held_out[..digit::PIXELS].iter().map(|&byte| f32::from(byte) / 255.0).collect();
    let side = digit::SIDE as u32;
    let watch = TrainRequest::Watch { id: 1, image: watched.into(), label: u32::from(classes[0]) };
    let requests = [
        TrainRequest::HeldOut { images: Bytes(held_out), labels: Bytes(classes) },
        watch,
        TrainRequest::Data {
            first: true,
            total: settings.examples,
            shape: vec![1, side, side],
            classes: 10,
            images: Bytes(images),
            labels: Bytes(labels),
        },
        TrainRequest::Start { run: 0, plan: Box::new(settings.plan(0)), probe: settings.probe(), device: Device::Cpu },
        TrainRequest::Play { runs: vec![0], speed: 0.0 },
    ];
    let said = crate::engine::collect(requests.map(|request| Request::Train { request })).await;
    let mut view = RunView::new(settings.plan(0), 0, 1, settings.examples);
    for response in said {
        if let Response::Train { response } = response {
            if let TrainResponse::Failed { .. } = response {
                continue;
            }
            view.take(response, 0.0);
        }
    }
    Ok(Usual { plan: view.plan, examples: settings.examples, history: view.history })
}
