//! Adjoint of balance.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [lower, upper, sums, gradient]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let at = |index: usize| Traced::from(sums[index]);
    let two = Traced::from(2.0);
    for index in 0..shape.count as usize {
        let (l, u) = (lower[index], upper[index]);
        let away = (Traced::from(u) + l.into()) / two - at(1);
        let mask = |holds: bool| Traced::from(f32::from(u8::from(holds)));
        let (alive, dead) = (mask(l > 0.0), mask(u < 0.0));
        let mut slope = Traced::from(0.0);
        if sums[8] != 0.0 {
            slope += at(8) * (alive / at(3) + at(2) * dead / (at(3) * at(3)));
        }
        if sums[9] != 0.0 {
            let (alive_moves, dead_moves) = (two * (alive * away - at(6)), two * (dead * away - at(7)));
            slope += at(9) * (alive_moves / at(5) - at(4) * dead_moves / (at(5) * at(5)));
        }
        result[index] = Traced::from(gradient[0]) / two * slope;
    }
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(13);
    let (lower, upper) = draw.ranges(count);
    let mut sums = draw.positive(10);
    for slope in [8, 9] {
        sums[slope] *= draw.flag() as f32;
    }
    let shape = Shape { count: count as u32 };
    Case::new(shape.words(), vec![lower, upper, sums, draw.numbers(1)], count, Work::Elements(count))
}

super::kernel!(Elements, 4, "balance_gradient");
