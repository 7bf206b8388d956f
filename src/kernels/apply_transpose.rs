//! A·W for rows A.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (window, [rows, weight]) = (Window::read(words), [reads[0], reads[1]]);
    result[..window.rows as usize * window.in_len()].fill(0.0.into());
    window.each(|at| result[at.input] += Traced::from(rows[at.output]) * weight[at.weight].into());
}

fn case(draw: &mut Draw) -> Case {
    let (window, dense) = Window::draw(draw);
    let rows = window.rows as usize;
    let reads = vec![draw.numbers(rows * window.out_len()), draw.numbers(window.weights())];
    Case::new(window.words(), reads, rows * window.in_len(), window.backward()).dense(dense)
}

super::kernel!(Backward(1), 2, "apply_transpose");
