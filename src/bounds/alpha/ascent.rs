//! The ascent itself: walk back, push the corners forward, move every slope and multiplier along its derivative.

use super::{
    choice::{Choice, Decided},
    settings::{Climb, MOMENTS, Step, TINY},
};
use crate::{
    bounds::{BoundsError, Prepared, Ranges, Steered},
    pulse::Pulse,
    tensor::{Ball, Steerable},
};

/// Where an ascent starts.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// Slopes and multipliers.
    pub choice: Choice,
    /// Bounds known already, `[batch · rows]`; −∞ where none is.
    pub lower: Vec<f64>,
    /// What is decided, by activation layer; as many as there are, or none.
    pub decided: &'a [Option<Decided>],
}

/// What an ascent found.
#[derive(Clone, Debug)]
pub struct Ascended {
    /// The best lower bound of each row, `[batch · rows]`: the start's own or one that a walk gave.
    pub lower: Vec<f64>,
    /// The choice that gave it; the start's where no walk was better.
    pub choice: Choice,
    /// The last walk's corners, `[batch, rows, inputs]`.
    pub corner: Vec<f64>,
    /// The last walk's rows just above each activation, `[batch, rows, n]`; empty where it never came by.
    pub above: Vec<Vec<f64>>,
    /// The values before each activation where the lines of the last walk but one take its corners, `[batch, rows, n]`; empty where it never
    /// came by, or where there was no such walk.
    pub values: Vec<Vec<f64>>,
}

/// One number that moves.
struct Moving {
    /// Its place in `[batch, rows, n]`.
    at: usize,
    /// Where it may go.
    within: [f64; 2],
    /// Adam's two moments.
    moments: [f64; 2],
}

/// The numbers of one layer that move: slopes below, slopes above, multipliers.
type Layer = [Vec<Moving>; 3];

impl<B: Steerable> Prepared<B> {
    /// Climbs from a start: lower bounds of `rows` (`[batch or 1, rows, width]`) times the outputs, or times the pre-activations of `layer`, over
    /// ranges that stay fixed. `watch` is told after every walk and ends the ascent where it says `true`.
    ///
    /// # Errors
    /// A device that fails, or a cancelled pulse.
    pub async fn ascend(
        &self,
        (ball, ranges, layer): (&Ball<B::Tensor>, &Ranges<B>, Option<usize>),
        rows: &B::Tensor,
        start: Start<'_>,
        climb: &Climb,
        pulse: &impl Pulse,
        mut watch: impl FnMut(Step) -> bool,
    ) -> Result<Ascended, BoundsError> {
        let widths = self.activation_widths();
        let [batch, ..] = self.ball_shape(ball);
        let [_, count, _] = self.backend.shape(rows);
        let Start { choice, lower, decided } = start;
        let mut choice = self.settled(choice, ranges, [batch, count]).await?;
        let mut moving = self.moving(&choice, decided, ranges, [batch, count]).await?;
        let still = moving.iter().flatten().all(Vec::is_empty);
        let mut best = Ascended {
            lower,
            choice: choice.clone(),
            corner: Vec::new(),
            above: Vec::new(),
            values: vec![Vec::new(); widths.len()],
        };
        let (mut rate, mut powers) = (1.0, [1.0; 2]);
        for step in 0..=climb.steps {
            let steered = self.steered(ball, ranges, layer, rows, &self.steering(&choice, decided, [batch, count]));
            let found = self.backend.read(&steered.lower).await?;
            for (row, &lower) in found.iter().enumerate() {
                // Not only where it is greater: a start without a number takes any.
                if lower > best.lower[row] || best.lower[row].is_nan() {
                    best.lower[row] = lower;
                    best.choice.take_row(&choice, row, &widths);
                }
            }
            let ends = watch(Step { step, lower: &best.lower }) || step == climb.steps || still;
            best.above = self.rows_above(&steered, [batch, count]).await?;
            if ends {
                best.corner = self.backend.read(&steered.corner).await?;
                break;
            }
            pulse.tick().await?;
            powers = [powers[0] * MOMENTS[0], powers[1] * MOMENTS[1]];
            let pushed = self.pushed(&steered, ranges);
            for (place, moving) in moving.iter_mut().enumerate() {
                let (Some(z), Some(passed), Some(own)) =
                    (&pushed[place], &steered.passed[place], &mut choice.layers[place])
                else {
                    continue;
                };
                let z = self.backend.read(z).await?;
                let above = &best.above[place];
                let [below, high, multipliers] = moving;
                for (side, moving, slopes) in [(0, below, &mut own.below), (1, high, &mut own.above)] {
                    let Some(at) = passed.at.as_ref().filter(|_| !moving.is_empty()) else { continue };
                    let touches = self.backend.read(if side == 0 { &at.lower } else { &at.upper }).await?;
                    for moving in moving {
                        let (a, place) = (above[moving.at], moving.at);
                        let used = if side == 0 { a > 0.0 } else { a < 0.0 };
                        let slope = if used { a * (z[place] - touches[place]) } else { 0.0 };
                        moving.step(&mut slopes[place], slope, rate * climb.slopes, powers);
                    }
                }
                if let Some(decided) = &decided.get(place).and_then(Option::as_ref) {
                    let width = widths[place];
                    for moving in multipliers {
                        let neuron = moving.at / (width * count) * width + moving.at % width;
                        let slope = -decided.signs[neuron] * (z[moving.at] - decided.at[neuron]);
                        moving.step(&mut own.multipliers[moving.at], slope, rate * climb.multipliers, powers);
                    }
                }
                best.values[place] = z;
            }
            rate *= climb.decay;
        }
        Ok(best)
    }

    /// What may move, by layer.
    async fn moving(
        &self,
        choice: &Choice,
        decided: &[Option<Decided>],
        ranges: &Ranges<B>,
        [batch, rows]: [usize; 2],
    ) -> Result<Vec<Layer>, BoundsError> {
        let widths = self.activation_widths();
        let mut all = Vec::with_capacity(widths.len());
        for (place, &width) in widths.iter().enumerate() {
            let mut layer = Layer::default();
            if let Some(own) = &choice.layers[place] {
                let [low, high, low_above, high_above] = self.choices(place, ranges).await?;
                let decided = decided.get(place).and_then(Option::as_ref).filter(|_| !own.multipliers.is_empty());
                for at in 0..batch * rows * width {
                    let neuron = at / (width * rows) * width + at % width;
                    // Ranges of one image may stand for all.
                    let range = neuron % low.len();
                    let mut add = |part: usize, within: [f64; 2]| {
                        if within[0] < within[1] {
                            layer[part].push(Moving { at, within, moments: [0.0; 2] });
                        }
                    };
                    add(0, [low[range], high[range]]);
                    add(1, [low_above[range], high_above[range]]);
                    if decided.is_some_and(|decided| decided.signs[neuron] != 0.0) {
                        add(2, [0.0, f64::INFINITY]);
                    }
                }
            }
            all.push(layer);
        }
        Ok(all)
    }

    /// The rows above each activation, written out for every image.
    async fn rows_above(
        &self,
        steered: &Steered<B::Tensor>,
        [batch, rows]: [usize; 2],
    ) -> Result<Vec<Vec<f64>>, BoundsError> {
        let mut all = Vec::with_capacity(steered.passed.len());
        for passed in &steered.passed {
            let Some(passed) = passed else {
                all.push(Vec::new());
                continue;
            };
            let [items, _, width] = self.backend.shape(&passed.rows);
            let found = self.backend.read(&passed.rows).await?;
            all.push(if items == batch { found } else { found.repeat(batch) });
            debug_assert_eq!(all.last().map(Vec::len), Some(batch * rows * width));
        }
        Ok(all)
    }
}

impl Moving {
    /// One step of Adam upwards. A derivative that is not a number moves nothing.
    fn step(&mut self, value: &mut f64, slope: f64, rate: f64, powers: [f64; 2]) {
        if !slope.is_finite() {
            return;
        }
        let [first, second] = &mut self.moments;
        *first = MOMENTS[0] * *first + (1.0 - MOMENTS[0]) * slope;
        *second = MOMENTS[1] * *second + (1.0 - MOMENTS[1]) * slope * slope;
        let (mean, spread) = (*first / (1.0 - powers[0]), (*second / (1.0 - powers[1])).sqrt());
        let [least, most] = self.within;
        let reach = if most.is_finite() { most - least } else { 1.0 };
        let moved = *value + rate * reach * mean / (spread + TINY);
        *value = if moved < least {
            least
        } else if moved > most {
            most
        } else {
            moved
        };
    }
}
