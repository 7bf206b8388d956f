//! Files from the wild, where the folder beside the repository has them: what the command line says of each is what its index says.
#![cfg(feature = "cli")]

use crate::common;

use common::program::run;
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the index says of a file, as far as it is asked here.
#[derive(Deserialize)]
struct Record {
    file: String,
    expect: String,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    inputs: Option<Vec<Vec<f64>>>,
    #[serde(default)]
    outputs: Option<Vec<Vec<f64>>>,
}

impl Record {
    /// What may become of it: read, asked about, refused.
    fn may(&self) -> &'static [&'static str] {
        let word = self.expect.split([':', ' ']).next().unwrap_or_default();
        match word {
            _ if self.expect.starts_with("read or") || self.expect.contains("or refuse") => &["read", "ask", "refuse"],
            "read" => &["read"],
            "ask" => &["ask"],
            _ => &["refuse"],
        }
    }

    /// How far outputs may be from those of the program that ran the file, of their size and one.
    fn tolerance(&self) -> f64 {
        let note = self.note.as_deref().unwrap_or_default();
        let named = note
            .split("tolerance of ")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next()?.trim_end_matches('.').parse().ok());
        let half = self.file.contains("float16") || self.file.contains("f16");
        named.unwrap_or(if half { 0.05 } else { 1e-4 })
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/wild")
}

/// What is wrong with what became of a file.
fn wrong(record: &Record, folder: &Path, scratch: &Path) -> Option<String> {
    let path = folder.join(&record.file);
    let path = path.to_str()?;
    let (code, out, err) = run(&["inspect", path, "--json"]);
    let told = err.trim();
    let became = match code {
        2 if told.lines().count() == 1 && !told.contains("panicked") => "refuse",
        0 => {
            let Ok(value) = serde_json::from_str::<serde_json::Value>(&out) else {
                return Some(format!("no JSON: {out}"));
            };
            if value["needs"].as_array().is_some_and(|needs| !needs.is_empty()) { "ask" } else { "read" }
        }
        code => return Some(format!("exit {code}: {told}")),
    };
    if !record.may().contains(&became) {
        return Some(format!("{became}, not {}: {told}", record.expect));
    }
    let (Some(inputs), Some(outputs)) = (&record.inputs, &record.outputs) else { return None };
    for (input, wanted) in inputs.iter().zip(outputs).filter(|_| became == "read") {
        fs::write(scratch, serde_json::to_vec(input).expect("numbers")).expect("a scratch file");
        let (code, out, err) = run(&["infer", path, "--input", scratch.to_str()?, "--json"]);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap_or_default();
        let Some(found) = value["outputs"].as_array().filter(|_| code == 0) else {
            return Some(format!("infer: {code} {err}"));
        };
        let found: Vec<f64> = found.iter().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect();
        let far = |(found, wanted): (&f64, &f64)| (found - wanted).abs() / (1.0 + wanted.abs());
        let most = found.iter().zip(wanted).map(far).fold(0.0, |most, next| if next <= most { most } else { next });
        if found.len() != wanted.len() || most.is_nan() || most > record.tolerance() {
            return Some(format!("{found:?}, not {wanted:?}"));
        }
    }
    None
}

#[test]
fn files_from_the_wild_are_read_rightly_asked_about_or_refused_in_a_line() {
    let folder = folder();
    let Ok(index) = fs::read(folder.join("index.json")) else {
        println!("{} is not there: nothing was tried", folder.display());
        return;
    };
    let records: Vec<Record> = serde_json::from_slice(&index).expect("the index is JSON");
    let scratch = std::env::temp_dir().join(format!("boundscope-wild-{}.json", std::process::id()));
    // Files that are known to be read wrongly or not at all; each is a gap of docs/formats.md.
    let open: Vec<&str> =
        GAPS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut found, mut mended) = (Vec::new(), Vec::new());
    for record in &records {
        let known = open.contains(&record.file.as_str());
        match wrong(record, &folder, &scratch) {
            Some(why) if !known => found.push(format!("{}: {why}", record.file)),
            None if known => mended.push(record.file.as_str()),
            _ => {}
        }
    }
    let _ = fs::remove_file(scratch);
    assert!(found.is_empty(), "{} of {} files:\n{}", found.len(), records.len(), found.join("\n"));
    assert!(mended.is_empty(), "these are right now; take them off tests/wild/gaps.txt: {mended:?}");
}

const GAPS: &str = include_str!("wild/gaps.txt");
