//! Gradients on the device, and the operations of a training loss.

use super::{
    Gpu, GpuCurves, GpuMap, GpuTensor,
    backend::{Nothing, number},
    memory::section,
    shapes::step,
};
use crate::{
    activation::Strategy,
    kernels::{self, Work},
    tensor::{Backend, Differentiable, Pair, Shape},
};

impl Differentiable for Gpu {
    fn sum_to(&self, gradient: &GpuTensor, shape: Shape) -> GpuTensor {
        self.summed(gradient, shape)
    }

    fn scale(&self, a: &GpuTensor, factor: f64) -> GpuTensor {
        self.times(a, factor as f32)
    }

    fn map_gradient(&self, map: &GpuMap, input: &GpuTensor, output: &GpuTensor) -> GpuTensor {
        let rows = input.shape[0] * input.shape[1];
        map.gradient(self, &kernels::map_gradient::KERNEL, &[input, output], rows)
    }

    fn interval_gradient(
        &self,
        map: &GpuMap,
        range: &Pair<GpuTensor>,
        gradient: &Pair<GpuTensor>,
        wanted: bool,
    ) -> (Option<Pair<GpuTensor>>, GpuTensor) {
        let rows = range.lower.shape[0] * range.lower.shape[1];
        let reads = [&range.lower, &range.upper, &gradient.lower, &gradient.upper];
        let weights = map.gradient(self, &kernels::interval_gradient::KERNEL, &reads, rows);
        (wanted.then(|| map.interval_transpose(self, gradient)), weights)
    }

    fn activate_gradient(
        &self,
        curves: &GpuCurves,
        z: &GpuTensor,
        gradient: &GpuTensor,
    ) -> (GpuTensor, Option<GpuTensor>) {
        let count: usize = z.shape.iter().product();
        let [into, bends] = self.sections(z.shape);
        let words = kernels::activate_gradient::Shape {
            count: count as u32,
            width: curves.width as u32,
            bends: u32::from(curves.bend.is_some()),
            slope: curves.slope,
            section: section(count) as u32,
        }
        .words();
        let reads = [&z.view, &gradient.view, &curves.bend.as_ref().unwrap_or(z).view];
        let whole = into.whole(2 * section(count));
        self.queue.run(&kernels::activate_gradient::KERNEL, words, &reads, &whole, Work::Elements(count), false);
        (into, curves.bend.is_some().then(|| self.summed(&bends, [1, 1, curves.width])))
    }

    fn largest_gradient(&self, pool: &Nothing, _: &GpuTensor, _: &GpuTensor) -> GpuTensor {
        match *pool {}
    }

    fn relax_gradient(
        &self,
        curves: &GpuCurves,
        strategy: Strategy,
        range: &Pair<GpuTensor>,
        gradient: [&GpuTensor; 4],
    ) -> (Pair<GpuTensor>, Option<GpuTensor>) {
        let shape = range.lower.shape;
        let count: usize = shape.iter().product();
        let [lower, upper, bends] = self.sections(shape);
        let words = kernels::relax_gradient::Shape {
            count: count as u32,
            width: curves.width as u32,
            bends: u32::from(curves.bend.is_some()),
            slope: curves.slope,
            strategy: number(strategy),
            section: section(count) as u32,
        }
        .words();
        let bend = &curves.bend.as_ref().unwrap_or(&range.lower).view;
        let [below, above, at_below, at_above] = gradient.map(|gradient| &gradient.view);
        let reads = [&range.lower.view, &range.upper.view, bend, below, above, at_below, at_above];
        let whole = lower.whole(3 * section(count));
        self.queue.run(&kernels::relax_gradient::KERNEL, words, &reads, &whole, Work::Elements(count), false);
        (Pair { lower, upper }, curves.bend.is_some().then(|| self.summed(&bends, [1, 1, curves.width])))
    }

    fn relax_backward_gradient(
        &self,
        rows: &GpuTensor,
        lines: [&GpuTensor; 4],
        rows_gradient: &GpuTensor,
        offset_gradient: &GpuTensor,
    ) -> (GpuTensor, [GpuTensor; 4]) {
        let [batch, count, width] = rows_gradient.shape;
        let (first, each) = (section(batch * count * width), section(batch * width));
        let whole = self.empty([1, 1, first + 4 * each]);
        let words = kernels::relax_backward_gradient::Shape {
            batch: batch as u32,
            rows: count as u32,
            width: width as u32,
            rows_step: step(rows.shape),
            lines_step: step(lines[0].shape),
            first: first as u32,
            section: each as u32,
        }
        .words();
        let [below, above, at_below, at_above] = lines.map(|line| &line.view);
        let reads = [&rows.view, below, above, at_below, at_above, &rows_gradient.view, &offset_gradient.view];
        let work = Work::Elements(batch * width);
        self.queue.run(&kernels::relax_backward_gradient::KERNEL, words, &reads, &whole.view, work, false);
        let line = |index: usize| whole.part(first + index * each, [batch, 1, width]);
        (whole.part(0, rows_gradient.shape), std::array::from_fn(line))
    }

    fn concretize_gradient(
        &self,
        rows: &GpuTensor,
        range: &Pair<GpuTensor>,
        gradient: &GpuTensor,
    ) -> (GpuTensor, Pair<GpuTensor>) {
        let ([batch, _, count], [_, _, width]) = (gradient.shape, rows.shape);
        let (first, each) = (section(batch * count * width), section(batch * width));
        let whole = self.empty([1, 1, first + 2 * each]);
        let words = kernels::concretize_gradient::Shape {
            batch: batch as u32,
            rows: count as u32,
            width: width as u32,
            rows_step: step(rows.shape),
            ends_step: step(range.lower.shape),
            first: first as u32,
            section: each as u32,
        }
        .words();
        let reads = [&rows.view, &range.lower.view, &range.upper.view, &gradient.view];
        let work = Work::Elements(batch * width);
        self.queue.run(&kernels::concretize_gradient::KERNEL, words, &reads, &whole.view, work, false);
        let end = |index: usize| whole.part(first + index * each, [batch, 1, width]);
        (whole.part(0, [batch, count, width]), Pair { lower: end(0), upper: end(1) })
    }

    fn dot_gradient(&self, rows: &GpuTensor, v: &GpuTensor, gradient: &GpuTensor) -> (GpuTensor, GpuTensor) {
        let ([batch, _, count], [_, _, width]) = (gradient.shape, rows.shape);
        let first = section(batch * count * width);
        let whole = self.empty([1, 1, first + batch * width]);
        let words = kernels::dot_gradient::Shape {
            batch: batch as u32,
            rows: count as u32,
            width: width as u32,
            rows_step: step(rows.shape),
            vector_step: step(v.shape),
            section: first as u32,
        }
        .words();
        let reads = [&rows.view, &v.view, &gradient.view];
        let work = Work::Elements(batch * width);
        self.queue.run(&kernels::dot_gradient::KERNEL, words, &reads, &whole.view, work, false);
        (whole.part(0, [batch, count, width]), whole.part(first, [batch, 1, width]))
    }

    fn margin_loss(&self, margins: &GpuTensor) -> GpuTensor {
        let [batch, _, width] = margins.shape;
        let out = self.empty([batch, 1, 1]);
        let words = kernels::margin_loss::Shape { images: batch as u32, width: width as u32 }.words();
        let work = Work::Elements(batch);
        self.queue.run(&kernels::margin_loss::KERNEL, words, &[&margins.view], &out.view, work, false);
        out
    }

    fn margin_loss_gradient(&self, margins: &GpuTensor, gradient: &GpuTensor) -> GpuTensor {
        let [batch, _, width] = margins.shape;
        let out = self.empty(margins.shape);
        let words = kernels::margin_loss_gradient::Shape { images: batch as u32, width: width as u32 }.words();
        let reads = [&margins.view, &gradient.view];
        self.queue.run(&kernels::margin_loss_gradient::KERNEL, words, &reads, &out.view, Work::Elements(batch), false);
        out
    }

    fn blend(&self, first: &GpuTensor, second: &GpuTensor, share: &GpuTensor) -> GpuTensor {
        let count: usize = first.shape.iter().product();
        let out = self.empty(first.shape);
        let words = kernels::blend::Shape { count: count as u32 }.words();
        let reads = [&first.view, &second.view, &share.view];
        self.queue.run(&kernels::blend::KERNEL, words, &reads, &out.view, Work::Elements(count), false);
        out
    }

    fn blend_gradient(&self, share: &GpuTensor, gradient: &GpuTensor) -> (GpuTensor, GpuTensor) {
        let count: usize = gradient.shape.iter().product();
        let [first, second] = self.sections(gradient.shape);
        let words = kernels::blend_gradient::Shape { count: count as u32, section: section(count) as u32 }.words();
        let reads = [&gradient.view, &share.view];
        let whole = first.whole(2 * section(count));
        self.queue.run(&kernels::blend_gradient::KERNEL, words, &reads, &whole, Work::Elements(count), false);
        (first, second)
    }

    fn tightness(&self, reference: &Pair<GpuTensor>, range: &Pair<GpuTensor>) -> GpuTensor {
        self.growth(reference, range).part(0, [1, 1, 1])
    }

    fn tightness_gradient(
        &self,
        reference: &Pair<GpuTensor>,
        range: &Pair<GpuTensor>,
        gradient: &GpuTensor,
    ) -> (Pair<GpuTensor>, Pair<GpuTensor>) {
        let slopes = self.growth(reference, range);
        let spread = |pair: &Pair<GpuTensor>, index: u32| {
            let shape = pair.lower.shape;
            let count: usize = shape.iter().product();
            let [lower, upper] = self.sections(shape);
            let words = kernels::spread::Shape { count: count as u32, section: section(count) as u32, index }.words();
            let reads = [&slopes.view, &gradient.view];
            let whole = lower.whole(2 * section(count));
            self.queue.run(&kernels::spread::KERNEL, words, &reads, &whole, Work::Elements(count), false);
            Pair { lower, upper }
        };
        (spread(reference, 1), spread(range, 2))
    }

    fn balance(&self, range: &Pair<GpuTensor>) -> GpuTensor {
        self.balance_sums(range).part(0, [1, 1, 1])
    }

    fn balance_gradient(&self, range: &Pair<GpuTensor>, gradient: &GpuTensor) -> Pair<GpuTensor> {
        let sums = self.balance_sums(range);
        let shape = range.lower.shape;
        let count: usize = shape.iter().product();
        let out = self.empty(shape);
        let words = kernels::balance_gradient::Shape { count: count as u32 }.words();
        let reads = [&range.lower.view, &range.upper.view, &sums.view, &gradient.view];
        self.queue.run(&kernels::balance_gradient::KERNEL, words, &reads, &out.view, Work::Elements(count), false);
        Pair { lower: out.clone(), upper: out }
    }
}

impl Gpu {
    /// The penalty on growth and its derivatives by each width.
    fn growth(&self, before: &Pair<GpuTensor>, after: &Pair<GpuTensor>) -> GpuTensor {
        let out = self.empty([1, 1, 3]);
        let count = |pair: &Pair<GpuTensor>| self.shape(&pair.lower).iter().product::<usize>() as u32;
        let words = kernels::tightness::Shape { before: count(before), after: count(after) }.words();
        let reads = [&before.lower.view, &before.upper.view, &after.lower.view, &after.upper.view];
        self.queue.run(&kernels::tightness::KERNEL, words, &reads, &out.view, Work::Rows(1), false);
        out
    }

    /// The penalty on imbalance and what its adjoint needs.
    fn balance_sums(&self, range: &Pair<GpuTensor>) -> GpuTensor {
        let out = self.empty([1, 1, 10]);
        let count: usize = range.lower.shape.iter().product();
        let words = kernels::balance::Shape { count: count as u32 }.words();
        let reads = [&range.lower.view, &range.upper.view];
        self.queue.run(&kernels::balance::KERNEL, words, &reads, &out.view, Work::Rows(1), false);
        out
    }
}
