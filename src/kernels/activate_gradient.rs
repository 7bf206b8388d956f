//! Adjoint of activate.

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
        section: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [z, gradient, bend]) = (Shape::read(words), [reads[0], reads[1], reads[2]]);
    for index in 0..shape.count as usize {
        let curve = Curve::of(shape.slope, shape.bends, bend, index % shape.width as usize);
        result[index] = Traced::from(gradient[index]) * curve.slope_at(z[index]);
        if shape.bends != 0 {
            result[shape.section as usize + index] = Traced::from(gradient[index]) * curve.bend_slope_at(z[index]);
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let (rows, width) = (draw.size(67), draw.size(67));
    let (slope, bends) = curve::draw(draw);
    let count = rows * width;
    let shape = Shape { count: count as u32, width: width as u32, bends, slope, section: count as u32 + 1 };
    let reads = vec![draw.numbers(count), draw.numbers(count), draw.positive(width)];
    Case::new(shape.words(), reads, 2 * count + 1, Work::Elements(count))
}

super::kernel!(Curves, 3, "activate_gradient");
