//! The processor of a run: chosen before its first step, left when it fails.

use super::{
    run::{Goal, Run},
    runs::Runs,
};
use crate::{
    bounds::BoundsError,
    engine::{
        context::{Host, JobPulse},
        protocol::{Device, Failure, Order, RunState, TrainResponse},
    },
    tensor::DeviceError,
    train::{Lane, TrainError},
};

#[cfg(feature = "gpu")]
use crate::{
    engine::processors,
    tensor::Gpu,
    train::{Data, GpuTrainer, Trainer},
};

/// Steps that tell how fast a processor is, after one that pays for pipelines.
#[cfg(feature = "gpu")]
const RACE: usize = 2;

impl<H: Host> Runs<'_, H> {
    /// Brings the host's copy of a run up to date.
    pub(super) async fn master(&self, slot: u32) {
        let Some(mut lane) = self.with(slot, |run| run.lane.take()).flatten() else { return };
        let generation = self.with(slot, |run| run.generation);
        let outcome = lane.settle().await.map(|_| ());
        // Another run may have taken the slot in the meantime.
        if self.with(slot, |run| run.generation) == generation {
            self.with(slot, |run| run.lane = Some(lane));
            if let Err(TrainError::Bounds(BoundsError::Device(error))) = outcome {
                self.fall_back(slot, &error).await;
            }
        }
    }

    /// The device failed: the run goes on from the last settled state, on a device opened anew or on the CPU.
    pub(super) async fn fall_back(&self, slot: u32, error: &DeviceError) {
        let Some(trainer) = self.with(slot, |run| run.lane.take()).flatten().map(Lane::into_master) else { return };
        let steps = trainer.steps();
        self.with(slot, |run| {
            run.rewind(steps);
            run.lane = Some(Lane::from(trainer));
        });
        #[cfg(feature = "gpu")]
        let again = processors::lost_gpu(self.context, error).await;
        #[cfg(feature = "gpu")]
        if let Some(gpu) = again.filter(|_| !error.memory) {
            return self.onto(slot, &gpu, None, Some(Failure::Device { error: error.clone() }));
        }
        self.with(slot, |run| run.device = Device::Cpu);
        self.lane_is(slot, Device::Cpu, String::new(), None, Some(Failure::Device { error: error.clone() }));
    }

    fn lane_is(&self, slot: u32, device: Device, adapter: String, raced: Option<[f64; 2]>, cause: Option<Failure>) {
        let steps = self.with(slot, |run: &mut Run| run.steps as u32).unwrap_or_default();
        self.tell(TrainResponse::Lane { run: slot, device, adapter, raced, cause, steps });
    }

    /// Finds the processor of a run that asked for another one than the CPU.
    pub(super) async fn choose(&self, slot: u32, pulse: &JobPulse<'_, H>) {
        #[cfg(feature = "gpu")]
        return self.choose_gpu(slot, pulse).await;
        #[cfg(not(feature = "gpu"))]
        {
            let _ = pulse;
            self.no_gpu(slot, Failure::NoGpuLane);
        }
    }

    /// There is no GPU: a run that insisted on one rests and says so, any other goes on on the CPU.
    fn no_gpu(&self, slot: u32, why: Failure) {
        let insisted = self.with(slot, |run| std::mem::replace(&mut run.device, Device::Cpu) == Device::Gpu);
        if insisted == Some(true) {
            self.with(slot, |run| {
                run.device = Device::Gpu;
                (run.goal, run.state) = (Goal::Rest, RunState::Paused);
            });
            self.say(slot, None);
            return self.refuse(Some(slot), Order::Play, why);
        }
        self.lane_is(slot, Device::Cpu, String::new(), None, None);
    }
}

#[cfg(feature = "gpu")]
impl<H: Host> Runs<'_, H> {
    async fn choose_gpu(&self, slot: u32, pulse: &JobPulse<'_, H>) {
        let Some(gpu) = processors::gpu(self.context) else {
            return self.no_gpu(slot, Failure::GpuNotReady);
        };
        let asked = self.with(slot, |run| Some((run.device, run.lane.as_ref()?.master().clone(), run.data.clone())));
        let Some((device, trainer, data)) = asked.flatten() else { return };
        if !GpuTrainer::suits(&trainer) {
            return self.no_gpu(slot, Failure::Noise);
        }
        if device == Device::Gpu {
            return self.onto(slot, &gpu, None, None);
        }
        let raced = match self.race_steps(&gpu, trainer, &data, pulse).await {
            Ok(raced) => raced,
            Err(TrainError::Bounds(BoundsError::Device(error))) => {
                processors::lost_gpu(self.context, &error).await;
                return self.no_gpu(slot, Failure::Device { error });
            }
            // Cancelled, or a step that fails on any processor: the run will say so itself.
            Err(_) => return self.no_gpu(slot, Failure::GpuNotReady),
        };
        if raced[1] < raced[0] {
            self.onto(slot, &gpu, Some(raced), None);
        } else {
            self.with(slot, |run| run.device = Device::Cpu);
            self.lane_is(slot, Device::Cpu, String::new(), Some(raced), None);
        }
    }

    /// Milliseconds of a step on the CPU and on the GPU, on copies of the run.
    async fn race_steps(
        &self,
        gpu: &Gpu,
        trainer: Trainer,
        data: &Data,
        pulse: &JobPulse<'_, H>,
    ) -> Result<[f64; 2], TrainError> {
        let mut lanes = [Lane::from(trainer.clone()), Lane::Gpu(Box::new(GpuTrainer::new(gpu, trainer)?))];
        let mut times = [0.0; 2];
        for (lane, time) in lanes.iter_mut().zip(&mut times) {
            lane.steps_at_once(data, 1, pulse).await?;
            let (start, mut taken) = (self.context.host.now(), 0);
            while taken < RACE {
                let found = lane.steps_at_once(data, RACE - taken, &pulse.steady()).await?.len();
                if found == 0 {
                    break;
                }
                taken += found;
            }
            *time = (self.context.host.now() - start) / taken.max(1) as f64;
        }
        Ok(times)
    }

    /// Puts a run on a device.
    fn onto(&self, slot: u32, gpu: &Gpu, raced: Option<[f64; 2]>, cause: Option<Failure>) {
        let Some(lane) = self.with(slot, |run| run.lane.take()).flatten() else { return };
        match GpuTrainer::new(gpu, lane.into_master()) {
            Ok(trainer) => {
                self.with(slot, |run| {
                    run.lane = Some(Lane::Gpu(Box::new(trainer)));
                    run.pace = 0.0;
                });
                self.lane_is(slot, Device::Gpu, gpu.name().to_string(), raced, cause);
            }
            Err(error) => self.refuse(Some(slot), Order::Play, error.into()),
        }
    }
}
