//! `boundscope merge`: rows of several shards as one file.

use super::{
    common::CliError,
    output,
    rows::{self, Asked, Rows},
    say::{note, say},
};
use std::{collections::BTreeSet, path::PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file to write: rows in a fixed order, without times, so that the same answers are the same bytes
    out: PathBuf,
    /// Files of `radius --rows`
    #[arg(required = true)]
    rows: Vec<PathBuf>,
    /// Write it also where questions are missing: an image or a method that some of the networks have and others have not
    #[arg(long)]
    partial: bool,
}

/// Questions that the grid of all networks, images and methods has and the rows have not: how many, and the first.
fn missing(rows: &Rows) -> Option<(usize, Asked)> {
    let setting = |asked: &Asked| (asked.network.clone(), asked.sha256.clone(), asked.how.clone());
    let settings: BTreeSet<_> = rows.keys().map(setting).collect();
    let verifiers: BTreeSet<&String> = rows.keys().map(|asked| &asked.verifier).collect();
    let images = rows.keys().map(|asked| asked.image);
    let (first, last) = (images.clone().min()?, images.max()?);
    let wanted = settings.len() as u128 * verifiers.len() as u128 * ((last - first) as u128 + 1);
    let count = usize::try_from(wanted - rows.len() as u128).unwrap_or(usize::MAX);
    if count == 0 {
        return None;
    }
    for (network, sha256, how) in settings {
        for image in first..=last {
            for &verifier in &verifiers {
                let (network, sha256, how) = (network.clone(), sha256.clone(), how.clone());
                let asked = Asked { network, sha256, how, image, verifier: verifier.clone() };
                if !rows.contains_key(&asked) {
                    return Some((count, asked));
                }
            }
        }
    }
    None
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    output::check(&arguments.out)?;
    let rows = rows::gather(&arguments.rows)?;
    if rows.is_empty() {
        return Err(CliError::Usage("there are no rows in these files".into()));
    }
    if let Some((count, asked)) = missing(&rows) {
        let Asked { network, image, verifier, .. } = asked;
        let what = format!("{count} questions have no row, the first: image {image} of {network} by {verifier}");
        if !arguments.partial {
            let todo = "run their shard again with the same --rows, or merge what there is with --partial";
            return Err(CliError::Usage(format!("{what}; {todo}")));
        }
        note!("boundscope: {what}");
    }
    output::write(&arguments.out, rows::merged(&rows).as_bytes())?;
    say!("{} rows in {}", rows.len(), arguments.out.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::{Norm, Strategy};

    #[test]
    fn gaps_are_seen() {
        let found = rows::Found { label: 1, verified: Some(0.5), unverified: None, seconds: None };
        let asked = |network: &str, image: usize, verifier: &str| Asked {
            network: network.into(),
            sha256: network.into(),
            how: rows::how(Norm::Inf, None, Strategy::Tight, 1.0),
            image,
            verifier: verifier.into(),
        };
        let mut rows = Rows::new();
        for network in ["a", "b"] {
            for image in 3..6 {
                rows.extend(["ibp", "crown"].map(|verifier| (asked(network, image, verifier), found)));
            }
        }
        assert!(missing(&rows).is_none());
        for gone in [asked("a", 3, "crown"), asked("b", 4, "ibp"), asked("b", 5, "ibp")] {
            let mut rows = rows.clone();
            rows.remove(&gone);
            assert_eq!(missing(&rows), Some((1, gone)));
        }
        // A whole image between others.
        rows.retain(|asked, _| asked.image != 4);
        assert_eq!(missing(&rows).map(|(count, asked)| (count, asked.image)), Some((4, 4)));
    }
}
