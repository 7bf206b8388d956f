//! Certificates of public benchmarks' questions, where their folder stands beside the repository: a few that take seconds; as many unsatisfiable ones as
//! `BOUNDSCOPE_CERTIFICATES` says with it, from all benchmarks in turn.
#![cfg(feature = "cli")]

use crate::common;

use boundscope::formats::gunzip;
use common::program::{Folder, run};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vnn")
}

/// A file of the folder, unpacked where it is packed; `None` where it is in an archive.
fn plain(folder: &Folder, from: &Path, name: &str) -> Option<String> {
    let packed = fs::read(from.join(format!("{name}.gz"))).or_else(|_| fs::read(from.join(name))).ok()?;
    let path = folder.at(&name.replace('/', "_"));
    fs::write(&path, gunzip(&packed, 1 << 28).expect("gzip").as_ref()).expect("a file");
    Some(path)
}

/// Unsatisfiable questions of the lists, one of each benchmark in turn: network, question, benchmark.
fn questions(folder: &Folder) -> Vec<[String; 3]> {
    let benchmarks = ["acasxu", "safenlp", "mnist_fc", "tllverify"];
    let archive = shared().join("safenlp/vnnlib.tar.gz");
    let unpacked = folder.at("safenlp");
    fs::create_dir_all(&unpacked).expect("a folder");
    let there =
        Command::new("tar").args(["-xzf"]).arg(&archive).args(["-C", &unpacked]).status().is_ok_and(|s| s.success());
    let mut lists: Vec<Vec<[String; 3]>> = Vec::new();
    for benchmark in benchmarks {
        let from = shared().join(benchmark);
        let Ok(list) = fs::read_to_string(from.join("instances.csv")) else { continue };
        let rows = list.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
        let rows = rows.filter(|cells| cells.iter().any(|cell| cell.starts_with("unsat")));
        // One list names its files without their endings.
        let named =
            |name: &str, ending: &str| if name.ends_with(ending) { name.into() } else { format!("{name}{ending}") };
        lists
            .push(rows.map(|cells| [named(cells[0], ".onnx"), named(cells[1], ".vnnlib"), benchmark.into()]).collect());
    }
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at).cloned()));
    let files = turns.filter_map(|[network, query, benchmark]| {
        let from = shared().join(&benchmark);
        let packed = || {
            let path = Path::new(&unpacked).join(&query);
            (there && path.is_file()).then(|| path.display().to_string())
        };
        Some([plain(folder, &from, &network)?, plain(folder, &from, &query).or_else(packed)?, benchmark])
    });
    files.collect()
}

#[test]
fn public_questions_have_certificates() {
    if !shared().is_dir() {
        eprintln!("../shared/vnn is not here: no public question is tried");
        return;
    }
    let wanted: Option<usize> = std::env::var("BOUNDSCOPE_CERTIFICATES").ok().and_then(|count| count.parse().ok());
    let folder = Folder::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/check_certificate.py");
    let start = Instant::now();
    let (mut accepted, mut by_python, mut figures) = (0, 0, BTreeMap::<String, Vec<[f64; 4]>>::new());
    let mut without = Vec::new();
    for [network, query, benchmark] in questions(&folder) {
        // Without a number: what can be had in a quarter of a minute.
        if wanted.map_or(start.elapsed().as_secs() > 15, |wanted| accepted >= wanted) {
            break;
        }
        let (certificate, model) = (folder.at("certificate.json"), folder.at("model.safetensors"));
        let _ = fs::remove_file(&certificate);
        let timeout = if wanted.is_some() { "30" } else { "3" };
        let words =
            ["verify", &query, "--network", &network, "--timeout", timeout, "--certificate", &certificate, "--json"];
        let (status, out, error) = run(&words);
        assert_eq!(status, 0, "{query}: {error}");
        let answer: Value = serde_json::from_str(&out).expect("JSON");
        if !Path::new(&certificate).is_file() {
            assert!(error.contains("no certificate was written"), "{error}");
            // Of what is proved there is one, where time is left for it.
            assert!(answer["answer"] != "unsat" || error.contains("it was not finished in time"), "{query}: {error}");
            without.push(format!("{benchmark}: {} ({})", answer["answer"], error.trim()));
            continue;
        }
        let (status, out, error) = run(&["check", &certificate, &network, "--json"]);
        assert_eq!(status, 0, "{query}: {out} {error}");
        let checked: Value = serde_json::from_str(&out).expect("JSON");
        accepted += 1;
        let number = |value: &Value| value.as_f64().expect("a number");
        let leaves = number(&answer["certificate"]["leaves"]);
        let row = [
            leaves,
            number(&answer["certificate"]["bytes"]),
            number(&answer["seconds"]),
            number(&checked["milliseconds"]) / 1e3,
        ];
        figures.entry(benchmark).or_default().push(row);
        // Python takes half a second for a leaf.
        if leaves > if wanted.is_some() { 30.0 } else { 4.0 } {
            continue;
        }
        assert_eq!(run(&["convert", &network, &model]).0, 0);
        let Ok(out) = Command::new("python3").args([script, &certificate, &model]).output() else { continue };
        assert!(out.status.success(), "{query}: {}", String::from_utf8_lossy(&out.stderr));
        by_python += 1;
    }
    for (benchmark, rows) in &figures {
        let sums: Vec<String> = (0..4)
            .map(|at| {
                let mut all: Vec<f64> = rows.iter().map(|row| row[at]).collect();
                all.sort_by(f64::total_cmp);
                format!("{:.2} / {:.2}", all[all.len() / 2], all[all.len() - 1])
            })
            .collect();
        println!(
            "{benchmark}: {} certificates; median / most of leaves {}, bytes {}, seconds of search {}, of checking {}",
            rows.len(),
            sums[0],
            sums[1],
            sums[2],
            sums[3]
        );
    }
    println!(
        "{accepted} certificates accepted, {by_python} of them by Python too; none for {}: {without:?}",
        without.len()
    );
    assert!(accepted >= wanted.unwrap_or(1));
}
