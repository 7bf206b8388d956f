//! Rows through bounding lines, and what that adds to their offset.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        lines_step: u32,
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let [rows, slope_below, slope_above, at_below, at_above] = [0, 1, 2, 3, 4].map(|read| reads[read]);
    let width = shape.width as usize;
    for index in 0..(shape.batch * shape.rows) as usize {
        let (item, row) = (index / shape.rows as usize, index % shape.rows as usize);
        let mut sum = Traced::from(0.0);
        for column in 0..width {
            let a = rows[item * shape.rows_step as usize + row * width + column];
            let line = item * shape.lines_step as usize + column;
            let (slope, at) = if a < 0.0 { (slope_above, at_above) } else { (slope_below, at_below) };
            result[index * width + column] = Traced::from(a) * slope[line].into();
            sum += Traced::from(a) * at[line].into();
        }
        result[shape.section as usize + index] = sum;
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, rows, width] = [draw.size(4), draw.size(17), draw.size(67)];
    let count = batch * rows * width;
    let shape = Shape {
        batch: batch as u32,
        rows: rows as u32,
        width: width as u32,
        rows_step: draw.step(rows * width),
        lines_step: draw.step(width),
        section: count as u32 + 1,
    };
    let mut reads = vec![draw.numbers(count)];
    reads.extend((0..4).map(|_| draw.numbers(batch * width)));
    Case::new(shape.words(), reads, count + 1 + batch * rows, Work::Rows(batch * rows))
}

super::kernel!(Rows, 5, "relax_backward");
