//! (1 − share)·first + share·second.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, share) = (Shape::read(words), Traced::from(reads[2][0]));
    for index in 0..shape.count as usize {
        let (a, b) = (Traced::from(reads[0][index]), Traced::from(reads[1][index]));
        result[index] = (Traced::from(1.0) - share) * a + share * b;
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(7);
    let shape = Shape { count: count as u32 };
    let reads = vec![draw.numbers(count), draw.numbers(count), draw.positive(1)];
    Case::new(shape.words(), reads, count, Work::Elements(count))
}

super::kernel!(Elements, 3, "blend");
