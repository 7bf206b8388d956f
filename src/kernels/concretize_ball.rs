//! The least value of w·x + offset over a ball.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        width: u32,
        rows_step: u32,
        centre_step: u32,
        radius_step: u32,
        offset_step: u32,
        shifted: u32,
        euclidean: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [rows, centre, radius, offset]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let width = shape.width as usize;
    for index in 0..(shape.batch * shape.rows) as usize {
        let (item, row) = (index / shape.rows as usize, index % shape.rows as usize);
        let [mut sum, mut squares, mut most] = [Traced::from(0.0); 3];
        for column in 0..width {
            let w = Traced::from(rows[item * shape.rows_step as usize + row * width + column]);
            sum += w * centre[item * shape.centre_step as usize + column].into();
            squares += w * w;
            most = most.max(w.abs());
        }
        let norm = if shape.euclidean != 0 { squares.sqrt() } else { most };
        sum = sum - Traced::from(radius[item * shape.radius_step as usize]) * norm;
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
        centre_step: draw.step(width),
        radius_step: draw.step(1),
        offset_step: draw.step(rows),
        shifted: draw.flag(),
        euclidean: draw.flag(),
    };
    let (rows_data, centre) = (draw.numbers(batch * rows * width), draw.numbers(batch * width));
    let reads = vec![rows_data, centre, draw.positive(batch), draw.numbers(batch * rows)];
    Case::new(shape.words(), reads, batch * rows, Work::Rows(batch * rows))
}

super::kernel!(Rows, 4, "concretize_ball");
