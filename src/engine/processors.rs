//! Which processor answers: the CPU always, a GPU once it is open, tried and faster, or chosen.

use super::{
    network::Loaded,
    protocol::{Question, Response},
    session::{Host, JobError, Session},
    speeds::Speeds,
};
use crate::bounds::{Bounds, BoundsError, Method, Region, Strategy};
use crate::pulse::Pulse;
use serde::{Deserialize, Serialize};

#[cfg(feature = "gpu")]
use crate::{
    bounds::Prepared,
    kernels::{self, Draw, Loop},
    pulse::Steady,
    tensor::{Backend, DeviceError, Gpu},
    train::TrainError,
};
#[cfg(feature = "gpu")]
use {
    super::{network::OnGpu, protocol::Job, session::JobPulse, speeds::measure},
    std::rc::Rc,
};

/// A processor, or the wish that the faster one be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// Whichever is faster on the task at hand, by measurement.
    Auto,
    /// The CPU.
    #[default]
    Cpu,
    /// The GPU.
    Gpu,
}

impl Device {
    /// All three, in the order in which they are offered.
    pub const ALL: [Device; 3] = [Device::Auto, Device::Cpu, Device::Gpu];

    /// Whether this is the CPU.
    pub fn is_cpu(&self) -> bool {
        *self == Device::Cpu
    }
}

/// From the client to the engine, about the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GpuRequest {
    /// Open the adapter and try every kernel; answered by [`GpuResponse::Status`], several times.
    Open,
    /// Which processor bounds are computed on from now on.
    Choose {
        /// The choice.
        device: Device,
    },
    /// Measure kernels, bounds and training; answered by [`GpuResponse::Measured`], many times. Cancelling [`Job::Measure`] ends it.
    Measure {
        /// Number of this request; a newer one replaces the older.
        epoch: u32,
        /// Milliseconds spent on each kernel.
        budget: f64,
    },
    /// Try every kernel again, thoroughly and with both loops of products; answered by [`GpuResponse::Tried`], or by a device that is refused.
    Try {
        /// Random cases of each.
        rounds: u32,
        /// Where they come from.
        seed: u32,
    },
    /// Lose the device on purpose, as a driver may at any moment: for tests.
    Lose,
    /// Allow no tensor above so many bytes, as a smaller device would: for tests.
    Starve {
        /// So many.
        bytes: u32,
    },
}

/// How the GPU is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GpuState {
    /// Nobody has asked for it.
    #[default]
    Unknown,
    /// Its kernels are being tried.
    Testing,
    /// It computes right.
    Ready,
    /// It is not used: there is none, it computes wrong, or it was lost twice.
    Refused,
    /// It was lost and is being opened again.
    Lost,
}

/// From the engine to the client, about the GPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GpuResponse {
    /// How it is.
    Status {
        /// In a word.
        state: GpuState,
        /// What the adapter says of itself.
        adapter: String,
        /// Why it is not used, or what happened.
        message: String,
        /// Kernels tried.
        done: u32,
        /// Kernels to try.
        total: u32,
    },
    /// Both processors answered one question; from now on the faster one does.
    Raced {
        /// Key of the network.
        network: String,
        /// The method.
        method: Method,
        /// Milliseconds on the CPU and on the GPU.
        milliseconds: [f64; 2],
    },
    /// All kernels agree with the CPU.
    Tried {
        /// Cases run.
        cases: u32,
        /// The worst error, as a share of what is allowed.
        worst: f64,
    },
    /// One more thing was measured.
    Measured {
        /// From the request.
        epoch: u32,
        /// All that is known by now.
        speeds: Speeds,
        /// Things measured.
        done: u32,
        /// Things to measure: once all are done, nothing more comes.
        total: u32,
    },
}

/// What a session knows about processors.
#[derive(Default)]
pub(super) struct Processors {
    choice: Device,
    state: GpuState,
    #[cfg(feature = "gpu")]
    gpu: Option<Gpu>,
    /// Raised with every device opened.
    #[cfg(feature = "gpu")]
    generation: u32,
    /// Devices lost.
    #[cfg(feature = "gpu")]
    losses: u32,
}

impl<H: Host> Session<H> {
    fn gpu_says(&self, response: GpuResponse) {
        self.send(Response::Gpu { response });
    }

    fn gpu_is(&self, state: GpuState, adapter: String, message: String, done: usize, total: usize) {
        self.shared.processors.borrow_mut().state = state;
        let (done, total) = (done as u32, total as u32);
        self.gpu_says(GpuResponse::Status { state, adapter, message, done, total });
    }
}

#[cfg(not(feature = "gpu"))]
impl<H: Host> Session<H> {
    /// Answers one request about the GPU.
    pub(super) async fn processor(&self, request: GpuRequest) {
        match request {
            GpuRequest::Choose { device } => self.shared.processors.borrow_mut().choice = device,
            _ => self.gpu_is(GpuState::Refused, String::new(), "this build has no GPU lane".into(), 0, 0),
        }
    }
}

#[cfg(feature = "gpu")]
impl<H: Host> Session<H> {
    /// Answers one request about the GPU.
    pub(super) async fn processor(&self, request: GpuRequest) {
        match request {
            GpuRequest::Open => {
                if self.gpu().is_none() && self.shared.processors.borrow().state != GpuState::Testing {
                    self.open_gpu(GpuState::Testing, String::new()).await;
                }
            }
            GpuRequest::Choose { device } => self.shared.processors.borrow_mut().choice = device,
            GpuRequest::Measure { epoch, budget } => self.measure_gpu(epoch, budget).await,
            GpuRequest::Try { rounds, seed } => self.try_gpu(rounds, seed).await,
            GpuRequest::Lose => {
                if let Some(gpu) = self.gpu() {
                    gpu.lose();
                }
            }
            GpuRequest::Starve { bytes } => {
                if let Some(gpu) = self.gpu() {
                    gpu.starve(u64::from(bytes));
                }
            }
        }
    }

    /// The device, if it is open and was tried.
    pub(super) fn gpu(&self) -> Option<Gpu> {
        self.shared.processors.borrow().gpu.clone()
    }

    async fn open_gpu(&self, state: GpuState, why: String) {
        let total = kernels::ALL.len();
        self.gpu_is(state, String::new(), why, 0, total);
        let gpu = match Gpu::open().await {
            Ok(gpu) => gpu,
            Err(error) => return self.gpu_is(GpuState::Refused, String::new(), error.why, 0, total),
        };
        let adapter = gpu.name().to_string();
        // First, so that what is tried is what will be used.
        if let Err(error) = gpu.choose_loop(|| self.shared.host.now()).await {
            return self.gpu_is(GpuState::Refused, adapter, error.to_string(), 0, total);
        }
        let tried = gpu
            .try_all(1, 1, async |done, total| {
                self.gpu_is(GpuState::Testing, adapter.clone(), String::new(), done, total);
                self.shared.host.yield_now().await;
                true
            })
            .await;
        if let Err(error) = tried {
            return self.gpu_is(GpuState::Refused, adapter, error.to_string(), 0, total);
        }
        {
            let mut processors = self.shared.processors.borrow_mut();
            processors.gpu = Some(gpu);
            processors.generation += 1;
        }
        self.gpu_is(GpuState::Ready, adapter, String::new(), total, total);
    }

    /// The device failed: it is opened once more, and after that left alone; for want of memory as often as that happens, since
    /// what it lacked memory for is not asked of it again. Gives the new one.
    pub(super) async fn lost_gpu(&self, error: &DeviceError) -> Option<Gpu> {
        let again = {
            let mut processors = self.shared.processors.borrow_mut();
            // Another task may have noticed first.
            if let Some(gpu) = processors.gpu.as_ref().filter(|gpu| gpu.failure().is_none()) {
                return Some(gpu.clone());
            }
            let known = processors.gpu.take().is_some();
            processors.losses += u32::from(known && !error.memory);
            known && (error.memory || processors.losses == 1)
        };
        if again {
            self.open_gpu(GpuState::Lost, error.to_string()).await;
        } else {
            self.gpu_is(GpuState::Refused, String::new(), error.to_string(), 0, 0);
        }
        self.gpu()
    }

    async fn try_gpu(&self, rounds: u32, seed: u32) {
        let Some(gpu) = self.gpu() else { return };
        let chosen = gpu.by();
        let (mut draw, mut cases, mut worst) = (Draw::new(u64::from(seed)), 0, 0.0);
        for by in Loop::ALL {
            gpu.multiply_by(by);
            for kernel in kernels::ALL.iter().filter(|kernel| by == chosen || kernel.multiplies()) {
                for _ in 0..rounds {
                    match gpu.try_kernel(kernel, &mut draw).await {
                        Ok(share) => (cases, worst) = (cases + 1, f64::max(worst, share)),
                        Err(error) => {
                            self.shared.processors.borrow_mut().gpu = None;
                            let adapter = gpu.name().to_string();
                            return self.gpu_is(GpuState::Refused, adapter, error.to_string(), 0, 0);
                        }
                    }
                }
                self.shared.host.yield_now().await;
            }
        }
        gpu.multiply_by(chosen);
        self.gpu_says(GpuResponse::Tried { cases, worst });
    }

    async fn measure_gpu(&self, epoch: u32, budget: f64) {
        let Some(gpu) = self.gpu() else {
            return self.gpu_is(GpuState::Refused, String::new(), "there is no GPU to measure".into(), 0, 0);
        };
        let run = async |pulse: &JobPulse<H>| {
            let tell = |speeds: &Speeds, done: usize, total: usize| {
                let (speeds, done, total) = (speeds.clone(), done as u32, total as u32);
                self.gpu_says(GpuResponse::Measured { epoch, speeds, done, total });
            };
            match measure(&gpu, budget, &|| self.shared.host.now(), pulse, tell).await {
                Err(TrainError::Bounds(BoundsError::Device(error))) => {
                    // What was found stays with the client; that the device failed is told as always.
                    self.lost_gpu(&error).await;
                    Ok(())
                }
                found => Ok(found.map(drop)?),
            }
        };
        self.job(Job::Measure, epoch, run).await;
    }

    /// A loaded network on the device, prepared once for each device; not where one had too little memory for it.
    fn on_gpu(&self, loaded: &Loaded) -> Option<Rc<OnGpu>> {
        if loaded.too_large.get() {
            return None;
        }
        let gpu = self.gpu()?;
        Some(loaded.on_gpu(self.shared.processors.borrow().generation, &gpu))
    }
}

/// Milliseconds of one question the second time it is asked: the first pays for pipelines and caches.
#[cfg(feature = "gpu")]
async fn warm_time<B: Backend>(
    prepared: &Prepared<B>,
    (image, label): Asked<'_>,
    (region, method, lines): (&Region, Method, Strategy),
    now: impl Fn() -> f64,
) -> Result<f64, BoundsError> {
    let mut start = now();
    for _ in 0..2 {
        start = now();
        prepared.bounds(image, Some(&[label]), region, method, lines, &Steady).await?;
    }
    Ok(now() - start)
}

/// An image and its label.
type Asked<'a> = (&'a [f64], usize);

impl<H: Host> Session<H> {
    /// Bounds of one image on the processor that was chosen, or on the one that was measured to be faster. A device that fails hands
    /// over to the CPU, and says so.
    pub(super) async fn on_either(
        &self,
        loaded: &Loaded,
        (image, label): Asked<'_>,
        (region, method, lines): (&Region, Method, Strategy),
        pulse: &impl Pulse,
    ) -> Result<(Bounds, Device), BoundsError> {
        #[cfg(feature = "gpu")]
        {
            let choice = self.shared.processors.borrow().choice;
            let faster = |on: &OnGpu| on.raced.borrow().get(&method).is_some_and(|[cpu, gpu]| gpu < cpu);
            if choice != Device::Cpu
                && let Some(on) = self.on_gpu(loaded).filter(|on| choice == Device::Gpu || faster(on))
            {
                match on.prepared.bounds(image, Some(&[label]), region, method, lines, pulse).await {
                    Err(BoundsError::Device(error)) => {
                        loaded.too_large.set(error.memory);
                        self.lost_gpu(&error).await;
                    }
                    found => return Ok((found?.remove(0), Device::Gpu)),
                }
            }
        }
        let mut found = loaded.prepared.bounds(image, Some(&[label]), region, method, lines, pulse).await?;
        Ok((found.remove(0), Device::Cpu))
    }

    /// Where the faster processor is to be taken: measures both, once for each network and method.
    pub(super) async fn race(
        &self,
        question: &Question,
        methods: &[Method],
        pulse: &impl Pulse,
    ) -> Result<(), JobError> {
        #[cfg(feature = "gpu")]
        {
            if self.shared.processors.borrow().choice != Device::Auto {
                return Ok(());
            }
            let loaded = self.loaded(&question.network)?;
            let Some(on) = self.on_gpu(&loaded) else { return Ok(()) };
            let (image, region) = (question.pixels(), question.region());
            let asked = (image.as_slice(), question.label as usize);
            for &method in methods {
                if on.raced.borrow().contains_key(&method) {
                    continue;
                }
                let now = || self.shared.host.now();
                let how = (&region, method, question.lines);
                // A newer request ends this at a tick.
                pulse.tick().await?;
                let cpu = warm_time(&loaded.prepared, asked, how, now).await?;
                pulse.tick().await?;
                match warm_time(&on.prepared, asked, how, now).await {
                    Ok(gpu) => {
                        on.raced.borrow_mut().insert(method, [cpu, gpu]);
                        let (network, milliseconds) = (question.network.clone(), [cpu, gpu]);
                        self.gpu_says(GpuResponse::Raced { network, method, milliseconds });
                    }
                    Err(BoundsError::Device(error)) => {
                        loaded.too_large.set(error.memory);
                        self.lost_gpu(&error).await;
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        #[cfg(not(feature = "gpu"))]
        let _ = (question, methods, pulse);
        Ok(())
    }
}
