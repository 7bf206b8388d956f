//! Which neuron a domain is split at, and what becomes of it.

use super::{
    bound::{Asked, Bounder, ends_over},
    domain::{Decision, Domain, Ends, Inner},
    layers::Layer,
};
use crate::{
    bounds::{BoundsError, Climb, Prepared},
    network::Clause,
    pulse::Steady,
    search::clauses::clause_gap,
    tensor::{Cpu, Sound, Steerable},
};
use std::sync::Arc;

/// A candidate by layer and neuron, with its worse side's gap and the sum of both.
type Scored = ((usize, usize), [f64; 2]);

/// Domains bounded together while candidates are tried.
const BATCH: usize = 192;

/// The decisions on the two sides of a split; `None` where the neuron is straight by now.
pub(super) fn sides(layers: &[Layer], ends: &Ends, (layer, neuron): (usize, usize)) -> Option<[Decision; 2]> {
    let [lower, upper] = &ends[layers[layer].range];
    let at = layers[layer].split(neuron, [lower[neuron], upper[neuron]])?;
    Some([false, true].map(|above| Decision { layer, neuron, at, above }))
}

/// Orders each domain's candidates by what one walk over both sides of each says: first where the worse side gains most.
///
/// # Errors
/// A device that fails.
pub(super) async fn order<B: Steerable>(
    bounder: &Bounder<'_, B>,
    layers: &[Layer],
    clause: &Clause,
    domains: &mut [Domain],
) -> Result<u64, BoundsError> {
    /// Both sides of one candidate of one domain.
    struct Tried {
        domain: usize,
        candidate: (usize, usize),
        decisions: Vec<Decision>,
    }
    let mut tried = Vec::new();
    for (at, domain) in domains.iter().enumerate() {
        if domain.candidates.len() < 2 {
            continue;
        }
        let (ends, _) = bounder.ends(&Asked::from(domain));
        for &candidate in &domain.candidates {
            for decision in sides(layers, &ends, candidate).into_iter().flatten() {
                let decisions = domain.decisions.iter().copied().chain([decision]).collect();
                tried.push(Tried { domain: at, candidate, decisions });
            }
        }
    }
    let once = Climb { steps: 0, ..Climb::default() };
    let mut gaps = Vec::with_capacity(tried.len());
    for part in tried.chunks(BATCH) {
        let asked: Vec<Asked<'_>> = part
            .iter()
            .map(|tried| {
                let domain = &domains[tried.domain];
                Asked { decisions: &tried.decisions, ..Asked::from(domain) }
            })
            .collect();
        let found = bounder.bound(clause, &asked, &once, &Steady, |_| true).await?;
        gaps.extend(found.lower.chunks(clause.len()).map(|least| clause_gap(clause, least)));
    }
    let mut scores: Vec<Vec<Scored>> = vec![Vec::new(); domains.len()];
    for (pair, gaps) in tried.chunks(2).zip(gaps.chunks(2)) {
        // A side that is closed needs no more; of two such candidates the one whose other side is better.
        let [one, other] = [gaps[0], gaps[1]].map(|gap| gap.min(0.0));
        scores[pair[0].domain].push((pair[0].candidate, [one.min(other), one + other]));
    }
    for (domain, mut scores) in domains.iter_mut().zip(scores) {
        if scores.is_empty() {
            continue;
        }
        scores.sort_by(|a, b| b.1[0].total_cmp(&a.1[0]).then(b.1[1].total_cmp(&a.1[1])));
        domain.candidates = scores.into_iter().map(|(candidate, _)| candidate).collect();
    }
    Ok(tried.len() as u64)
}

/// The sides of a domain's first candidates, all combinations of at most `levels` of them; the domain itself where there is nothing
/// to decide.
pub(super) fn children(layers: &[Layer], ends: &Ends, domain: Domain, levels: usize) -> Vec<Domain> {
    let mut all = vec![domain];
    let candidates = all[0].candidates.clone();
    for pair in candidates.into_iter().filter_map(|candidate| sides(layers, ends, candidate)).take(levels) {
        all = all
            .into_iter()
            .flat_map(|domain| {
                pair.map(|decision| {
                    let mut child = domain.clone();
                    child.decisions.push(decision);
                    child.share /= 2.0;
                    child
                })
            })
            .collect();
    }
    all
}

/// The two halves of a domain's box, with ranges of their own; `None` where no number lies between the ends of its longest edge.
///
/// # Errors
/// A device that fails.
pub(super) async fn halves(
    fast: &Prepared<Cpu<f32>>,
    sound: &Prepared<Sound>,
    [lower, upper]: [&[f64]; 2],
    domain: &Domain,
) -> Result<Option<[Domain; 2]>, BoundsError> {
    let (lower, upper) = domain.inner.as_deref().map_or((lower, upper), |inner| (&inner.lower[..], &inner.upper[..]));
    let edge = domain.edge;
    let middle = lower[edge] / 2.0 + upper[edge] / 2.0;
    if !(lower[edge] < middle && middle < upper[edge]) {
        return Ok(None);
    }
    let mut both = Vec::new();
    for above in [false, true] {
        let (mut low, mut high) = (lower.to_vec(), upper.to_vec());
        *(if above { &mut low[edge] } else { &mut high[edge] }) = middle;
        let ends = [&low[..], &high[..]];
        let inner = Inner {
            fast: ends_over(fast, ends).await?,
            sound: ends_over(sound, ends).await?,
            lower: low,
            upper: high,
            halved: true,
            applied: 0,
        };
        both.push(Domain { inner: Some(Arc::new(inner)), share: domain.share / 2.0, ..domain.clone() });
    }
    Ok(both.try_into().ok())
}
