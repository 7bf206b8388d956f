//! How far interval widths grew (Shi et al. 2021), and the derivatives.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        before: u32,
        after: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let width = |lower: &[f32], upper: &[f32]| {
        let widths = lower.iter().zip(upper).map(|(&l, &u)| Traced::from(u) - l.into());
        widths.fold(Traced::from(0.0), |sum, width| sum + width)
    };
    let counts = [shape.before, shape.after].map(|count| Traced::from(count as f32));
    let before = width(reads[0], reads[1]) / counts[0];
    let after = width(reads[2], reads[3]) / counts[1];
    let two = Traced::from(2.0);
    let penalty = Traced::from(1.0) - two * before / after;
    let found = if after.value > 0.0 && penalty.value > 0.0 {
        [penalty, -two / after / counts[0], two * before / (after * after) / counts[1]]
    } else {
        [Traced::from(0.0); 3]
    };
    result[..3].copy_from_slice(&found);
}

fn case(draw: &mut Draw) -> Case {
    let (before, after) = (draw.size(67) * draw.size(4), draw.size(67) * draw.size(4));
    let (before_lower, before_upper) = draw.ranges(before);
    let (after_lower, mut after_upper) = draw.ranges(after);
    // Well above the threshold of the penalty, or well below it: at the threshold itself rounding would decide.
    let growth = if draw.coin() { 5.0 } else { 0.0 };
    after_upper.iter_mut().for_each(|u| *u += growth);
    let shape = Shape { before: before as u32, after: after as u32 };
    Case::new(shape.words(), vec![before_lower, before_upper, after_lower, after_upper], 3, Work::Rows(1))
}

super::kernel!(Rows, 4, "tightness");
