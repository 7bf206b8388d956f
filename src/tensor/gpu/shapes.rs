//! Operations on the device that only move or combine elements.

use super::{Gpu, GpuTensor, memory::section};
use crate::{
    kernels::{Work, add, copy, diagonal_interval, identity, multiply, sum_to},
    tensor::{Pair, Shape},
};
use std::ops::Range;

/// Elements from one item and from one row of a tensor to the next; 0 where one is broadcast.
fn steps([batch, rows, width]: Shape) -> [u32; 2] {
    let item = if batch == 1 { 0 } else { rows * width };
    let row = if rows == 1 { 0 } else { width };
    [item as u32, row as u32]
}

/// Elements from one item to the next; 0 where one is broadcast.
pub(super) fn step([batch, rows, width]: Shape) -> u32 {
    if batch == 1 { 0 } else { (rows * width) as u32 }
}

/// The shape of two tensors combined.
fn broadcast(a: Shape, b: Shape) -> Shape {
    [a[0].max(b[0]), a[1].max(b[1]), a[2]]
}

impl Gpu {
    pub(super) fn plus(&self, a: &GpuTensor, b: &GpuTensor) -> GpuTensor {
        let shape = broadcast(a.shape, b.shape);
        let ([a_batch, a_row], [b_batch, b_row]) = (steps(a.shape), steps(b.shape));
        let [batch, rows, width] = shape.map(|side| side as u32);
        let words = add::Shape { batch, rows, width, a_batch, a_row, b_batch, b_row }.words();
        let out = self.empty(shape);
        let work = Work::Elements(shape.iter().product());
        self.queue.run(&add::KERNEL, words, &[&a.view, &b.view], &out.view, work, false);
        out
    }

    /// a ∘ b, or a ∘ b + c.
    pub(super) fn multiply(&self, a: &GpuTensor, b: &GpuTensor, c: Option<&GpuTensor>) -> GpuTensor {
        let shape = broadcast(a.shape, b.shape);
        let shape = c.map_or(shape, |c| broadcast(shape, c.shape));
        let ([a_batch, a_row], [b_batch, b_row]) = (steps(a.shape), steps(b.shape));
        let [c_batch, c_row] = c.map_or([0, 0], |c| steps(c.shape));
        let [batch, rows, width] = shape.map(|side| side as u32);
        let shifted = u32::from(c.is_some());
        let words =
            multiply::Shape { batch, rows, width, a_batch, a_row, b_batch, b_row, c_batch, c_row, shifted }.words();
        let out = self.empty(shape);
        let reads = [&a.view, &b.view, &c.unwrap_or(b).view];
        self.queue.run(&multiply::KERNEL, words, &reads, &out.view, Work::Elements(shape.iter().product()), false);
        out
    }

    /// factor·a.
    pub(super) fn times(&self, a: &GpuTensor, factor: f32) -> GpuTensor {
        let out = self.empty(a.shape);
        let [batch, rows, width] = a.shape;
        self.place(a, [0, rows * width, width, 1], [batch, rows, width], factor, &out, [0, rows * width, width, 1]);
        out
    }

    /// Copies `sides` of a tensor, from and to places given by a start and three steps.
    pub(super) fn place(
        &self,
        a: &GpuTensor,
        from: [usize; 4],
        sides: Shape,
        factor: f32,
        out: &GpuTensor,
        to: [usize; 4],
    ) {
        let [batch, rows, width] = sides.map(|side| side as u32);
        let [from_start, from_batch, from_row, from_column] = from.map(|step| step as u32);
        let [to_start, to_batch, to_row, to_column] = to.map(|step| step as u32);
        let words = copy::Shape {
            batch,
            rows,
            width,
            factor,
            from_start,
            from_batch,
            from_row,
            from_column,
            to_start,
            to_batch,
            to_row,
            to_column,
        }
        .words();
        let count: usize = sides.iter().product();
        if count > 0 {
            self.queue.run(&copy::KERNEL, words, &[&a.view], &out.view, Work::Elements(count), false);
        }
    }

    /// Rows and columns out of a tensor.
    pub(super) fn block(&self, a: &GpuTensor, rows: Range<usize>, columns: Range<usize>) -> GpuTensor {
        let [batch, all_rows, width] = a.shape;
        if rows == (0..all_rows) && columns == (0..width) {
            return a.clone();
        }
        let shape = [batch, rows.len(), columns.len()];
        let out = self.empty(shape);
        let from = [rows.start * width + columns.start, all_rows * width, width, 1];
        self.place(a, from, shape, 1.0, &out, [0, shape[1] * shape[2], shape[2], 1]);
        out
    }

    /// Joins tensors along rows (axis 1) or width (axis 2); a batch of 1 is repeated where others have more.
    pub(super) fn joined(&self, parts: &[GpuTensor], axis: usize) -> GpuTensor {
        if let [only] = parts {
            return only.clone();
        }
        let mut shape = parts[0].shape;
        shape[0] = parts.iter().map(|part| part.shape[0]).max().unwrap_or(1);
        shape[axis] = parts.iter().map(|part| part.shape[axis]).sum();
        let out = self.empty(shape);
        let mut at = 0;
        for part in parts {
            let [_, rows, width] = part.shape;
            let start = if axis == 1 { at * shape[2] } else { at };
            let from = [0, step(part.shape) as usize, width, 1];
            let to = [start, shape[1] * shape[2], shape[2], 1];
            self.place(part, from, [shape[0], rows, width], 1.0, &out, to);
            at += part.shape[axis];
        }
        out
    }

    /// Rows and width exchanged.
    pub(super) fn turned(&self, a: &GpuTensor) -> GpuTensor {
        let [batch, rows, width] = a.shape;
        let out = self.empty([batch, width, rows]);
        self.place(a, [0, rows * width, 1, width], [batch, width, rows], 1.0, &out, [0, rows * width, rows, 1]);
        out
    }

    /// Rows of the identity of size `n`, or of a diagonal matrix, `[1, rows, n]`.
    pub(super) fn diagonal(&self, rows: Range<usize>, n: usize, scale: Option<&GpuTensor>) -> GpuTensor {
        let shape = [1, rows.len(), n];
        let out = self.empty(shape);
        let scaled = u32::from(scale.is_some());
        let words =
            identity::Shape { rows: rows.len() as u32, width: n as u32, first: rows.start as u32, scaled }.words();
        let none = self.nothing();
        let work = Work::Elements(rows.len() * n);
        self.queue.run(&identity::KERNEL, words, &[&scale.unwrap_or(&none).view], &out.view, work, false);
        out
    }

    /// Stands in for an operand that is left out.
    pub(super) fn nothing(&self) -> GpuTensor {
        self.empty([1, 1, 1])
    }

    /// Intervals through a diagonal.
    pub(super) fn scaled_interval(
        &self,
        scale: &GpuTensor,
        bias: Option<&GpuTensor>,
        range: &Pair<GpuTensor>,
    ) -> Pair<GpuTensor> {
        let shape = range.lower.shape;
        let count: usize = shape.iter().product();
        let [lower, upper] = self.sections(shape);
        let words = diagonal_interval::Shape {
            count: count as u32,
            width: shape[2] as u32,
            section: section(count) as u32,
            biased: u32::from(bias.is_some()),
        }
        .words();
        let reads = [&range.lower.view, &range.upper.view, &scale.view, &bias.unwrap_or(scale).view];
        let whole = lower.whole(2 * section(count));
        self.queue.run(&diagonal_interval::KERNEL, words, &reads, &whole, Work::Elements(count), false);
        Pair { lower, upper }
    }

    /// Sums over the batch and rows in which `target` was broadcast.
    pub(super) fn summed(&self, a: &GpuTensor, target: Shape) -> GpuTensor {
        if a.shape == target {
            return a.clone();
        }
        let [batch, rows, width] = a.shape.map(|side| side as u32);
        let words = sum_to::Shape { batch, rows, width, to_batch: target[0] as u32, to_rows: target[1] as u32 }.words();
        let out = self.empty(target);
        let work = Work::Elements(target.iter().product());
        self.queue.run(&sum_to::KERNEL, words, &[&a.view], &out.view, work, false);
        out
    }
}
