//! Two-dimensional convolution (cross-correlation, zero padding).

use super::operator::{Affine, MOST, Operator, Role, Tensor, bounded, expect_len, image};
use super::parts::Parts;
use super::{Map, Window};
use std::sync::Arc;

/// Cross-correlation with `weight` of shape `[outputs, inputs / groups, kernel height, kernel width]`.
#[derive(Clone, Debug)]
pub struct Conv2d {
    /// Output channels.
    pub outputs: usize,
    /// Input channels.
    pub inputs: usize,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Zeros above/below and left/right.
    pub padding: [usize; 2],
    /// Independent parts that the channels are cut into.
    pub groups: usize,
    /// Weights in C order.
    pub weight: Arc<[f32]>,
    /// One bias per output channel.
    pub bias: Option<Arc<[f32]>>,
}

/// Most numbers that one group's windows may read together.
const COLUMNS: usize = 1 << 26;

/// The window that slides over an input, or why it cannot.
pub(super) fn slide(
    input: [usize; 3],
    channels: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    groups: usize,
) -> Result<Window, String> {
    if bounded(&[input[0] / groups, kernel[0], kernel[1]]).is_none() {
        return Err(format!("the kernel {kernel:?} has more than {MOST} weights"));
    }
    let mut output = [channels, 0, 0];
    for axis in 0..2 {
        if kernel[axis] == 0 || stride[axis] == 0 {
            return Err("kernel and stride must be at least 1".into());
        }
        // A wider step than any map has no use; that keeps positions from overflowing.
        if stride[axis] > MOST {
            return Err(format!("the stride {stride:?} is larger than {MOST}"));
        }
        if padding[axis] >= kernel[axis] {
            return Err(format!("padding {padding:?} must be smaller than the kernel {kernel:?}"));
        }
        // Neither overflows: padding is below the kernel, the kernel and the input are below 2²⁵.
        let room = (input[axis + 1] + 2 * padding[axis]).checked_sub(kernel[axis]);
        let room = room.ok_or_else(|| format!("kernel {kernel:?} is larger than the padded input {input:?}"))?;
        output[axis + 1] = room / stride[axis] + 1;
    }
    // A convolution on the CPU writes out one column per output position, as high as the kernel.
    let columns = [input[0] / groups, kernel[0], kernel[1], output[1], output[2]];
    if columns.iter().try_fold(1usize, |product, &size| product.checked_mul(size)).is_none_or(|size| size > COLUMNS) {
        let [_, height, width] = output;
        return Err(format!("the kernel {kernel:?} at {height}×{width} positions reads more than {COLUMNS} numbers"));
    }
    Ok(Window { input, output, kernel, stride, padding, groups })
}

impl Conv2d {
    fn window(&self, inputs: &[&[usize]]) -> Result<Window, String> {
        let input = image(inputs)?;
        if input[0] != self.inputs {
            return Err(format!("takes {} channels, its input has {}", self.inputs, input[0]));
        }
        // With 0 groups, only 0 channels would be a multiple; there must be some.
        let cut = |channels: usize| channels > 0 && channels.is_multiple_of(self.groups);
        if !cut(self.inputs) || !cut(self.outputs) {
            return Err(format!(
                "{} input and {} output channels cannot be cut into {} groups",
                self.inputs, self.outputs, self.groups
            ));
        }
        slide(input, self.outputs, self.kernel, self.stride, self.padding, self.groups)
    }
}

impl Operator for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn describe(&self) -> String {
        let mut words = format!("conv {} · {}×{}", self.outputs, self.kernel[0], self.kernel[1]);
        if self.stride != [1, 1] {
            words += &format!(" /{}", self.stride[0]);
        }
        words
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let window = self.window(inputs)?;
        expect_len("weight", self.weight.len(), self.outputs.saturating_mul(window.patch_len()))?;
        if let Some(bias) = &self.bias {
            expect_len("bias", bias.len(), self.outputs)?;
        }
        Ok(window.output.to_vec())
    }

    fn role(&self, inputs: &[&[usize]]) -> Role {
        let window = self.window(inputs).expect("output_shape has checked these inputs");
        let area = window.output[1] * window.output[2];
        let spread = |bias: &Arc<[f32]>| bias.iter().flat_map(|&b| std::iter::repeat_n(f64::from(b), area)).collect();
        Role::Affine(Affine {
            map: Map::Conv { window, weight: self.weight.iter().map(|&w| f64::from(w)).collect() },
            bias: self.bias.as_ref().map(spread),
            rounding: 0.0,
            bias_error: 0.0,
        })
    }

    fn parts(&self) -> Parts<'_> {
        Parts::Conv2d { stride: self.stride, padding: self.padding, groups: self.groups }
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        let shape = vec![self.outputs, self.inputs / self.groups.max(1), self.kernel[0], self.kernel[1]];
        let weight = Tensor { name: "weight", shape, values: &self.weight };
        let bias = self.bias.as_ref().map(|bias| Tensor { name: "bias", shape: vec![self.outputs], values: bias });
        [weight].into_iter().chain(bias).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Conv2d;
    use crate::network::tables::{shapes, value};

    fn conv(channels: [usize; 2], kernel: [usize; 2], padding: [usize; 2], groups: usize, weight: &[f32]) -> Conv2d {
        let [inputs, outputs] = channels;
        Conv2d { outputs, inputs, kernel, stride: [1, 1], padding, groups, weight: weight.into(), bias: None }
    }

    #[test]
    fn shapes_follow_kernel_stride_padding_and_groups() {
        let plain = conv([1, 2], [2, 3], [0, 0], 1, &[0.0; 12]);
        shapes(
            &plain,
            &[
                (&[&[1, 4, 4]], Ok(&[2, 3, 2])),
                (&[&[1, 2, 3]], Ok(&[2, 1, 1])),
                (&[&[1, 1, 3]], Err("larger than the padded input")),
                (&[&[2, 4, 4]], Err("takes 1 channels, its input has 2")),
                (&[&[16]], Err("[channels, height, width]")),
                (&[&[1, 4, 4], &[1, 4, 4]], Err("one input")),
            ],
        );
        let wide = Conv2d { stride: [2, 3], padding: [1, 2], ..plain.clone() };
        shapes(&wide, &[(&[&[1, 4, 4]], Ok(&[2, 3, 2]))]);
        for (wrong, word) in [
            (Conv2d { stride: [0, 1], ..plain.clone() }, "at least 1"),
            (Conv2d { stride: [1, 1 << 25], ..plain.clone() }, "stride"),
            (Conv2d { padding: [2, 0], ..plain.clone() }, "smaller than the kernel"),
            (Conv2d { groups: 0, ..plain.clone() }, "0 groups"),
            (Conv2d { groups: 2, ..plain.clone() }, "2 groups"),
            (Conv2d { weight: [0.0; 11].into(), ..plain.clone() }, "weight has 11 values, needs 12"),
            (Conv2d { bias: Some([0.0; 3].into()), ..plain.clone() }, "bias has 3 values, needs 2"),
            (Conv2d { kernel: [1 << 13, 1 << 13], ..plain }, "weights"),
        ] {
            shapes(&wrong, &[(&[&[1, 4, 4]], Err(word))]);
        }
    }

    #[test]
    fn values_are_those_of_cross_correlation() {
        let image: (&[usize], &[f64]) = (&[1, 2, 2], &[1.0, 2.0, 3.0, 4.0]);
        let kernel = [1.0, 10.0, 100.0, 1000.0];
        assert_eq!(value(&conv([1, 1], [2, 2], [0, 0], 1, &kernel), &[image]), [4321.0]);
        let padded = conv([1, 1], [2, 2], [1, 1], 1, &kernel);
        let wanted = [1000.0, 2100.0, 200.0, 3010.0, 4321.0, 402.0, 30.0, 43.0, 4.0];
        assert_eq!(value(&padded, &[image]), wanted);
        let strided = Conv2d { stride: [2, 2], bias: Some([0.5].into()), ..padded };
        assert_eq!(value(&strided, &[image]), [1000.5, 200.5, 30.5, 4.5]);
        // Two groups: each output reads its own channel.
        let apart = conv([2, 2], [1, 1], [0, 0], 2, &[2.0, 3.0]);
        assert_eq!(value(&apart, &[(&[2, 1, 2], &[1.0, 2.0, 5.0, 7.0])]), [2.0, 4.0, 15.0, 21.0]);
    }
}
