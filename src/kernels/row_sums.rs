//! Σ of every row, or of its squares.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        rows: u32,
        width: u32,
        squared: u32,
        start: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    for (row, values) in reads[0].chunks(shape.width as usize).enumerate() {
        let terms = values.iter().map(|&value| Traced::from(value));
        let terms = terms.map(|value| if shape.squared != 0 { value * value } else { value });
        result[shape.start as usize + row] = terms.fold(0.0.into(), |sum, term| sum + term);
    }
}

fn case(draw: &mut Draw) -> Case {
    let (rows, width, start) = (draw.size(67), draw.size(67), draw.below(3));
    let shape = Shape { rows: rows as u32, width: width as u32, squared: draw.flag(), start: start as u32 };
    Case::new(shape.words(), vec![draw.numbers(rows * width)], start + rows, Work::Rows(rows))
}

super::kernel!(Rows, 1, "row_sums");
