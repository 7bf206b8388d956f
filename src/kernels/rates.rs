//! What Adam's updates of one step need.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let squares = reads[0][..shape.count as usize].iter().map(|&square| Traced::from(square));
    let norm = squares.fold(Traced::from(0.0), |sum, square| sum + square).sqrt();
    let [length, unbias, most, keep] = [0, 1, 2, 3].map(|index| Traced::from(reads[1][index]));
    let clipped = most.value > 0.0 && norm.value > most.value;
    let factor = if clipped { most / norm } else { Traced::from(1.0) };
    result[..5].copy_from_slice(&[length, unbias, factor, norm, keep]);
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67);
    let mut given = draw.positive(4);
    given[2] = [0.0, 0.01, 1000.0][draw.below(3)];
    Case::new(Shape { count: count as u32 }.words(), vec![draw.positive(count), given], 5, Work::Rows(1))
}

super::kernel!(Rows, 2, "rates");
