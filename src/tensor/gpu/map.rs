//! Linear maps on the device, and the kernels that apply them.

use super::{Gpu, GpuTensor, memory::section, queue::View};
use crate::{
    kernels::{self, Kernel, Window, Work},
    network::{Affine, Map},
    tensor::{Pair, Shape},
};
use std::ops::Range;

/// A linear map prepared for the device.
pub struct GpuMap(pub(super) Kind);

pub(super) enum Kind {
    /// The vector itself, of this length.
    Identity { width: usize },
    /// A matrix (`dense`), or the weights of a convolution.
    Window { window: Window, dense: bool, weight: GpuTensor },
    /// One factor per element, `[1, 1, n]`.
    Diagonal { scale: GpuTensor },
}

impl GpuMap {
    pub(super) fn new(gpu: &Gpu, affine: &Affine, inputs: usize) -> Self {
        let put = |values: Vec<f32>| gpu.put([1, 1, values.len()], &values);
        GpuMap(match &affine.map {
            Map::Identity => Kind::Identity { width: inputs },
            Map::Dense { rows, columns, weight } => {
                Kind::Window { window: Window::dense(*rows, *columns), dense: true, weight: put(weight.to_vec()) }
            }
            Map::Conv { window, weight } => Kind::Window {
                window: Window::conv(window),
                dense: false,
                weight: put(weight.iter().map(|&w| w as f32).collect()),
            },
            Map::Diagonal { scale, .. } => Kind::Diagonal { scale: put(scale.iter().map(|&s| s as f32).collect()) },
        })
    }

    /// Whether it only renames elements.
    pub(super) fn is_identity(&self) -> bool {
        matches!(self.0, Kind::Identity { .. })
    }

    /// The same map with other weights, which stay where they are on the device.
    pub(crate) fn with_weight(&self, weight: &GpuTensor) -> Self {
        GpuMap(match &self.0 {
            Kind::Identity { width } => Kind::Identity { width: *width },
            Kind::Window { window, dense, .. } => {
                Kind::Window { window: *window, dense: *dense, weight: weight.clone() }
            }
            Kind::Diagonal { scale } => Kind::Diagonal { scale: scale.clone() },
        })
    }

    pub(super) fn apply(&self, gpu: &Gpu, rows: &GpuTensor) -> GpuTensor {
        match &self.0 {
            Kind::Identity { .. } => rows.clone(),
            Kind::Diagonal { scale } => gpu.multiply(rows, scale, None),
            Kind::Window { window, dense, weight } => {
                let [batch, count, _] = rows.shape;
                let window = Window { rows: (batch * count) as u32, ..*window };
                let shape = [batch, count, window.out_len()];
                let out = gpu.empty(shape);
                gpu.product(&kernels::apply::KERNEL, &window, *dense, &[rows, weight], &out.view, window.forward());
                out
            }
        }
    }

    pub(super) fn apply_transpose(&self, gpu: &Gpu, rows: &GpuTensor) -> GpuTensor {
        match &self.0 {
            Kind::Identity { .. } => rows.clone(),
            Kind::Diagonal { scale } => gpu.multiply(rows, scale, None),
            Kind::Window { window, dense, weight } => {
                let [batch, count, _] = rows.shape;
                let window = Window { rows: (batch * count) as u32, ..*window };
                let out = gpu.empty([batch, count, window.in_len()]);
                let kernel = &kernels::apply_transpose::KERNEL;
                gpu.product(kernel, &window, *dense, &[rows, weight], &out.view, window.backward());
                out
            }
        }
    }

    /// Both ends through one kernel of two results.
    fn through(
        &self,
        gpu: &Gpu,
        kernel: &'static Kernel,
        (lower, upper): (&GpuTensor, &GpuTensor),
        bias: Option<Option<&GpuTensor>>,
        into_inputs: bool,
    ) -> Pair<GpuTensor> {
        let Kind::Window { window, dense, weight } = &self.0 else { unreachable!("only windows are products") };
        let [batch, count, _] = lower.shape;
        let width = if into_inputs { window.in_len() } else { window.out_len() };
        let shape: Shape = [batch, count, width];
        let section = section(shape.iter().product());
        let mut window = Window { rows: (batch * count) as u32, section: section as u32, ..*window };
        window.biased = u32::from(bias.is_some_and(|bias| bias.is_some()));
        let [low, high] = gpu.sections(shape);
        let whole = low.whole(2 * section);
        let mut reads = vec![lower, upper, weight];
        if let Some(bias) = bias {
            reads.push(bias.unwrap_or(weight));
        }
        let work = if into_inputs { window.backward() } else { window.forward() };
        gpu.product(kernel, &window, *dense, &reads, &whole, work);
        Pair { lower: low, upper: high }
    }

    pub(super) fn apply_interval(
        &self,
        gpu: &Gpu,
        bias: Option<&GpuTensor>,
        range: &Pair<GpuTensor>,
    ) -> Pair<GpuTensor> {
        match &self.0 {
            Kind::Identity { .. } => match bias {
                Some(bias) => Pair { lower: gpu.plus(&range.lower, bias), upper: gpu.plus(&range.upper, bias) },
                None => range.clone(),
            },
            Kind::Diagonal { scale } => gpu.scaled_interval(scale, bias, range),
            Kind::Window { .. } => {
                let ends = (&range.lower, &range.upper);
                self.through(gpu, &kernels::apply_interval::KERNEL, ends, Some(bias), false)
            }
        }
    }

    pub(super) fn apply_split(&self, gpu: &Gpu, rows: &Pair<GpuTensor>) -> Pair<GpuTensor> {
        match &self.0 {
            Kind::Identity { .. } => rows.clone(),
            Kind::Diagonal { scale } => gpu.scaled_interval(scale, None, rows),
            Kind::Window { .. } => {
                self.through(gpu, &kernels::apply_split::KERNEL, (&rows.lower, &rows.upper), None, false)
            }
        }
    }

    /// Adjoint of [`GpuMap::apply_interval`] in its range.
    pub(super) fn interval_transpose(&self, gpu: &Gpu, gradient: &Pair<GpuTensor>) -> Pair<GpuTensor> {
        match &self.0 {
            Kind::Identity { .. } => gradient.clone(),
            // A negative factor exchanged the ends, and so exchanges their gradients.
            Kind::Diagonal { scale } => gpu.scaled_interval(scale, None, gradient),
            Kind::Window { .. } => {
                let ends = (&gradient.lower, &gradient.upper);
                self.through(gpu, &kernels::interval_transpose::KERNEL, ends, None, true)
            }
        }
    }

    /// A gradient of the weights, `[1, 1, weights]`: summed in parts, so that a device with many cores has work for them.
    pub(super) fn gradient(&self, gpu: &Gpu, kernel: &'static Kernel, reads: &[&GpuTensor], rows: usize) -> GpuTensor {
        let Kind::Window { window, dense, weight } = &self.0 else {
            return gpu.put([1, 1, 0], &[]);
        };
        let pixels = rows * window.out_area();
        let window = Window { rows: rows as u32, splits: 1, ..*window };
        let groups = window.gradient().groups(window.gradient().tiling(gpu.by()));
        let groups: u32 = groups.into_iter().product();
        let splits = (gpu.wide() / groups as usize).clamp(1, pixels.div_ceil(256));
        let window = Window { splits: splits as u32, ..window };
        let weights = window.weights();
        let parts = gpu.empty([splits, 1, weights]);
        let mut all = reads.to_vec();
        if kernel.reads > reads.len() {
            all.push(weight);
        }
        gpu.product(kernel, &window, *dense, &all, &parts.view, window.gradient());
        gpu.summed(&parts, [1, 1, weights])
    }

    pub(super) fn rows(&self, gpu: &Gpu, range: Range<usize>) -> GpuTensor {
        match &self.0 {
            Kind::Identity { width } => gpu.diagonal(range, *width, None),
            Kind::Diagonal { scale } => gpu.diagonal(range, scale.shape[2], Some(scale)),
            Kind::Window { window, dense: true, weight } => {
                let inputs = window.in_len();
                let all = GpuTensor { shape: [1, window.out_len(), inputs], view: weight.view.clone() };
                gpu.block(&all, range, 0..inputs)
            }
            Kind::Window { window, weight, .. } => gpu.unrolled(window, weight, range, false),
        }
    }

    pub(super) fn columns(&self, gpu: &Gpu) -> GpuTensor {
        match &self.0 {
            Kind::Identity { width } => gpu.diagonal(0..*width, *width, None),
            Kind::Diagonal { scale } => gpu.diagonal(0..scale.shape[2], scale.shape[2], Some(scale)),
            Kind::Window { window, dense: true, weight } => {
                gpu.turned(&GpuTensor { shape: [1, window.out_len(), window.in_len()], view: weight.view.clone() })
            }
            Kind::Window { window, weight, .. } => gpu.unrolled(window, weight, 0..window.out_len(), true),
        }
    }
}

impl Gpu {
    /// Rows of a convolution as a matrix, or all its columns.
    fn unrolled(&self, window: &Window, weight: &GpuTensor, rows: Range<usize>, turned: bool) -> GpuTensor {
        let shape = if turned { [1, window.in_len(), rows.len()] } else { [1, rows.len(), window.in_len()] };
        let out = self.empty(shape);
        let (first, count) = (rows.start as u32, rows.len() as u32);
        let words = Window { first, count, turned: u32::from(turned), ..*window }.words();
        let work = Work::Elements(shape.iter().product());
        self.queue.run(&kernels::unroll::KERNEL, words, &[&weight.view], &out.view, work, false);
        out
    }

    fn product(
        &self,
        kernel: &'static Kernel,
        window: &Window,
        dense: bool,
        reads: &[&GpuTensor],
        out: &View,
        work: Work,
    ) {
        let views: Vec<&View> = reads.iter().map(|tensor| &tensor.view).collect();
        self.queue.run(kernel, window.words(), &views, out, work, dense);
    }
}
