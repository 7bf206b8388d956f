//! Intervals through a diagonal.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        width: u32,
        section: u32,
        biased: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [lower, upper, scale, bias]) = (Shape::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    for index in 0..shape.count as usize {
        let at = index % shape.width as usize;
        let factor = scale[at];
        let shift = Traced::from(if shape.biased != 0 { bias[at] } else { 0.0 });
        let (low, high) = if factor < 0.0 { (upper, lower) } else { (lower, upper) };
        result[index] = Traced::from(factor) * low[index].into() + shift;
        result[shape.section as usize + index] = Traced::from(factor) * high[index].into() + shift;
    }
}

fn case(draw: &mut Draw) -> Case {
    let (rows, width) = (draw.size(33), draw.size(67));
    let count = rows * width;
    let shape = Shape { count: count as u32, width: width as u32, section: count as u32 + 1, biased: draw.flag() };
    let (lower, upper) = draw.ranges(count);
    let reads = vec![lower, upper, draw.numbers(width), draw.numbers(width)];
    Case::new(shape.words(), reads, 2 * (count + 1), Work::Elements(count))
}

super::kernel!(Elements, 4, "diagonal_interval");
