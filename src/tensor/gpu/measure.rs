//! How fast the device is, kernel by kernel.

use super::{Gpu, GpuMap, map::Kind, queue::View};
use crate::{
    kernels::{Draw, Kernel, Window},
    tensor::{DeviceError, KernelSpeed, Peak},
};

impl Gpu {
    /// The device's peak. `now` tells milliseconds; about `budget` of them are spent.
    ///
    /// # Errors
    /// A device that failed.
    pub async fn peak(&self, budget: f64, now: &impl Fn() -> f64) -> Result<Peak, DeviceError> {
        let side = if self.name().software { 256 } else { 2048 };
        let weight = self.put([1, 1, side * side], &vec![0.5; side * side]);
        let map = GpuMap(Kind::Window { window: Window::dense(side, side), dense: true, weight });
        let images = self.put([side, 1, side], &vec![0.25; side * side]);
        let product = self.time(budget / 2.0, now, || drop(map.apply(self, &images))).await?;
        let count = if self.name().software { 1 << 20 } else { 1 << 24 };
        let from = self.put([1, 1, count], &vec![1.0; count]);
        let copy = self.time(budget / 2.0, now, || drop(self.times(&from, 1.0))).await?;
        let [operations, bytes] = [2 * side * side * side, 8 * count].map(|amount| amount as f64);
        Ok(Peak { gigaflops: operations / product * 1e-6, gigabytes: bytes / copy * 1e-6 })
    }

    /// One kernel on a large case.
    ///
    /// # Errors
    /// A device that failed.
    pub async fn measure(
        &self,
        kernel: &'static Kernel,
        dense: bool,
        budget: f64,
        now: &impl Fn() -> f64,
    ) -> Result<KernelSpeed, DeviceError> {
        // Not a power of two: on llvmpipe rows that lie so far apart can cost one kernel five times as much as another.
        let factor = if self.name().software { 3 } else { 24 };
        let case = kernel.case(&mut Draw::large(factor, dense));
        let reads: Vec<View> = case.reads.iter().map(|values| self.queue.upload(values)).collect();
        let result = self.queue.upload(&case.result);
        let views: Vec<&View> = reads.iter().collect();
        let run = || self.queue.run(kernel, case.words.clone(), &views, &result, case.work, case.dense);
        let milliseconds = self.time(budget, now, run).await?;
        let numbers = case.reads.iter().map(Vec::len).sum::<usize>() + case.result.len();
        let name = if kernel.maps() && !dense { " (convolution)" } else { "" };
        Ok(KernelSpeed {
            kernel: format!("{}{name}", kernel.name),
            milliseconds,
            gigaflops: 2e-6 * kernel.multiply_adds(&case.words) as f64 / milliseconds,
            gigabytes: 4e-6 * numbers as f64 / milliseconds,
        })
    }

    /// Milliseconds of one run: more and more of them between two readbacks, until the readbacks do not count.
    pub(super) async fn time(&self, budget: f64, now: &impl Fn() -> f64, run: impl Fn()) -> Result<f64, DeviceError> {
        let wait = self.put([1, 1, 1], &[0.0]);
        run();
        self.take(&[&wait]).await?;
        let start = now();
        self.take(&[&wait]).await?;
        let readback = now() - start;
        let mut runs = 1;
        loop {
            let start = now();
            (0..runs).for_each(|_| run());
            self.take(&[&wait]).await?;
            let took = now() - start;
            if took >= budget || runs >= 4096 {
                return Ok(((took - readback) / f64::from(runs)).max(1e-6));
            }
            let wanted = f64::from(runs) * (1.2 * budget / took.max(0.01));
            runs = (wanted.ceil() as u32).clamp(runs + 1, 16 * runs);
        }
    }
}
