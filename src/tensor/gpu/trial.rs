//! Trying every kernel on the device before it is trusted.

use super::{Gpu, GpuMap, map::Kind, queue::View};
use crate::{
    kernels::{self, Draw, Kernel, Loop, Tiling, Window},
    tensor::DeviceError,
};

/// An element that a device computed wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// The kernel's name.
    pub kernel: &'static str,
    /// Which element of its result.
    pub index: usize,
    /// What the twin found.
    pub wanted: f64,
    /// What the device found.
    pub found: f32,
    /// How far apart they may be.
    pub tolerance: f64,
}

impl std::fmt::Display for Deviation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "the kernel {} gave {:e} where {:e} ± {:.1e} is right (element {})",
            self.kernel, self.found, self.wanted, self.tolerance, self.index
        )
    }
}

/// Why a device is not used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrialError {
    /// It stopped.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// It computes wrong.
    #[error("the GPU is not used: {0}")]
    Deviates(Deviation),
}

/// Milliseconds that a submission may take: much less than the seconds after which systems take a device away, much more than what
/// a submission costs by itself.
const BURST: f64 = 200.0;

/// Milliseconds spent on measuring each loop.
const SAMPLE: f64 = 25.0;

impl Gpu {
    /// Runs one random case of a kernel, a product by every tiling of the loop in use, and gives the worst error as a share of
    /// what is allowed.
    ///
    /// # Errors
    /// A device that failed, or the first element beyond its tolerance.
    pub async fn try_kernel(&self, kernel: &'static Kernel, draw: &mut Draw) -> Result<f64, TrialError> {
        let case = kernel.case(draw);
        let twin = kernel.twin(&case);
        let tilings: Vec<Option<Tiling>> =
            if kernel.multiplies() { self.by().tilings().iter().copied().map(Some).collect() } else { vec![None] };
        let reads: Vec<View> = case.reads.iter().map(|values| self.queue.upload(values)).collect();
        let reads: Vec<&View> = reads.iter().collect();
        let results: Vec<View> = tilings.iter().map(|_| self.queue.upload(&case.result)).collect();
        for (&tiling, result) in tilings.iter().zip(&results) {
            self.queue.run_by(tiling, kernel, case.words.clone(), &reads, result, case.work, case.dense);
        }
        let mut worst: f64 = 0.0;
        for found in self.queue.read(&results.iter().collect::<Vec<_>>()).await? {
            for (index, (wanted, found)) in twin.iter().zip(found).enumerate() {
                let tolerance = wanted.tolerance();
                if !wanted.allows(found) {
                    let deviation = Deviation { kernel: kernel.name, index, wanted: wanted.value, found, tolerance };
                    return Err(TrialError::Deviates(deviation));
                }
                let share = (f64::from(found) - wanted.value).abs() / tolerance;
                worst = if share > worst { share } else { worst };
            }
        }
        Ok(worst)
    }

    /// The start-up self-test: every kernel, `rounds` times, against its twin. `progress` is told how many of how many are done, and
    /// may end the test by giving `false`.
    ///
    /// # Errors
    /// As for [`Gpu::try_kernel`].
    pub async fn try_all(
        &self,
        rounds: usize,
        seed: u64,
        mut progress: impl AsyncFnMut(usize, usize) -> bool,
    ) -> Result<(), TrialError> {
        let mut draw = Draw::new(seed);
        for (done, kernel) in kernels::ALL.iter().enumerate() {
            for _ in 0..rounds {
                self.try_kernel(kernel, &mut draw).await?;
            }
            if !progress(done + 1, kernels::ALL.len()).await {
                break;
            }
        }
        Ok(())
    }

    /// Measures every loop of the matrix products and keeps the fastest; what it does in a fifth of a second is what one submission
    /// may hold from here on. `now` tells milliseconds.
    ///
    /// # Errors
    /// A device that failed.
    pub async fn choose_loop(&self, now: impl Fn() -> f64) -> Result<Loop, DeviceError> {
        let (rows, inner, columns) = if self.name().software { (64, 256, 64) } else { (1024, 1024, 1024) };
        let weight = self.put([1, 1, columns * inner], &vec![0.5; columns * inner]);
        let map = GpuMap(Kind::Window { window: Window::dense(columns, inner), dense: true, weight });
        let images = self.put([rows, 1, inner], &vec![0.25; rows * inner]);
        let mut best = (f64::INFINITY, self.by());
        for by in Loop::ALL {
            self.multiply_by(by);
            let took = self.time(SAMPLE, &now, || drop(map.apply(self, &images))).await?;
            if took < best.0 {
                best = (took, by);
            }
        }
        self.multiply_by(best.1);
        self.queue.burst.set((rows * inner * columns) as f64 * BURST / best.0);
        Ok(best.1)
    }
}
