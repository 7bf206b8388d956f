//! Adjoint of blend.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, share) = (Shape::read(words), Traced::from(reads[1][0]));
    for index in 0..shape.count as usize {
        let gradient = Traced::from(reads[0][index]);
        result[index] = (Traced::from(1.0) - share) * gradient;
        result[shape.section as usize + index] = share * gradient;
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(7);
    let shape = Shape { count: count as u32, section: count as u32 + 1 };
    Case::new(shape.words(), vec![draw.numbers(count), draw.positive(1)], 2 * count + 1, Work::Elements(count))
}

super::kernel!(Elements, 2, "blend_gradient");
