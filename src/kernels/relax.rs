//! Bounding lines over pre-activation ranges (docs/methods.md §3).

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
        unknown: u32,
    }
}

/// The extreme of σ(v) − slope·v over a range.
fn extreme(curve: &Curve, slope: Traced, l: f32, u: f32, pick: fn(Traced, Traced) -> Traced) -> Traced {
    let gap = |v: f32| curve.value(v.into()) - slope * v.into();
    let mut best = pick(gap(l), gap(u));
    for point in [0.0, curve.bend] {
        if l < point && point < u {
            best = pick(best, gap(point));
        }
    }
    best
}

/// Slopes below and above, intercepts below and above.
fn lines(curve: &Curve, strategy: u32, l: f32, u: f32) -> [Traced; 4] {
    let (zero, one) = (Traced::from(0.0), Traced::from(1.0));
    if !(l.is_finite() && u.is_finite()) {
        return [f32::NAN.into(); 4];
    }
    if strategy == 2 {
        return [zero, zero, curve.value(l.into()), curve.value(u.into())];
    }
    let adaptive = strategy == 1;
    let (outer, middle) = ((curve.slope.into(), zero), (one, zero));
    let right = || (curve.slope.into(), curve.offset());
    let chord = |from: f32, to: f32| {
        let slope = (curve.value(to.into()) - curve.value(from.into())) / (Traced::from(to) - from.into());
        slope.max(curve.slope.into()).min(one)
    };
    let above = |slope: Traced| (slope, extreme(curve, slope, l, u, Traced::max));
    let below = |slope: Traced| (slope, extreme(curve, slope, l, u, Traced::min));
    let leans_left = adaptive && -l <= u;
    let leans_right = adaptive && curve.leans_right(l, u);
    let (lower, upper) = match status(&curve.exact(), l, u) {
        Status::LeftDead | Status::Unknown => (outer, outer),
        Status::Alive => (middle, middle),
        Status::RightDead => (right(), right()),
        Status::LeftUnstable => (if leans_left { middle } else { outer }, above(chord(l, u))),
        Status::RightUnstable => (below(chord(l, u)), if leans_right { middle } else { right() }),
        Status::Unstable => (
            if leans_left { below(chord(0.0, u)) } else { outer },
            if leans_right { above(chord(l, curve.bend)) } else { right() },
        ),
    };
    [lower.0, upper.0, lower.1, upper.1]
}

fn twin(words: &[u32], reads: &[&[f32]], result: &mut [Traced]) {
    let (shape, [lower, upper, bend]) = (Shape::read(words), [reads[0], reads[1], reads[2]]);
    for index in 0..shape.count as usize {
        let curve = Curve::of(shape.slope, shape.bends, bend, index % shape.width as usize);
        let four = lines(&curve, shape.strategy, lower[index], upper[index]);
        for (section, line) in four.into_iter().enumerate() {
            result[section * shape.section as usize + index] = line;
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
        unknown: f32::NAN.to_bits(),
    };
    let (mut lower, upper) = draw.ranges(count);
    lower[0] = if draw.coin() { f32::NEG_INFINITY } else { lower[0] };
    let reads = vec![lower, upper, draw.positive(width)];
    Case::new(shape.words(), reads, 4 * (count + 1), Work::Elements(count))
}

super::kernel!(Curves, 3, "relax");
