//! Cross-entropy in margins.

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
        let most = margins.iter().fold(Traced::from(0.0), |most, &margin| most.max((-margin).into()));
        let sum = margins.iter().fold((-most).exp(), |sum, &margin| sum + (Traced::from(-margin) - most).exp());
        *result = most + sum.ln();
    }
}

fn case(draw: &mut Draw) -> Case {
    let (images, width) = (draw.size(67), draw.size(17));
    let shape = Shape { images: images as u32, width: width as u32 };
    let margins = draw.numbers(images * width).into_iter().map(|margin| 5.0 * margin).collect();
    Case::new(shape.words(), vec![margins], images, Work::Elements(images))
}

super::kernel!(Elements, 1, "margin_loss");
