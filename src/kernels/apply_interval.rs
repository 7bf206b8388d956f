//! IBP's step: Wc ∓ |W|r + b.

use super::{Case, Draw, Traced, Window};
fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (window, [lower, upper, weight, bias]) = (Window::read(words), [reads[0], reads[1], reads[2], reads[3]]);
    let (count, section) = (window.rows as usize * window.out_len(), window.section as usize);
    let half = Traced::from(0.5);
    let mut sums = vec![[Traced::from(0.0); 2]; count];
    window.each(|at| {
        let (l, u, w): (Traced, Traced, Traced) = (lower[at.input].into(), upper[at.input].into(), weight[at.weight].into());
        sums[at.output][0] += (u + l) * half * w;
        sums[at.output][1] += (u - l) * half * w.abs();
    });
    for (index, [centre, radius]) in sums.into_iter().enumerate() {
        let shift = if window.biased != 0 { bias[index % window.out_len()] } else { 0.0 };
        result[index] = centre - radius + shift.into();
        result[section + index] = centre + radius + shift.into();
    }
}

fn case(draw: &mut Draw) -> Case {
    let (mut window, dense) = Window::draw(draw);
    let rows = window.rows as usize;
    (window.section, window.biased) = ((rows * window.out_len() + 1) as u32, draw.flag());
    let (lower, upper) = draw.ranges(rows * window.in_len());
    let reads = vec![lower, upper, draw.numbers(window.weights()), draw.numbers(window.out_len())];
    Case::new(window.words(), reads, 2 * window.section as usize, window.forward()).dense(dense)
}

super::kernel!(Forward(2), 4, "apply_interval");
