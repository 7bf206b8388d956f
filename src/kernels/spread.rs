//! One number times a gradient, for every upper end; its negative for every lower end.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        section: u32,
        index: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let value = Traced::from(reads[1][0]) * reads[0][shape.index as usize].into();
    for index in 0..shape.count as usize {
        result[index] = -value;
        result[shape.section as usize + index] = value;
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(4);
    let shape = Shape { count: count as u32, section: count as u32 + 1, index: draw.below(3) as u32 };
    Case::new(shape.words(), vec![draw.numbers(3), draw.numbers(1)], 2 * count + 1, Work::Elements(count))
}

super::kernel!(Elements, 2, "spread");
