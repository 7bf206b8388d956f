//! The trainer: one step at a time, from a plan and a seed.

use super::{
    Data, Loss, LossError, LossProgram, Parts, Plan, Robust, Source, TrainError,
    adam::{Adam, Pull},
    average::Mean,
    model::{LEAST_BEND, Model, Parameter, Slot},
    shards::{self, Batch, Totals, Weights},
};
use crate::{
    activation::Curve,
    bounds::Prepared,
    network::Network,
    pulse::Pulse,
    random::Random,
    tensor::{Backend, Cpu, Program, Recorder, Run, Slots, Value},
};
use serde::{Deserialize, Serialize};
use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
};

/// What one step did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct StepReport {
    /// Index of the step, from 0.
    pub step: u64,
    /// Epochs done after it.
    pub epoch: f64,
    /// The whole loss, mean over the batch, regularisers included but for ℓ1.
    pub loss: f64,
    /// The clean part: cross-entropy of the outputs; `None` where the step did not need it (κ = 0).
    pub clean_loss: Option<f64>,
    /// The robust part: cross-entropy of the margin bounds; `None` where the step did not need it (ε = 0).
    pub robust_loss: Option<f64>,
    /// Share of the batch predicted wrong, in [0, 1]; `None` without a clean part.
    pub clean_error: Option<f64>,
    /// Share of the batch not verified by the loss' own bounds, in [0, 1]; `None` without a robust part.
    pub verified_error: Option<f64>,
    /// Euclidean norm of the gradient, before clipping.
    pub gradient_norm: f64,
    /// ε of the step, the plan's factor included.
    pub epsilon: f64,
    /// κ of the step.
    pub kappa: f64,
    /// β of the step.
    pub beta: f64,
    /// η of the step.
    pub slope: f64,
    /// Learning rate of the step.
    pub learning_rate: f64,
}

/// The schedules' values at one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) epoch: f64,
    pub(super) slope: f64,
    pub(super) weights: Weights,
    pub(super) learning_rate: f64,
    pub(super) parts: Parts,
}

/// Records a loss.
pub(super) fn record(network: &Network, parts: Parts, size: usize) -> Result<LossProgram, TrainError> {
    LossProgram::record(network, parts, size).map_err(|error| match error {
        LossError::Bounds(error) => TrainError::Bounds(error),
        LossError::NoAdjoint(error) => TrainError::NoAdjoint(error),
    })
}

/// The greater of two numbers, or a NaN if either is one.
fn greater(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

/// Gradients longer than this have squares beyond f32.
const LARGEST_GRADIENT: f64 = 1e18;

/// A run under way, on the CPU in single precision.
#[derive(Clone)]
pub struct Trainer {
    pub(super) plan: Plan,
    pub(super) shape: Vec<usize>,
    pub(super) classes: usize,
    pub(super) model: Model,
    pub(super) adam: Adam,
    /// The mean of the weights, once the plan's last epochs have begun.
    pub(super) mean: Mean,
    pub(super) steps: u64,
    /// Images of the training set, from the last step; 0 before the first.
    pub(super) images: usize,
    /// The training set, where whoever began the run has named it.
    pub(super) source: Option<Source>,
    backend: Cpu<f32>,
    /// Losses recorded so far, by what they are made of and the size of their batch.
    programs: HashMap<(Parts, usize), LossProgram>,
    /// The order of the images in the epoch under way.
    order: Option<(u64, Vec<u32>)>,
}

impl Trainer {
    /// Starts a run on images of `shape` and `classes` classes.
    ///
    /// # Errors
    /// A plan with a setting out of range, or layers that do not fit.
    pub fn new(plan: Plan, shape: &[usize], classes: usize) -> Result<Self, TrainError> {
        Trainer::within(plan, shape, classes, usize::MAX)
    }

    /// [`Trainer::new`], with at most so many weights: a checkpoint's plan cannot ask for more memory than its file has.
    pub(super) fn within(plan: Plan, shape: &[usize], classes: usize, most: usize) -> Result<Self, TrainError> {
        plan.check()?;
        if classes < 2 {
            return Err(TrainError::Data(format!("{classes} classes; at least two are needed")));
        }
        let blocks = plan.architecture.blocks(shape, classes);
        let model = Model::new(shape, blocks, plan.activation, plan.initialization, u64::from(plan.seed), most)?;
        let adam = Adam::new(model.parameters.iter().map(|parameter| parameter.values.len()));
        Ok(Trainer {
            plan,
            shape: shape.to_vec(),
            classes,
            model,
            adam,
            mean: Mean::default(),
            steps: 0,
            images: 0,
            source: None,
            backend: Cpu::new(),
            programs: HashMap::new(),
            order: None,
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Shape of an image.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The network as it is now, with η of the moment. A ramp whose r is not set yet is a LeakyReLU. Once a plan that wants the mean
    /// of its weights has begun to take it, this is the mean's.
    ///
    /// # Errors
    /// Never for a run that has not diverged.
    pub fn network(&self) -> Result<Network, TrainError> {
        let slope = self.plan.schedules.slope.at(self.epoch());
        let model =
            if self.mean.taken > 0 { Cow::Owned(self.mean.of(&self.model)) } else { Cow::Borrowed(&self.model) };
        Ok(model.network(slope)?)
    }

    /// Images of the training set that the run has seen; 0 before its first step.
    pub fn images(&self) -> usize {
        self.images
    }

    /// The training set, where whoever began the run has named it.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// Names the training set; checkpoints carry it.
    pub fn set_source(&mut self, source: Source) {
        self.source = Some(source);
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Steps of one epoch over `images` images.
    pub fn steps_per_epoch(&self, images: usize) -> u64 {
        images.div_ceil(self.plan.batch as usize).max(1) as u64
    }

    /// Epochs done, of the training set that the last step saw.
    pub fn epoch(&self) -> f64 {
        self.steps as f64 / self.steps_per_epoch(self.images) as f64
    }

    /// Whether all epochs are done over `images` images.
    pub fn finished(&self, images: usize) -> bool {
        self.steps >= u64::from(self.plan.epochs) * self.steps_per_epoch(images)
    }

    /// Takes one step. A run that diverges, or is cancelled, is left as it was before the step.
    ///
    /// # Errors
    /// Data that does not fit, [`TrainError::Diverged`], or a cancelled pulse.
    pub async fn step(&mut self, data: &Data, pulse: &impl Pulse) -> Result<StepReport, TrainError> {
        self.check(data)?;
        pulse.tick().await.map_err(|cancelled| TrainError::Bounds(cancelled.into()))?;
        self.images = data.len();
        if self.bend_due(self.steps) {
            self.bend(data, pulse).await?;
        }
        let moment = self.moment(self.steps);
        let Moment { epoch, slope, weights, learning_rate, parts } = moment;
        let indices = self.batch(self.steps, data.len());
        let network = self.noisy_model().network(slope)?;
        for size in shards::sizes(indices.len()) {
            if let Entry::Vacant(place) = self.programs.entry((parts, size)) {
                place.insert(record(&network, parts, size)?);
            }
        }
        let slots = Slots::new(&self.backend, &network);
        let batch = Batch { data, indices: &indices, weights };
        let program = |size: usize| &self.programs[&(parts, size)];
        let sums = shards::run(&self.backend, &slots, &program, &batch, pulse).await?;
        let count = indices.len() as f64;
        let mut gradients = Vec::with_capacity(self.model.parameters.len());
        for parameter in &self.model.parameters {
            gradients.push(self.gradient(parameter, &sums.gradients).await?);
        }
        let norm = gradients.iter().flatten().map(|g| g * g).sum::<f64>().sqrt();
        let largest = gradients.iter().map(|gradient| gradient.iter().fold(0.0, |most, g| greater(most, g.abs())));
        self.sound(self.steps, epoch, sums.totals.loss, norm, largest)?;
        if let Some(clip) = self.plan.gradient_clip
            && norm > clip
        {
            gradients.iter_mut().flatten().for_each(|g| *g *= clip / norm);
        }
        let pull = self.pull(learning_rate);
        self.adam.begin();
        for (index, (parameter, gradient)) in self.model.parameters.iter_mut().zip(&gradients).enumerate() {
            let bend = matches!(parameter.slot, Slot::Bend(_));
            if bend && !self.model.bent {
                continue;
            }
            let pull = match parameter.slot {
                Slot::Weight(_) => pull,
                Slot::Bias(_) | Slot::Bend(_) => Pull::NONE,
            };
            self.adam.update(index, &mut parameter.values, gradient, learning_rate, pull);
            if bend {
                parameter.values.iter_mut().for_each(|r| *r = r.max(LEAST_BEND));
            }
        }
        if self.averages(self.steps) {
            self.mean.add(&self.model);
        }
        let report = self.report(self.steps, &moment, &sums.totals, count, norm);
        self.steps += 1;
        Ok(report)
    }

    /// Whether images have the shape and classes of the run.
    pub(super) fn check(&self, data: &Data) -> Result<(), TrainError> {
        if data.shape == self.shape && data.classes == self.classes {
            return Ok(());
        }
        Err(TrainError::Data(format!(
            "images of shape {:?} and {} classes, the run is for {:?} and {}",
            data.shape, data.classes, self.shape, self.classes
        )))
    }

    /// Epochs done before a step.
    fn epoch_at(&self, step: u64) -> f64 {
        step as f64 / self.steps_per_epoch(self.images) as f64
    }

    /// Whether every r is to be set before a step.
    pub(super) fn bend_due(&self, step: u64) -> bool {
        self.plan.activation.bends() && !self.model.bent && self.epoch_at(step) >= self.plan.clean_epochs()
    }

    /// What pulls the weights of maps to 0 in a step of that length.
    pub(super) fn pull(&self, rate: f64) -> Pull {
        Pull::new(rate, self.plan.weight_decay, self.plan.l1)
    }

    /// Whether a step is one of those whose weights may count in the mean that the plan wants.
    #[cfg(feature = "gpu")]
    pub(super) fn averages_around(&self, step: u64) -> bool {
        let per_epoch = self.steps_per_epoch(self.images);
        self.plan.averaging.is_some_and(|averaging| averaging.within(self.plan.epochs, per_epoch, step))
    }

    /// Whether the weights after a step count in the mean that the plan wants.
    pub(super) fn averages(&self, step: u64) -> bool {
        let settled = self.model.bent || !self.plan.activation.bends();
        let per_epoch = self.steps_per_epoch(self.images);
        settled && self.plan.averaging.is_some_and(|averaging| averaging.due(self.plan.epochs, per_epoch, step))
    }

    /// The largest ε that a step is trained at.
    fn largest_epsilon(&self) -> f64 {
        self.plan.epsilon * self.plan.epsilon_factor
    }

    /// The schedules' values at a step.
    pub(super) fn moment(&self, step: u64) -> Moment {
        let epoch = self.epoch_at(step);
        let schedules = &self.plan.schedules;
        let mut weights = Weights {
            epsilon: schedules.epsilon.at(epoch) * self.plan.epsilon_factor,
            kappa: schedules.kappa.at(epoch),
            beta: schedules.beta.at(epoch),
            penalty: 0.0,
        };
        let parts = self.parts(&weights);
        if parts.penalties {
            let fading = 1.0 - weights.epsilon / self.largest_epsilon();
            weights.penalty = self.plan.regularizer * fading / self.model.activations().max(1) as f64;
        }
        Moment {
            epoch,
            slope: schedules.slope.at(epoch),
            weights,
            learning_rate: schedules.learning_rate.at(epoch),
            parts,
        }
    }

    /// Whether a step may be taken: a loss, and gradients whose squares are numbers. `largest` is the size of each parameter's gradient.
    pub(super) fn sound(
        &self,
        step: u64,
        epoch: f64,
        loss: f64,
        norm: f64,
        largest: impl Iterator<Item = f64>,
    ) -> Result<(), TrainError> {
        let diverged = |what: String| Err(TrainError::Diverged { step, epoch, what });
        if !loss.is_finite() {
            return diverged("the loss is not a number".into());
        }
        // NaN included: what cannot be squared in f32 would stop Adam without a message.
        if norm.is_nan() || norm > LARGEST_GRADIENT {
            let bad = |(parameter, size): (&Parameter, f64)| {
                (size.is_nan() || size > LARGEST_GRADIENT / 1e3).then(|| parameter.name.clone())
            };
            let name = self.model.parameters.iter().zip(largest).find_map(bad).unwrap_or_default();
            return diverged(format!("the gradient of {name} is not a number, or too large to be squared"));
        }
        Ok(())
    }

    /// What a step did.
    pub(super) fn report(&self, step: u64, moment: &Moment, totals: &Totals, count: f64, norm: f64) -> StepReport {
        StepReport {
            step,
            epoch: self.epoch_at(step + 1),
            loss: (totals.loss + totals.penalty) / count,
            clean_loss: totals.clean_loss.map(|sum| sum / count),
            robust_loss: totals.robust_loss.map(|sum| sum / count),
            clean_error: totals.wrong.map(|wrong| wrong / count),
            verified_error: totals.unverified.map(|unverified| unverified / count),
            gradient_norm: norm,
            epsilon: moment.weights.epsilon,
            kappa: moment.weights.kappa,
            beta: moment.weights.beta,
            slope: moment.slope,
            learning_rate: moment.learning_rate,
        }
    }

    /// What the loss of a step is made of: parts without weight are left out.
    fn parts(&self, weights: &Weights) -> Parts {
        if self.plan.loss == Loss::Clean || weights.epsilon <= 0.0 {
            return Parts { clean: true, robust: None, penalties: false };
        }
        let mixed = self.plan.loss == Loss::CrownIbp && weights.beta > 0.0;
        Parts {
            clean: weights.kappa > 0.0,
            robust: Some(if mixed { Robust::Mixed } else { Robust::Ibp }),
            penalties: self.plan.regularizer > 0.0 && weights.epsilon < self.largest_epsilon(),
        }
    }

    /// The images of a step. Each epoch goes through all of them once, in an order of its own.
    pub(super) fn batch(&mut self, step: u64, images: usize) -> Vec<u32> {
        let per_epoch = self.steps_per_epoch(images);
        let (epoch, at) = (step / per_epoch, (step % per_epoch) as usize);
        if self.order.as_ref().is_none_or(|(of, order)| *of != epoch || order.len() != images) {
            let mut order: Vec<u32> = (0..images as u32).collect();
            Random::new((u64::from(self.plan.seed) << 32) ^ (epoch + 1)).shuffle(&mut order);
            self.order = Some((epoch, order));
        }
        let size = self.plan.batch as usize;
        let order = self.order.as_ref().map_or(&[][..], |(_, order)| order);
        order[at * size..images.min((at + 1) * size)].to_vec()
    }

    /// The model with this step's noise on r, where there is any.
    fn noisy_model(&self) -> Cow<'_, Model> {
        let mut model = Cow::Borrowed(&self.model);
        if self.plan.noise > 0.0 && self.model.bent {
            let mut random = Random::new((u64::from(self.plan.seed) << 32) ^ (self.steps + 1) ^ (1 << 63));
            let parameters = model.to_mut().parameters.iter_mut();
            let bends = parameters.filter(|parameter| matches!(parameter.slot, Slot::Bend(_)));
            for r in bends.flat_map(|parameter| &mut parameter.values) {
                *r = (*r * (1.0 + self.plan.noise * random.signed()) as f32).max(LEAST_BEND);
            }
        }
        model
    }

    async fn gradient(
        &self,
        parameter: &Parameter,
        found: &crate::tensor::Gradients<<Cpu<f32> as Backend>::Tensor>,
    ) -> Result<Vec<f64>, TrainError> {
        let tensor = match parameter.slot {
            Slot::Weight(slot) => &found.maps[slot],
            Slot::Bias(slot) => &found.biases[slot],
            Slot::Bend(slot) => &found.bends[slot],
        };
        let Some(tensor) = tensor else { return Ok(vec![0.0; parameter.values.len()]) };
        let values = self.backend.read(tensor).await.map_err(crate::bounds::BoundsError::Device)?;
        // A convolution's bias is one number per channel; the program adds it to every pixel.
        let area = values.len() / parameter.values.len();
        Ok(if area == 1 { values } else { values.chunks(area).map(|channel| channel.iter().sum()).collect() })
    }

    /// Sets every r: the neuron's mean activation over the training set (docs/methods.md §8).
    pub(super) async fn bend(&mut self, data: &Data, pulse: &impl Pulse) -> Result<(), TrainError> {
        let slope = self.plan.schedules.slope.at(self.epoch());
        let network = self.model.network(slope)?;
        let record = |batch: usize| -> (Program, Vec<Value>, usize) {
            let prepared = Prepared::new(Recorder::new(), &network);
            let x = prepared.backend().input([batch, 1, network.input_len()]);
            let (layers, _) = prepared.values(&x);
            (prepared.into_backend().finish(&layers), layers, batch)
        };
        let slots = Slots::new(&self.backend, &network);
        let curve = Curve { slope, bend: f64::INFINITY };
        let mut means: Vec<Vec<f64>> = Vec::new();
        let mut recorded = record(shards::SIZE.min(data.len()));
        for (start, size) in shards::spans(data.len()) {
            if recorded.2 != size {
                recorded = record(size);
            }
            let (program, layers, _) = &recorded;
            let inputs = data.inputs();
            let pixels: Vec<f64> =
                data.pixels[start * inputs..][..size * inputs].iter().map(|&pixel| f64::from(pixel)).collect();
            let x = self.backend.upload([size, 1, inputs], &pixels);
            let run = Run::forward(&self.backend, &slots, program, &[x], pulse).await;
            let run = run.map_err(|cancelled| TrainError::Bounds(cancelled.into()))?;
            means.resize(layers.len(), Vec::new());
            for (mean, &layer) in means.iter_mut().zip(layers) {
                let values = self.backend.read(run.value(layer)).await.map_err(crate::bounds::BoundsError::Device)?;
                let width = values.len() / size;
                mean.resize(width, 0.0);
                for row in values.chunks(width) {
                    mean.iter_mut().zip(row).for_each(|(mean, &z)| *mean += curve.value(z));
                }
            }
        }
        for parameter in &mut self.model.parameters {
            if let Slot::Bend(layer) = parameter.slot {
                let mean = means[layer].iter().map(|sum| (sum / data.len() as f64) as f32);
                parameter.values = mean.map(|r| r.max(LEAST_BEND)).collect();
            }
        }
        self.model.bent = true;
        Ok(())
    }
}
