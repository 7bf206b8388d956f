//! Adjoint of dot.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        vector_step: u32,
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [rows, vector, gradient]) = (Shape::read(words), [reads[0], reads[1], reads[2]]);
    let [count, width] = [shape.rows, shape.width].map(|side| side as usize);
    for index in 0..shape.batch as usize * width {
        let (item, column) = (index / width, index % width);
        let v = Traced::from(vector[item * shape.vector_step as usize + column]);
        let mut sum = Traced::from(0.0);
        for row in 0..count {
            let g = Traced::from(gradient[item * count + row]);
            result[(item * count + row) * width + column] = g * v;
            sum += g * rows[item * shape.rows_step as usize + row * width + column].into();
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
        vector_step: draw.step(width),
        section: count as u32 + 1,
    };
    let reads = vec![draw.numbers(count), draw.numbers(batch * width), draw.numbers(batch * rows)];
    Case::new(shape.words(), reads, count + 1 + batch * width, Work::Elements(batch * width))
}

super::kernel!(Elements, 3, "dot_gradient");
