//! A run as a file: the model file of its network, with the optimiser's moments and the position beside it.

use super::{Plan, Source, TrainError, Trainer, average::Mean};
use crate::formats::{Extra, read_extra, read_json, write_model_with};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Raised when the file changes shape.
const VERSION: u32 = 1;

/// The position of a run: what it needs, beside plan, weights and moments, to be continued.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    version: u32,
    plan: Plan,
    shape: Vec<usize>,
    classes: usize,
    steps: u64,
    updates: u64,
    bent: bool,
    /// Images of the training set, which steps per epoch follow from.
    images: usize,
    /// The training set; the page's runs do not name theirs.
    #[serde(default)]
    source: Option<Source>,
    /// How many weights the mean is of. Where there are some, the model in the file is the mean's, and the weights are tensors beside it.
    #[serde(default, skip_serializing_if = "none")]
    averaged: u64,
}

fn none(count: &u64) -> bool {
    *count == 0
}

fn name(moment: &str, parameter: &str) -> String {
    format!("training.{moment}.{parameter}")
}

impl Trainer {
    /// The state as a file: a model file whose description also holds the plan and the position, with the optimiser's moments as
    /// further tensors. Any reader of model files reads it as [`Trainer::network`].
    ///
    /// # Errors
    /// Only if safetensors refuses the tensors.
    pub fn checkpoint(&self) -> Result<Vec<u8>, TrainError> {
        let position = Position {
            version: VERSION,
            plan: self.plan.clone(),
            shape: self.shape.clone(),
            classes: self.classes,
            steps: self.steps,
            updates: self.adam.updates,
            bent: self.model.bent,
            images: self.images,
            source: self.source.clone(),
            averaged: self.mean.taken,
        };
        let mut tensors = Vec::new();
        for (index, parameter) in self.model.parameters.iter().enumerate() {
            for (moment, values) in [("mean", &self.adam.mean), ("square", &self.adam.square)] {
                tensors.push((name(moment, &parameter.name), parameter.shape.clone(), values[index].clone()));
            }
            if self.mean.taken > 0 {
                tensors.push((name("weights", &parameter.name), parameter.shape.clone(), parameter.values.clone()));
            }
        }
        let text = serde_json::to_string(&position).map_err(|error| TrainError::Checkpoint(error.to_string()))?;
        let extra = Extra { tensors, training: Some(text) };
        Ok(write_model_with(&self.network()?, extra)?)
    }

    /// Goes on from a checkpoint, gzip or plain.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] or [`TrainError::Format`].
    pub fn resume(checkpoint: &[u8]) -> Result<Self, TrainError> {
        let wrong = |why: String| TrainError::Checkpoint(why);
        let file = read_extra(checkpoint)?;
        let text = file.training.ok_or_else(|| {
            wrong("its description has no key \"training\"; a model file alone cannot be resumed".into())
        })?;
        let position: Position = read_json("training position", text.as_bytes())?;
        if position.version != VERSION {
            return Err(wrong(format!("it is of version {}, this is {VERSION}", position.version)));
        }
        if position.steps.max(position.updates).max(position.averaged) > 1 << 53
            || u64::try_from(position.images).is_ok_and(|images| images > 1 << 32)
        {
            let why =
                format!("it says {} steps, {} updates, {} images", position.steps, position.updates, position.images);
            return Err(wrong(why));
        }
        if position.averaged > 0 && position.plan.averaging.is_none() {
            let why = format!("it holds the mean of {} weights, and its plan wants none", position.averaged);
            return Err(wrong(why));
        }
        let held = file.tensors.iter().map(|(_, _, values)| values.len()).sum();
        let mut trainer = Trainer::within(position.plan, &position.shape, position.classes, held)?;
        let mut tensors: HashMap<String, Vec<f32>> =
            file.tensors.into_iter().map(|(name, _, values)| (name, values)).collect();
        let mut take = |name: String, length: usize| match tensors.remove(&name) {
            Some(values) if values.len() == length && values.iter().all(|value| value.is_finite()) => Ok(values),
            Some(values) if values.len() == length => Err(wrong(format!("tensor \"{name}\" is not finite"))),
            Some(values) => Err(wrong(format!("tensor \"{name}\" has {} values, needs {length}", values.len()))),
            None => Err(wrong(format!("the tensor \"{name}\" is missing"))),
        };
        trainer.model.bent = position.bent;
        let mut means = Vec::new();
        for (index, parameter) in trainer.model.parameters.iter_mut().enumerate() {
            let length = parameter.values.len();
            // Before they get their r, ramps are LeakyReLUs and the file holds no bend.
            if position.bent || !parameter.name.ends_with(".bend") {
                parameter.values = take(parameter.name.clone(), length)?;
            }
            if position.averaged > 0 {
                let weights = take(name("weights", &parameter.name), length)?;
                means.push(std::mem::replace(&mut parameter.values, weights));
            }
            trainer.adam.mean[index] = take(name("mean", &parameter.name), length)?;
            trainer.adam.square[index] = take(name("square", &parameter.name), length)?;
        }
        trainer.steps = position.steps;
        trainer.images = position.images;
        trainer.source = position.source;
        trainer.adam.updates = position.updates;
        trainer.mean = Mean { taken: position.averaged, values: means };
        Ok(trainer)
    }
}
