//! W⁺·lower + W⁻·upper and its mirror.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (window, [lower, upper, weight]) = (Window::read(words), [reads[0], reads[1], reads[2]]);
    let (count, section) = (window.rows as usize * window.out_len(), window.section as usize);
    result[..count].fill(0.0.into());
    result[section..section + count].fill(0.0.into());
    window.each(|at| {
        let w = weight[at.weight];
        let (first, second) = if w < 0.0 { (upper, lower) } else { (lower, upper) };
        result[at.output] += Traced::from(w) * first[at.input].into();
        result[section + at.output] += Traced::from(w) * second[at.input].into();
    });
}

fn case(draw: &mut Draw) -> Case {
    let (mut window, dense) = Window::draw(draw);
    let rows = window.rows as usize;
    window.section = (rows * window.out_len() + 1) as u32;
    let (lower, upper) = draw.ranges(rows * window.in_len());
    let reads = vec![lower, upper, draw.numbers(window.weights())];
    Case::new(window.words(), reads, 2 * window.section as usize, window.forward()).dense(dense)
}

super::kernel!(Forward(2), 3, "apply_split");
