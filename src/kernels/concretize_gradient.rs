//! Adjoint of concretize_box.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        ends_step: u32,
        first: u32,
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [rows, lower, upper, gradient]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let [count, width] = [shape.rows, shape.width].map(|side| side as usize);
    for index in 0..shape.batch as usize * width {
        let (item, column) = (index / width, index % width);
        let end = item * shape.ends_step as usize + column;
        let mut ends = [Traced::from(0.0); 2];
        for row in 0..count {
            let w = rows[item * shape.rows_step as usize + row * width + column];
            let g = Traced::from(gradient[item * count + row]);
            let own = if w < 0.0 { upper[end] } else { lower[end] };
            result[(item * count + row) * width + column] = g * own.into();
            ends[usize::from(w < 0.0)] += g * w.into();
        }
        for (section, value) in ends.into_iter().enumerate() {
            result[shape.first as usize + section * shape.section as usize + index] = value;
        }
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
        ends_step: draw.step(width),
        first: count as u32 + 1,
        section: (batch * width) as u32 + 1,
    };
    let (lower, upper) = draw.ranges(batch * width);
    let reads = vec![draw.numbers(count), lower, upper, draw.numbers(batch * rows)];
    Case::new(shape.words(), reads, count + 1 + 2 * (batch * width + 1), Work::Elements(batch * width))
}

super::kernel!(Elements, 4, "concretize_gradient");
