//! σ(z).

use super::{
    Case, Draw, Traced, Work,
    curve::{self, Curve},
};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        width: u32,
        bends: u32,
        slope: f32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [z, bend]) = (Shape::read(words), [reads[0], reads[1]]);
    for index in 0..shape.count as usize {
        let curve = Curve::of(shape.slope, shape.bends, bend, index % shape.width as usize);
        result[index] = curve.value(z[index].into());
    }
}

fn case(draw: &mut Draw) -> Case {
    let (rows, width) = (draw.size(67), draw.size(67));
    let (slope, bends) = curve::draw(draw);
    let shape = Shape { count: (rows * width) as u32, width: width as u32, bends, slope };
    let reads = vec![draw.numbers(rows * width), draw.positive(width)];
    Case::new(shape.words(), reads, rows * width, Work::Elements(rows * width))
}

super::kernel!(Curves, 2, "activate");
