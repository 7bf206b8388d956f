//! The radius of one image, decided: the largest ε that is proved and the smallest at which a counterexample was found, brought together by
//! deciding in between.

use super::{Answer, Budget, Counterexample, Judge, Listener, Outcome, Spent, around, decide};
use crate::{bounds::BoundsError, network::Network, pulse::Pulse};
use serde::{Deserialize, Serialize};

/// The gap between proof and counterexample that counts as closed wherever a radius is decided for people, as a share of its upper end: four digits
/// tell no more.
pub const GAP: f64 = 1e-3;

/// What is asked: ℓ∞, cut to the clip range.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Pixels, as many as the network has inputs.
    pub image: &'a [f64],
    /// The class that is to stay.
    pub label: usize,
    /// The range that the region is cut to.
    pub clip: Option<[f64; 2]>,
    /// An ε that is proved already, in the sound arithmetic and for the same clip range.
    pub proved: Option<f64>,
    /// The largest ε tried, above 0.
    pub largest: f64,
    /// The gap that counts as closed, as a share of its upper end; above 0.
    pub tolerance: f64,
}

/// What is known of a radius. A proof at some ε is one for every smaller ε, and a counterexample one for every larger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// The largest ε proved; `None` where not even the image itself is.
    pub proved: Option<f64>,
    /// An ε within which the nearest counterexample found lies: its distance, rounded up.
    pub broken: Option<f64>,
    /// That counterexample.
    pub found: Option<Counterexample>,
    /// The least and the greatest ε that was asked about and not decided in time.
    pub open: Option<[f64; 2]>,
    /// The ε asked about now; `None` once all is over.
    pub asking: Option<f64>,
    /// Questions answered.
    pub questions: u32,
    /// What their searches took.
    pub spent: Spent,
}

impl Closing {
    /// The next ε to ask about, `None` where nothing wider than the tolerance is left.
    fn next(&self, asked: &Asked<'_>) -> Option<f64> {
        let Some(low) = self.proved else { return (self.questions == 0).then_some(0.0) };
        let Some(high) = self.broken else {
            // Everything up to the largest is proved, or what lies there is not decided.
            let end = self.open.map_or(asked.largest, |[first, _]| first);
            return self.within(low, if self.open.is_none() { return (low < end).then_some(end) } else { end }, asked);
        };
        match self.open {
            None => self.within(low, high, asked),
            Some([first, last]) if first - low >= high - last => self.within(low, first, asked),
            Some([_, last]) => self.within(last, high, asked),
        }
    }

    /// The middle of a gap that is worth narrowing.
    fn within(&self, low: f64, high: f64, asked: &Asked<'_>) -> Option<f64> {
        let middle = low + (high - low) / 2.0;
        (high - low > asked.tolerance * high && low < middle && middle < high).then_some(middle)
    }

    /// Takes up what came of the question about `epsilon`.
    fn learn(&mut self, epsilon: f64, answer: Answer, image: &[f64]) {
        self.asking = None;
        self.questions += 1;
        self.spent.domains += answer.spent.domains;
        self.spent.leaves += answer.spent.leaves;
        self.spent.doubted += answer.spent.doubted;
        match answer.outcome {
            Outcome::Proved => {
                self.proved = Some(self.proved.map_or(epsilon, |before| before.max(epsilon)));
                self.open =
                    self.open.filter(|[_, last]| *last > epsilon).map(|[first, last]| [first.max(epsilon), last]);
            }
            Outcome::Counterexample(found) => {
                let distance = distance(&found.input, image).min(epsilon);
                if self.broken.is_none_or(|before| distance < before) {
                    (self.broken, self.found) = (Some(distance), Some(found));
                }
                self.open =
                    self.open.filter(|[first, _]| *first < distance).map(|[first, last]| [first, last.min(distance)]);
            }
            Outcome::Unknown { .. } | Outcome::Timeout { .. } => {
                let [first, last] = self.open.unwrap_or([epsilon; 2]);
                self.open = Some([first.min(epsilon), last.max(epsilon)]);
            }
        }
    }
}

/// How far an input is from the image, rounded up.
fn distance(input: &[f32], image: &[f64]) -> f64 {
    let far = input.iter().zip(image).map(|(&x, &centre)| {
        let far = (f64::from(x) - centre).abs();
        if far == 0.0 { 0.0 } else { far.next_up() }
    });
    far.fold(0.0, f64::max)
}

/// Decides at one ε after another, until proof and counterexample meet or the budget is spent. No question takes more than a third of
/// the time that is left; one that is not decided by then leaves a gap, and those beside it are narrowed. `told` hears what is known before each
/// question and at the end; `listener` how far its search is.
///
/// # Errors
/// An image, a label, a clip range, a largest ε or a tolerance that is none. A cancelled pulse ends it with what is known.
pub async fn decided_radius(
    network: &Network,
    asked: &Asked<'_>,
    judge: &dyn Judge,
    budget: &Budget<'_>,
    (mut told, listener): (impl FnMut(&Closing), &dyn Listener),
    pulse: &impl Pulse,
) -> Result<Closing, BoundsError> {
    for bad in [asked.largest, asked.tolerance] {
        if !bad.is_finite() || bad <= 0.0 {
            return Err(BoundsError::Epsilon(bad));
        }
    }
    let (found, wanted) = (asked.image.len(), network.input_len());
    if found != wanted {
        return Err(BoundsError::ImageLength { image: 0, found, wanted });
    }
    let mut known = Closing { proved: asked.proved, ..Closing::default() };
    while let Some(epsilon) = known.next(asked) {
        if budget.late() {
            break;
        }
        known.asking = Some(epsilon);
        told(&known);
        let query = around(asked.image, epsilon, asked.clip, asked.label, network.classes())?;
        let now = (budget.clock)();
        let share = Budget { until: now + (budget.until - now) / 3.0, ..*budget };
        match decide(network, &query, judge, &share, listener, pulse).await {
            Ok(answer) => known.learn(epsilon, answer, asked.image),
            Err(BoundsError::Cancelled) if known.questions > 0 => break,
            Err(error) => return Err(error),
        }
    }
    known.asking = None;
    told(&known);
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'_> = Asked { image: &[0.0], label: 0, clip: None, proved: None, largest: 1.0, tolerance: 1e-3 };

    /// Asks whoever knows the true radius, and does not decide within `doubt` of it.
    fn close(radius: f64, doubt: f64) -> Closing {
        let mut known = Closing::default();
        while let Some(epsilon) = known.next(&ASKED) {
            let outcome = if (epsilon - radius).abs() < doubt {
                Outcome::Timeout { worst: -1.0 }
            } else if epsilon < radius {
                Outcome::Proved
            } else {
                // A counterexample lies somewhere beyond the radius.
                let input = vec![((radius + epsilon) / 2.0) as f32];
                Outcome::Counterexample(Counterexample { input, outputs: vec![0.0] })
            };
            known.learn(epsilon, Answer { outcome, spent: Spent { domains: 1, ..Spent::default() } }, ASKED.image);
            assert!(known.questions < 60, "it ends: {known:?}");
            if let (Some(low), Some(high)) = (known.proved, known.broken) {
                assert!(low < high && low <= radius && radius <= high, "{known:?}");
            }
        }
        known
    }

    #[test]
    fn proof_and_counterexample_meet() {
        for radius in [0.5, 0.013, 0.9999, 1e-4] {
            let known = close(radius, 0.0);
            let (low, high) = (known.proved.expect("ε = 0 holds"), known.broken.expect("it breaks"));
            assert!(high - low <= 1e-3 * high && known.open.is_none(), "{known:?}");
            assert_eq!(known.spent.domains, u64::from(known.questions));
        }
        let known = close(2.0, 0.0);
        assert_eq!((known.proved, known.broken, known.questions), (Some(1.0), None, 2), "nothing breaks it");
        let known = close(-1.0, 0.0);
        assert_eq!((known.proved, known.questions), (None, 1), "the image itself is not safe");
    }

    #[test]
    fn what_is_not_decided_leaves_a_gap_that_is_narrowed_from_both_sides() {
        for radius in [0.5, 0.3, 0.031] {
            let known = close(radius, 0.01);
            let (low, high) = (known.proved.expect("ε = 0 holds"), known.broken.expect("it breaks"));
            let [first, last] = known.open.expect("a gap");
            assert!(first - low <= 1e-3 * first && high - last <= 1e-3 * high, "{known:?}");
            assert!(low > radius - 0.011 && high < radius + 0.011, "{known:?}");
        }
        // At the largest ε nobody knows.
        let known = close(1.0, 0.1);
        assert!(known.broken.is_none() && known.proved.is_some_and(|low| low > 0.89), "{known:?}");
    }

    #[test]
    fn a_distance_is_rounded_up() {
        assert_eq!(distance(&[0.5, 0.25], &[0.5, 0.25]), 0.0);
        // The exact distance is 1 + 1e-17.
        assert!(distance(&[-1.0, 0.5], &[1e-17, 0.5]) > 1.0);
    }
}
