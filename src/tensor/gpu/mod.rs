//! The GPU backend, on wgpu: browsers' WebGPU, natively Vulkan, Metal or DX12. Single precision, previews only.

mod adjoint;
mod backend;
mod device;
mod map;
mod measure;
mod memory;
mod queue;
mod shapes;
mod step;
mod trial;

use crate::{
    kernels::Loop,
    tensor::{DeviceError, Shape},
};
pub use device::AdapterName;
use device::Device;
pub use map::GpuMap;
pub use queue::{Dispatch, Recording};
use queue::{Queue, View};
use std::rc::Rc;
pub(crate) use step::room;
pub use trial::{Deviation, TrialError};

/// A tensor on the device; cloning shares the data.
#[derive(Clone)]
pub struct GpuTensor {
    shape: Shape,
    view: View,
}

impl GpuTensor {
    /// The binding of all sections, from the first on.
    fn whole(&self, count: usize) -> View {
        View { count, ..self.view.clone() }
    }
}

/// The activations of one layer.
pub struct GpuCurves {
    slope: f32,
    /// r of each neuron, `[1, 1, n]`.
    bend: Option<GpuTensor>,
    width: usize,
}

impl GpuCurves {
    /// The same activations with other bends, which stay where they are on the device.
    pub(crate) fn with_bend(&self, bend: &GpuTensor) -> Self {
        GpuCurves { slope: self.slope, bend: Some(bend.clone()), width: self.width }
    }
}

/// A GPU. Cloning gives another handle to the same device.
#[derive(Clone)]
pub struct Gpu {
    queue: Rc<Queue>,
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Gpu({})", self.name())
    }
}

impl Gpu {
    /// Opens the best adapter there is, with WebGPU's default limits and no optional feature.
    ///
    /// # Errors
    /// No adapter, or one that refuses.
    pub async fn open() -> Result<Self, DeviceError> {
        Ok(Gpu { queue: Queue::new(Device::open().await?) })
    }

    /// What the adapter says of itself.
    pub fn name(&self) -> &AdapterName {
        &self.queue.device.name
    }

    /// Why nothing more can be computed, if so.
    pub fn failure(&self) -> Option<DeviceError> {
        self.queue.device.failure()
    }

    /// How matrix products are computed.
    pub fn by(&self) -> Loop {
        self.queue.by.get()
    }

    /// Chooses how matrix products are computed from here on.
    pub fn multiply_by(&self, by: Loop) {
        self.queue.by.set(by);
    }

    /// Keeps the commands that `work` gives the device, for any number of runs, and runs none of them now.
    ///
    /// Tensors made by `work` hold what the newest run computed; those it uploads are uploaded once, at once.
    pub fn record<T>(&self, work: impl FnOnce() -> T) -> (T, Recording) {
        self.queue.record(work)
    }

    /// Puts numbers on the device.
    pub fn put(&self, shape: Shape, values: &[f32]) -> GpuTensor {
        if values.is_empty() {
            // Nothing is ever bound of it, but a buffer has at least one number.
            let view = View { count: 0, ..self.queue.upload(&[0.0]) };
            return GpuTensor { shape, view };
        }
        GpuTensor { shape, view: self.queue.upload(values) }
    }

    /// Writes other numbers into a tensor that a recording reads.
    pub fn overwrite(&self, tensor: &GpuTensor, values: &[f32]) {
        debug_assert_eq!(values.len(), tensor.view.count);
        self.queue.overwrite(&tensor.view, values);
    }

    /// Gives the device what was asked for so far, without waiting for it.
    pub fn submit(&self) {
        self.queue.flush();
    }

    /// Waits for all that was asked for and copies tensors to the host, in one readback.
    ///
    /// # Errors
    /// A device that failed.
    pub async fn take(&self, tensors: &[&GpuTensor]) -> Result<Vec<Vec<f32>>, DeviceError> {
        self.queue.read(&tensors.iter().map(|tensor| &tensor.view).collect::<Vec<_>>()).await
    }

    /// Loses the device, as a driver may at any moment: for tests.
    pub fn lose(&self) {
        self.queue.device.device.destroy();
        self.queue.device.fail(device::failed("it was lost (on purpose)"));
    }

    /// Allows no tensor of more than so many bytes, as a smaller device would: for tests.
    pub fn starve(&self, bytes: u64) {
        self.queue.most.set(bytes);
    }

    /// Groups that keep the device busy.
    fn wide(&self) -> usize {
        if self.name().software { 16 } else { 1024 }
    }

    fn empty(&self, shape: Shape) -> GpuTensor {
        let count = shape.iter().product::<usize>().max(1);
        GpuTensor { shape, view: self.queue.allocate(count) }
    }

    /// Several results of one shape in one buffer.
    fn sections<const N: usize>(&self, shape: Shape) -> [GpuTensor; N] {
        let count: usize = shape.iter().product();
        let section = memory::section(count);
        let whole = self.queue.allocate(N * section);
        std::array::from_fn(|index| GpuTensor { shape, view: View { start: index * section, count, ..whole.clone() } })
    }
}
