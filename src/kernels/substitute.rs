//! A⁺·L + A⁻·U per image.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        batch: u32,
        rows: u32,
        neurons: u32,
        inputs: u32,
        rows_step: u32,
        forms_step: u32,
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [rows, lower, upper]) = (Shape::read(words), [reads[0], reads[1], reads[2]]);
    let [count, neurons, inputs] = [shape.rows, shape.neurons, shape.inputs].map(|side| side as usize);
    let images = shape.batch as usize;
    for (index, result) in result[..images * count * inputs].iter_mut().enumerate() {
        let (input, row, item) = (index % inputs, index / inputs % count, index / inputs / count);
        *result = 0.0.into();
        for neuron in 0..neurons {
            let a = rows[item * shape.rows_step as usize + row * neurons + neuron];
            let form = if a < 0.0 { upper } else { lower };
            *result += Traced::from(a) * form[item * shape.forms_step as usize + input * neurons + neuron].into();
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let (images, rows, neurons, inputs) = (draw.size(3), draw.size(40).max(2), draw.size(67), draw.size(40).max(3));
    let shape = Shape {
        batch: images as u32,
        rows: rows as u32,
        neurons: neurons as u32,
        inputs: inputs as u32,
        rows_step: draw.step(rows * neurons),
        forms_step: draw.step(inputs * neurons),
    };
    let forms = images * inputs * neurons;
    let reads = vec![draw.numbers(images * rows * neurons), draw.numbers(forms), draw.numbers(forms)];
    Case::new(shape.words(), reads, images * rows * inputs, Work::Product(rows, inputs, images))
}

super::kernel!(Product, 3, "substitute");
