//! One row per image and other class.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        images: u32,
        classes: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let classes = shape.classes as usize;
    let mut rows = result.chunks_mut(classes);
    for &label in &reads[0][..shape.images as usize] {
        for other in (0..classes).filter(|&other| other != label as usize) {
            let Some(row) = rows.next() else { return };
            row.fill(0.0.into());
            (row[label as usize], row[other]) = (1.0.into(), Traced::from(-1.0));
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let (images, classes) = (draw.size(33), 1 + draw.size(13));
    let labels = (0..images).map(|_| draw.below(classes) as f32).collect();
    let count = images * (classes - 1) * classes;
    let shape = Shape { images: images as u32, classes: classes as u32 };
    Case::new(shape.words(), vec![labels], count, Work::Elements(count))
}

super::kernel!(Elements, 1, "margin_rows");
