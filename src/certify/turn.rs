//! Where margins that fall as ε grows turn from above 0 to not, by few questions.
//!
//! Bisection asks a question for each bit. Here the margins say where to look: between two ends the root of their chord is asked, where an end that
//! stays counts half each time (the Illinois rule), and a little beyond the root, so that both ends come close to it.

/// An ε, and the smallest margin there; not finite where only the verdict is known.
#[derive(Clone, Copy, Debug)]
struct End {
    epsilon: f64,
    margin: f64,
    /// What the chord takes the margin for.
    weight: f64,
}

/// What has been said so far.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    /// The largest ε asked about.
    largest: f64,
    /// How near the ends are to come, as a share of the upper one.
    tolerance: f64,
    hint: Option<f64>,
    /// The largest ε verified.
    low: Option<End>,
    /// The smallest ε above it that is not.
    high: Option<End>,
    /// Whether the last answer was a yes.
    yes: bool,
    /// Answers while one of the ends was not known, and since.
    strides: u32,
    chords: u32,
}

/// Answers near the hint, each twice as far from it as the one before, until both ends are known.
const STRIDES: u32 = 5;
/// The first of these steps, as a share of ε.
const STRIDE: f64 = 1.0 / 64.0;
/// Roots of chords that are asked at most: margins may be no numbers that a root can be read from.
const CHORDS: u32 = 24;
/// As far as ends may be apart for their chord to be believed, as a share of the larger; beyond, neither margin counts more than `MOST` times the other.
const FAR: f64 = 0.1;
const MOST: f64 = 4.0;

impl Turn {
    /// Nothing is known but that the turn may be near the hint.
    pub(super) fn new(largest: f64, tolerance: f64, hint: Option<f64>) -> Self {
        let hint = hint.filter(|hint| *hint > 0.0 && *hint < largest);
        Turn { largest, tolerance, hint, low: None, high: None, yes: false, strides: 0, chords: 0 }
    }

    /// The verdict at an ε, where it follows from what was said.
    pub(super) fn verdict(&self, epsilon: f64) -> Option<bool> {
        if self.low.is_some_and(|low| epsilon <= low.epsilon) {
            return Some(true);
        }
        self.high.is_some_and(|high| epsilon >= high.epsilon).then_some(false)
    }

    /// What to ask next in order to know about an ε.
    pub(super) fn next(&self, epsilon: f64) -> f64 {
        let near = self.hint.is_some() && self.strides < STRIDES;
        let stride = STRIDE * f64::from(1u32 << self.strides.clamp(1, STRIDES) >> 1);
        match (self.low, self.high) {
            (None, None) => self.hint.unwrap_or(epsilon),
            (Some(low), None) if near => {
                let next = low.epsilon * (1.0 + stride);
                if next < self.largest { next } else { epsilon }
            }
            (None, Some(high)) if near => high.epsilon * (1.0 - stride),
            (Some(low), Some(high)) => self.between(low, high).unwrap_or(epsilon),
            _ => epsilon,
        }
    }

    /// An ε between two ends; `None` where the margins do not say which.
    fn between(&self, low: End, high: End) -> Option<f64> {
        let (wide, room) = (high.epsilon - low.epsilon, self.tolerance * high.epsilon / 16.0);
        let known = low.margin.is_finite() && high.margin.is_finite() && low.epsilon > 0.0;
        if !known || high.epsilon > 4.0 * low.epsilon || wide <= 4.0 * room || self.chords > CHORDS {
            return None;
        }
        let (mut above, mut below) = (low.weight, -high.weight);
        if wide > FAR * high.epsilon {
            (above, below) = (above.min(MOST * below), below.min(MOST * above));
        }
        let root = low.epsilon + wide * (above / (above + below));
        // To the far side of the root, seen from the nearer end.
        let aimed = if root - low.epsilon < high.epsilon - root { root + room } else { root - room };
        (aimed > low.epsilon && aimed < high.epsilon).then_some(aimed)
    }

    /// An answer: the smallest margin, above 0 where it is verified.
    pub(super) fn told(&mut self, epsilon: f64, margin: f64) {
        *(if self.low.is_some() && self.high.is_some() { &mut self.chords } else { &mut self.strides }) += 1;
        let yes = margin > 0.0;
        let (moves, stays) = if yes { (&mut self.low, &mut self.high) } else { (&mut self.high, &mut self.low) };
        *moves = Some(End { epsilon, margin, weight: margin });
        if let Some(end) = stays
            && yes == self.yes
        {
            end.weight *= 0.5;
        }
        self.yes = yes;
    }
}
