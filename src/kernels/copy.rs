//! factor · input, picked and placed with strides.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        factor: f32,
        from_start: u32,
        from_batch: u32,
        from_row: u32,
        from_column: u32,
        to_start: u32,
        to_batch: u32,
        to_row: u32,
        to_column: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    for item in 0..shape.batch {
        for row in 0..shape.rows {
            for column in 0..shape.width {
                let from = shape.from_start + item * shape.from_batch + row * shape.from_row + column * shape.from_column;
                let to = shape.to_start + item * shape.to_batch + row * shape.to_row + column * shape.to_column;
                result[to as usize] = Traced::from(shape.factor) * reads[0][from as usize].into();
            }
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, rows, width] = [draw.size(4), draw.size(33), draw.size(33)];
    // A block out of the middle, turned over or not, into the middle of something larger.
    let (all_rows, all_width, turned) = (rows + 2, width + 3, draw.coin());
    let shape = Shape {
        batch: batch as u32,
        rows: rows as u32,
        width: width as u32,
        factor: if draw.coin() { 1.0 } else { -0.7 },
        from_start: (all_width + 2) as u32,
        from_batch: draw.step(all_rows * all_width),
        from_row: all_width as u32,
        from_column: 1,
        to_start: 1,
        to_batch: (rows * width + 1) as u32,
        to_row: if turned { 1 } else { width as u32 },
        to_column: if turned { rows as u32 } else { 1 },
    };
    let reads = vec![draw.numbers(batch * all_rows * all_width)];
    Case::new(shape.words(), reads, batch * (rows * width + 1) + 1, Work::Elements(batch * rows * width))
}

super::kernel!(Elements, 1, "copy");
