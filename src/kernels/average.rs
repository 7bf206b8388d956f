//! The running mean of one tensor's values, in place.

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
    let (section, share) = (shape.section as usize, Traced::from(reads[0][0]));
    for index in 0..shape.count as usize {
        let mean = result[3 * section + index];
        result[3 * section + index] = mean + (result[index] - mean) * share;
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(7);
    let section = count + draw.below(3);
    let share = [0.0, 1.0, 1.0 / 7.0][draw.below(3)];
    let shape = Shape { count: count as u32, section: section as u32 };
    let mut case = Case::new(shape.words(), vec![vec![share]], 4 * section, Work::Elements(count));
    for start in [0, 3] {
        case.result[start * section..][..count].copy_from_slice(&draw.numbers(count));
    }
    case
}

super::kernel!(Elements, 1, "average");
