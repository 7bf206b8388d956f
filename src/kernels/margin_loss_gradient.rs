//! Adjoint of margin_loss.

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
    let width = shape.width as usize;
    for (image, margins) in reads[0].chunks(width).enumerate() {
        let most = margins.iter().fold(Traced::from(0.0), |most, &margin| most.max((-margin).into()));
        let parts: Vec<Traced> = margins.iter().map(|&margin| (Traced::from(-margin) - most).exp()).collect();
        let sum = parts.iter().fold((-most).exp(), |sum, &part| sum + part);
        for (index, part) in parts.into_iter().enumerate() {
            result[image * width + index] = Traced::from(-reads[1][image]) * part / sum;
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let (images, width) = (draw.size(67), draw.size(17));
    let shape = Shape { images: images as u32, width: width as u32 };
    let margins = draw.numbers(images * width).into_iter().map(|margin| 5.0 * margin).collect();
    Case::new(shape.words(), vec![margins, draw.numbers(images)], images * width, Work::Elements(images))
}

super::kernel!(Elements, 2, "margin_loss_gradient");
