//! Adjoint of relax.

use super::{
    Case, Draw, Traced, Work,
    curve::{self, Curve},
};
use crate::activation::{Status, status};
super::words! {
    /// The uniform.
    pub struct Shape {
        count: u32,
        width: u32,
        bends: u32,
        slope: f32,
        strategy: u32,
        section: u32,
    }
}

/// A point on the curve, and how it moves with l, u and r.
#[derive(Clone, Copy)]
struct Moving {
    at: f32,
    value: Traced,
    at_moves: [f32; 3],
    value_moves: [Traced; 3],
}

/// A chord's slope and intercept, weighed by their gradients.
fn chord(line: [f32; 2], from: &Moving, to: &Moving) -> [Traced; 3] {
    let run = Traced::from(to.at) - from.at.into();
    let slope = (to.value - from.value) / run;
    [0, 1, 2].map(|input| {
        let rise = to.value_moves[input] - from.value_moves[input];
        let at_moves = Traced::from(to.at_moves[input]) - from.at_moves[input].into();
        let slope_moves = (rise - slope * at_moves) / run;
        let intercept_moves = to.value_moves[input] - slope_moves * to.at.into() - slope * to.at_moves[input].into();
        Traced::from(line[0]) * slope_moves + Traced::from(line[1]) * intercept_moves
    })
}

/// Gradients of l, u and r; `low` and `high` are those of each line's slope and intercept.
fn moves(curve: &Curve, strategy: u32, l: f32, u: f32, low: [f32; 2], high: [f32; 2]) -> [Traced; 3] {
    let zero = Traced::from(0.0);
    let end = |z: f32, own: usize| {
        let (mut at_moves, mut value_moves) = ([0.0; 3], [zero, zero, curve.bend_slope_at(z)]);
        (at_moves[own], value_moves[own]) = (1.0, curve.slope_at(z));
        Moving { at: z, value: curve.value(z.into()), at_moves, value_moves }
    };
    let (at_lower, at_upper) = (end(l, 0), end(u, 1));
    if strategy == 2 {
        return [0, 1, 2].map(|input| {
            Traced::from(low[1]) * at_lower.value_moves[input] + Traced::from(high[1]) * at_upper.value_moves[input]
        });
    }
    let at_zero = Moving { at: 0.0, value: zero, at_moves: [0.0; 3], value_moves: [zero; 3] };
    let moved = [0.0, 0.0, 1.0];
    let at_bend =
        Moving { at: curve.bend, value: curve.bend.into(), at_moves: moved, value_moves: moved.map(Traced::from) };
    let bends = Traced::from(1.0) - curve.slope.into();
    let leans_left = strategy == 1 && -l <= u;
    let leans_right = strategy == 1 && curve.leans_right(l, u);
    let mut found = [zero; 3];
    match status(&curve.exact(), l, u) {
        Status::LeftDead | Status::Unknown | Status::Alive => {}
        Status::RightDead => found[2] = (Traced::from(low[1]) + high[1].into()) * bends,
        Status::LeftUnstable => found = chord(high, &at_lower, &at_upper),
        Status::RightUnstable => {
            found = chord(low, &at_lower, &at_upper);
            if !leans_right {
                found[2] += bends * high[1].into();
            }
        }
        Status::Unstable => {
            if leans_left {
                found = chord(low, &at_zero, &at_upper);
            }
            if leans_right {
                let more = chord(high, &at_lower, &at_bend);
                found.iter_mut().zip(more).for_each(|(found, more)| *found += more);
            } else {
                found[2] += bends * high[1].into();
            }
        }
    }
    found
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let shape = Shape::read(words);
    let [lower, upper, bend, slope_below, slope_above, at_below, at_above] = [0, 1, 2, 3, 4, 5, 6].map(|read| reads[read]);
    for index in 0..shape.count as usize {
        let curve = Curve::of(shape.slope, shape.bends, bend, index % shape.width as usize);
        let (low, high) = ([slope_below[index], at_below[index]], [slope_above[index], at_above[index]]);
        let found = moves(&curve, shape.strategy, lower[index], upper[index], low, high);
        let kept = if shape.bends != 0 { 3 } else { 2 };
        for (section, value) in found.into_iter().enumerate().take(kept) {
            result[section * shape.section as usize + index] = value;
        }
    }
}

fn case(draw: &mut Draw) -> Case {
    let (rows, width) = (draw.size(67), draw.size(67));
    let (slope, bends) = curve::draw(draw);
    let count = rows * width;
    let shape = Shape {
        count: count as u32,
        width: width as u32,
        bends,
        slope,
        strategy: draw.below(3) as u32,
        section: count as u32 + 1,
    };
    let (lower, upper) = draw.ranges(count);
    let mut reads = vec![lower, upper, draw.positive(width)];
    reads.extend((0..4).map(|_| draw.numbers(count)));
    Case::new(shape.words(), reads, 3 * (count + 1), Work::Elements(count))
}

super::kernel!(Curves, 7, "relax_gradient");
