//! Two-dimensional convolution (cross-correlation, zero padding).

use super::operator::{Affine, MOST, Operator, Role, Tensor, bounded, expect_len, image};
use super::{Map, Window};
use serde_json::json;
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

    fn tensors(&self) -> Vec<Tensor<'_>> {
        let shape = vec![self.outputs, self.inputs / self.groups.max(1), self.kernel[0], self.kernel[1]];
        let weight = Tensor { name: "weight", shape, values: &self.weight };
        let bias = self.bias.as_ref().map(|bias| Tensor { name: "bias", shape: vec![self.outputs], values: bias });
        [weight].into_iter().chain(bias).collect()
    }

    fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut settings = serde_json::Map::new();
        settings.insert("stride".into(), json!(self.stride));
        settings.insert("padding".into(), json!(self.padding));
        if self.groups != 1 {
            settings.insert("groups".into(), json!(self.groups));
        }
        settings
    }
}
