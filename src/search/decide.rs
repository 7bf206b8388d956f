//! How a network is searched: chosen by the number of its inputs.

use super::{
    Answer, Budget, Listener, Outcome, Spent, Splits, Why, activations, inputs,
    replay::{Judge, Replay},
    root,
};
use crate::{
    bounds::BoundsError,
    network::{Network, Query},
    pulse::Pulse,
};

/// Up to this many inputs a box is split into smaller boxes; beyond, activations are the better thing to split.
pub const INPUTS: usize = 20;

/// Decides a question: the parts one after the other, each until it is proved, a counterexample is found, or the budget is spent.
///
/// # Errors
/// [`BoundsError::Cancelled`] from the pulse.
///
/// # Panics
/// If the network has other numbers of inputs or outputs than the question.
pub async fn decide(
    network: &Network,
    query: &Query,
    judge: &dyn Judge,
    budget: &Budget<'_>,
    told: &dyn Listener,
    pulse: &impl Pulse,
) -> Result<Answer, BoundsError> {
    assert_eq!(
        (network.input_len(), network.classes()),
        (query.inputs, query.outputs),
        "the question fits the network"
    );
    let replay = Replay::new(network, judge);
    let mut spent = Spent::default();
    // A quick look everywhere first: most counterexamples are found by descent alone.
    for part in &query.parts {
        if let Some(found) = root::attack(network, part, &replay, budget, pulse).await? {
            return Ok(Answer { outcome: Outcome::Counterexample(found), spent });
        }
    }
    let mut open: Option<Outcome> = None;
    for (place, part) in query.parts.iter().enumerate() {
        told.part(place);
        let answer = match budget.splits {
            Splits::Nothing => root::bound(network, part, pulse).await?,
            Splits::Chosen if query.inputs > INPUTS => {
                activations::search(network, part, judge, budget, told, pulse).await?
            }
            Splits::Activations => activations::search(network, part, judge, budget, told, pulse).await?,
            Splits::Chosen | Splits::Inputs => inputs::search(network, part, judge, budget, told, pulse).await?,
        };
        spent.domains += answer.spent.domains;
        spent.leaves += answer.spent.leaves;
        spent.doubted += answer.spent.doubted;
        match answer.outcome {
            Outcome::Proved => {}
            found @ Outcome::Counterexample(_) => return Ok(Answer { outcome: found, spent }),
            other => open = Some(open.map_or(other.clone(), |open| worse(open, other))),
        }
    }
    Ok(Answer { outcome: open.unwrap_or(Outcome::Proved), spent })
}

/// Of two open ends the one with the lower bound; time counts before other reasons.
fn worse(a: Outcome, b: Outcome) -> Outcome {
    let bound = |outcome: &Outcome| match outcome {
        Outcome::Unknown { worst, .. } | Outcome::Timeout { worst } => *worst,
        _ => f64::INFINITY,
    };
    let worst = bound(&a).min(bound(&b));
    match (a, b) {
        (Outcome::Timeout { .. }, _) | (_, Outcome::Timeout { .. }) => Outcome::Timeout { worst },
        (Outcome::Unknown { why, .. }, _) => Outcome::Unknown { why, worst },
        _ => Outcome::Unknown { why: Why::Exhausted, worst },
    }
}
