//! W·v for every row v.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (window, [rows, weight]) = (Window::read(words), [reads[0], reads[1]]);
    result[..window.rows as usize * window.out_len()].fill(0.0.into());
    window.each(|at| result[at.output] += Traced::from(rows[at.input]) * weight[at.weight].into());
}

fn case(draw: &mut Draw) -> Case {
    let (window, dense) = Window::draw(draw);
    let rows = window.rows as usize;
    let reads = vec![draw.numbers(rows * window.in_len()), draw.numbers(window.weights())];
    Case::new(window.words(), reads, rows * window.out_len(), window.forward()).dense(dense)
}

super::kernel!(Forward(1), 2, "apply");
