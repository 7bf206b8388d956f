//! Training from a plan.

use crate::{
    fault::Fault,
    network::Network,
    numbers,
    work::{Link, UntilStopped, work},
};
use boundscope::{
    bounds::BoundsError,
    formats::Reading,
    train::{Data, Plan, TrainError, Trainer, Wanted},
};
use pyo3::prelude::*;
use std::{fs, path::PathBuf};

/// The plan of what is wanted, both as JSON.
#[pyfunction]
pub fn plan(py: Python<'_>, wanted: &str) -> PyResult<String> {
    let read = || {
        let wanted: Wanted =
            serde_json::from_str(wanted).map_err(|error| Fault::Question(format!("the plan: {error}")))?;
        let plan = wanted.plan();
        plan.check().map_err(fault)?;
        serde_json::to_string(&plan).map_err(|error| Fault::Defect(error.to_string()))
    };
    read().map_err(|fault| fault.raise(py))
}

/// Trains on `images`, each of `shape`; where it is stopped, its state goes to `keep`. A run goes on from `resume`, whose plan counts.
#[pyfunction]
#[pyo3(signature = (plan, images, data, keep, resume, progress))]
pub fn train(
    py: Python<'_>,
    plan: Option<String>,
    images: Vec<u8>,
    data: (Vec<usize>, Vec<u8>, usize),
    keep: Option<PathBuf>,
    resume: Option<Vec<u8>>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Network> {
    work(py, progress, move |link| {
        let (shape, labels, classes) = data;
        let pixels = numbers::read(&images)?.into_iter().map(|pixel| pixel as f32).collect();
        let data = Data::new(&shape, pixels, labels, classes).map_err(fault)?;
        let mut trainer = match (plan, resume) {
            (None, Some(checkpoint)) => Trainer::resume(&checkpoint).map_err(fault)?,
            (Some(plan), None) => {
                let plan: Plan =
                    serde_json::from_str(&plan).map_err(|error| Fault::Question(format!("the plan: {error}")))?;
                Trainer::new(plan, &data.shape, data.classes).map_err(fault)?
            }
            _ => return Err(Fault::Question("give a plan or a checkpoint to go on from, one of both".into())),
        };
        if trainer.images() > 0 && trainer.images() != data.len() {
            let why = format!("the run to go on with is on {} images, not on {}", trainer.images(), data.len());
            return Err(Fault::Question(why));
        }
        let ended = steps(&mut trainer, &data, link);
        if let (Err(_), Some(keep)) = (&ended, &keep)
            && trainer.steps() > 0
        {
            let state = trainer.checkpoint().map_err(fault)?;
            fs::write(keep, state).map_err(|error| Fault::File(format!("{}: {error}", keep.display())))?;
        }
        ended?;
        let network = trainer.network().map_err(fault)?;
        Ok(Network::of(Reading::plain("trained by Boundscope", network)))
    })
}

fn steps(trainer: &mut Trainer, data: &Data, link: &Link) -> Result<(), Fault> {
    let all = u64::from(trainer.plan().epochs) * trainer.steps_per_epoch(data.len());
    while !trainer.finished(data.len()) {
        let report = pollster::block_on(trainer.step(data, &UntilStopped(link))).map_err(fault)?;
        let done = trainer.steps();
        link.tell(done as f64 / all as f64, || serde_json::to_value(&report).unwrap_or_default());
    }
    Ok(())
}

fn fault(error: TrainError) -> Fault {
    match error {
        TrainError::Bounds(BoundsError::Cancelled) => Fault::Stopped,
        TrainError::Format(error) => Fault::Model(error.to_string()),
        error => Fault::Question(error.to_string()),
    }
}
