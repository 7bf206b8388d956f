//! Activations of straight pieces, and the lines that hold one over a range (docs/methods.md §3).

use super::fraction::{Fraction, TooLarge};
use crate::activation::{Status, Strategy};

/// From where to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// l.
    pub lower: Fraction,
    /// u.
    pub upper: Fraction,
}

/// `slope·z + height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Slope, never negative.
    pub slope: Fraction,
    /// Value at z = 0.
    pub height: Fraction,
    /// The two points that it goes through, where it is a chord.
    pub chord: Option<[Fraction; 2]>,
}

/// A line below and one above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Below σ on the range.
    pub lower: Line,
    /// Above it.
    pub upper: Line,
}

/// σ(z) = ηz + (1 − η)·(z cut to [low, high]): ReLU, LeakyReLU, ParamRamp and HardTanh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bent {
    /// η, the slope outside.
    pub slope: Fraction,
    /// Where the steep piece begins.
    pub low: Fraction,
    /// Where it ends, if it does.
    pub high: Option<Fraction>,
}

impl Bent {
    /// max(z, 0).
    pub const RELU: Bent = Bent { slope: Fraction::ZERO, low: Fraction::ZERO, high: None };
    /// z cut to [−1, 1].
    pub const HARD_TANH: Bent =
        Bent { slope: Fraction::ZERO, low: Fraction::whole(-1), high: Some(Fraction::whole(1)) };

    /// σ(z).
    ///
    /// # Errors
    /// The digits do not suffice; so below.
    pub fn value(&self, z: Fraction) -> Result<Fraction, TooLarge> {
        let cut = z.max(self.low);
        let cut = self.high.map_or(cut, |high| cut.min(high));
        self.slope.times(z)?.plus(Fraction::ONE.minus(self.slope)?.times(cut)?)
    }

    /// Where a neuron is that lies in a range. At ties as the engine has it: dead first, then right dead, then alive.
    pub fn status(&self, range: Range) -> Status {
        let below_high = |z: Fraction| self.high.is_none_or(|high| z <= high);
        if range.upper <= self.low {
            Status::LeftDead
        } else if self.high.is_some_and(|high| range.lower >= high) {
            Status::RightDead
        } else if range.lower >= self.low {
            if below_high(range.upper) { Status::Alive } else { Status::RightUnstable }
        } else if below_high(range.upper) {
            Status::LeftUnstable
        } else {
            Status::Unstable
        }
    }

    /// The bend at which a neuron that is unstable over a range is split.
    pub fn bend(&self, range: Range) -> Option<Fraction> {
        match self.status(range) {
            Status::LeftUnstable | Status::Unstable => Some(self.low),
            Status::RightUnstable => self.high,
            _ => None,
        }
    }

    /// The two lines of a strategy.
    pub fn lines(&self, strategy: Strategy, range: Range) -> Result<Lines, TooLarge> {
        let Range { lower, upper } = range;
        if strategy == Strategy::Constant {
            let flat = |height| Line { slope: Fraction::ZERO, height, chord: None };
            return Ok(Lines { lower: flat(self.value(lower)?), upper: flat(self.value(upper)?) });
        }
        let left = self.outer(self.low)?;
        let steep = Line { slope: Fraction::ONE, height: Fraction::ZERO, chord: None };
        let both = |line| Ok(Lines { lower: line, upper: line });
        let adaptive = strategy == Strategy::Adaptive;
        // Whether the longer part of the range lies to the right of the lower bend, to the left of the upper one.
        let rises = adaptive && self.low.minus(lower)? <= upper.minus(self.low)?;
        let high = self.high.unwrap_or(upper);
        let right = self.outer(high)?;
        let falls = adaptive && upper.minus(high)? <= high.minus(lower)?;
        match self.status(range) {
            Status::LeftDead | Status::Unknown => both(left),
            Status::RightDead => both(right),
            Status::Alive => both(steep),
            Status::LeftUnstable => {
                Ok(Lines { lower: if rises { steep } else { left }, upper: self.chord(lower, upper)? })
            }
            Status::RightUnstable => {
                Ok(Lines { lower: self.chord(lower, upper)?, upper: if falls { steep } else { right } })
            }
            Status::Unstable => Ok(Lines {
                lower: if rises { self.chord(self.low, upper)? } else { left },
                upper: if falls { self.chord(lower, high)? } else { right },
            }),
        }
    }

    /// The highest line of a slope that lies below σ on a range.
    pub fn below(&self, slope: Fraction, range: Range) -> Result<Line, TooLarge> {
        let inside = |z: &Fraction| *z >= range.lower && *z <= range.upper;
        let bends = [Some(self.low), self.high].into_iter().flatten().filter(inside);
        let mut height: Option<Fraction> = None;
        for z in [range.lower, range.upper].into_iter().chain(bends) {
            let gap = self.value(z)?.minus(slope.times(z)?)?;
            height = Some(height.map_or(gap, |height| height.min(gap)));
        }
        Ok(Line { slope, height: height.unwrap_or(Fraction::ZERO), chord: None })
    }

    /// The line of slope η through the curve at a bend.
    fn outer(&self, bend: Fraction) -> Result<Line, TooLarge> {
        let height = Fraction::ONE.minus(self.slope)?.times(bend)?;
        Ok(Line { slope: self.slope, height, chord: None })
    }

    fn chord(&self, from: Fraction, to: Fraction) -> Result<Line, TooLarge> {
        let slope = self.value(to)?.minus(self.value(from)?)?.over(to.minus(from)?)?;
        let height = self.value(from)?.minus(slope.times(from)?)?;
        Ok(Line { slope, height, chord: Some([from, to]) })
    }
}

impl Line {
    /// The line's value at z.
    ///
    /// # Errors
    /// The digits do not suffice.
    pub fn at(&self, z: Fraction) -> Result<Fraction, TooLarge> {
        self.slope.times(z)?.plus(self.height)
    }
}
