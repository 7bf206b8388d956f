//! Windows that slide over images.

use crate::network::Sliding;

/// A window that slides over an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) input: [usize; 3],
    pub(super) output: [usize; 3],
    pub(super) sliding: Sliding,
    pub(super) groups: usize,
}

impl Window {
    /// For each place of a window at an output pixel: its number in the kernel and the input pixel's place in its channel.
    pub(super) fn reads(&self, row: usize, column: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let Sliding { kernel: [height, width], stride, padding } = self.sliding;
        let [_, rows, columns] = self.input;
        (0..height * width).filter_map(move |place| {
            let y = (row * stride[0] + place / width).checked_sub(padding[0]).filter(|&y| y < rows)?;
            let x = (column * stride[1] + place % width).checked_sub(padding[1]).filter(|&x| x < columns)?;
            Some((place, y * columns + x))
        })
    }

    /// The elements of the input that an element of a pooling's output reads.
    pub(super) fn pooled(&self, output: usize) -> impl Iterator<Item = usize> + use<> {
        let ([_, rows, columns], [_, height, width]) = (self.output, self.input);
        let channel = output / (rows * columns);
        self.reads(output / columns % rows, output % columns).map(move |(_, pixel)| channel * height * width + pixel)
    }
}
