//! The least or greatest value of every column of forms over a box.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        inputs: u32,
        width: u32,
        forms_step: u32,
        offset_step: u32,
        ends_step: u32,
        sign: f32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [forms, offset, lower, upper]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let width = shape.width as usize;
    for index in 0..shape.batch as usize * width {
        let (item, column) = (index / width, index % width);
        let mut sum = Traced::from(offset[item * shape.offset_step as usize + column]);
        for input in 0..shape.inputs as usize {
            let w = forms[item * shape.forms_step as usize + input * width + column];
            let end = if shape.sign * w < 0.0 { upper } else { lower };
            sum += Traced::from(w) * end[item * shape.ends_step as usize + input].into();
        }
        result[index] = sum;
    }
}

fn case(draw: &mut Draw) -> Case {
    let [batch, inputs, width] = [draw.size(4), draw.size(33), draw.size(67)];
    let shape = Shape {
        batch: batch as u32,
        inputs: inputs as u32,
        width: width as u32,
        forms_step: draw.step(inputs * width),
        offset_step: draw.step(width),
        ends_step: draw.step(inputs),
        sign: if draw.coin() { 1.0 } else { -1.0 },
    };
    let (lower, upper) = draw.ranges(batch * inputs);
    let reads = vec![draw.numbers(batch * inputs * width), draw.numbers(batch * width), lower, upper];
    Case::new(shape.words(), reads, batch * width, Work::Elements(batch * width))
}

super::kernel!(Elements, 4, "concretize_columns_box");
