//! Images of which some margin is not above 0.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        images: u32,
        width: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    for (margins, result) in reads[0].chunks(shape.width as usize).zip(result) {
        let held = margins.iter().all(|&margin| margin > 0.0);
        *result = Traced::from(if held { 0.0 } else { 1.0 });
    }
}

fn case(draw: &mut Draw) -> Case {
    let (images, width) = (draw.size(67), draw.size(13));
    let mut margins: Vec<f32> = draw.positive(images * width);
    for image in 0..images {
        margins[image * width + draw.below(width)] = [0.5, 0.0, -0.0, -1.0, f32::NAN, f32::INFINITY][draw.below(6)];
    }
    let shape = Shape { images: images as u32, width: width as u32 };
    Case::new(shape.words(), vec![margins], images, Work::Elements(images))
}

super::kernel!(Elements, 1, "unheld");
