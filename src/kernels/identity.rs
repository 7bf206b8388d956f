//! Rows of the identity, or of a diagonal matrix.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        rows: u32,
        width: u32,
        first: u32,
        scaled: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    for row in 0..shape.rows {
        for column in 0..shape.width {
            let value = match (row + shape.first == column, shape.scaled != 0) {
                (false, _) => 0.0,
                (true, false) => 1.0,
                (true, true) => reads[0][column as usize],
            };
            result[(row * shape.width + column) as usize] = value.into();
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let width = draw.size(67);
    let first = draw.below(width);
    let rows = 1 + draw.below(width - first);
    let shape = Shape { rows: rows as u32, width: width as u32, first: first as u32, scaled: draw.flag() };
    Case::new(shape.words(), vec![draw.numbers(width)], rows * width, Work::Elements(rows * width))
}

super::kernel!(Elements, 1, "identity");
