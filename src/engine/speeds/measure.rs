//! Measures one thing after the other, and tells of each.

use super::work::{BATCH, CLASSES, Net, SHAPE, STEPS, images, plan};
use crate::{
    bounds::{BoundsError, Method, Prepared, Region, Strategy},
    engine::protocol::{BoundsSpeed, Speeds, StepSpeed},
    kernels::{self, Kernel},
    network::Network,
    pulse::Pulse,
    sorting::sort_numbers,
    tensor::{Backend, Cpu, DeviceError, Gpu},
    train::{Data, GpuTrainer, Lane, Loss, TrainError, Trainer},
};

/// A question about bounds.
#[derive(Clone, Copy)]
struct Asked {
    net: Net,
    epsilon: f64,
    images: usize,
    method: Method,
}

/// What is asked before the training steps.
const QUICK: [Asked; 3] = [
    Asked { net: Net::Mlp, epsilon: 0.08, images: 1, method: Method::Crown },
    Asked { net: Net::Mlp, epsilon: 0.08, images: 64, method: Method::Crown },
    Asked { net: Net::DmSmall, epsilon: 0.2, images: 64, method: Method::Ibp },
];
/// What is asked last: a software adapter takes long, and whoever stops there keeps the rest.
const LAST: Asked = Asked { net: Net::DmSmall, epsilon: 0.2, images: 1, method: Method::Crown };

/// A software adapter takes seconds where a GPU takes a millisecond: it gets this share of the images, and is asked once.
const SOFTWARE_SHARE: usize = 8;
/// Milliseconds from which the first answer counts: what it pays for pipelines is little beside that.
const SLOW: f64 = 1500.0;
/// Steps that a device takes in one go.
const TOGETHER: usize = 16;

/// Who measures: the clock, the pause between questions, and how much time each of them gets.
struct Bench<'a, N, P> {
    gpu: &'a Gpu,
    /// Tells milliseconds.
    now: &'a N,
    pulse: &'a P,
    /// Milliseconds.
    budget: f64,
}

/// Measures everything and tells what is known after each step: the speeds so far, how many things were measured, and of how many.
/// `budget` is the time for each kernel, in milliseconds; questions get two and steps eight times as much. `pulse` ticks all along.
///
/// # Errors
/// A device that failed, or a cancelled pulse.
pub async fn measure<N: Fn() -> f64, P: Pulse>(
    gpu: &Gpu,
    budget: f64,
    now: &N,
    pulse: &P,
    mut tell: impl FnMut(&Speeds, usize, usize),
) -> Result<Speeds, TrainError> {
    let bench = Bench { gpu, now, pulse, budget };
    let kernels = kernels();
    let total = 1 + kernels.len() + QUICK.len() + STEPS.len() + 1;
    let mut speeds = Speeds {
        adapter: gpu.name().to_string(),
        products: format!("{:?}", gpu.by()).to_lowercase(),
        ..Speeds::default()
    };
    let mut done = 0;
    let mut told = |speeds: &Speeds| {
        done += 1;
        tell(speeds, done, total);
    };
    bench.tick().await?;
    speeds.peak = Some(gpu.peak(8.0 * budget, now).await.map_err(failed)?);
    told(&speeds);
    for (kernel, dense) in kernels {
        bench.tick().await?;
        speeds.kernels.push(gpu.measure(kernel, dense, budget, now).await.map_err(failed)?);
        told(&speeds);
    }
    for asked in QUICK {
        speeds.bounds.push(bench.bounds(asked).await?);
        told(&speeds);
    }
    // Several batches, so that a run is longer than the fastest device needs.
    let data = images(4 * bench.share(BATCH))?;
    for (net, loss) in STEPS {
        speeds.steps.push(bench.steps(net, loss, &data).await?);
        told(&speeds);
    }
    speeds.bounds.push(bench.bounds(LAST).await?);
    told(&speeds);
    Ok(speeds)
}

/// What there is to measure: every kernel, those of maps with a matrix and with a convolution.
fn kernels() -> Vec<(&'static Kernel, bool)> {
    let kinds = |kernel: &Kernel| if kernel.maps() { &[true, false][..] } else { &[true] };
    kernels::ALL.iter().flat_map(|&kernel| kinds(kernel).iter().map(move |&dense| (kernel, dense))).collect()
}

fn failed(error: DeviceError) -> TrainError {
    TrainError::Bounds(BoundsError::Device(error))
}

impl<N: Fn() -> f64, P: Pulse> Bench<'_, N, P> {
    async fn tick(&self) -> Result<(), TrainError> {
        self.pulse.tick().await.map_err(|cancelled| TrainError::Bounds(cancelled.into()))
    }

    /// As many images as the adapter can do.
    fn share(&self, images: usize) -> usize {
        if self.gpu.name().software { images.div_ceil(SOFTWARE_SHARE) } else { images }
    }

    /// Milliseconds of one unit of work: the median over at least `least` askings after a first one, which pays for pipelines and
    /// caches. `ask` does the work and says how many units it was.
    async fn median(
        &self,
        least: usize,
        budget: f64,
        mut ask: impl AsyncFnMut() -> Result<usize, TrainError>,
    ) -> Result<f64, TrainError> {
        let mut timed = async || -> Result<(f64, f64), TrainError> {
            self.tick().await?;
            let start = (self.now)();
            let units = ask().await?;
            let took = (self.now)() - start;
            Ok((took, took / units.max(1) as f64))
        };
        let (took, each) = timed().await?;
        if took > SLOW {
            return Ok(each);
        }
        let (mut times, begun) = (Vec::new(), (self.now)());
        while times.len() < least || (self.now)() - begun < budget {
            times.push(timed().await?.1);
        }
        sort_numbers(&mut times);
        // A browser's clock may not tell such short times from none.
        Ok(times[times.len() / 2].max(1e-6))
    }

    /// How often a device is asked, at least.
    fn least(&self) -> usize {
        if self.gpu.name().software { 1 } else { 3 }
    }

    async fn bounds(&self, asked: Asked) -> Result<BoundsSpeed, TrainError> {
        let asked = Asked { images: self.share(asked.images), ..asked };
        let network = Trainer::new(plan(asked.net, Loss::Clean, 1), &SHAPE, CLASSES)?.network()?;
        let data = images(asked.images)?;
        let cpu = self.answers(Cpu::<f32>::new(), 3, &network, asked, &data).await?;
        let gpu = self.answers(self.gpu.clone(), self.least(), &network, asked, &data).await?;
        Ok(BoundsSpeed {
            network: asked.net.architecture().to_string(),
            epsilon: asked.epsilon,
            images: asked.images as u32,
            method: asked.method,
            cpu_milliseconds: cpu,
            gpu_milliseconds: gpu,
        })
    }

    /// Milliseconds of one question on one lane.
    async fn answers<B: Backend>(
        &self,
        backend: B,
        least: usize,
        network: &Network,
        asked: Asked,
        data: &Data,
    ) -> Result<f64, TrainError> {
        let prepared = Prepared::new(backend, network);
        let region = Region { clip: Some([0.0, 1.0]), ..Region::linf(asked.epsilon) };
        let pixels: Vec<f64> = data.pixels.iter().map(|&pixel| f64::from(pixel)).collect();
        let labels: Vec<usize> = data.labels.iter().map(|&label| usize::from(label)).collect();
        let ask = async || {
            prepared.bounds(&pixels, Some(&labels), &region, asked.method, Strategy::Tight, self.pulse).await?;
            Ok(1)
        };
        self.median(least, 2.0 * self.budget, ask).await
    }

    async fn steps(&self, net: Net, loss: Loss, data: &Data) -> Result<StepSpeed, TrainError> {
        let batch = self.share(BATCH);
        let trainer = || Trainer::new(plan(net, loss, batch), &SHAPE, CLASSES);
        let cpu = self.step(Lane::from(trainer()?), 3, data).await?;
        let lane = Lane::Gpu(Box::new(GpuTrainer::new(self.gpu, trainer()?)?));
        let gpu = self.step(lane, self.least(), data).await?;
        Ok(StepSpeed {
            network: net.architecture().to_string(),
            loss,
            images: batch as u32,
            cpu_milliseconds: cpu,
            gpu_milliseconds: gpu,
            cpu_steps_per_second: 1e3 / cpu,
            gpu_steps_per_second: 1e3 / gpu,
        })
    }

    /// Milliseconds of one step on one lane.
    async fn step(&self, mut lane: Lane, least: usize, data: &Data) -> Result<f64, TrainError> {
        let most = if self.gpu.name().software { 1 } else { TOGETHER };
        self.median(least, 8.0 * self.budget, async || Ok(lane.steps_at_once(data, most, self.pulse).await?.len()))
            .await
    }
}
