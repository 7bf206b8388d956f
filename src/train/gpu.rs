//! The same runs on a GPU: parameters and moments stay there, a step is a recording, several steps are one submission.
//!
//! The [`Trainer`] inside is the master copy. Its state is that of the last [`GpuTrainer::settle`]; it decides what each step consists of,
//! and it can be continued on the CPU when the device is lost.

use super::{
    Data, LossProgram, Parts, Place, StepReport, TrainError, Trainer,
    adam::Adam,
    average::Mean,
    model::{LEAST_BEND, Parameter, Slot},
    shards::Totals,
    trainer::{Moment, record},
};
use crate::{
    bounds::BoundsError,
    pulse::{Pulse, Steady, at_once},
    tensor::{Differentiable, Gpu, GpuTensor, Recording, Run, Slots, room},
};

/// Steps of one submission, at most.
const TOGETHER: usize = 16;

/// What decides which commands a step consists of.
#[derive(Clone, Copy, PartialEq)]
struct Kind {
    parts: Parts,
    size: usize,
    slope: f64,
    bent: bool,
    /// Whether the mean of the weights is taken in these steps.
    averages: bool,
}

/// Offsets of a step's inputs in the one tensor that holds them: multiples of 64.
struct Layout {
    pixels: usize,
    labels: usize,
    epsilon: usize,
    kappa: usize,
    beta: usize,
    /// Weight of every penalty.
    penalty: usize,
    /// Adam's step length, the bias correction of the root of the squares, the greatest gradient norm, and what weight decay leaves.
    rates: usize,
    /// The share of the step's weights in their mean.
    share: usize,
    length: usize,
}

impl Layout {
    fn new(size: usize, inputs: usize) -> Self {
        let mut length = 0;
        let mut place = |count: usize| {
            let at = length;
            length += room(count);
            at
        };
        let (pixels, labels) = (place(size * inputs), place(size));
        let [epsilon, kappa, beta, penalty, rates, share] = [1, 1, 1, 1, 4, 1].map(place);
        Layout { pixels, labels, epsilon, kappa, beta, penalty, rates, share, length }
    }
}

/// A recorded step.
struct Recorded {
    kind: Kind,
    layout: Layout,
    recording: Recording,
    inputs: GpuTensor,
    /// Loss; clean and robust loss; images wrong and not verified; penalties; each parameter's squared gradient.
    report: GpuTensor,
    penalties: usize,
}

/// A run on a GPU.
pub struct GpuTrainer {
    gpu: Gpu,
    master: Trainer,
    /// Steps taken since the master copy was current.
    ahead: u64,
    /// How many of them count in the mean of the weights.
    averaged: u64,
    /// Values, means and squares of every parameter, each with its room; behind them, where the plan wants it, the mean of the values.
    states: Vec<GpuTensor>,
    kinds: Vec<Recorded>,
}

/// Whether a plan's steps can run on a GPU.
fn suits(trainer: &Trainer) -> Result<(), TrainError> {
    if trainer.plan.noise > 0.0 {
        return Err(TrainError::Plan {
            what: "noise",
            found: trainer.plan.noise.to_string(),
            wanted: "0 on a GPU; train with noise on r on the CPU",
        });
    }
    Ok(())
}

fn device(error: crate::tensor::DeviceError) -> TrainError {
    TrainError::Bounds(BoundsError::Device(error))
}

impl GpuTrainer {
    /// Puts a run on a device.
    ///
    /// # Errors
    /// A plan with noise on r, which only the CPU adds; the trainer is lost then, so ask [`GpuTrainer::suits`] first.
    pub fn new(gpu: &Gpu, master: Trainer) -> Result<Self, TrainError> {
        suits(&master)?;
        let mut trainer =
            GpuTrainer { gpu: gpu.clone(), master, ahead: 0, averaged: 0, states: Vec::new(), kinds: Vec::new() };
        trainer.upload();
        Ok(trainer)
    }

    /// Whether a run can be put on a device.
    pub fn suits(trainer: &Trainer) -> bool {
        suits(trainer).is_ok()
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.master.steps + self.ahead
    }

    /// Whether all epochs are done over `images` images.
    pub fn finished(&self, images: usize) -> bool {
        self.steps() >= u64::from(self.master.plan.epochs) * self.master.steps_per_epoch(images)
    }

    /// The run at the last [`GpuTrainer::settle`]: what is left when a device is lost.
    pub fn into_master(self) -> Trainer {
        self.master
    }

    /// The master copy, which may be behind.
    pub fn master(&self) -> &Trainer {
        &self.master
    }

    /// The commands of the recorded steps, one list per kind of step: for tests and for printing.
    pub fn recordings(&self) -> Vec<Vec<crate::tensor::Dispatch>> {
        self.kinds.iter().map(|kind| kind.recording.dispatches()).collect()
    }

    /// Brings the master copy up to date and gives it.
    ///
    /// # Errors
    /// A device that failed: the master copy stays as it was.
    pub async fn settle(&mut self) -> Result<&mut Trainer, TrainError> {
        if self.ahead > 0 {
            let states = self.gpu.take(&self.states.iter().collect::<Vec<_>>()).await.map_err(device)?;
            let master = &mut self.master;
            for (index, (parameter, state)) in master.model.parameters.iter_mut().zip(&states).enumerate() {
                let (count, section) = (parameter.values.len(), room(parameter.values.len()));
                parameter.values.copy_from_slice(&state[..count]);
                master.adam.mean[index].copy_from_slice(&state[section..][..count]);
                master.adam.square[index].copy_from_slice(&state[2 * section..][..count]);
            }
            if self.averaged > 0 {
                let mean = |(parameter, state): (&Parameter, &Vec<f32>)| {
                    let count = parameter.values.len();
                    state[3 * room(count)..][..count].to_vec()
                };
                master.mean.values = master.model.parameters.iter().zip(&states).map(mean).collect();
                master.mean.taken += self.averaged;
            }
            master.steps += self.ahead;
            master.adam.updates += self.ahead;
            (self.ahead, self.averaged) = (0, 0);
        }
        Ok(&mut self.master)
    }

    /// Writes the master copy to the device.
    fn upload(&mut self) {
        let master = &self.master;
        let states = master.model.parameters.iter().enumerate().map(|(index, parameter)| {
            let section = room(parameter.values.len());
            let averaged = master.plan.averaging.is_some();
            let mut state = vec![0.0; if averaged { 4 } else { 3 } * section];
            let parts = [&parameter.values, &master.adam.mean[index], &master.adam.square[index]];
            for (at, values) in parts.into_iter().chain(master.mean.values.get(index)).enumerate() {
                state[at * section..][..values.len()].copy_from_slice(values);
            }
            state
        });
        let states: Vec<Vec<f32>> = states.collect();
        if self.states.is_empty() {
            self.states = states.iter().map(|state| self.gpu.put([1, 1, state.len()], state)).collect();
        } else {
            self.states.iter().zip(&states).for_each(|(state, values)| self.gpu.overwrite(state, values));
        }
    }

    /// Takes up to `most` steps in one submission with one readback, fewer where the next one is of another kind; none once the run is
    /// done. After a divergence the state is that before the step that failed.
    ///
    /// # Errors
    /// As for [`Trainer::step`]; after a device failed, [`GpuTrainer::into_master`] has the last good state.
    pub async fn steps_at_once(
        &mut self,
        data: &Data,
        most: usize,
        pulse: &impl Pulse,
    ) -> Result<Vec<StepReport>, TrainError> {
        self.master.check(data)?;
        pulse.tick().await.map_err(|cancelled| TrainError::Bounds(cancelled.into()))?;
        self.master.images = data.len();
        if self.master.bend_due(self.steps()) {
            self.settle().await?;
            self.master.bend(data, pulse).await?;
            self.upload();
        }
        let first = self.steps();
        let all = u64::from(self.master.plan.epochs) * self.master.steps_per_epoch(data.len());
        let left = all.saturating_sub(first);
        let mut moments: Vec<(Moment, Vec<u32>)> = Vec::new();
        let mut kind = None;
        for step in first..first + left.min(most.clamp(1, TOGETHER) as u64) {
            let moment = self.master.moment(step);
            let indices = self.master.batch(step, data.len());
            let own = Kind {
                parts: moment.parts,
                size: indices.len(),
                slope: moment.slope,
                bent: self.master.model.bent,
                averages: self.master.averages_around(step),
            };
            let due = step > first && self.master.bend_due(step);
            if due || kind.is_some_and(|kind| kind != own) {
                break;
            }
            kind = Some(own);
            moments.push((moment, indices));
        }
        let Some(kind) = kind else { return Ok(Vec::new()) };
        let place = self.recorded(kind)?;
        let recorded = &self.kinds[place];
        let mut batches = Vec::with_capacity(moments.len() * recorded.layout.length);
        // After how many of the steps the weights have come into their mean.
        let mut due = Vec::with_capacity(moments.len());
        for (step, (moment, indices)) in (first..).zip(&moments) {
            let before = due.last().copied().unwrap_or(0);
            let mut values = self.inputs(&recorded.layout, moment, indices, data, step - first + 1);
            due.push(before + u64::from(self.master.averages(step)));
            if due.last() > Some(&before) {
                values[recorded.layout.share] = Mean::share(self.master.mean.taken + self.averaged + before);
            }
            batches.extend(values);
        }
        // Kept in case one of them diverges.
        let before: Vec<GpuTensor> = self.states.iter().map(|state| self.gpu.scale(state, 1.0)).collect();
        let reports = self.gpu.replay(&recorded.recording, &recorded.inputs, &batches, &recorded.report);
        let told = self.gpu.take(&[&reports]).await.map_err(device)?.remove(0);
        let mut found = Vec::with_capacity(moments.len());
        let mut failure = None;
        for (told, (moment, indices)) in told.chunks(told.len() / moments.len()).zip(&moments) {
            match self.told(first + found.len() as u64, moment, kind, recorded, told, indices.len()) {
                Ok(report) => found.push(report),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        if let Some(error) = failure {
            // The state before the submission is restored, and the steps before the one that failed are taken again.
            self.states.iter().zip(&before).for_each(|(state, kept)| self.gpu.copy_into(kept, state, 0));
            if found.is_empty() {
                self.gpu.submit();
                return Err(error);
            }
            let again = &batches[..found.len() * recorded.layout.length];
            self.gpu.replay(&recorded.recording, &recorded.inputs, again, &recorded.report);
        }
        self.ahead += found.len() as u64;
        self.averaged += found.len().checked_sub(1).map_or(0, |last| due[last]);
        Ok(found)
    }

    /// A step's report from the numbers that the device returned.
    fn told(
        &self,
        step: u64,
        moment: &Moment,
        kind: Kind,
        recorded: &Recorded,
        told: &[f32],
        size: usize,
    ) -> Result<StepReport, TrainError> {
        let number = |index: usize| f64::from(told[index]);
        let clean = kind.parts.clean || kind.parts.robust.is_none();
        let robust = kind.parts.robust.is_some();
        let penalties: f64 = told[5..5 + recorded.penalties].iter().map(|&penalty| f64::from(penalty)).sum();
        let totals = Totals {
            loss: number(0),
            penalty: moment.weights.penalty * penalties * size as f64,
            clean_loss: clean.then(|| number(1)),
            robust_loss: robust.then(|| number(2)),
            wrong: clean.then(|| number(3)),
            unverified: robust.then(|| number(4)),
        };
        let squares = told[5 + recorded.penalties..].iter().map(|&square| f64::from(square));
        let norm = squares.clone().sum::<f64>().sqrt();
        // f32 holds squares up to 3e38: beyond that the sum is infinite, and so is the norm.
        self.master.sound(step, moment.epoch, totals.loss, norm, squares.map(f64::sqrt))?;
        Ok(self.master.report(step, moment, &totals, size as f64, norm))
    }

    /// The numbers of one step; `update` counts from the master copy.
    fn inputs(&self, layout: &Layout, moment: &Moment, indices: &[u32], data: &Data, update: u64) -> Vec<f32> {
        let width = data.inputs();
        let mut values = vec![0.0; layout.length];
        for (at, &index) in indices.iter().enumerate() {
            values[layout.pixels + at * width..][..width]
                .copy_from_slice(&data.pixels[index as usize * width..][..width]);
            values[layout.labels + at] = f32::from(data.labels[index as usize]);
        }
        values[layout.epsilon] = moment.weights.epsilon as f32;
        values[layout.kappa] = moment.weights.kappa as f32;
        values[layout.beta] = moment.weights.beta as f32;
        values[layout.penalty] = moment.weights.penalty as f32;
        let updates = self.master.adam.updates + self.ahead + update;
        let [length, unbias] = Adam::rates(updates, moment.learning_rate);
        values[layout.rates..][..4].copy_from_slice(&[
            length,
            unbias,
            self.master.plan.gradient_clip.unwrap_or(0.0) as f32,
            self.master.pull(moment.learning_rate).keep,
        ]);
        values
    }

    /// The recording of a kind of step.
    fn recorded(&mut self, kind: Kind) -> Result<usize, TrainError> {
        if let Some(place) = self.kinds.iter().position(|recorded| recorded.kind == kind) {
            return Ok(place);
        }
        // Schedules only go forward: what another η or an earlier phase recorded is not wanted again, but for the epoch's last, smaller batch.
        self.kinds.retain(|recorded| {
            let own = recorded.kind;
            Kind { size: kind.size, ..own } == kind
        });
        let network = self.master.model.network(kind.slope)?;
        let program = record(&network, kind.parts, kind.size)?;
        let recorded = self.record(&network, &program, kind);
        self.kinds.push(recorded);
        Ok(self.kinds.len() - 1)
    }

    fn record(&self, network: &crate::network::Network, program: &LossProgram, kind: Kind) -> Recorded {
        let gpu = &self.gpu;
        let layout = Layout::new(kind.size, network.input_len());
        let inputs = gpu.put([1, 1, layout.length], &vec![0.0; layout.length]);
        let parameters = &self.master.model.parameters;
        let length = 5 + program.penalties.len() + parameters.len();
        let report = gpu.put([1, 1, length], &vec![0.0; length]);
        // The network's own numbers are put in the place of these.
        let mut slots = Slots::new(gpu, network);
        let value = |index: usize| self.states[index].section(0, [1, 1, parameters[index].values.len()]);
        for (index, parameter) in parameters.iter().enumerate() {
            match parameter.slot {
                Slot::Weight(slot) => slots.maps[slot] = slots.maps[slot].with_weight(&value(index)),
                Slot::Bend(slot) if kind.bent => slots.rules[slot] = slots.rules[slot].with_bend(&value(index)),
                Slot::Bend(_) | Slot::Bias(_) => {}
            }
        }
        let ((), recording) = gpu.record(|| {
            for (index, parameter) in parameters.iter().enumerate() {
                if let Slot::Bias(slot) = parameter.slot {
                    let width = slots.biases[slot].as_ref().map_or(0, |bias| bias.sides()[2]);
                    let times = width / parameter.values.len();
                    // A convolution has one bias per channel.
                    slots.biases[slot] =
                        Some(if times > 1 { gpu.repeated(&value(index), times) } else { value(index) });
                }
            }
            let input = |start: usize| inputs.section(start, [1, 1, 1]);
            let pixels = inputs.section(layout.pixels, [kind.size, 1, network.input_len()]);
            let labels = inputs.section(layout.labels, [kind.size, 1, 1]);
            let ends = gpu.clipped_box(&pixels, &input(layout.epsilon));
            let rows = gpu.margin_rows(&labels, kind.size, network.classes());
            let given: [GpuTensor; Place::COUNT] =
                [pixels, ends.lower, ends.upper, rows, input(layout.kappa), input(layout.beta)];
            self.commands(&slots, program, &given, &inputs, &layout, &report, kind);
        });
        Recorded { kind, layout, recording, inputs, report, penalties: program.penalties.len() }
    }

    /// Everything a step does, from its inputs to the updated parameters.
    #[allow(clippy::too_many_arguments, reason = "one step, cut where its inputs end")]
    fn commands(
        &self,
        slots: &Slots<Gpu>,
        program: &LossProgram,
        given: &[GpuTensor],
        inputs: &GpuTensor,
        layout: &Layout,
        report: &GpuTensor,
        kind: Kind,
    ) {
        let gpu = &self.gpu;
        // Recording waits for no result and cannot be cancelled: these futures are ready at once.
        let Ok(run) = at_once(Run::forward(gpu, slots, program.tape.program(), given, &Steady)) else { return };
        let each = vec![1.0 / kind.size as f32; kind.size];
        let mut seeds = vec![(program.loss, gpu.put([kind.size, 1, 1], &each))];
        let penalty = inputs.section(layout.penalty, [1, 1, 1]);
        seeds.extend(program.penalties.iter().map(|&value| (value, penalty.clone())));
        let Ok(found) = at_once(run.backward(&program.tape, seeds, &Steady)) else { return };
        gpu.sums_into(run.value(program.loss), 1, false, report, 0);
        for (place, part) in [&program.clean, &program.robust].into_iter().enumerate() {
            if let Some((margins, loss)) = part {
                gpu.sums_into(run.value(*loss), 1, false, report, 1 + place);
                gpu.sums_into(&gpu.unheld(run.value(*margins)), 1, false, report, 3 + place);
            }
        }
        for (index, &penalty) in program.penalties.iter().enumerate() {
            gpu.copy_into(run.value(penalty), report, 5 + index);
        }
        let parameters = &self.master.model.parameters;
        let squares = gpu.blank([1, 1, parameters.len()]);
        let mut gradients = Vec::with_capacity(parameters.len());
        for (index, parameter) in parameters.iter().enumerate() {
            let count = parameter.values.len();
            let tensor = match parameter.slot {
                Slot::Weight(slot) => &found.maps[slot],
                Slot::Bias(slot) => &found.biases[slot],
                Slot::Bend(slot) => &found.bends[slot],
            };
            let gradient = match tensor {
                None => gpu.put([1, 1, count], &vec![0.0; count]),
                Some(tensor) if tensor.sides()[2] == count => tensor.clone(),
                Some(tensor) => {
                    let sums = gpu.blank([1, 1, count]);
                    gpu.sums_into(tensor, count, false, &sums, 0);
                    sums
                }
            };
            // Summed in two passes: the first, over many short rows, occupies the whole device.
            let rows = if parameter.shape.len() > 1 { parameter.shape[0] } else { 1 };
            let partial = gpu.blank([1, 1, rows]);
            gpu.sums_into(&gradient, rows, true, &partial, 0);
            gpu.sums_into(&partial, 1, false, &squares, index);
            gradients.push(gradient);
        }
        gpu.copy_into(&squares, report, 5 + program.penalties.len());
        let share = inputs.section(layout.share, [1, 1, 1]);
        let (decay, l1) = (self.master.plan.weight_decay, self.master.plan.l1 as f32);
        let pulled = decay > 0.0 || l1 > 0.0;
        let rates = gpu.rates(&squares, &inputs.section(layout.rates, [1, 1, 4]));
        for (index, parameter) in parameters.iter().enumerate() {
            let bend = matches!(parameter.slot, Slot::Bend(_));
            if !bend || kind.bent {
                let least = bend.then_some(LEAST_BEND);
                let pull = matches!(parameter.slot, Slot::Weight(_)).then_some(l1).filter(|_| pulled);
                let (state, count) = (&self.states[index], parameter.values.len());
                gpu.adam(state, count, &gradients[index], &rates, least, pull);
                if kind.averages {
                    gpu.average(state, count, &share);
                }
            }
        }
    }
}
