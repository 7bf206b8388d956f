//! What the operators lower to: linear maps, as host data.

use std::sync::Arc;

/// The geometry of a convolution window sliding over `[channels, height, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Input channels, height and width.
    pub input: [usize; 3],
    /// Output channels, height and width.
    pub output: [usize; 3],
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Zeros above/below and left/right.
    pub padding: [usize; 2],
    /// Groups: input and output channels are cut into this many independent parts.
    pub groups: usize,
}

impl Window {
    /// Length of a flattened input.
    pub fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    /// The input elements that an output of pooling reads, in C order: those of its channel's window that are not padding.
    pub fn reads(&self, output: usize) -> impl Iterator<Item = usize> + use<> {
        let ([_, height, width], [_, rows, columns]) = (self.input, self.output);
        let channel = output / (rows * columns);
        let place = [output / columns % rows, output % columns];
        let along = |axis: usize, size: usize| {
            let start = place[axis] * self.stride[axis];
            let from = start.saturating_sub(self.padding[axis]);
            from..(start + self.kernel[axis]).saturating_sub(self.padding[axis]).min(size)
        };
        let (down, right) = (along(0, height), along(1, width));
        down.flat_map(move |y| right.clone().map(move |x| (channel * height + y) * width + x))
    }

    /// Length of a flattened output.
    pub fn output_len(&self) -> usize {
        self.output.iter().product()
    }

    /// Input channels of one group times kernel area: the weights of one output channel.
    pub fn patch_len(&self) -> usize {
        self.input[0] / self.groups * self.kernel[0] * self.kernel[1]
    }
}

/// A linear map from one flattened vector to another.
#[derive(Clone, Debug)]
pub enum Map {
    /// The vector itself, in another shape.
    Identity,
    /// A matrix in row-major order, one row per output.
    Dense {
        /// Outputs.
        rows: usize,
        /// Inputs.
        columns: usize,
        /// `rows × columns` weights.
        weight: Arc<[f32]>,
    },
    /// Cross-correlation with zero padding.
    Conv {
        /// Geometry.
        window: Window,
        /// `[out channels, in channels / groups, kernel height, kernel width]`.
        weight: Arc<[f64]>,
    },
    /// Elementwise scaling.
    Diagonal {
        /// One factor per element.
        scale: Arc<[f64]>,
        /// Shape of what is scaled.
        shape: Vec<usize>,
    },
}
