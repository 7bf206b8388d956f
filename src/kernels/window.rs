//! `shared/window.wgsl` in Rust: which elements a matrix or a convolution brings together.

use super::{Work, draw::Draw};
use crate::network;

super::words! {
    /// Geometry of a linear map; channels are those of one group.
    pub struct Window {
        rows: u32,
        groups: u32,
        inputs: u32,
        outputs: u32,
        in_height: u32,
        in_width: u32,
        out_height: u32,
        out_width: u32,
        kernel_height: u32,
        kernel_width: u32,
        stride_height: u32,
        stride_width: u32,
        pad_height: u32,
        pad_width: u32,
        splits: u32,
        section: u32,
        biased: u32,
        first: u32,
        count: u32,
        turned: u32,
        reach_height: u32,
        reach_width: u32,
    }
}

impl Window {
    /// A matrix: a convolution of images of one pixel.
    pub(crate) fn dense(outputs: usize, inputs: usize) -> Self {
        Window {
            groups: 1,
            inputs: inputs as u32,
            outputs: outputs as u32,
            in_height: 1,
            in_width: 1,
            out_height: 1,
            out_width: 1,
            kernel_height: 1,
            kernel_width: 1,
            stride_height: 1,
            stride_width: 1,
            rows: 1,
            splits: 1,
            reach_height: 1,
            reach_width: 1,
            ..Window::default()
        }
    }

    /// A convolution.
    pub(crate) fn conv(window: &network::Window) -> Self {
        let side = |sides: [usize; 2]| sides.map(|side| side as u32);
        let [[_, in_height, in_width], [_, out_height, out_width]] =
            [window.input, window.output].map(|shape| shape.map(|side| side as u32));
        let [kernel_height, kernel_width] = side(window.kernel);
        let [stride_height, stride_width] = side(window.stride);
        let [pad_height, pad_width] = side(window.padding);
        Window {
            rows: 1,
            groups: window.groups as u32,
            inputs: (window.input[0] / window.groups) as u32,
            outputs: (window.output[0] / window.groups) as u32,
            in_height,
            in_width,
            out_height,
            out_width,
            kernel_height,
            kernel_width,
            stride_height,
            stride_width,
            pad_height,
            pad_width,
            splits: 1,
            reach_height: kernel_height.div_ceil(stride_height),
            reach_width: kernel_width.div_ceil(stride_width),
            ..Window::default()
        }
    }

    pub(crate) fn kernel_area(&self) -> usize {
        (self.kernel_height * self.kernel_width) as usize
    }

    pub(crate) fn patch_length(&self) -> usize {
        self.inputs as usize * self.kernel_area()
    }

    pub(crate) fn out_area(&self) -> usize {
        (self.out_height * self.out_width) as usize
    }

    pub(crate) fn in_area(&self) -> usize {
        (self.in_height * self.in_width) as usize
    }

    pub(crate) fn out_len(&self) -> usize {
        (self.groups * self.outputs) as usize * self.out_area()
    }

    pub(crate) fn in_len(&self) -> usize {
        (self.groups * self.inputs) as usize * self.in_area()
    }

    /// Strides of the window that the inputs lie in, down and across.
    fn strides(&self) -> [usize; 2] {
        let count = |side: u32, pad: u32, stride: u32| ((side - 1 + pad) / stride - pad / stride + 1) as usize;
        [
            count(self.in_height, self.pad_height, self.stride_height),
            count(self.in_width, self.pad_width, self.stride_width),
        ]
    }

    /// Work of a product onto the outputs.
    pub(crate) fn forward(&self) -> Work {
        Work::Product(self.rows as usize * self.out_area(), self.outputs as usize, self.groups as usize)
    }

    /// Work of a product onto the inputs: a row for each stride of the window, with its pixels as columns.
    pub(crate) fn backward(&self) -> Work {
        let [high, wide] = self.strides();
        let columns = self.inputs * self.stride_height * self.stride_width;
        Work::Product(self.rows as usize * high * wide, columns as usize, self.groups as usize)
    }

    /// Work of a product onto the weights.
    pub(crate) fn gradient(&self) -> Work {
        Work::Product(self.outputs as usize, self.patch_length(), (self.groups * self.splits) as usize)
    }

    /// Output pixels in each part of a weight gradient.
    pub(super) fn part(&self) -> usize {
        (self.rows as usize * self.out_area()).div_ceil(self.splits as usize)
    }

    pub(crate) fn weights(&self) -> usize {
        (self.groups * self.outputs) as usize * self.patch_length()
    }

    pub(super) fn out_element(&self, group: usize, channel: usize, pixel: usize) -> usize {
        let area = self.out_area();
        ((pixel / area * self.groups as usize + group) * self.outputs as usize + channel) * area + pixel % area
    }

    pub(super) fn in_element(&self, group: usize, channel: usize, pixel: usize) -> usize {
        let area = self.in_area();
        ((pixel / area * self.groups as usize + group) * self.inputs as usize + channel) * area + pixel % area
    }

    pub(super) fn weight_of(&self, group: usize, channel: usize, tap: usize) -> usize {
        (group * self.outputs as usize + channel) * self.patch_length() + tap
    }

    /// Every term of the map: an input element, a weight, an output element.
    pub(super) fn each(&self, mut meet: impl FnMut(Meeting)) {
        for group in 0..self.groups as usize {
            for pixel in 0..self.rows as usize * self.out_area() {
                for tap in 0..self.patch_length() {
                    let Some(input) = self.seen(group, pixel, tap) else { continue };
                    for channel in 0..self.outputs as usize {
                        let output = self.out_element(group, channel, pixel);
                        meet(Meeting { pixel, input, output, weight: self.weight_of(group, channel, tap) });
                    }
                }
            }
        }
    }

    fn seen(&self, group: usize, pixel: usize, tap: usize) -> Option<usize> {
        let place = pixel % self.out_area();
        let (channel, offset) = (tap / self.kernel_area(), tap % self.kernel_area());
        let width = self.out_width as usize;
        let y = (place / width * self.stride_height as usize + offset / self.kernel_width as usize)
            .checked_sub(self.pad_height as usize)?;
        let x = (place % width * self.stride_width as usize + offset % self.kernel_width as usize)
            .checked_sub(self.pad_width as usize)?;
        if y >= self.in_height as usize || x >= self.in_width as usize {
            return None;
        }
        let row = pixel / self.out_area();
        Some(self.in_element(group, channel, row * self.in_area() + y * self.in_width as usize + x))
    }

    /// A random matrix or convolution, and whether it is a matrix.
    pub(super) fn draw(draw: &mut Draw) -> (Self, bool) {
        if draw.coin() {
            let window = Window { rows: draw.size(70) as u32, ..Window::dense(draw.size(70), draw.size(70)) };
            return (window, true);
        }
        if let Some(factor) = draw.factor() {
            // As the second layer of a network for digits.
            let sides = ([16, 14, 14], [32, 7, 7]);
            let spec = network::Window {
                input: sides.0,
                output: sides.1,
                kernel: [4, 4],
                stride: [2, 2],
                padding: [1, 1],
                groups: 1,
            };
            return (Window { rows: 4 * factor as u32, ..Window::conv(&spec) }, false);
        }
        let (kernel, stride, padding) =
            ([draw.size(4), draw.size(4)], [draw.size(3), draw.size(3)], [draw.below(2), draw.below(3)]);
        let groups = 1 + draw.below(2);
        let (inputs, outputs) = (groups * draw.size(3), groups * draw.size(35));
        let input = [inputs, kernel[0] + draw.size(5), kernel[1] + draw.size(5)];
        let side = |axis: usize| (input[axis + 1] + 2 * padding[axis] - kernel[axis]) / stride[axis] + 1;
        let spec = network::Window { input, output: [outputs, side(0), side(1)], kernel, stride, padding, groups };
        (Window { rows: draw.size(4) as u32, ..Window::conv(&spec) }, false)
    }
}

/// One product of a convolution.
pub(super) struct Meeting {
    /// Output pixel of all rows.
    pub(super) pixel: usize,
    pub(super) input: usize,
    pub(super) output: usize,
    pub(super) weight: usize,
}
