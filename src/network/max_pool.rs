//! Max pooling: the largest value of each window.

use super::Window;
use super::conv2d::slide;
use super::operator::{Operator, Role, image};
use super::parts::{Parts, Sliding};

/// The largest element in each window; padding is never the largest, since no window lies in it alone.
#[derive(Clone, Debug)]
pub struct MaxPool {
    /// Window height and width.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Places above/below and left/right that a window may reach beyond the input; below the kernel's size.
    pub padding: [usize; 2],
}

impl MaxPool {
    fn window(&self, inputs: &[&[usize]]) -> Result<Window, String> {
        let input = image(inputs)?;
        slide(input, input[0], self.kernel, self.stride, self.padding, input[0])
    }
}

impl Operator for MaxPool {
    fn name(&self) -> &'static str {
        "max_pool"
    }

    fn describe(&self) -> String {
        format!("max {}×{}", self.kernel[0], self.kernel[1])
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        Ok(self.window(inputs)?.output.to_vec())
    }

    fn role(&self, inputs: &[&[usize]]) -> Role {
        Role::Largest(self.window(inputs).expect("output_shape has checked these inputs"))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::MaxPool(Sliding { kernel: self.kernel, stride: self.stride, padding: self.padding })
    }
}

#[cfg(test)]
mod tests {
    use super::MaxPool;
    use crate::network::tables::{shapes, value};

    #[test]
    fn padding_is_never_the_largest() {
        let pool = MaxPool { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
        shapes(
            &pool,
            &[
                (&[&[3, 4, 6]], Ok(&[3, 2, 3])),
                (&[&[1, 5, 3]], Ok(&[1, 2, 1])),
                (&[&[1, 1, 4]], Err("larger than the padded input")),
                (&[&[4]], Err("[channels, height, width]")),
            ],
        );
        let image: (&[usize], &[f64]) = (&[2, 2, 2], &[-1.0, -2.0, -3.0, -6.0, 1.0, 0.0, 7.0, 2.0]);
        assert_eq!(value(&pool, &[image]), [-1.0, 7.0]);
        let padded = MaxPool { padding: [1, 1], ..pool };
        assert_eq!(value(&padded, &[image]), [-1.0, -2.0, -3.0, -6.0, 1.0, 0.0, 7.0, 2.0]);
        shapes(&MaxPool { padding: [2, 1], kernel: [2, 2], stride: [1, 1] }, &[(&[&[1, 4, 4]], Err("smaller"))]);
    }
}
