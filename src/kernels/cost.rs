//! What a product costs.

use super::{Family, Kernel, Window, substitute};

impl Kernel {
    /// Multiply-adds of a matrix product with this uniform; 0 for other kernels.
    pub fn multiply_adds(&self, words: &[u32]) -> usize {
        match self.family {
            Family::Forward(pairs) | Family::Backward(pairs) | Family::Gradient(pairs) => {
                let window = Window::read(words);
                pairs
                    * (window.rows * window.outputs * window.groups) as usize
                    * window.out_area()
                    * window.patch_length()
            }
            Family::Product => {
                let shape = substitute::Shape::read(words);
                [shape.batch, shape.rows, shape.neurons, shape.inputs].into_iter().map(|side| side as usize).product()
            }
            Family::Elements | Family::Curves | Family::Unrolled | Family::Rows => 0,
        }
    }
}
