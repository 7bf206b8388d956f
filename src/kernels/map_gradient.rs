//! Gradient of a map's weights: Σ over rows of output ⊗ input, in parts.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (window, [input, output]) = (Window::read(words), [reads[0], reads[1]]);
    let (weights, part) = (window.weights(), window.part());
    result[..window.splits as usize * weights].fill(0.0.into());
    window.each(|at| {
        result[at.pixel / part * weights + at.weight] += Traced::from(output[at.output]) * input[at.input].into();
    });
}

fn case(draw: &mut Draw) -> Case {
    let (mut window, dense) = Window::draw(draw);
    window.splits = draw.size(5) as u32;
    let rows = window.rows as usize;
    let reads = vec![draw.numbers(rows * window.in_len()), draw.numbers(rows * window.out_len())];
    Case::new(window.words(), reads, window.splits as usize * window.weights(), window.gradient()).dense(dense)
}

super::kernel!(Gradient(1), 2, "map_gradient");
