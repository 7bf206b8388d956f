//! a ∘ b + c, broadcasting.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        a_batch: u32,
        a_row: u32,
        b_batch: u32,
        b_row: u32,
        c_batch: u32,
        c_row: u32,
        shifted: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    for item in 0..shape.batch {
        for row in 0..shape.rows {
            for column in 0..shape.width {
                let a = reads[0][(item * shape.a_batch + row * shape.a_row + column) as usize];
                let b = reads[1][(item * shape.b_batch + row * shape.b_row + column) as usize];
                let c = reads[2][(item * shape.c_batch + row * shape.c_row + column) as usize];
                let product = Traced::from(a) * b.into();
                let at = ((item * shape.rows + row) * shape.width + column) as usize;
                result[at] = if shape.shifted != 0 { product + c.into() } else { product };
            }
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, rows, width] = [draw.size(4), draw.size(33), draw.size(33)];
    let count = batch * rows * width;
    let shape = Shape {
        batch: batch as u32,
        rows: rows as u32,
        width: width as u32,
        a_batch: draw.step(rows * width),
        a_row: draw.step(width),
        b_batch: draw.step(rows * width),
        b_row: draw.step(width),
        c_batch: draw.step(rows * width),
        c_row: draw.step(width),
        shifted: draw.flag(),
    };
    let reads = vec![draw.numbers(count), draw.numbers(count), draw.numbers(count)];
    Case::new(shape.words(), reads, count, Work::Elements(count))
}

super::kernel!(Elements, 3, "multiply");
