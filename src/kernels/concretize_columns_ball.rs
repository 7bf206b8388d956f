//! The least or greatest value of every column of forms over a ball.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        inputs: u32,
        width: u32,
        forms_step: u32,
        offset_step: u32,
        centre_step: u32,
        radius_step: u32,
        euclidean: u32,
        sign: f32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [forms, offset, centre, radius]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let width = shape.width as usize;
    for index in 0..shape.batch as usize * width {
        let (item, column) = (index / width, index % width);
        let [mut sum, mut squares, mut most] = [Traced::from(0.0); 3];
        for input in 0..shape.inputs as usize {
            let w = Traced::from(forms[item * shape.forms_step as usize + input * width + column]);
            sum += w * centre[item * shape.centre_step as usize + input].into();
            squares += w * w;
            most = most.max(w.abs());
        }
        let norm = if shape.euclidean != 0 { squares.sqrt() } else { most };
        let reach = Traced::from(shape.sign) * radius[item * shape.radius_step as usize].into() * norm;
        result[index] = sum - reach + offset[item * shape.offset_step as usize + column].into();
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
        centre_step: draw.step(inputs),
        radius_step: draw.step(1),
        euclidean: draw.flag(),
        sign: if draw.coin() { 1.0 } else { -1.0 },
    };
    let forms = draw.numbers(batch * inputs * width);
    let reads = vec![forms, draw.numbers(batch * width), draw.numbers(batch * inputs), draw.positive(batch)];
    Case::new(shape.words(), reads, batch * width, Work::Elements(batch * width))
}

super::kernel!(Elements, 4, "concretize_columns_ball");
