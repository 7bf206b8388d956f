//! Clipping: where a condition is to hold, its linear bound takes parts off the box (docs/verification.md; Clip-and-Verify, arXiv 2512.11087).
//!
//! A walk gives, for each row, coefficients A and its least value over the box. Within the box
//! row(x) ≥ least + Σ Aₙxₙ − min Σ Aₙxₙ, and each term of the difference is not negative. So where the row is at most its limit, Aₙxₙ
//! exceeds its own minimum by at most limit − least, for every n.

use crate::activation::{UNIT, down, product, up};

/// A linear function below a row over a box: its coefficients, taken as exact, and a lower bound of its least value there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<'a> {
    /// One coefficient per input.
    pub(super) rows: &'a [f64],
    /// At most the least value over the box.
    pub(super) least: f64,
    /// The row's limit.
    pub(super) limit: f64,
}

/// The room left below the limit, rounded up; `None` where the row lies above it everywhere.
fn room(plane: &Plane<'_>) -> Option<f64> {
    let room = up(plane.limit - plane.least);
    if room < 0.0 { None } else { Some(room) }
}

/// The part of a box in which every row may be at most its limit, as a box: ends rounded outward, all from the box that the planes hold
/// on. `None` where it is empty. Planes that are not numbers clip nothing.
pub(super) fn relaxed(lower: &[f64], upper: &[f64], planes: &[Plane<'_>]) -> Option<(Vec<f64>, Vec<f64>)> {
    let (mut low, mut high) = (lower.to_vec(), upper.to_vec());
    for plane in planes {
        let room = room(plane)?;
        for (at, &a) in plane.rows.iter().enumerate() {
            if !(a.is_finite() && room.is_finite()) || a == 0.0 {
                continue;
            }
            let reach = up(room / a.abs());
            if a > 0.0 {
                let end = up(lower[at] + reach);
                if end < high[at] {
                    high[at] = end;
                }
            } else {
                let end = down(upper[at] - reach);
                if end > low[at] {
                    low[at] = end;
                }
            }
        }
    }
    low.iter().zip(&high).all(|(l, u)| l <= u).then_some((low, high))
}

/// A lower bound of a plane's function over a smaller box within the one it holds on.
pub(super) fn least_within(plane: &Plane<'_>, old: (&[f64], &[f64]), new: (&[f64], &[f64])) -> f64 {
    let mut least = plane.least;
    for (at, &a) in plane.rows.iter().enumerate() {
        // How far the minimiser's end has moved inwards.
        let moved = if a > 0.0 { down(new.0[at] - old.0[at]) } else { down(old.1[at] - new.1[at]) };
        if moved > 0.0 {
            least = down(least + product(a.abs(), moved).0);
        }
    }
    least
}

/// Several rounds of [`relaxed`] clips: what one row takes off raises the others' least values. `None` where nothing is left.
pub(super) fn rounds(lower: &[f64], upper: &[f64], planes: &[Plane<'_>], count: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let (mut low, mut high) = (lower.to_vec(), upper.to_vec());
    for _ in 0..count {
        let now: Vec<Plane<'_>> = planes
            .iter()
            .map(|plane| Plane { least: least_within(plane, (lower, upper), (&low, &high)), ..*plane })
            .collect();
        let (l, u) = relaxed(&low, &high, &now)?;
        let still = l == low && u == high;
        (low, high) = (l, u);
        if still || planes.len() < 2 {
            break;
        }
    }
    Some((low, high))
}

/// The greatest lower bound of `plane` that one more condition gives, `other` being at most its limit: by duality the best
/// plane + β·(other − limit) over β ≥ 0, found in a sort. Any β is sound; the bound is rounded down.
///
/// Both planes hold on the box given.
pub(super) fn complete(plane: &Plane<'_>, other: &Plane<'_>, lower: &[f64], upper: &[f64]) -> f64 {
    // The slope in β at 0: other's value, relative to its limit, in the corner where the plane is least. Where both are not least at the same end,
    // that corner is off other's own minimum, and on the way to it the sum turns.
    let mut slope = other.least - other.limit;
    let mut turns: Vec<(f64, f64)> = Vec::with_capacity(lower.len());
    for (at, (&a, &g)) in plane.rows.iter().zip(other.rows).enumerate() {
        if a * g < 0.0 {
            let off = g.abs() * (upper[at] - lower[at]);
            slope += off;
            turns.push(((a / g).abs(), off));
        }
    }
    if slope <= 0.0 || slope.is_nan() {
        return plane.least;
    }
    crate::sorting::sort_few(&mut turns, |a, b| a.0.total_cmp(&b.0));
    let mut beta = 0.0;
    for (turn, off) in turns {
        beta = turn;
        slope -= off;
        if slope <= 0.0 {
            break;
        }
    }
    if slope > 0.0 || !beta.is_finite() {
        // The condition holds nowhere in the box as far as this arithmetic tells; `relaxed` decides that by its rounded test.
        return plane.least;
    }
    combined(plane, other, beta, lower, upper).max(plane.least)
}

/// A lower bound over the box of plane + β·(other − other's limit), where both planes' least values are known: Σ over inputs of what the
/// sum's term exceeds the two minima by, above least + β·(other's least − limit).
fn combined(plane: &Plane<'_>, other: &Plane<'_>, beta: f64, lower: &[f64], upper: &[f64]) -> f64 {
    let gap = down(other.least - other.limit);
    let mut lost = 0.0;
    for (at, (&a, &g)) in plane.rows.iter().zip(other.rows).enumerate() {
        if (a >= 0.0) != (g >= 0.0) {
            // Terms of different signs cannot both be least: the smaller of |a| and β|g| is lost on the way from one end to the other.
            lost += a.abs().min(beta * g.abs()) * (upper[at] - lower[at]);
        }
    }
    // No term is negative: each is off by a few roundings of its own and one for each term after it, and by what underflows.
    let share = 1.0 - 2.0 * (lower.len() + 8) as f64 * UNIT;
    let lost = (lost * share - f64::MIN_POSITIVE).max(0.0);
    let bound = down(down(plane.least + down(beta * gap)) + lost);
    if bound.is_nan() { plane.least } else { bound }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    struct Linear {
        rows: Vec<f64>,
        offset: f64,
    }

    impl Linear {
        fn drawn(inputs: usize, random: &mut Random) -> Self {
            // Now and then a flat direction.
            let rows = (0..inputs).map(|_| if random.below(6) == 0 { 0.0 } else { random.signed() }).collect();
            Linear { rows, offset: random.signed() }
        }

        fn at(&self, x: &[f64]) -> f64 {
            self.rows.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() + self.offset
        }

        fn plane(&self, lower: &[f64], upper: &[f64], limit: f64) -> Plane<'_> {
            let corner = self.rows.iter().zip(lower.iter().zip(upper));
            let least = corner.map(|(a, (l, u))| if *a < 0.0 { a * u } else { a * l }).sum::<f64>() + self.offset;
            Plane { rows: &self.rows, least: least - 1e-12, limit }
        }
    }

    fn drawn(inputs: usize, random: &mut Random) -> (Vec<f64>, Vec<f64>) {
        let lower: Vec<f64> = (0..inputs).map(|_| random.signed()).collect();
        let upper =
            lower.iter().map(|low| low + if random.below(8) == 0 { 0.0 } else { random.signed().abs() }).collect();
        (lower, upper)
    }

    fn point(lower: &[f64], upper: &[f64], random: &mut Random) -> Vec<f64> {
        let share = |random: &mut Random| match random.below(4) {
            0 => 0.0,
            1 => 1.0,
            _ => (random.signed() + 1.0) / 2.0,
        };
        lower.iter().zip(upper).map(|(l, u)| (l + share(random) * (u - l)).clamp(*l, *u)).collect()
    }

    /// Ten thousand boxes with one to three conditions: no point that satisfies them all is clipped off.
    #[test]
    fn clips_keep_every_point_that_satisfies_the_conditions() {
        let mut random = Random::new(1);
        let (mut kept, mut narrowed, mut emptied) = (0, 0, 0);
        for _ in 0..10_000 {
            let inputs = 1 + random.below(5);
            let (lower, upper) = drawn(inputs, &mut random);
            let functions: Vec<Linear> = (0..1 + random.below(3)).map(|_| Linear::drawn(inputs, &mut random)).collect();
            let limits: Vec<f64> = functions.iter().map(|_| random.signed()).collect();
            let planes: Vec<Plane<'_>> =
                functions.iter().zip(&limits).map(|(f, &limit)| f.plane(&lower, &upper, limit)).collect();
            let clipped = rounds(&lower, &upper, &planes, 3);
            match &clipped {
                None => emptied += 1,
                Some((low, high)) => narrowed += usize::from(*low != lower || *high != upper),
            }
            for _ in 0..30 {
                let x = point(&lower, &upper, &mut random);
                if functions.iter().zip(&limits).any(|(f, &limit)| f.at(&x) > limit - 1e-9) {
                    continue;
                }
                kept += 1;
                let (low, high) = clipped.as_ref().expect("a point that satisfies all is in the box");
                assert!(
                    x.iter().zip(low.iter().zip(high)).all(|(x, (l, h))| l <= x && x <= h),
                    "{x:?} {low:?} {high:?}"
                );
                for plane in &planes {
                    let least = least_within(plane, (&lower, &upper), (low, high));
                    let at = plane.rows.iter().zip(&x).map(|(a, x)| a * x).sum::<f64>();
                    let own = functions.iter().find(|f| std::ptr::eq(&f.rows[..], plane.rows)).expect("its function");
                    assert!(least <= at + own.offset, "a bound above a value");
                }
            }
        }
        assert!(kept > 10_000 && narrowed > 1000 && emptied > 1000, "{kept} {narrowed} {emptied}");
    }

    /// The bound under one more condition: below every value where the condition holds, and reached by dense search in one and two
    /// dimensions, since the linear program has no gap.
    #[test]
    fn the_complete_clip_is_the_linear_program() {
        let mut random = Random::new(2);
        let (mut better, mut near) = (0, 0);
        for _ in 0..10_000 {
            let inputs = 1 + random.below(4);
            let (lower, upper) = drawn(inputs, &mut random);
            let (f, g) = (Linear::drawn(inputs, &mut random), Linear::drawn(inputs, &mut random));
            let limit = random.signed();
            let plane = f.plane(&lower, &upper, 0.0);
            let bound = complete(&plane, &g.plane(&lower, &upper, limit), &lower, &upper);
            assert!(bound >= plane.least, "never looser");
            better += usize::from(bound > plane.least + 1e-6);
            let mut least = f64::INFINITY;
            let mut look = |x: &[f64]| {
                if g.at(x) <= limit {
                    assert!(f.at(x) >= bound - 1e-9, "{} below {bound}", f.at(x));
                    least = least.min(f.at(x));
                }
            };
            for _ in 0..20 {
                look(&point(&lower, &upper, &mut random));
            }
            if inputs > 2 {
                continue;
            }
            // On a grid, and where the condition's line crosses it.
            let steps = if inputs == 1 { 1 } else { 40 };
            for step in 0..=steps {
                for axis in 0..inputs {
                    let mut x = lower.clone();
                    x[axis] = lower[axis] + (upper[axis] - lower[axis]) * f64::from(step) / f64::from(steps);
                    if let Some(other) = (0..inputs).find(|&at| at != axis || inputs == 1) {
                        for end in [lower[other], upper[other]] {
                            x[other] = end;
                            look(&x);
                        }
                        if g.rows[other] != 0.0 {
                            x[other] = 0.0;
                            let crossing = (limit - 1e-12 - g.at(&x)) / g.rows[other];
                            if (lower[other]..=upper[other]).contains(&crossing) {
                                x[other] = crossing;
                                look(&x);
                            }
                        }
                    }
                }
            }
            if least.is_finite() {
                near += 1;
                assert!(least - bound < 0.1, "{least} is the least, {bound} the bound");
            }
        }
        assert!(better > 500 && near > 2000, "{better} {near}");
    }
}
