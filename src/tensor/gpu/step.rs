//! What a training step on the device needs beside adjoints: its inputs, Adam, and the numbers it reports.

use super::{Gpu, GpuTensor, Recording, memory::section};
use crate::{
    kernels::{self, Work},
    tensor::{Pair, Shape},
};

impl GpuTensor {
    /// Shape.
    pub(crate) fn sides(&self) -> Shape {
        self.shape
    }

    /// A part that starts at a multiple of 64.
    pub(crate) fn section(&self, start: usize, shape: Shape) -> GpuTensor {
        debug_assert_eq!(start % 64, 0);
        self.part(start, shape)
    }
}

/// Numbers taken by `count` numbers where others follow.
pub(crate) fn room(count: usize) -> usize {
    section(count)
}

impl Gpu {
    /// The clipped box of radius ε around images; ε is `[1, 1, 1]`.
    pub(crate) fn clipped_box(&self, pixels: &GpuTensor, epsilon: &GpuTensor) -> Pair<GpuTensor> {
        let count: usize = pixels.shape.iter().product();
        let [lower, upper] = self.sections(pixels.shape);
        let words = kernels::clipped_box::Shape { count: count as u32, section: section(count) as u32 }.words();
        let whole = lower.whole(2 * section(count));
        let reads = [&pixels.view, &epsilon.view];
        self.queue.run(&kernels::clipped_box::KERNEL, words, &reads, &whole, Work::Elements(count), false);
        Pair { lower, upper }
    }

    /// Margin rows of labels given as numbers, `[images, classes − 1, classes]`.
    pub(crate) fn margin_rows(&self, labels: &GpuTensor, images: usize, classes: usize) -> GpuTensor {
        let out = self.empty([images, classes - 1, classes]);
        let words = kernels::margin_rows::Shape { images: images as u32, classes: classes as u32 }.words();
        let work = Work::Elements(images * (classes - 1) * classes);
        self.queue.run(&kernels::margin_rows::KERNEL, words, &[&labels.view], &out.view, work, false);
        out
    }

    /// 1 for every image of which some margin is not above 0, `[images, 1, 1]`.
    pub(crate) fn unheld(&self, margins: &GpuTensor) -> GpuTensor {
        let [images, _, width] = margins.shape;
        let out = self.empty([images, 1, 1]);
        let words = kernels::unheld::Shape { images: images as u32, width: width as u32 }.words();
        self.queue.run(&kernels::unheld::KERNEL, words, &[&margins.view], &out.view, Work::Elements(images), false);
        out
    }

    /// Sums of `rows` equal parts of a tensor, or of their squares, written from `start` on.
    pub(crate) fn sums_into(&self, a: &GpuTensor, rows: usize, squared: bool, out: &GpuTensor, start: usize) {
        let width = a.view.count / rows;
        let words = kernels::row_sums::Shape {
            rows: rows as u32,
            width: width as u32,
            squared: u32::from(squared),
            start: start as u32,
        }
        .words();
        self.queue.run(&kernels::row_sums::KERNEL, words, &[&a.view], &out.view, Work::Rows(rows), false);
    }

    /// Copies all of a tensor into another one, from `start` on.
    pub(crate) fn copy_into(&self, a: &GpuTensor, out: &GpuTensor, start: usize) {
        let count = a.view.count;
        self.place(a, [0, 0, 0, 1], [1, 1, count], 1.0, out, [start, 0, 0, 1]);
    }

    /// Every number `times` times in a row: a convolution's bias for every pixel.
    pub(crate) fn repeated(&self, a: &GpuTensor, times: usize) -> GpuTensor {
        let count = a.view.count;
        let out = self.empty([1, 1, count * times]);
        self.place(a, [0, 0, 1, 0], [1, count, times], 1.0, &out, [0, 0, times, 1]);
        out
    }

    /// What Adam needs of a step (see the kernel), from sums of squares tensor by tensor, `[1, 1, 5]`.
    pub(crate) fn rates(&self, squares: &GpuTensor, given: &GpuTensor) -> GpuTensor {
        let out = self.empty([1, 1, 5]);
        let words = kernels::rates::Shape { count: squares.view.count as u32 }.words();
        let reads = [&squares.view, &given.view];
        self.queue.run(&kernels::rates::KERNEL, words, &reads, &out.view, Work::Rows(1), false);
        out
    }

    /// Moves values against their gradient, in place; `state` holds `count` values, means and squares, each with its [`room`]. `least` is what
    /// they are held to, `pull` the weight of their ℓ1 where they are decayed.
    pub(crate) fn adam(
        &self,
        state: &GpuTensor,
        count: usize,
        gradient: &GpuTensor,
        rates: &GpuTensor,
        least: Option<f32>,
        pull: Option<f32>,
    ) {
        let words = kernels::adam::Shape {
            count: count as u32,
            section: section(count) as u32,
            floored: u32::from(least.is_some()),
            least: least.unwrap_or(0.0),
            decayed: u32::from(pull.is_some()),
            l1: pull.unwrap_or(0.0),
        }
        .words();
        let reads = [&gradient.view, &rates.view];
        self.queue.run(&kernels::adam::KERNEL, words, &reads, &state.view, Work::Elements(count), false);
    }

    /// Takes values into their running mean, which stands after their squares, by a share `[1, 1, 1]`.
    pub(crate) fn average(&self, state: &GpuTensor, count: usize, share: &GpuTensor) {
        let words = kernels::average::Shape { count: count as u32, section: section(count) as u32 }.words();
        self.queue.run(&kernels::average::KERNEL, words, &[&share.view], &state.view, Work::Elements(count), false);
    }

    /// A tensor whose numbers are still to be computed.
    pub(crate) fn blank(&self, shape: Shape) -> GpuTensor {
        self.empty(shape)
    }

    /// Runs a recording once for each part of `batches`, which becomes `input` for that run, and gathers what each leaves in
    /// `report`, `[runs, 1, n]`: all in one submission.
    pub(crate) fn replay(
        &self,
        recording: &Recording,
        input: &GpuTensor,
        batches: &[f32],
        report: &GpuTensor,
    ) -> GpuTensor {
        let runs = batches.len() / input.view.count;
        let all = self.put([runs, 1, input.view.count], batches);
        let reports = self.empty([runs, 1, report.view.count]);
        recording.run_each(&all.view, &input.view, &report.view, &reports.view);
        reports
    }
}
