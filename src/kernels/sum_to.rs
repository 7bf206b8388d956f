//! Sums over the batch and rows in which a smaller shape was broadcast.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        to_batch: u32,
        to_rows: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    result[..(shape.to_batch * shape.to_rows * shape.width) as usize].fill(0.0.into());
    for item in 0..shape.batch {
        for row in 0..shape.rows {
            for column in 0..shape.width {
                let value = reads[0][((item * shape.rows + row) * shape.width + column) as usize];
                let (item, row) = (item.min(shape.to_batch - 1), row.min(shape.to_rows - 1));
                result[((item * shape.to_rows + row) * shape.width + column) as usize] += value.into();
            }
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, rows, width] = [draw.size(13), draw.size(33), draw.size(33)];
    let shape = Shape {
        batch: batch as u32,
        rows: rows as u32,
        width: width as u32,
        to_batch: if draw.coin() { batch as u32 } else { 1 },
        to_rows: if draw.coin() { rows as u32 } else { 1 },
    };
    let count = (shape.to_batch * shape.to_rows * shape.width) as usize;
    Case::new(shape.words(), vec![draw.numbers(batch * rows * width)], count, Work::Elements(count))
}

super::kernel!(Elements, 1, "sum_to");
