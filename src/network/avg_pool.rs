//! Average pooling: a depthwise convolution whose weights are all 1 / (kernel area).

use super::conv2d::slide;
use super::operator::{Affine, Operator, Role, bounded, image};
use super::{Map, Window};
use serde_json::json;

/// The mean over each window; padding counts as zeros.
#[derive(Clone, Debug)]
pub struct AvgPool {
    /// Window height and width.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Zeros above/below and left/right, counted in the mean.
    pub padding: [usize; 2],
}

impl AvgPool {
    fn window(&self, inputs: &[&[usize]]) -> Result<Window, String> {
        let input = image(inputs)?;
        // One weight per channel and kernel element is written out.
        if bounded(&[input[0], self.kernel[0], self.kernel[1]]).is_none() {
            return Err(format!("the kernel {:?} is too large", self.kernel));
        }
        slide(input, input[0], self.kernel, self.stride, self.padding, input[0])
    }
}

impl Operator for AvgPool {
    fn name(&self) -> &'static str {
        "avg_pool"
    }

    fn describe(&self) -> String {
        format!("average {}×{}", self.kernel[0], self.kernel[1])
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        Ok(self.window(inputs)?.output.to_vec())
    }

    fn role(&self, inputs: &[&[usize]]) -> Role {
        let window = self.window(inputs).expect("output_shape has checked these inputs");
        let area = self.kernel[0] * self.kernel[1];
        let weight = vec![1.0 / area as f64; window.input[0] * area].into();
        let rounding = if area.is_power_of_two() { 0.0 } else { f64::EPSILON };
        Role::Affine(Affine { map: Map::Conv { window, weight }, bias: None, rounding, bias_error: 0.0 })
    }

    fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut settings = serde_json::Map::new();
        settings.insert("kernel".into(), json!(self.kernel));
        settings.insert("stride".into(), json!(self.stride));
        settings.insert("padding".into(), json!(self.padding));
        settings
    }
}
