//! `boundscope check`: whether certificates prove their claims.

use super::{
    common::{CliError, block_on},
    input, model, progress,
    say::say,
    searching::fitted,
    signals::{self, UntilInterrupted},
};
use crate::{
    bounds::BoundsError,
    certificate::{Accepted, Answered, Norm, Refused, Rejected, accept},
    rounded::{Toward, significant},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A certificate, or a folder whose .json files are certificates
    certificate: PathBuf,
    /// The model that it is about, of any format that is read
    model: PathBuf,
    /// A question in VNN-LIB: whether the certificate, of a search, has refuted exactly what it asks
    #[arg(long)]
    query: Option<PathBuf>,
    /// What the model's file leaves open, as for `inspect`
    #[arg(long)]
    layout: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Steps of a bar for one certificate.
const STEPS: u64 = 1000;

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let folder = arguments.certificate.is_dir();
    let paths = if folder { certificates(&arguments.certificate)? } else { vec![arguments.certificate.clone()] };
    let (reading, _) = model::reading(&arguments.model, arguments.layout.as_deref())?;
    let query = arguments.query.as_ref().map(|path| fitted(path, &reading)).transpose()?;
    let bar = progress::bar(STEPS * paths.len() as u64);
    signals::listen();
    let mut answers = Vec::new();
    let mut rejected = Vec::new();
    for (place, path) in paths.iter().enumerate() {
        let start = Instant::now();
        let bytes = input::read(path)?;
        let found = block_on(accept(&bytes, &reading.network, query.as_ref(), &UntilInterrupted, |share| {
            bar.set_position(STEPS * place as u64 + (share * STEPS as f64) as u64);
        }));
        if found == Err(Refused::Rejected(Rejected::Stopped)) {
            bar.finish_and_clear();
            return Err(BoundsError::Cancelled.into());
        }
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        match &found {
            Ok(_) => {}
            Err(why) => rejected.push(format!("{}: rejected: {why}", path.display())),
        }
        answers.push((path, found, milliseconds));
    }
    bar.finish_and_clear();
    if arguments.json {
        let all: Vec<Value> =
            answers.iter().map(|(path, found, time)| as_json(path, arguments.query.as_deref(), found, *time)).collect();
        match all.as_slice() {
            [one] if !folder => say!("{one}")?,
            all => say!("{}", json!({ "accepted": rejected.is_empty(), "certificates": all }))?,
        }
    } else {
        let asked = arguments.query.as_ref().map(|query| format!("; exactly what {} asks", query.display()));
        let asked = asked.unwrap_or_default();
        for (path, found, milliseconds) in &answers {
            match found {
                Ok(proved) => say!("{}: accepted: {}{asked} ({milliseconds:.0} ms)", path.display(), told(proved))?,
                Err(why) if folder => say!("{}: rejected: {why}", path.display())?,
                Err(_) => {}
            }
        }
    }
    match rejected.as_slice() {
        [] => Ok(()),
        [only] if !folder => Err(CliError::Usage(only.clone())),
        all => Err(CliError::Usage(format!("{} of {} certificates are rejected", all.len(), answers.len()))),
    }
}

/// The .json files of a folder, by name.
fn certificates(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let wrong = |error| CliError::Read(folder.to_owned(), error);
    let entries = fs::read_dir(folder).map_err(wrong)?.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let is_json = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(is_json).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(CliError::Usage(format!("{}: there is no .json file in this folder", folder.display())));
    }
    Ok(paths)
}

fn norm(norm: Norm) -> &'static str {
    match norm {
        Norm::Inf => "inf",
        Norm::Two => "2",
        Norm::One => "1",
    }
}

fn told(shown: &Accepted) -> String {
    let proved = match shown {
        Accepted::Region(proved) => proved,
        Accepted::Search(Answered { parts, clauses, leaves, .. }) => {
            return format!("no input is unsafe: {parts} boxes, {clauses} conditions, {leaves} leaves");
        }
    };
    let epsilon = significant(proved.epsilon, 6, Toward::Down);
    let clip = proved.clip.map_or(String::new(), |[low, high]| format!(", within [{low}, {high}]"));
    let region = format!("every input within {epsilon} (norm {}{clip}) of the centre", norm(proved.norm));
    let least = proved.margins.iter().copied().fold(f64::INFINITY, f64::min);
    let least = significant(least, 6, Toward::Down);
    match proved.label {
        Some(label) => format!("{region} gets class {label}, by a margin of {least} at least"),
        None => format!("{region} satisfies all {} rows, by {least} at least", proved.margins.len()),
    }
}

fn as_json(path: &Path, query: Option<&Path>, found: &Result<Accepted, Refused>, milliseconds: f64) -> Value {
    match found {
        Ok(Accepted::Search(answered)) => json!({
            "certificate": path.display().to_string(),
            "accepted": true,
            "network": answered.network,
            "boxes": answered.parts,
            "conditions": answered.clauses,
            "leaves": answered.leaves,
            "query": query.map(|query| query.display().to_string()),
            "milliseconds": milliseconds,
        }),
        Ok(Accepted::Region(proved)) => json!({
            "certificate": path.display().to_string(),
            "accepted": true,
            "network": proved.network,
            "norm": norm(proved.norm),
            "epsilon": proved.epsilon,
            "clip": proved.clip,
            "label": proved.label,
            "margins": proved.margins,
            "milliseconds": milliseconds,
        }),
        Err(why) => json!({
            "certificate": path.display().to_string(),
            "accepted": false,
            "why": why.to_string(),
            "milliseconds": milliseconds,
        }),
    }
}
