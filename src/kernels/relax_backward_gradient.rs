//! Adjoint of relax_backward.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        lines_step: u32,
        first: u32,
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let [rows, slope_below, slope_above, at_below, at_above, to_rows, to_offset] =
        [0, 1, 2, 3, 4, 5, 6].map(|read| reads[read]);
    let [count, width] = [shape.rows, shape.width].map(|side| side as usize);
    for index in 0..shape.batch as usize * width {
        let (item, column) = (index / width, index % width);
        let line = item * shape.lines_step as usize + column;
        let mut lines = [Traced::from(0.0); 4];
        for row in 0..count {
            let a = rows[item * shape.rows_step as usize + row * width + column];
            let place = (item * count + row) * width + column;
            let (g, o) = (Traced::from(to_rows[place]), Traced::from(to_offset[item * count + row]));
            let above = usize::from(a < 0.0);
            let (slope, at) = if a < 0.0 { (slope_above, at_above) } else { (slope_below, at_below) };
            result[place] = g * slope[line].into() + o * at[line].into();
            lines[above] += g * a.into();
            lines[2 + above] += o * a.into();
        }
        for (section, value) in lines.into_iter().enumerate() {
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
        lines_step: draw.step(width),
        first: count as u32 + 1,
        section: (batch * width) as u32 + 1,
    };
    let mut reads = vec![draw.numbers(count)];
    reads.extend((0..4).map(|_| draw.numbers(batch * width)));
    reads.extend([draw.numbers(count), draw.numbers(batch * rows)]);
    Case::new(shape.words(), reads, count + 1 + 4 * (batch * width + 1), Work::Elements(batch * width))
}

super::kernel!(Elements, 7, "relax_backward_gradient");
