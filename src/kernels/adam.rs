//! Adam's update of one tensor, in place.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        section: u32,
        floored: u32,
        least: f32,
        decayed: u32,
        l1: f32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [gradient, rates]) = (Shape::read(words), [reads[0], reads[1]]);
    let section = shape.section as usize;
    let number = Traced::from;
    for index in 0..shape.count as usize {
        let before = result[index];
        let side = if before.value == 0.0 { 0.0 } else { before.value.signum() as f32 };
        let g = number(gradient[index]) * number(rates[2]) + number(shape.l1) * number(side);
        let mean = number(0.9) * result[section + index] + number(0.1) * g;
        let square = number(0.999) * result[2 * section + index] + number(0.001) * g * g;
        let moved = number(rates[0]) * mean / (square.sqrt() / number(rates[1]) + number(1e-8));
        let kept = if shape.decayed != 0 { before * number(rates[4]) } else { before };
        let value = kept - moved;
        result[index] = if shape.floored != 0 { value.max(number(shape.least)) } else { value };
        result[section + index] = mean;
        result[2 * section + index] = square;
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(7);
    let section = count + draw.below(3);
    let l1 = [0.0, 0.1][draw.below(2)];
    let shape = Shape { count: count as u32, section: section as u32, floored: draw.flag(), least: 1e-4, decayed: draw.flag(), l1 };
    let mut case =
        Case::new(shape.words(), vec![draw.numbers(count), draw.positive(5)], 3 * section, Work::Elements(count));
    for (start, values) in [draw.numbers(count), draw.numbers(count), draw.positive(count)].iter().enumerate() {
        case.result[start * section..][..count].copy_from_slice(values);
    }
    case
}

super::kernel!(Elements, 2, "adam");
