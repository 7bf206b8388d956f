//! Sigmoid and tanh between two numbers each, from whole numbers alone; and lines below them.

use super::dyadic::Dyadic;
use num_bigint::BigInt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    Sigmoid,
    Tanh,
}

/// Two numbers over 2^digits with something between them.
struct Fixed {
    low: BigInt,
    high: BigInt,
    digits: u64,
}

/// Beyond this e^(−x) is only known to lie between 0 and 2^(−1500).
const FAR: i64 = 1100;

/// Terms of the series of e^(−r) for r ≤ 1/16.
const TERMS: u32 = 60;

/// Binary digits after the point, so that what is small beside 1 keeps its leading ones: 240 of these.
fn digits(z: &Dyadic) -> u64 {
    let size = z.size().unwrap_or(0);
    // Beyond FAR nothing gets smaller; the smallest number is 2^(−1074).
    let far = if size > 12 { FAR } else { z.abs().floor(0).try_into().unwrap_or(FAR).min(FAR) };
    (240 + 4 * far + 2 * (-size).clamp(0, 1200)) as u64
}

/// e^(−x) for x ≥ 0.
fn exp_minus(x: &Dyadic, digits: u64) -> Fixed {
    let one = BigInt::from(1) << digits;
    if *x > Dyadic::integer(FAR) {
        return Fixed { low: BigInt::ZERO, high: one >> 1500, digits };
    }
    // x = 2^halvings · r with r ≤ 1/16.
    let halvings = (x.size().unwrap_or(0) + 4).max(0);
    let r = x.times_power(-halvings).floor(-(digits as i64));
    // 1 − r/1·(1 − r/2·(1 − …)): every step rounds twice, down, and later ones weigh less than a sixteenth; what follows the last term is less
    // than 2^(−4·60) / 60! < 2^(−500), and r was rounded. Together less than 8 units.
    let mut sum = one.clone();
    for term in (1..=TERMS).rev() {
        sum = &one - ((&r * &sum) >> digits) / term;
    }
    // Units more where there are more digits than the series has.
    let unit = BigInt::from(8) + (&one >> 500);
    let (mut low, mut high): (BigInt, BigInt) = (&sum - &unit, sum + unit);
    for _ in 0..halvings {
        low = (&low * &low) >> digits;
        high = ((&high * &high) >> digits) + 1;
    }
    Fixed { low: low.max(BigInt::ZERO), high: high.min(one), digits }
}

impl Curve {
    /// The least and the greatest of a function that grows with e = e^(−x) from 0 to 1, `low` and `high` being its two roundings.
    fn ends(self, z: &Dyadic, digits: u64) -> Fixed {
        let size = z.abs();
        exp_minus(&if self == Curve::Tanh { size.times_power(1) } else { size }, digits)
    }

    /// σ(z) for z ≥ 0, or σ(−|z|) of the sigmoid.
    fn around(self, z: &Dyadic, digits: u64) -> [Dyadic; 2] {
        let Fixed { low, high, digits } = self.ends(z, digits);
        let one = BigInt::from(1) << digits;
        let number = |whole: BigInt| Dyadic::new(whole, -(digits as i64));
        match self {
            Curve::Sigmoid if z.is_negative() => {
                // e/(1 + e)
                let (above, below) = (&one + &low, &one + &high);
                [number((low << digits) / above), number((high << digits) / below + 1)]
            }
            Curve::Sigmoid => {
                // 1/(1 + e)
                [number((&one << digits) / (&one + high)), number((&one << digits) / (&one + low) + 1)]
            }
            Curve::Tanh => {
                // (1 − e)/(1 + e)
                let least = number(((&one - &high) << digits) / (&one + &high));
                let most = number(((&one - &low) << digits) / (&one + &low) + 1);
                if z.is_negative() { [-&most, -&least] } else { [least, most] }
            }
        }
    }

    /// σ'(z), which is e/(1 + e)² or four times that, and grows with e up to 1.
    fn slope(self, z: &Dyadic, digits: u64) -> [Dyadic; 2] {
        let Fixed { low, high, digits } = self.ends(z, digits);
        let one = BigInt::from(1) << digits;
        let times = if self == Curve::Tanh { 2 } else { 0 };
        let least = (&low << (2 * digits)) / ((&one + &low) * (&one + &low));
        let most = (&high << (2 * digits)) / ((&one + &high) * (&one + &high)) + 1;
        [least, most].map(|whole| Dyadic::new(whole, times - digits as i64))
    }

    /// A guess of the point at or after 0 with this slope, for slopes in (0, σ'(0)).
    fn guess(self, slope: f64) -> f64 {
        match self {
            Curve::Sigmoid => {
                let p = (1.0 + (1.0 - 4.0 * slope).max(0.0).sqrt()) / 2.0;
                2.0 * (p / slope.sqrt()).ln()
            }
            Curve::Tanh => ((1.0 + (1.0 - slope).max(0.0).sqrt()) / slope.sqrt()).ln(),
        }
    }

    /// σ''(z) for z ≥ 0, nearly.
    fn curvature(self, z: f64) -> f64 {
        match self {
            Curve::Sigmoid => {
                let e = (-z).exp();
                e / ((1.0 + e) * (1.0 + e)) * ((e - 1.0) / (1.0 + e))
            }
            Curve::Tanh => -2.0 * z.tanh() * (1.0 - z.tanh() * z.tanh()),
        }
    }
}

/// Numbers around σ(z).
pub(super) fn value(curve: Curve, z: &Dyadic) -> [Dyadic; 2] {
    if !z.is_negative() && !z.is_positive() {
        let exact = if curve == Curve::Sigmoid { Dyadic::power(-1) } else { Dyadic::zero() };
        return [exact.clone(), exact];
    }
    curve.around(z, digits(z))
}

/// A point at or after 0 where the curve is nearly as steep as a line: for where to look alone, any point will do.
fn touching(curve: Curve, slope: &Dyadic, digits: u64) -> Dyadic {
    let mut point = Dyadic::of(Some(curve.guess(slope.near())).filter(|point| point.is_finite()).unwrap_or(0.0).abs());
    for _ in 0..3 {
        let gap = (&curve.slope(&point, digits)[0] - slope).near();
        let step = gap / curve.curvature(point.near());
        if step.is_finite() && step.abs() < 0.5 * point.near() {
            point = &point - &Dyadic::of(step);
        }
    }
    point
}

/// An intercept with which a line of this slope is nowhere above the curve over [lower, upper].
///
/// From 0 on the curve is concave: there, its gap to the line is least at an end. Before 0 it is convex: it lies above each of its tangents, and
/// the tangent's gap is least at an end. So the tangent at any point will do; the best is at the point where the curve is as steep as the line.
pub(super) fn intercept_below(curve: Curve, slope: &Dyadic, lower: &Dyadic, upper: &Dyadic) -> Dyadic {
    let zero = Dyadic::zero();
    let at_end = |z: &Dyadic| &value(curve, z)[0] - &(slope * z);
    let high = upper.min(&zero).clone();
    let right = lower.max(&zero).clone();
    let concave = (right <= *upper).then(|| at_end(&right).min(at_end(upper)));
    if *lower >= high {
        // Nothing before 0, but one point at most.
        return concave.into_iter().chain((*lower == high).then(|| at_end(lower))).min().unwrap_or(zero);
    }
    let digits = digits(lower).max(digits(&high));
    let steepest = Dyadic::power(if curve == Curve::Sigmoid { -2 } else { 0 });
    let point = if !slope.is_positive() {
        lower.clone()
    } else if *slope < steepest {
        (-&touching(curve, slope, digits)).clamp(lower.clone(), high.clone())
    } else {
        high.clone()
    };
    let [height, _] = if point == zero { value(curve, &point) } else { curve.around(&point, digits) };
    let steep = curve.slope(&point, digits);
    // σ(v) ≥ σ(p) + σ'(p)·(v − p): with the least σ'(p) to the right of p, and the greatest to its left.
    let tangent = |end: &Dyadic, steep: &Dyadic| &(&height + &(steep * &(end - &point))) - &(slope * end);
    let ends = [tangent(lower, &steep[1]), tangent(&high, &steep[0])];
    ends.into_iter().chain(concave).min().unwrap_or(zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_slopes_are_between_and_near() {
        for z in [1e-300, 1e-9, 0.1, 0.7, 1.0, 3.3, 20.0, 40.0, 300.0, 700.0, 1000.0, 1e9, 1e300] {
            for z in [z, -z] {
                let exact = Dyadic::of(z);
                for (curve, wanted) in [(Curve::Sigmoid, 1.0 / (1.0 + (-z).exp())), (Curve::Tanh, z.tanh())] {
                    let [low, high] = value(curve, &exact);
                    assert!(low <= high);
                    // The series is known to 2⁻⁵⁰⁰, some 1e-150.
                    let near = |found: f64| (found - wanted).abs() <= 1e-14 * wanted.abs() + 1e-140;
                    assert!(near(low.near()) && near(high.near()), "{curve:?} {z} {wanted} {}", low.near());
                    let [least, most] = curve.slope(&exact, digits(&exact));
                    let at = |z: f64| if curve == Curve::Sigmoid { 1.0 / (1.0 + (-z).exp()) } else { z.tanh() };
                    let h = 1e-5;
                    let slope = (at(z + h) - at(z - h)) / (2.0 * h);
                    assert!(least <= most && (least.near() - slope).abs() < 1e-9, "{curve:?} {z}");
                }
            }
        }
    }

    #[test]
    fn lines_are_told_apart_by_the_last_digits() {
        for curve in [Curve::Sigmoid, Curve::Tanh] {
            for (lower, upper) in
                [(-3.0, 2.0), (-5.0, -1.0), (0.5, 4.0), (-1.0, 0.0), (-40.0, 90.0), (-1e-5, 1e-5), (2.0, 2.0)]
            {
                let ends = [Dyadic::of(lower), Dyadic::of(upper)];
                for slope in [0.0, 0.05, 0.2, 0.249999999, 0.25, 0.9, 1.5, -0.3] {
                    // The least gap by looking everywhere.
                    let f = |v: f64| {
                        let [low, _] = value(curve, &Dyadic::of(v));
                        (&low - &(&Dyadic::of(slope) * &Dyadic::of(v))).near()
                    };
                    let steps = 2000;
                    let at = |i: i32| lower + (upper - lower) * f64::from(i) / f64::from(steps);
                    let least = (0..=steps).map(|i| f(at(i).clamp(lower, upper))).fold(f64::INFINITY, f64::min);
                    let step = (upper - lower) / f64::from(steps);
                    let slack = step * step * 0.2 + 1e-13 * (1.0 + least.abs());
                    let most = intercept_below(curve, &Dyadic::of(slope), &ends[0], &ends[1]);
                    let holds = |t: f64| Dyadic::of(t) <= most;
                    assert!(!holds(least + 1e-13 * (1.0 + least.abs())), "{curve:?} [{lower}, {upper}] {slope}");
                    assert!(holds(least - slack), "{curve:?} [{lower}, {upper}] {slope} {least}");
                }
            }
        }
    }
}
