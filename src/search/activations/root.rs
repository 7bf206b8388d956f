//! Where a search starts: every clause over the whole region, with slopes that α-CROWN found.

use super::{
    domain::{Domain, Saved},
    setting::Setting,
};
use crate::{
    bounds::{BoundsError, Climb, Prepared, Start, Steering, Strategy},
    pulse::Pulse,
    search::{Cut, clauses::clause_gap},
    tensor::{Backend, Cpu, Pair},
};
use std::sync::Arc;

/// Rows that climb together.
const ROWS: usize = 64;

/// One domain for each clause. None is closed yet: that is for the sound arithmetic.
///
/// # Errors
/// A device that fails, or a cancelled pulse.
pub(super) async fn domains(
    setting: &Setting<'_>,
    prepared: Prepared<Cpu<f32>>,
    pulse: &impl Pulse,
) -> Result<Vec<Domain>, BoundsError> {
    let backend = prepared.backend();
    let (part, classes) = (setting.part, prepared.classes());
    let ball = super::bound::ball(backend, [&part.lower, &part.upper]);
    let base = prepared.refined(&ball, Strategy::Tight);
    let ranges = [Strategy::Tight, Strategy::Adaptive].map(|strategy| {
        let ends = setting.fast.iter().map(|[lower, upper]| {
            let end = |end: &[f64]| backend.upload([1, 1, end.len()], end);
            Pair { lower: end(lower), upper: end(upper) }
        });
        prepared.ranges_from(&base, ends.collect(), strategy)
    });
    let widths = prepared.activation_widths();
    let plain = vec![Steering::default(); widths.len()];
    let mut all = Vec::new();
    let mut first = 0;
    while first < part.clauses.len() {
        let mut count = 0;
        let mut rows = 0;
        while first + count < part.clauses.len() && (count == 0 || rows + part.clauses[first + count].len() <= ROWS) {
            rows += part.clauses[first + count].len();
            count += 1;
        }
        let group = &part.clauses[first..first + count];
        let numbers: Vec<f64> = group.iter().flatten().flat_map(|row| row.dense(classes)).collect();
        let tensor = backend.upload([1, rows, classes], &numbers);
        let mut start: Option<Start<'_>> = None;
        for ranges in &ranges {
            let steered = prepared.steered(&ball, ranges, None, &tensor, &plain);
            let lower = backend.read(&steered.lower).await?;
            let choice = prepared.choice_of(&steered, &[], [1, rows]).await?;
            match &mut start {
                None => start = Some(Start { choice, lower, decided: &[] }),
                Some(start) => {
                    for (row, lower) in lower.into_iter().enumerate() {
                        if lower > start.lower[row] || start.lower[row].is_nan() {
                            start.lower[row] = lower;
                            start.choice.take_row(&choice, row, &widths);
                        }
                    }
                }
            }
        }
        let start = start.expect("two strategies");
        let gaps = |least: &[f64]| -> Vec<f64> {
            let mut at = 0;
            let each = group.iter().map(|clause| {
                at += clause.len();
                clause_gap(clause, &least[at - clause.len()..at])
            });
            each.collect()
        };
        let closed = |least: &[f64]| gaps(least).iter().all(|&gap| gap > 0.0);
        let climb = Climb::alpha(setting.root_steps);
        let found = prepared
            .ascend((&ball, &ranges[0], None), &tensor, start, &climb, pulse, |step| closed(step.lower))
            .await?;
        let mut at = 0;
        for (place, (clause, gap)) in group.iter().zip(gaps(&found.lower)).enumerate() {
            let saved = Saved::new(&found.choice, at..at + clause.len(), &widths);
            at += clause.len();
            let mut root = Domain::root(first + place, Arc::new(saved), gap);
            if let Some(tree) = setting.tree {
                let cuts = vec![Cut::Clause(root.clause as u32)];
                root.told(tree, None, cuts, [&part.lower, &part.upper]);
            }
            all.push(root);
        }
        first += count;
    }
    Ok(all)
}
