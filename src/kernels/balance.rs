//! How unlike alive and dead neurons are (Shi et al. 2021), and the sums that its adjoint needs.

use super::{Case, Draw, Traced, Work};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
    }
}

/// max(0, 1 − 2·min(q, 1/q)) and its derivative; 0 where q is no ratio of two positive numbers.
fn imbalance(over: Traced, under: Traced) -> [Traced; 2] {
    let (one, two) = (Traced::from(1.0), Traced::from(2.0));
    if !(over.value > 0.0 && under.value > 0.0) {
        return [0.0.into(); 2];
    }
    let q = over / under;
    if q.value < 0.5 {
        [one - two * q, -two]
    } else if q.value > 2.0 {
        [one - two / q, two / (q * q)]
    } else {
        [0.0.into(); 2]
    }
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let count = Traced::from(shape.count as f32);
    let neurons = || reads[0].iter().zip(reads[1]).map(|(&l, &u)| ((Traced::from(u) + l.into()) / 2.0.into(), l > 0.0, u < 0.0));
    let sum = |terms: &mut dyn Iterator<Item = Traced>| terms.fold(Traced::from(0.0), |sum, term| sum + term);
    let mean = sum(&mut neurons().map(|(centre, ..)| centre)) / count;
    let alive = sum(&mut neurons().filter(|it| it.1).map(|it| it.0));
    let dead = sum(&mut neurons().filter(|it| it.2).map(|it| -it.0));
    let square = |it: (Traced, bool, bool)| (it.0 - mean) * (it.0 - mean);
    let alive_spread = sum(&mut neurons().filter(|it| it.1).map(square));
    let dead_spread = sum(&mut neurons().filter(|it| it.2).map(square));
    let alive_pull = sum(&mut neurons().filter(|it| it.1).map(|it| it.0 - mean)) / count;
    let dead_pull = sum(&mut neurons().filter(|it| it.2).map(|it| it.0 - mean)) / count;
    let [by_mean, mean_slope] = imbalance(alive, dead);
    let [by_spread, spread_slope] = imbalance(alive_spread, dead_spread);
    let found = [
        by_mean + by_spread, mean, alive, dead, alive_spread, dead_spread, alive_pull, dead_pull, mean_slope, spread_slope,
    ];
    result[..10].copy_from_slice(&found);
}

fn case(draw: &mut Draw) -> Case {
    let count = draw.size(67) * draw.size(13);
    // Well away from a ratio of 2, where the penalty bends: rounding would decide which slope a device finds.
    let (mut lower, mut upper) = draw.ranges(count);
    let shift = if draw.coin() { 3.0 } else { -3.0 };
    lower.iter_mut().chain(&mut upper).for_each(|end| *end += shift);
    for (index, (l, u)) in lower.iter_mut().zip(&mut upper).enumerate().filter(|(index, _)| index % 16 == 0) {
        (*l, *u) = (-shift - 0.5 - 0.001 * index as f32, -shift - 0.4);
    }
    Case::new(Shape { count: count as u32 }.words(), vec![lower, upper], 10, Work::Rows(1))
}

super::kernel!(Rows, 2, "balance");
