//! A convolution as a matrix.

use super::{Case, Draw, Traced, Window, Work};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let window = Window { rows: 1, ..Window::read(words) };
    let [inputs, first, count] = [window.in_len(), window.first as usize, window.count as usize];
    result[..count * inputs].fill(0.0.into());
    window.each(|at| {
        if let Some(row) = at.output.checked_sub(first).filter(|&row| row < count) {
            let index = if window.turned != 0 { at.input * count + row } else { row * inputs + at.input };
            result[index] = reads[0][at.weight].into();
        }
    });
}

fn case(draw: &mut Draw) -> Case {
    let (mut window, _) = Window::draw(draw);
    let first = draw.below(window.out_len());
    let count = 1 + draw.below(window.out_len() - first);
    (window.first, window.count, window.turned) = (first as u32, count as u32, draw.flag());
    let written = count * window.in_len();
    Case::new(window.words(), vec![draw.numbers(window.weights())], written, Work::Elements(written))
}

super::kernel!(Unrolled, 1, "unroll");
