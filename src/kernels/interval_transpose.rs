//! Adjoint of apply_interval in its range.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (window, [below, above, weight]) = (Window::read(words), [reads[0], reads[1], reads[2]]);
    let (count, section) = (window.rows as usize * window.in_len(), window.section as usize);
    let mut sums = vec![[Traced::from(0.0); 2]; count];
    window.each(|at| {
        let (b, a, w): (Traced, Traced, Traced) = (below[at.output].into(), above[at.output].into(), weight[at.weight].into());
        sums[at.input][0] += (a + b) * w;
        sums[at.input][1] += (a - b) * w.abs();
    });
    for (index, [centre, radius]) in sums.into_iter().enumerate() {
        result[index] = (centre - radius) * 0.5.into();
        result[section + index] = (centre + radius) * 0.5.into();
    }
}

fn case(draw: &mut Draw) -> Case {
    let (mut window, dense) = Window::draw(draw);
    let rows = window.rows as usize;
    window.section = (rows * window.in_len() + 1) as u32;
    let outputs = rows * window.out_len();
    let reads = vec![draw.numbers(outputs), draw.numbers(outputs), draw.numbers(window.weights())];
    Case::new(window.words(), reads, 2 * window.section as usize, window.backward()).dense(dense)
}

super::kernel!(Backward(2), 3, "interval_transpose");
