//! α-CROWN of the last layer's rows: CROWN with tight and with adaptive lines, and an ascent from the better one of each row.

use super::{
    ascent::{Ascended, Start},
    choice::Choice,
    settings::{Climb, Step},
};
use crate::{
    bounds::{BoundsError, Method, Prepared, Ranges, Steering, Strategy},
    pulse::Pulse,
    tensor::{Ball, Pair, Steerable},
};

/// What α-CROWN found.
pub struct Alpha<B: Steerable> {
    /// Lower bounds of the rows, `[batch · rows]`.
    pub lower: Vec<f64>,
    /// Slopes of each row's best walk.
    pub choice: Choice,
    /// The ranges that the walks rest on: where CROWN's with tight lines and with adaptive ones meet, and for neurons that are straight anyway perhaps
    /// others that hold theirs.
    pub ranges: Ranges<B>,
}

/// What is wanted beside the rows' bounds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing: neurons that are straight anyway need no walk.
    Rows,
    /// CROWN's range of every neuron.
    Ranges,
}

/// CROWN by both strategies.
struct Both<B: Steerable> {
    /// The ranges of both, intersected.
    ranges: Ranges<B>,
    /// The better bound of each row.
    lower: Vec<f64>,
    /// The slopes that gave it.
    choice: Choice,
}

impl<B: Steerable> Prepared<B> {
    /// Lower bounds of `rows` (`[batch or 1, rows, classes]`) times the outputs, by CROWN and then by as many steps of ascent as asked for.
    /// Never looser than CROWN with tight or with adaptive lines. `watch` is told after every walk and ends the ascent where it says `true`.
    ///
    /// # Errors
    /// A device that fails, or a cancelled pulse.
    pub async fn alpha_crown(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        climb: &Climb,
        pulse: &impl Pulse,
        watch: impl FnMut(Step) -> bool,
    ) -> Result<Alpha<B>, BoundsError> {
        let Both { ranges, lower, choice } = self.both_crowns(ball, rows, Wanted::Rows, pulse).await?;
        let start = Start { choice, lower, decided: &[] };
        let Ascended { lower, choice, .. } =
            self.ascend((ball, &ranges, None), rows, start, climb, pulse, watch).await?;
        Ok(Alpha { lower, choice, ranges })
    }

    /// The same bounds from slopes found elsewhere, in whatever arithmetic, by one more walk: how a search becomes a proof.
    ///
    /// # Errors
    /// A device that fails, or a cancelled pulse.
    pub async fn alpha_confirmed(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        choice: &Choice,
        pulse: &impl Pulse,
    ) -> Result<Alpha<B>, BoundsError> {
        self.confirmed(ball, rows, choice, Wanted::Rows, pulse).await
    }

    pub(super) async fn confirmed(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        choice: &Choice,
        wanted: Wanted,
        pulse: &impl Pulse,
    ) -> Result<Alpha<B>, BoundsError> {
        let Both { ranges, lower, .. } = self.both_crowns(ball, rows, wanted, pulse).await?;
        let start = Start { choice: choice.clone(), lower, decided: &[] };
        let once = Climb { steps: 0, ..Climb::default() };
        let Ascended { lower, choice, .. } =
            self.ascend((ball, &ranges, None), rows, start, &once, pulse, |_| true).await?;
        Ok(Alpha { lower, choice, ranges })
    }

    async fn both_crowns(
        &self,
        ball: &Ball<B::Tensor>,
        rows: &B::Tensor,
        wanted: Wanted,
        pulse: &impl Pulse,
    ) -> Result<Both<B>, BoundsError> {
        let plain = vec![Steering::default(); self.activation_widths().len()];
        let [_, count, _] = self.backend.shape(rows);
        let [batch, ..] = self.ball_shape(ball);
        let mut found: Option<Both<B>> = None;
        for strategy in [Strategy::Tight, Strategy::Adaptive] {
            let ranges = match wanted {
                Wanted::Rows => Ranges(self.verdict_known(ball, Method::Crown, strategy, pulse).await?),
                Wanted::Ranges => self.ranges(ball, Method::Crown, strategy, pulse).await?,
            };
            let steered = self.steered(ball, &ranges, None, rows, &plain);
            let lower = self.backend.read(&steered.lower).await?;
            let choice = self.choice_of(&steered, &[], [batch, count]).await?;
            found = Some(match found {
                None => Both { ranges, lower, choice },
                Some(mut both) => {
                    let widths = self.activation_widths();
                    for (row, &lower) in lower.iter().enumerate() {
                        if lower > both.lower[row] || both.lower[row].is_nan() {
                            both.lower[row] = lower;
                            both.choice.take_row(&choice, row, &widths);
                        }
                    }
                    both.ranges = self.intersected(&both.ranges, &ranges).await?;
                    both
                }
            });
        }
        Ok(found.expect("two strategies"))
    }

    /// Where two ranges of each pre-activation meet.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn intersected(&self, one: &Ranges<B>, other: &Ranges<B>) -> Result<Ranges<B>, BoundsError> {
        let backend = &self.backend;
        let (ones, others) = (self.layer_ranges(one), self.layer_ranges(other));
        let mut ranges = Vec::with_capacity(ones.len());
        for (one, other) in ones.iter().zip(&others) {
            let shape = backend.shape(&one.lower);
            let parts = [&one.lower, &one.upper, &other.lower, &other.upper];
            let mut read = backend.read_all(&parts).await?.into_iter();
            let [mut lower, mut upper, low, high] = parts.map(|_| read.next().unwrap_or_default());
            for at in 0..lower.len() {
                let met = (greater(lower[at], low[at]), lesser(upper[at], high[at]));
                // Ends that cross by a rounding are left as they were.
                if met.0 <= met.1 {
                    (lower[at], upper[at]) = met;
                }
            }
            ranges.push(Pair { lower: backend.upload(shape, &lower), upper: backend.upload(shape, &upper) });
        }
        Ok(self.ranges_from(one, ranges, Strategy::Tight))
    }
}

/// The greater; NaN, of which nothing is known, gives way.
fn greater(a: f64, b: f64) -> f64 {
    if b > a || a.is_nan() { b } else { a }
}

/// The lesser; NaN, of which nothing is known, gives way.
fn lesser(a: f64, b: f64) -> f64 {
    if b < a || a.is_nan() { b } else { a }
}
