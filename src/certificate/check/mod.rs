//! The checker: whether a certificate proves its claim about a network.
//!
//! It shares no bounding code with what made the certificate, and computes with whole numbers alone. Ranges are derived front to back: each by
//! walking back, with lines that were checked before, and held against what the certificate says; then the claim. Where a number has to be
//! rounded it is rounded to the side that proves less, and what a rounded factor may cost is subtracted (docs/soundness.md).

mod about;
mod choose;
mod curved;
mod decision;
mod derive;
mod dyadic;
mod facts;
mod known;
mod line;
mod narrow;
mod refute;
mod rejected;
mod row;
mod rule;
mod stage;
mod walk;
mod weights;
mod window;

use super::format::{By, Certificate, Claim, Norm, VERSION, read};
use crate::{network::Network, pulse::Pulse};
use about::about;
pub(super) use decision::Decision;
pub(super) use derive::each;
use dyadic::{Dyadic, Float};
pub(super) use facts::{Facts, Follows};
use known::Checking;
pub(super) use refute::Examiner;
pub use refute::{Answered, check_searched};
pub use rejected::Rejected;
use rejected::structure;
use row::Row;
use stage::Graph;
use std::sync::Arc;

/// What a certificate proves.
#[derive(Clone, Debug, PartialEq)]
pub struct Proved {
    /// The network, by its hash.
    pub network: String,
    /// The norm of the region.
    pub norm: Norm,
    /// Its ε.
    pub epsilon: f64,
    /// Least and greatest values of an element.
    pub clip: Option<[f64; 2]>,
    /// The output that is greater than all others, where that is the claim.
    pub label: Option<usize>,
    /// What row·y − above is proved to be no less than, row by row: the margins, where the claim is a label.
    pub margins: Vec<f64>,
}

/// Checks whether `bytes` are a certificate that proves its claim about `network`. `progress` is called with the share of the work done, in
/// [0, 1] and never falling.
///
/// # Errors
/// Why it is not accepted, or that the pulse was cancelled.
pub async fn check(
    bytes: &[u8],
    network: &Network,
    pulse: &impl Pulse,
    mut progress: impl FnMut(f64),
) -> Result<Proved, Rejected> {
    let certificate = read(bytes)?;
    let hash = about(network, (&certificate.format, certificate.version), VERSION, &certificate.model)?;
    let rows = claim(&certificate.claim, network.classes())?;
    let [leaf] = certificate.leaves.as_slice() else {
        return Err(structure("leaves", format!("there are {}; version 1 has one", certificate.leaves.len())));
    };
    let graph = Arc::new(Graph::of(network)?);
    let mut checking = Checking::new(&graph, &certificate.region)?;
    let work = checking.work(leaf) + rows.len();
    let mut done = 0;
    let mut tick = async |rows: usize| -> Result<(), Rejected> {
        done += rows;
        progress((done as f64 / work.max(1) as f64).min(1.0));
        Ok(pulse.tick().await?)
    };
    checking.leaf(leaf, &mut tick).await?;
    let output = network.output();
    let mut margins = Vec::with_capacity(rows.len());
    for (place, (row, above)) in rows.into_iter().enumerate() {
        let lowest = checking.known.lowest(output, row, leaf.by == By::Interval)?;
        let margin = &lowest - &Dyadic::of(above);
        if !margin.is_positive() {
            return Err(Rejected::Claim { row: place, follows: lowest.near(), above });
        }
        margins.push(margin.below());
        tick(1).await?;
    }
    let region = &certificate.region;
    Ok(Proved {
        network: hash,
        norm: region.norm,
        epsilon: region.epsilon.0,
        clip: region.clip.map(|ends| ends.map(|end| end.0)),
        label: label(&certificate),
        margins,
    })
}

fn label(certificate: &Certificate) -> Option<usize> {
    match &certificate.claim {
        Claim::Label(claim) => Some(claim.label),
        Claim::Rows(_) => None,
    }
}

/// The rows of a claim, and what each has to be above.
fn claim(claim: &Claim, classes: usize) -> Result<Vec<(Row, f64)>, Rejected> {
    match claim {
        Claim::Label(claim) => {
            if classes < 2 || claim.label >= classes {
                return Err(structure("claim", format!("label {}, of {classes} outputs", claim.label)));
            }
            let label = claim.label as u32;
            let others = (0..classes as u32).filter(|&other| other != label);
            let row = |other: u32| {
                let places = if label < other { [(label, 1), (other, -1)] } else { [(other, -1), (label, 1)] };
                Row {
                    at: places.map(|(at, _)| at).to_vec(),
                    values: places.map(|(_, value)| value).to_vec(),
                    exponent: 0,
                }
            };
            Ok(others.map(|other| (row(other), 0.0)).collect())
        }
        Claim::Rows(claim) => {
            if claim.rows.is_empty() || claim.rows.len() != claim.above.len() {
                let why = format!("{} rows and {} thresholds", claim.rows.len(), claim.above.len());
                return Err(structure("claim", why));
            }
            let each = claim.rows.iter().zip(&claim.above).enumerate();
            each.map(|(place, (row, above))| {
                if row.len() != classes {
                    return Err(structure(
                        "claim",
                        format!("row {place} has {} factors for {classes} outputs", row.len()),
                    ));
                }
                let row = Row::of(&row.iter().map(|factor| Float::of(factor.0)).collect::<Vec<_>>());
                let row = row.ok_or_else(|| {
                    structure("claim", format!("the factors of row {place} differ too much in size to be checked"))
                })?;
                Ok((row, above.0))
            })
            .collect()
        }
    }
}
