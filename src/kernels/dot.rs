//! A·v per row.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        vector_step: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let width = shape.width as usize;
    for index in 0..(shape.batch * shape.rows) as usize {
        let (item, row) = (index / shape.rows as usize, index % shape.rows as usize);
        let rows = &reads[0][item * shape.rows_step as usize + row * width..][..width];
        let vector = &reads[1][item * shape.vector_step as usize..][..width];
        let terms = rows.iter().zip(vector).map(|(&a, &v)| Traced::from(a) * v.into());
        result[index] = terms.fold(0.0.into(), |sum, term| sum + term);
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, rows, width] = [draw.size(4), draw.size(17), draw.size(67)];
    let shape = Shape {
        batch: batch as u32,
        rows: rows as u32,
        width: width as u32,
        rows_step: draw.step(rows * width),
        vector_step: draw.step(width),
    };
    let reads = vec![draw.numbers(batch * rows * width), draw.numbers(batch * width)];
    Case::new(shape.words(), reads, batch * rows, Work::Rows(batch * rows))
}

super::kernel!(Rows, 2, "dot");
