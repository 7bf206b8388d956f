//! Average pooling: a depthwise convolution whose weights are all 1 / (kernel area).

use super::conv2d::slide;
use super::operator::{Affine, Operator, Role, bounded, image};
use super::parts::{Parts, Sliding};
use super::{Map, Window};

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

    fn parts(&self) -> Parts<'_> {
        Parts::AvgPool(Sliding { kernel: self.kernel, stride: self.stride, padding: self.padding })
    }
}

#[cfg(test)]
mod tests {
    use super::AvgPool;
    use crate::network::tables::{shapes, value};

    #[test]
    fn means_count_the_zeros_of_the_padding() {
        let pool = AvgPool { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
        shapes(
            &pool,
            &[
                (&[&[3, 4, 6]], Ok(&[3, 2, 3])),
                (&[&[1, 5, 5]], Ok(&[1, 2, 2])),
                (&[&[1, 1, 4]], Err("larger than the padded input")),
                (&[&[4]], Err("[channels, height, width]")),
                (&[&[1, 2, 2], &[1, 2, 2]], Err("one input")),
            ],
        );
        let image: (&[usize], &[f64]) = (&[1, 2, 2], &[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(value(&pool, &[image]), [3.0]);
        let padded = AvgPool { kernel: [2, 2], stride: [1, 1], padding: [1, 1] };
        assert_eq!(value(&padded, &[image]), [0.25, 0.75, 0.5, 1.0, 3.0, 2.0, 0.75, 2.25, 1.5]);
        for (kernel, stride, padding, word) in [
            ([0, 2], [1, 1], [0, 0], "at least 1"),
            ([2, 2], [1, 0], [0, 0], "at least 1"),
            ([2, 2], [1, 1], [2, 0], "smaller"),
        ] {
            shapes(&AvgPool { kernel, stride, padding }, &[(&[&[1, 4, 4]], Err(word))]);
        }
    }
}
