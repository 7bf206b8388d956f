//! What is asked of a whole region before anything is split: an attack, and one walk in the sound arithmetic.

use super::{Answer, Budget, Counterexample, Outcome, Spent, Why, clauses, replay::Replay};
use crate::{
    attack::{Descent, RowAttacker},
    bounds::{BoundsError, Prepared, Strategy},
    network::{Network, Part},
    pulse::Pulse,
    tensor::{Backend, Ball, Sound},
};

/// Starts and steps of the attack on a whole region.
const DESCENT: Descent = Descent { steps: 60, starts: 48, seed: 1 };
/// Numbers that one batch of the attack may hold beside the network's.
const LARGEST: usize = 1 << 22;

/// Looks for a counterexample in a part by descent from its centre and random points.
pub(super) async fn attack(
    network: &Network,
    part: &Part,
    replay: &Replay<'_>,
    budget: &Budget<'_>,
    pulse: &impl Pulse,
) -> Result<Option<Counterexample>, BoundsError> {
    if !part.has_points() || budget.late() {
        return Ok(None);
    }
    let rows: usize = part.clauses.iter().map(Vec::len).sum();
    let starts = DESCENT.starts.min(LARGEST / (rows * network.classes()).max(1)).max(1);
    let ends = part.points[0].iter().zip(&part.points[1]);
    let centre = ends.map(|(&low, &high)| (low / 2.0 + high / 2.0).clamp(low, high)).collect();
    let mut found = None;
    let descent = Descent { starts, ..DESCENT };
    let attacker = RowAttacker::new(network);
    attacker
        .descend(part, &[centre], &descent, pulse, |point| {
            found = replay.confirm(part, point);
            found.is_some()
        })
        .await?;
    Ok(found)
}

/// One walk over a part's whole box in the sound arithmetic: proved, or not known.
pub(super) async fn bound(network: &Network, part: &Part, pulse: &impl Pulse) -> Result<Answer, BoundsError> {
    let mut worst = f64::INFINITY;
    let prepared = Prepared::new(Sound, network);
    let shape = [1, 1, network.input_len()];
    let ball = Ball::Box { lower: Sound.upload(shape, &part.lower), upper: Sound.upload(shape, &part.upper) };
    for strategy in [Strategy::Adaptive, Strategy::Tight] {
        let ranges = prepared.refined(&ball, strategy);
        pulse.tick().await?;
        let mut open = f64::INFINITY;
        for group in part.clauses.chunks(64) {
            let rows: Vec<f64> = group.iter().flatten().flat_map(|row| row.dense(network.classes())).collect();
            let count = group.iter().map(Vec::len).sum::<usize>();
            let least = if count == 0 {
                Vec::new()
            } else {
                let rows = Sound.upload([1, count, network.classes()], &rows);
                Sound.read(&prepared.below(&ball, &ranges, &rows).least).await?
            };
            open = open.min(clauses::worst(group, &least));
            pulse.tick().await?;
        }
        if open > 0.0 {
            let spent = Spent { domains: 1, leaves: 1, doubted: 0 };
            return Ok(Answer { outcome: Outcome::Proved, spent });
        }
        worst = if worst.is_finite() { worst.max(open) } else { open };
    }
    let spent = Spent { domains: 1, ..Spent::default() };
    Ok(Answer { outcome: Outcome::Unknown { why: Why::Unsplit, worst }, spent })
}
