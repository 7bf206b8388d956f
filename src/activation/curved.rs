//! Curved activations: convex up to a point where they turn, if they do, and concave after it. Chords and tangents (docs/methods.md §3).

use super::lines::{Through, chord_gradient};
use super::outward::{down, greater, lesser, up};
use super::rule::{Outward, gap_around};
use super::{Line, Lines, Real, Side, Strategy};

/// What one such activation is: all that its lines are made of.
pub(super) trait Shape<T: Real>: Copy + Send + Sync {
    /// σ(z).
    fn value(&self, z: T) -> T;
    /// σ'(z), which rises up to the turn and falls after it; at a bend the lesser one.
    fn slope(&self, z: T) -> T;
    /// σ''(z).
    fn curvature(&self, z: T) -> T;
    /// Where the curve is as steep as this, for slopes between 0 and the steepest: before the turn for a line below, after it for one above.
    fn with_slope(&self, slope: T, side: Side) -> T;

    /// Where σ turns from convex to concave: 0 for what rises like an S, ∞ for what is convex everywhere.
    fn turn(&self) -> T {
        T::zero()
    }

    /// Whether σ is straight over a range.
    fn straight(&self, _lower: T, _upper: T) -> bool {
        false
    }
}

/// The same in directed rounding.
pub(super) trait Enclosed: Shape<f64> {
    /// Numbers around the exact σ(z), for a finite z.
    fn value_around(&self, z: f64) -> (f64, f64);
    /// Numbers around the exact σ'(z), for a finite z; at a bend around the slope between those of its two sides that comes nearest to `near`.
    fn slope_around(&self, z: f64, near: f64) -> (f64, f64);

    /// [`Outward::settled`].
    fn settled_near(&self, lower: f64, upper: f64) -> (f64, f64) {
        (lower, upper)
    }
}

/// How a line is chosen.
#[derive(Clone, Copy, PartialEq)]
enum Chosen<T> {
    /// The chord from l to u.
    Chord,
    /// The tangent at a point: an end, or the middle of the range.
    Tangent(Place),
    /// The line through an end (0 for l, 1 for u) that touches the curve at a point beyond the turn.
    From(usize, T),
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    End(usize),
    Middle,
}

/// Points and slopes over one range.
struct Over<S, T> {
    shape: S,
    ends: [T; 2],
}

impl<T: Real, S: Shape<T>> Over<S, T> {
    fn new(shape: &S, lower: T, upper: T) -> Self {
        Over { shape: *shape, ends: [lower, upper] }
    }

    fn middle(&self) -> T {
        (self.ends[0] + self.ends[1]) * T::of(0.5)
    }

    fn place(&self, place: Place) -> T {
        match place {
            Place::End(end) => self.ends[end],
            Place::Middle => self.middle(),
        }
    }

    fn secant(&self, from: T, to: T) -> T {
        let slope = (self.shape.value(to) - self.shape.value(from)) / (to - from);
        // Between numbers next to each other the quotient is noise; the curve is as steep as it is there.
        if slope.is_finite() { slope.max(T::zero()).min(steepest(&self.shape)) } else { self.shape.slope(from) }
    }

    fn slope(&self, chosen: Chosen<T>) -> T {
        match chosen {
            Chosen::Chord => self.secant(self.ends[0], self.ends[1]),
            Chosen::Tangent(place) => self.shape.slope(self.place(place)),
            Chosen::From(end, point) => self.secant(self.ends[end], point),
        }
    }

    /// The lines below and above.
    fn choose(&self, strategy: Strategy) -> [Chosen<T>; 2] {
        let [lower, upper] = self.ends;
        // Of one point there is no chord.
        if lower >= upper {
            return [Chosen::Tangent(Place::Middle); 2];
        }
        if self.shape.straight(lower, upper) {
            return [Chosen::Chord; 2];
        }
        let chord = self.slope(Chosen::Chord);
        if strategy == Strategy::Tight {
            // Through σ(l) below and σ(u) above, as every line must that never leaves the constant ones and never falls: as steep as
            // it can be without crossing the curve.
            return [0, 1].map(|end| {
                if chord <= self.shape.slope(self.ends[end]) { Chosen::Chord } else { Chosen::Tangent(Place::End(end)) }
            });
        }
        let turn = self.shape.turn();
        let middle = Chosen::Tangent(Place::Middle);
        if upper <= turn {
            return [middle, Chosen::Chord];
        }
        if lower >= turn {
            return [Chosen::Chord, middle];
        }
        // Over both halves: the chord, or where the curve crosses it the tangent from the other end.
        [(0, 1), (1, 0)].map(|(near, far)| {
            if chord <= self.shape.slope(self.ends[near]) {
                Chosen::Chord
            } else {
                Chosen::From(far, self.tangent_point(far))
            }
        })
    }

    /// Where the tangent from an end touches the curve beyond its turn, which is 0 wherever there is one. Of all chords from that end the tangent is the steepest. So the point
    /// with a chord's slope lies at or beyond it, and nearer than a point beyond it from which the chord came: from the other end
    /// the points come nearer one by one, soon twice as many digits each, until rounding stops them.
    fn tangent_point(&self, end: usize) -> T {
        let (from, mut point) = (self.ends[end], self.ends[1 - end].abs());
        let (sign, side) = if end == 0 { (T::one(), Side::Above) } else { (-T::one(), Side::Below) };
        for _ in 0..64 {
            let next = sign * self.shape.with_slope(self.secant(from, sign * point), side);
            if next < point {
                point = next;
            } else {
                break;
            }
        }
        sign * point
    }

    fn through(&self, at: T, end: Option<usize>) -> Through<T> {
        Through { at, value: self.shape.value(at), slope: self.shape.slope(at), end }
    }

    /// How a line moves: adds to the gradients of l and u.
    fn moves(&self, chosen: Chosen<T>, gradient: &Line<T>, found: &mut [T; 3]) {
        match chosen {
            Chosen::Chord => {
                let [from, to] = [0, 1].map(|end| self.through(self.ends[end], Some(end)));
                chord_gradient(found, gradient, from, to);
            }
            // The tangent at p: slope σ'(p), intercept σ(p) − σ'(p)·p.
            Chosen::Tangent(place) => {
                let at = self.place(place);
                let moves = (gradient.slope - gradient.intercept * at) * self.shape.curvature(at);
                match place {
                    Place::End(end) => found[end] += moves,
                    Place::Middle => found.iter_mut().take(2).for_each(|found| *found += moves * T::of(0.5)),
                }
            }
            // The chord is steepest at the point: as that moves, its slope does not.
            Chosen::From(end, point) => {
                let (own, fixed) = (self.through(self.ends[end], Some(end)), self.through(point, None));
                let (from, to) = if end == 0 { (own, fixed) } else { (fixed, own) };
                chord_gradient(found, gradient, from, to);
            }
        }
    }
}

/// The greatest slope.
fn steepest<T: Real>(shape: &impl Shape<T>) -> T {
    shape.slope(shape.turn())
}

/// [`Rule::lines`].
pub(super) fn lines<T: Real>(shape: &impl Shape<T>, strategy: Strategy, lower: T, upper: T) -> Lines<T> {
    let over = Over::new(shape, lower, upper);
    let [below, above] = over.choose(strategy).map(|chosen| over.slope(chosen));
    let line = |slope: T, side| Line { slope, intercept: touching(shape, slope, (lower, upper), side).0 };
    Lines { lower: line(below, Side::Below), upper: line(above, Side::Above) }
}

/// [`Rule::touching`].
pub(super) fn touching<T: Real>(shape: &impl Shape<T>, slope: T, (lower, upper): (T, T), side: Side) -> (T, T) {
    let gap = |v: T| shape.value(v) - slope * v;
    let (mut best, mut at) = (gap(lower), lower);
    let mut see = |point: T| {
        let gap = gap(point);
        let better = if side == Side::Below { gap < best } else { gap > best };
        if better || gap.is_nan() {
            (best, at) = (gap, point);
        }
    };
    see(upper);
    // σ(v) − s·v is least where the convex part has the slope s, greatest where the concave one has.
    let turns = side == Side::Below || shape.turn().is_finite();
    if turns && slope > T::zero() && slope < steepest(shape) {
        let point = shape.with_slope(slope, side);
        if lower < point && point < upper {
            see(point);
        }
    }
    (best, at)
}

/// The slopes of tangents over the range, where lines may be tangents: below where the curve is convex somewhere, above where it is concave.
pub(super) fn choices<T: Real>(shape: &impl Shape<T>, lower: T, upper: T) -> [[T; 2]; 2] {
    let (at_lower, at_upper, turn) = (shape.slope(lower), shape.slope(upper), shape.turn());
    let none = [T::zero(); 2];
    if shape.straight(lower, upper) {
        return [none; 2];
    }
    if upper <= turn {
        return [[at_lower, at_upper], none];
    }
    if lower >= turn {
        return [none, [at_upper, at_lower]];
    }
    [[if at_lower < at_upper { at_lower } else { at_upper }, steepest(shape)]; 2]
}

/// [`Rule::lines_gradient`].
pub(super) fn gradient<T: Real>(
    shape: &impl Shape<T>,
    strategy: Strategy,
    (lower, upper): (T, T),
    gradient: &Lines<T>,
) -> [T; 3] {
    let mut found = [T::zero(); 3];
    if strategy == Strategy::Constant {
        found[0] = gradient.lower.intercept * shape.slope(lower);
        found[1] = gradient.upper.intercept * shape.slope(upper);
        return found;
    }
    let over = Over::new(shape, lower, upper);
    let [below, above] = over.choose(strategy);
    over.moves(below, &gradient.lower, &mut found);
    over.moves(above, &gradient.upper, &mut found);
    found
}

/// [`Outward::inner`].
///
/// Over the convex part σ(v) − s·v is greatest at the part's ends and lies above each of its tangents; over the concave part it
/// is least at the ends and lies below each tangent. So a tangent at any point bounds it, and where the slope is s at that
/// point but for rounding, the bound is as good as exact. The turn ends both parts, and is a point of the part looked at.
pub(super) fn inner(rule: &(impl Enclosed + Outward), slope: f64, (lower, upper): (f64, f64), side: Side) -> f64 {
    let (low, high) = match side {
        Side::Below => (lower, lesser(upper, rule.turn())),
        Side::Above => (greater(lower, rule.turn()), upper),
    };
    let nothing = if side == Side::Below { f64::INFINITY } else { f64::NEG_INFINITY };
    if low >= high {
        return nothing;
    }
    let (flat, steep) = if side == Side::Below { (low, high) } else { (high, low) };
    let at = if slope <= 0.0 {
        flat
    } else if slope < steepest(rule) {
        rule.with_slope(slope, side).clamp(low, high)
    } else {
        steep
    };
    let (least, most) = rule.slope_around(at, slope);
    // The slope of the tangent, and how far it reaches to the right and to the left.
    let (falls, rises) = (down(least - slope), up(most - slope));
    let (right, left) = (up(high - at), up(at - low));
    let (value_low, value_high) = gap_around(rule, slope, at);
    let part = |slope: f64, reach: f64| if slope > 0.0 { up(slope * reach) } else { 0.0 };
    match side {
        Side::Below => down(down(value_low - part(rises, left)) - part(-falls, right)),
        Side::Above => up(up(value_high + part(rises, right)) + part(-falls, left)),
    }
}

/// Fills the frame for a shape, in `T` and in `f64`. (A blanket implementation would overlap with those of other rules.)
macro_rules! curved {
    ($shape:ty, $sound:ty) => {
        impl<T: Real> Rule<T> for $shape {
            #[inline]
            fn value(&self, z: T) -> T {
                Shape::value(self, z)
            }

            #[inline]
            fn slope_at(&self, z: T) -> T {
                self.slope(z)
            }

            #[inline]
            fn status(&self, lower: T, upper: T) -> Status {
                if self.straight(lower, upper) { Status::Alive } else { Status::LeftUnstable }
            }

            fn lines(&self, strategy: Strategy, lower: T, upper: T) -> Lines<T> {
                curved::lines(self, strategy, lower, upper)
            }

            fn touching(&self, slope: T, lower: T, upper: T, side: Side) -> (T, T) {
                curved::touching(self, slope, (lower, upper), side)
            }

            fn choices(&self, lower: T, upper: T) -> [[T; 2]; 2] {
                curved::choices(self, lower, upper)
            }

            fn lines_gradient(&self, strategy: Strategy, lower: T, upper: T, gradient: &Lines<T>) -> [T; 3] {
                curved::gradient(self, strategy, (lower, upper), gradient)
            }
        }

        impl Outward for $sound {
            fn around(&self, z: f64) -> (f64, f64) {
                if z.is_finite() { self.value_around(z) } else { (f64::NAN, f64::NAN) }
            }

            fn inner(&self, slope: f64, lower: f64, upper: f64, side: Side) -> f64 {
                curved::inner(self, slope, (lower, upper), side)
            }

            fn settled(&self, lower: f64, upper: f64) -> (f64, f64) {
                self.settled_near(lower, upper)
            }

            fn error(&self, z: f64, value: f64) -> f64 {
                let (low, high) = self.around(z);
                greater(up(high - value), up(value - low))
            }
        }
    };
}
pub(super) use curved;
