//! Adjoint of apply_interval in its weights, in parts.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let window = Window::read(words);
    let [lower, upper, below, above, weight] = [reads[0], reads[1], reads[2], reads[3], reads[4]];
    let (weights, part) = (window.weights(), window.part());
    let half = Traced::from(0.5);
    result[..window.splits as usize * weights].fill(0.0.into());
    window.each(|at| {
        let (l, u): (Traced, Traced) = (lower[at.input].into(), upper[at.input].into());
        let (b, a): (Traced, Traced) = (below[at.output].into(), above[at.output].into());
        let w = weight[at.weight];
        let sign = if w == 0.0 { 0.0 } else { w.signum() };
        result[at.pixel / part * weights + at.weight] +=
            (a + b) * ((u + l) * half) + Traced::from(sign) * (a - b) * ((u - l) * half);
    });
}

fn case(draw: &mut Draw) -> Case {
    let (mut window, dense) = Window::draw(draw);
    window.splits = draw.size(5) as u32;
    let rows = window.rows as usize;
    let (lower, upper) = draw.ranges(rows * window.in_len());
    let outputs = rows * window.out_len();
    let reads = vec![lower, upper, draw.numbers(outputs), draw.numbers(outputs), draw.numbers(window.weights())];
    Case::new(window.words(), reads, window.splits as usize * window.weights(), window.gradient()).dense(dense)
}

super::kernel!(Gradient(2), 5, "interval_gradient");
