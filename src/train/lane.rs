//! A run on whatever processor computes it.

#[cfg(feature = "gpu")]
use super::GpuTrainer;
use super::{Data, StepReport, TrainError, Trainer};
use crate::pulse::Pulse;

/// A run and the processor it is on.
pub enum Lane {
    /// The CPU.
    Cpu(Box<Trainer>),
    /// A GPU.
    #[cfg(feature = "gpu")]
    Gpu(Box<GpuTrainer>),
}

impl From<Trainer> for Lane {
    fn from(trainer: Trainer) -> Self {
        Lane::Cpu(Box::new(trainer))
    }
}

impl Lane {
    /// Takes up to `most` steps, at least one unless the run is done; the CPU takes one at a time.
    ///
    /// # Errors
    /// As for [`Trainer::step`]. After a device failed, [`Lane::into_master`] has the last settled state.
    pub async fn steps_at_once(
        &mut self,
        data: &Data,
        most: usize,
        pulse: &impl Pulse,
    ) -> Result<Vec<StepReport>, TrainError> {
        match self {
            Lane::Cpu(trainer) if trainer.finished(data.len()) => Ok(Vec::new()),
            Lane::Cpu(trainer) => Ok(vec![trainer.step(data, pulse).await?]),
            #[cfg(feature = "gpu")]
            Lane::Gpu(trainer) => trainer.steps_at_once(data, most, pulse).await,
        }
        .inspect(|found| debug_assert!(found.len() <= most.max(1)))
    }

    /// Whether the CPU computes it.
    pub fn on_cpu(&self) -> bool {
        matches!(self, Lane::Cpu(_))
    }

    /// Brings the host's copy up to date and gives it.
    ///
    /// # Errors
    /// A device that failed.
    pub async fn settle(&mut self) -> Result<&mut Trainer, TrainError> {
        match self {
            Lane::Cpu(trainer) => Ok(trainer),
            #[cfg(feature = "gpu")]
            Lane::Gpu(trainer) => trainer.settle().await,
        }
    }

    /// The host's copy, which may be behind.
    pub fn master(&self) -> &Trainer {
        match self {
            Lane::Cpu(trainer) => trainer,
            #[cfg(feature = "gpu")]
            Lane::Gpu(trainer) => trainer.master(),
        }
    }

    /// The run at the last settlement.
    pub fn into_master(self) -> Trainer {
        match self {
            Lane::Cpu(trainer) => *trainer,
            #[cfg(feature = "gpu")]
            Lane::Gpu(trainer) => trainer.into_master(),
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        match self {
            Lane::Cpu(trainer) => trainer.steps(),
            #[cfg(feature = "gpu")]
            Lane::Gpu(trainer) => trainer.steps(),
        }
    }

    /// Whether all epochs are done over `images` images.
    pub fn finished(&self, images: usize) -> bool {
        match self {
            Lane::Cpu(trainer) => trainer.finished(images),
            #[cfg(feature = "gpu")]
            Lane::Gpu(trainer) => trainer.finished(images),
        }
    }
}
