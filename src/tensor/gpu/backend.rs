//! Bounds on the device.

use super::{Gpu, GpuCurves, GpuMap, GpuTensor, memory::section, shapes::step};
use crate::{
    activation::{Activation, Strategy},
    kernels::{self, Work, activate, concretize_ball, concretize_box, concretize_columns_ball, concretize_columns_box},
    network::{Affine, Network, Role, Window},
    tensor::{Backend, Ball, DeviceError, Dual, Form, Pair, Picked, Relaxation, Shape},
};
use std::ops::Range;

/// What is never made: no kernel takes the largest of a window.
pub enum Nothing {}

/// The first operator of a network that no kernel computes, by name.
fn lacking(network: &Network) -> Option<&'static str> {
    let nodes = network.nodes().iter().enumerate();
    nodes.filter_map(|(id, node)| Some((network.role(id)?, node.operator.as_ref()?))).find_map(|(role, operator)| {
        let known = match role {
            Role::Affine(_) | Role::Sum => true,
            Role::Activation(activation) => matches!(activation, Activation::Curves(_)),
            Role::Largest(_) => false,
        };
        (!known).then(|| operator.name())
    })
}

impl Backend for Gpu {
    type Tensor = GpuTensor;
    type Map = GpuMap;
    type Rules = GpuCurves;
    type Pool = Nothing;

    const BYTES: usize = 4;
    /// Wide enough to keep many cores busy, and no tensor near the 128 MiB that every device binds.
    const WORKING_SET: usize = 64 << 20;

    fn upload(&self, shape: Shape, values: &[f64]) -> GpuTensor {
        self.put(shape, &values.iter().map(|&value| value as f32).collect::<Vec<_>>())
    }

    fn shape(&self, tensor: &GpuTensor) -> Shape {
        tensor.shape
    }

    async fn read(&self, tensor: &GpuTensor) -> Result<Vec<f64>, DeviceError> {
        Ok(self.read_all(&[tensor]).await?.remove(0))
    }

    async fn read_all(&self, tensors: &[&GpuTensor]) -> Result<Vec<Vec<f64>>, DeviceError> {
        let read = self.take(tensors).await?;
        Ok(read.into_iter().map(|values| values.into_iter().map(f64::from).collect()).collect())
    }

    fn map(&self, affine: &Affine, inputs: usize) -> GpuMap {
        GpuMap::new(self, affine, inputs)
    }

    fn is_identity(&self, map: &GpuMap) -> bool {
        map.is_identity()
    }

    fn bias(&self, affine: &Affine) -> Option<GpuTensor> {
        affine.bias.as_ref().map(|bias| self.upload([1, 1, bias.len()], bias))
    }

    fn lacks(&self, network: &Network) -> Option<&'static str> {
        lacking(network)
    }

    fn rules(&self, activation: &Activation, width: usize) -> GpuCurves {
        let Activation::Curves(curves) = activation else {
            panic!("no kernel computes this activation: ask `lacks` first")
        };
        let bend = curves.bend.as_ref().map(|bend| self.put([1, 1, bend.len()], bend));
        GpuCurves { slope: curves.slope as f32, bend, width }
    }

    fn apply(&self, map: &GpuMap, rows: &GpuTensor) -> GpuTensor {
        map.apply(self, rows)
    }

    fn apply_split(&self, map: &GpuMap, rows: &Pair<GpuTensor>) -> Pair<GpuTensor> {
        map.apply_split(self, rows)
    }

    fn apply_interval(&self, map: &GpuMap, bias: Option<&GpuTensor>, range: &Pair<GpuTensor>) -> Pair<GpuTensor> {
        map.apply_interval(self, bias, range)
    }

    fn apply_transpose(&self, map: &GpuMap, rows: &GpuTensor) -> GpuTensor {
        map.apply_transpose(self, rows)
    }

    fn map_rows(&self, map: &GpuMap, rows: Range<usize>) -> GpuTensor {
        map.rows(self, rows)
    }

    fn map_columns(&self, map: &GpuMap) -> GpuTensor {
        map.columns(self)
    }

    fn add(&self, a: &GpuTensor, b: &GpuTensor) -> GpuTensor {
        self.plus(a, b)
    }

    fn add_interval(&self, a: &Pair<GpuTensor>, b: &Pair<GpuTensor>) -> Pair<GpuTensor> {
        Pair { lower: self.plus(&a.lower, &b.lower), upper: self.plus(&a.upper, &b.upper) }
    }

    fn negate(&self, a: &GpuTensor) -> GpuTensor {
        self.times(a, -1.0)
    }

    fn slice_rows(&self, a: &GpuTensor, range: Range<usize>) -> GpuTensor {
        self.block(a, range, 0..a.shape[2])
    }

    fn slice_width(&self, a: &GpuTensor, range: Range<usize>) -> GpuTensor {
        self.block(a, 0..a.shape[1], range)
    }

    fn concat_rows(&self, parts: &[GpuTensor]) -> GpuTensor {
        self.joined(parts, 1)
    }

    fn concat_width(&self, parts: &[GpuTensor]) -> GpuTensor {
        self.joined(parts, 2)
    }

    fn transpose(&self, a: &GpuTensor) -> GpuTensor {
        self.turned(a)
    }

    fn identity(&self, rows: Range<usize>, n: usize) -> GpuTensor {
        self.diagonal(rows, n, None)
    }

    fn dot(&self, rows: &GpuTensor, v: &GpuTensor) -> GpuTensor {
        let [batch, count, width] = rows.shape;
        let both = batch.max(v.shape[0]);
        let out = self.empty([both, 1, count]);
        let words = kernels::dot::Shape {
            batch: both as u32,
            rows: count as u32,
            width: width as u32,
            rows_step: step(rows.shape),
            vector_step: step(v.shape),
        }
        .words();
        let work = Work::Rows(both * count);
        self.queue.run(&kernels::dot::KERNEL, words, &[&rows.view, &v.view], &out.view, work, false);
        out
    }

    fn activate(&self, curves: &GpuCurves, z: &GpuTensor) -> GpuTensor {
        let count: usize = z.shape.iter().product();
        let out = self.empty(z.shape);
        let words = activate::Shape {
            count: count as u32,
            width: curves.width as u32,
            bends: u32::from(curves.bend.is_some()),
            slope: curves.slope,
        }
        .words();
        let reads = [&z.view, &curves.bend.as_ref().unwrap_or(z).view];
        self.queue.run(&activate::KERNEL, words, &reads, &out.view, Work::Elements(count), false);
        out
    }

    fn activate_interval(&self, curves: &GpuCurves, range: &Pair<GpuTensor>) -> Pair<GpuTensor> {
        Pair { lower: self.activate(curves, &range.lower), upper: self.activate(curves, &range.upper) }
    }

    fn relax(&self, curves: &GpuCurves, strategy: Strategy, range: &Pair<GpuTensor>) -> Relaxation<GpuTensor> {
        let shape = range.lower.shape;
        let count: usize = shape.iter().product();
        let [below, above, at_below, at_above] = self.sections(shape);
        let words = kernels::relax::Shape {
            count: count as u32,
            width: curves.width as u32,
            bends: u32::from(curves.bend.is_some()),
            slope: curves.slope,
            strategy: number(strategy),
            section: section(count) as u32,
            unknown: f32::NAN.to_bits(),
        }
        .words();
        let reads = [&range.lower.view, &range.upper.view, &curves.bend.as_ref().unwrap_or(&range.lower).view];
        let whole = below.whole(4 * section(count));
        self.queue.run(&kernels::relax::KERNEL, words, &reads, &whole, Work::Elements(count), false);
        Relaxation {
            slope: Pair { lower: below, upper: above },
            intercept: Pair { lower: at_below, upper: at_above },
            range: self.activate_interval(curves, range),
        }
    }

    fn relax_backward(&self, rows: &GpuTensor, relaxation: &Relaxation<GpuTensor>) -> (GpuTensor, GpuTensor) {
        let (slope, intercept) = (&relaxation.slope, &relaxation.intercept);
        let [batch, count, width] = rows.shape;
        let both = batch.max(slope.lower.shape[0]);
        let first = section(both * count * width);
        let whole = self.empty([1, 1, first + both * count]);
        let words = kernels::relax_backward::Shape {
            batch: both as u32,
            rows: count as u32,
            width: width as u32,
            rows_step: step(rows.shape),
            lines_step: step(slope.lower.shape),
            section: first as u32,
        }
        .words();
        let reads = [&rows.view, &slope.lower.view, &slope.upper.view, &intercept.lower.view, &intercept.upper.view];
        self.queue.run(&kernels::relax_backward::KERNEL, words, &reads, &whole.view, Work::Rows(both * count), false);
        (whole.part(0, [both, count, width]), whole.part(first, [both, 1, count]))
    }

    fn relax_forward(&self, form: &Form<GpuTensor>, slope: &GpuTensor, intercept: &GpuTensor) -> Form<GpuTensor> {
        Form {
            coefficients: self.multiply(&form.coefficients, slope, None),
            offset: self.multiply(&form.offset, slope, Some(intercept)),
        }
    }

    fn substitute(
        &self,
        rows: &GpuTensor,
        forms: &Pair<Form<GpuTensor>>,
        _: &Pair<GpuTensor>,
    ) -> (GpuTensor, GpuTensor) {
        let (lower, upper) = (&forms.lower, &forms.upper);
        let [batch, count, neurons] = rows.shape;
        let [form_batch, inputs, _] = lower.coefficients.shape;
        let both = batch.max(form_batch);
        let out = self.empty([both, count, inputs]);
        let words = kernels::substitute::Shape {
            batch: both as u32,
            rows: count as u32,
            neurons: neurons as u32,
            inputs: inputs as u32,
            rows_step: step(rows.shape),
            forms_step: step(lower.coefficients.shape),
        }
        .words();
        let reads = [&rows.view, &lower.coefficients.view, &upper.coefficients.view];
        let work = Work::Product(count, inputs, both);
        self.queue.run(&kernels::substitute::KERNEL, words, &reads, &out.view, work, false);
        // What is added to the offset is the least of A·offset over the two offsets: a box.
        let ends = Ball::Box { lower: lower.offset.clone(), upper: upper.offset.clone() };
        (out, self.concretize(rows, None, &ends))
    }

    fn pool(&self, _: &Window) -> Nothing {
        panic!("no kernel takes the largest of a window: ask `lacks` first");
    }

    fn largest(&self, pool: &Nothing, _: &GpuTensor) -> GpuTensor {
        match *pool {}
    }

    fn pick(&self, pool: &Nothing, _: Strategy, _: &Pair<GpuTensor>) -> Picked<GpuTensor> {
        match *pool {}
    }

    fn pick_backward(&self, pool: &Nothing, _: &GpuTensor, _: &Picked<GpuTensor>) -> (GpuTensor, GpuTensor) {
        match *pool {}
    }

    fn pick_forward(&self, pool: &Nothing, _: &Pair<Form<GpuTensor>>, _: &Picked<GpuTensor>) -> Pair<Form<GpuTensor>> {
        match *pool {}
    }

    fn concretize(&self, rows: &GpuTensor, offset: Option<&GpuTensor>, ball: &Ball<GpuTensor>) -> GpuTensor {
        let [batch, count, width] = rows.shape;
        let centre = match ball {
            Ball::Box { lower, .. } => lower,
            Ball::Norm { centre, .. } => centre,
        };
        let both = batch.max(centre.shape[0]).max(offset.map_or(1, |offset| offset.shape[0]));
        let out = self.empty([both, 1, count]);
        let (batch, rows_count, width) = (both as u32, count as u32, width as u32);
        let (rows_step, shifted) = (step(rows.shape), u32::from(offset.is_some()));
        let offset_step = offset.map_or(0, |offset| step(offset.shape));
        let shift = &offset.unwrap_or(rows).view;
        let work = Work::Rows(both * count);
        match ball {
            Ball::Box { lower, upper } => {
                let ends_step = step(lower.shape);
                let words = concretize_box::Shape {
                    batch,
                    rows: rows_count,
                    width,
                    rows_step,
                    ends_step,
                    offset_step,
                    shifted,
                }
                .words();
                let reads = [&rows.view, &lower.view, &upper.view, shift];
                self.queue.run(&concretize_box::KERNEL, words, &reads, &out.view, work, false);
            }
            Ball::Norm { centre, radius, dual } => {
                let words = concretize_ball::Shape {
                    batch,
                    rows: rows_count,
                    width,
                    rows_step,
                    centre_step: step(centre.shape),
                    radius_step: step(radius.shape),
                    offset_step,
                    shifted,
                    euclidean: u32::from(*dual == Dual::Two),
                }
                .words();
                let reads = [&rows.view, &centre.view, &radius.view, shift];
                self.queue.run(&concretize_ball::KERNEL, words, &reads, &out.view, work, false);
            }
        }
        out
    }

    fn concretize_forms(&self, forms: &Pair<Form<GpuTensor>>, ball: &Ball<GpuTensor>) -> Pair<GpuTensor> {
        Pair { lower: self.extreme(&forms.lower, ball, 1.0), upper: self.extreme(&forms.upper, ball, -1.0) }
    }
}

/// A strategy as the kernels know it.
pub(super) fn number(strategy: Strategy) -> u32 {
    match strategy {
        Strategy::Tight => 0,
        Strategy::Adaptive => 1,
        Strategy::Constant => 2,
    }
}

impl GpuTensor {
    /// Part of a buffer of several results.
    pub(super) fn part(&self, start: usize, shape: Shape) -> GpuTensor {
        let view = super::View { start: self.view.start + start, count: shape.iter().product(), ..self.view.clone() };
        GpuTensor { shape, view }
    }
}

impl Gpu {
    /// The least (`sign` 1) or greatest (−1) value of a form over a region.
    fn extreme(&self, form: &Form<GpuTensor>, ball: &Ball<GpuTensor>, sign: f32) -> GpuTensor {
        let [batch, inputs, width] = form.coefficients.shape;
        let centre = match ball {
            Ball::Box { lower, .. } => lower,
            Ball::Norm { centre, .. } => centre,
        };
        let both = batch.max(centre.shape[0]).max(form.offset.shape[0]);
        let out = self.empty([both, 1, width]);
        let (batch, inputs, columns) = (both as u32, inputs as u32, width as u32);
        let (forms_step, offset_step) = (step(form.coefficients.shape), step(form.offset.shape));
        let (forms, offset) = (&form.coefficients.view, &form.offset.view);
        let work = Work::Elements(both * width);
        match ball {
            Ball::Box { lower, upper } => {
                let ends_step = step(lower.shape);
                let words = concretize_columns_box::Shape {
                    batch,
                    inputs,
                    width: columns,
                    forms_step,
                    offset_step,
                    ends_step,
                    sign,
                }
                .words();
                let reads = [forms, offset, &lower.view, &upper.view];
                self.queue.run(&concretize_columns_box::KERNEL, words, &reads, &out.view, work, false);
            }
            Ball::Norm { centre, radius, dual } => {
                let words = concretize_columns_ball::Shape {
                    batch,
                    inputs,
                    width: columns,
                    forms_step,
                    offset_step,
                    centre_step: step(centre.shape),
                    radius_step: step(radius.shape),
                    euclidean: u32::from(*dual == Dual::Two),
                    sign,
                }
                .words();
                let reads = [forms, offset, &centre.view, &radius.view];
                self.queue.run(&concretize_columns_ball::KERNEL, words, &reads, &out.view, work, false);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::lacking;
    use crate::network::*;
    use std::sync::Arc;

    #[test]
    fn what_no_kernel_computes_is_named() {
        let pool = MaxPool { kernel: [1, 2], stride: [1, 1], padding: [0, 0] };
        let ramp = ParamRamp { slope: 0.0, bend: [1.0, 2.0].into(), shape: vec![1, 1, 2] };
        let rows: [(Arc<dyn Operator>, Option<&str>); 9] = [
            (Arc::new(Relu), None),
            (Arc::new(LeakyRelu { slope: 0.1 }), None),
            (Arc::new(ramp), None),
            (Arc::new(Clip { low: 0.0, high: 6.0 }), Some("clip")),
            (Arc::new(Sigmoid), Some("sigmoid")),
            (Arc::new(Tanh), Some("tanh")),
            (Arc::new(Elu { scale: 1.0 }), Some("elu")),
            (Arc::new(Softplus), Some("softplus")),
            (Arc::new(pool), Some("max_pool")),
        ];
        for (operator, wanted) in rows {
            let mut network = Network::new(&[1, 1, 2]).expect("a shape");
            network.push(Flatten).expect("fits");
            network.push(Reshape { shape: vec![1, 1, 2] }).expect("fits");
            network.push_from(operator, &[2]).expect("fits");
            assert_eq!(lacking(&network), wanted);
        }
    }
}
