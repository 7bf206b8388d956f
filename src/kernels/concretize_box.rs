//! The least value of w·x + offset over a box.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        ends_step: u32,
        offset_step: u32,
        shifted: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [rows, lower, upper, offset]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let width = shape.width as usize;
    for index in 0..(shape.batch * shape.rows) as usize {
        let (item, row) = (index / shape.rows as usize, index % shape.rows as usize);
        let mut sum = Traced::from(0.0);
        for column in 0..width {
            let w = rows[item * shape.rows_step as usize + row * width + column];
            let end = if w < 0.0 { upper } else { lower };
            sum += Traced::from(w) * end[item * shape.ends_step as usize + column].into();
        }
        if shape.shifted != 0 {
            sum += offset[item * shape.offset_step as usize + row].into();
        }
        result[index] = sum;
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, rows, width] = [draw.size(4), draw.size(17), draw.size(67)];
    let shape = Shape {
        batch: batch as u32,
        rows: rows as u32,
        width: width as u32,
        rows_step: draw.step(rows * width),
        ends_step: draw.step(width),
        offset_step: draw.step(rows),
        shifted: draw.flag(),
    };
    let (lower, upper) = draw.ranges(batch * width);
    let reads = vec![draw.numbers(batch * rows * width), lower, upper, draw.numbers(batch * rows)];
    Case::new(shape.words(), reads, batch * rows, Work::Rows(batch * rows))
}

super::kernel!(Rows, 4, "concretize_box");
