//! Ends of the clipped box around every pixel.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let (epsilon, none, one) = (Traced::from(reads[1][0]), Traced::from(0.0), Traced::from(1.0));
    for index in 0..shape.count as usize {
        let pixel = Traced::from(reads[0][index]);
        result[index] = (pixel - epsilon).max(none).min(one);
        result[shape.section as usize + index] = (pixel + epsilon).max(none).min(one);
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(4);
    let shape = Shape { count: count as u32, section: count as u32 + 1 };
    Case::new(shape.words(), vec![draw.numbers(count), draw.positive(1)], 2 * count + 1, Work::Elements(count))
}

super::kernel!(Elements, 2, "clipped_box");
