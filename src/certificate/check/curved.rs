//! Sigmoid, tanh, ELU and softplus between two numbers each, from whole numbers alone; and lines below and above them.

use super::dyadic::Dyadic;
use num_bigint::BigInt;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Curve {
    /// 1 / (1 + e^(−z)).
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// z from 0 on, this times e^z − 1 below; convex, since it is at most 1.
    Elu(f64),
    /// ln(1 + e^z), which is convex.
    Softplus,
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

/// Numbers over 2^digits around ln(1 + x), x between 0 and 1 over 2^digits.
fn ln_after_one(x: &BigInt, digits: u64) -> [BigInt; 2] {
    let one = BigInt::from(1) << digits;
    // 2·artanh y = 2·(y + y³/3 + y⁵/5 + …) with y = x/(2 + x) ≤ 1/3.
    let y = (x << digits) / ((&one << 1) + x);
    let square = (&y * &y) >> digits;
    let (mut power, mut sum, mut terms) = (y, BigInt::ZERO, 0u32);
    while power > BigInt::ZERO {
        sum += &power / (2 * terms + 1);
        power = (power * &square) >> digits;
        terms += 1;
    }
    // Every power is too small by less than 3 units, since the next is a ninth of it at most; every quotient by one more; and what follows the last
    // term by less than 3 in all.
    let most = (&sum + 4 * terms + 4) << 1;
    [sum << 1, most]
}

impl Curve {
    /// Where the curve turned round 0 is itself: the sum of its values at z and −z.
    fn mirrored(self) -> Option<Dyadic> {
        match self {
            Curve::Sigmoid => Some(Dyadic::integer(1)),
            Curve::Tanh => Some(Dyadic::zero()),
            Curve::Elu(_) | Curve::Softplus => None,
        }
    }

    /// The greatest slope.
    fn steepest(self) -> Dyadic {
        Dyadic::power(if self == Curve::Sigmoid { -2 } else { 0 })
    }

    /// Whether it is straight from here on.
    pub(super) fn straight_from(self, z: &Dyadic) -> bool {
        matches!(self, Curve::Elu(_)) && !z.is_negative()
    }

    /// The least and the greatest of a function that grows with e = e^(−x) from 0 to 1, `low` and `high` being its two roundings.
    fn ends(self, z: &Dyadic, digits: u64) -> Fixed {
        let size = z.abs();
        exp_minus(&if self == Curve::Tanh { size.times_power(1) } else { size }, digits)
    }

    /// Numbers around σ(z).
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
            Curve::Elu(scale) if z.is_negative() => [low, high].map(|e| &Dyadic::of(scale) * &number(e - &one)),
            Curve::Elu(_) => [z.clone(), z.clone()],
            Curve::Softplus => {
                let [[least, _], [_, most]] = [low, high].map(|e| ln_after_one(&e, digits));
                let above = z.max(&Dyadic::zero()).clone();
                [&above + &number(least), &above + &number(most)]
            }
        }
    }

    /// Numbers around σ'(z); at a bend around the slope between those of its two sides that is nearest to `near`.
    fn slope(self, z: &Dyadic, digits: u64, near: &Dyadic) -> [Dyadic; 2] {
        match self {
            // e/(1 + e)² or four times that, which grows with e up to 1.
            Curve::Sigmoid | Curve::Tanh => {}
            Curve::Softplus => return Curve::Sigmoid.around(z, digits),
            Curve::Elu(_) if z.is_positive() => return [1, 1].map(Dyadic::integer),
            Curve::Elu(scale) if z.is_negative() => {
                let Fixed { low, high, digits } = self.ends(z, digits);
                return [low, high].map(|e| &Dyadic::of(scale) * &Dyadic::new(e, -(digits as i64)));
            }
            Curve::Elu(scale) => {
                let between = near.clone().clamp(Dyadic::of(scale), Dyadic::integer(1));
                return [between.clone(), between];
            }
        }
        let Fixed { low, high, digits } = self.ends(z, digits);
        let one = BigInt::from(1) << digits;
        let times = if self == Curve::Tanh { 2 } else { 0 };
        let least = (&low << (2 * digits)) / ((&one + &low) * (&one + &low));
        let most = (&high << (2 * digits)) / ((&one + &high) * (&one + &high)) + 1;
        [least, most].map(|whole| Dyadic::new(whole, times - digits as i64))
    }

    /// A guess of the point with this slope where the curve is convex, for slopes above 0 and below the greatest.
    fn guess(self, slope: f64) -> f64 {
        match self {
            Curve::Elu(scale) => (slope / scale).ln().min(0.0),
            Curve::Softplus => (slope / (1.0 - slope)).ln(),
            Curve::Sigmoid => {
                let p = (1.0 + (1.0 - 4.0 * slope).max(0.0).sqrt()) / 2.0;
                -2.0 * (p / slope.sqrt()).ln()
            }
            Curve::Tanh => -((1.0 + (1.0 - slope).max(0.0).sqrt()) / slope.sqrt()).ln(),
        }
    }

    /// σ'(z), nearly.
    pub(super) fn steepness(self, z: f64) -> f64 {
        let e = (-z.abs()).exp();
        match self {
            Curve::Sigmoid => e / ((1.0 + e) * (1.0 + e)),
            Curve::Tanh => 1.0 - z.tanh() * z.tanh(),
            Curve::Elu(scale) => {
                if z > 0.0 {
                    1.0
                } else {
                    scale * e
                }
            }
            Curve::Softplus => {
                if z > 0.0 {
                    1.0 / (1.0 + e)
                } else {
                    e / (1.0 + e)
                }
            }
        }
    }

    /// σ''(z) for z ≤ 0, nearly; for every z of the softplus.
    fn curvature(self, z: f64) -> f64 {
        match self {
            Curve::Sigmoid => {
                let e = z.exp();
                e / ((1.0 + e) * (1.0 + e)) * ((1.0 - e) / (1.0 + e))
            }
            Curve::Tanh => -2.0 * z.tanh() * (1.0 - z.tanh() * z.tanh()),
            Curve::Elu(scale) => scale * z.exp(),
            Curve::Softplus => Curve::Sigmoid.steepness(z),
        }
    }
}

/// Numbers around σ(z).
pub(super) fn value(curve: Curve, z: &Dyadic) -> [Dyadic; 2] {
    let exact = match curve {
        Curve::Sigmoid => Some(Dyadic::power(-1)),
        Curve::Tanh => Some(Dyadic::zero()),
        Curve::Elu(_) | Curve::Softplus => None,
    };
    if let Some(exact) = exact.filter(|_| !z.is_negative() && !z.is_positive()) {
        return [exact.clone(), exact];
    }
    curve.around(z, digits(z))
}

/// A point of the convex part where the curve is nearly as steep as a line: for where to look alone, any point will do.
fn touching(curve: Curve, slope: &Dyadic, digits: u64) -> Dyadic {
    let mut point = Dyadic::of(Some(curve.guess(slope.near())).filter(|point| point.is_finite()).unwrap_or(0.0));
    for _ in 0..3 {
        let gap = (&curve.slope(&point, digits, slope)[0] - slope).near();
        let step = gap / curve.curvature(point.near());
        if step.is_finite() && step.abs() < 0.5 * point.near().abs() {
            point = &point - &Dyadic::of(step);
        }
    }
    point
}

/// An intercept with which a line of this slope is nowhere above the curve over [lower, upper] (or nowhere below it).
pub(super) fn intercept(curve: Curve, slope: &Dyadic, below: bool, lower: &Dyadic, upper: &Dyadic) -> Dyadic {
    match curve.mirrored() {
        _ if below => intercept_below(curve, slope, lower, upper),
        // σ(v) ≤ s·v + t is c − σ(w) ≤ −s·w + t for w = −v, with c = σ(−v) + σ(v).
        Some(whole) => &whole - &intercept_below(curve, slope, &-upper, &-lower),
        // What is convex is furthest above a line at an end.
        None => {
            let gap = |z: &Dyadic| &value(curve, z)[1] - &(slope * z);
            gap(lower).max(gap(upper))
        }
    }
}

/// An intercept with which a line of this slope is nowhere above the curve over [lower, upper].
///
/// What rises like an S is concave from 0 on: there, its gap to the line is least at an end. Before 0, and what is convex everywhere: it lies above each of its
/// tangents, and the tangent's gap is least at an end. So the tangent at any point will do; the best is at the point where the curve is as steep as the line.
fn intercept_below(curve: Curve, slope: &Dyadic, lower: &Dyadic, upper: &Dyadic) -> Dyadic {
    let zero = Dyadic::zero();
    let at_end = |z: &Dyadic| &value(curve, z)[0] - &(slope * z);
    let convex = curve.mirrored().is_none();
    let high = if convex { upper } else { upper.min(&zero) }.clone();
    let right = lower.max(&zero).clone();
    let concave = (!convex && right <= *upper).then(|| at_end(&right).min(at_end(upper)));
    if *lower >= high {
        // Nothing before 0, but one point at most.
        return concave.into_iter().chain((*lower == high).then(|| at_end(lower))).min().unwrap_or(zero);
    }
    let digits = digits(lower).max(digits(&high));
    let point = if !slope.is_positive() {
        lower.clone()
    } else if *slope < curve.steepest() {
        touching(curve, slope, digits).clamp(lower.clone(), high.clone())
    } else {
        high.clone()
    };
    let [height, _] = if point == zero { value(curve, &point) } else { curve.around(&point, digits) };
    let steep = curve.slope(&point, digits, slope);
    // σ(v) ≥ σ(p) + σ'(p)·(v − p): with the least σ'(p) to the right of p, and the greatest to its left.
    let tangent = |end: &Dyadic, steep: &Dyadic| &(&height + &(steep * &(end - &point))) - &(slope * end);
    let ends = [tangent(lower, &steep[1]), tangent(&high, &steep[0])];
    ends.into_iter().chain(concave).min().unwrap_or(zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: [Curve; 5] = [Curve::Sigmoid, Curve::Tanh, Curve::Elu(1.0), Curve::Elu(0.3), Curve::Softplus];

    fn plain(curve: Curve, z: f64) -> f64 {
        match curve {
            Curve::Sigmoid => 1.0 / (1.0 + (-z).exp()),
            Curve::Tanh => z.tanh(),
            Curve::Elu(scale) => {
                if z < 0.0 {
                    scale * z.exp_m1()
                } else {
                    z
                }
            }
            Curve::Softplus => z.max(0.0) + (-z.abs()).exp().ln_1p(),
        }
    }

    #[test]
    fn values_and_slopes_are_between_and_near() {
        for z in [1e-300, 1e-9, 0.1, 0.7, 1.0, 3.3, 20.0, 40.0, 300.0, 700.0, 1000.0, 1e9, 1e300] {
            for z in [z, -z] {
                let exact = Dyadic::of(z);
                for curve in CURVES {
                    let wanted = plain(curve, z);
                    let [low, high] = value(curve, &exact);
                    assert!(low <= high);
                    // The series is known to 2⁻⁵⁰⁰, some 1e-150.
                    let near = |found: f64| (found - wanted).abs() <= 1e-14 * wanted.abs() + 1e-140;
                    assert!(near(low.near()) && near(high.near()), "{curve:?} {z} {wanted} {}", low.near());
                    let [least, most] = curve.slope(&exact, digits(&exact), &Dyadic::zero());
                    assert!(least <= most, "{curve:?} {z}");
                    // Not across the bend, nor where a step is lost.
                    let h = if z.abs() > 1e-3 { 1e-5 } else { z.abs() / 2.0 };
                    if z.abs() > 1e-100 && z.abs() < 1e6 {
                        let slope = (plain(curve, z + h) - plain(curve, z - h)) / (2.0 * h);
                        assert!((least.near() - slope).abs() < 1e-6, "{curve:?} {z} {} {slope}", least.near());
                    }
                    assert!((least.near() - curve.steepness(z)).abs() < 1e-14, "{curve:?} {z}");
                }
            }
        }
    }

    #[test]
    fn lines_are_told_apart_by_the_last_digits() {
        for curve in CURVES {
            for (lower, upper) in
                [(-3.0, 2.0), (-5.0, -1.0), (0.5, 4.0), (-1.0, 0.0), (-40.0, 90.0), (-1e-5, 1e-5), (2.0, 2.0)]
            {
                let ends = [Dyadic::of(lower), Dyadic::of(upper)];
                for slope in [0.0, 0.05, 0.2, 0.249999999, 0.25, 0.9, 1.5, -0.3] {
                    // The least gap and the greatest, by looking everywhere.
                    let f = |v: f64| {
                        let [low, _] = value(curve, &Dyadic::of(v));
                        (&low - &(&Dyadic::of(slope) * &Dyadic::of(v))).near()
                    };
                    let steps = 2000;
                    let at = |i: i32| lower + (upper - lower) * f64::from(i) / f64::from(steps);
                    let gaps: Vec<f64> = (0..=steps).map(|i| f(at(i).clamp(lower, upper))).collect();
                    let step = (upper - lower) / f64::from(steps);
                    // Between two points the curve is nearer than that; at a bend it may be nearer by more.
                    let bent = if curve == Curve::Elu(0.3) { step } else { 0.0 };
                    for (below, sign) in [(true, 1.0), (false, -1.0)] {
                        let extreme = sign * gaps.iter().map(|gap| sign * gap).fold(f64::INFINITY, f64::min);
                        let rounding = 1e-13 * (1.0 + extreme.abs());
                        let found = intercept(curve, &Dyadic::of(slope), below, &ends[0], &ends[1]);
                        let holds = |t: f64| if below { Dyadic::of(t) <= found } else { Dyadic::of(t) >= found };
                        let place = format!("{curve:?} [{lower}, {upper}] {slope} {below} {extreme} {}", found.near());
                        assert!(!holds(extreme + sign * rounding), "{place}");
                        assert!(holds(extreme - sign * (step * step * 0.2 + bent + rounding)), "{place}");
                    }
                }
            }
        }
    }
}
