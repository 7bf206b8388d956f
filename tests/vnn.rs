//! Networks of public verification benchmarks, where the folder beside the repository has them: each is read, and is the network of its file.
#![cfg(feature = "cli")]

use crate::common;

use common::program::run;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every file with a network below a folder.
fn networks(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let within = |path: PathBuf| if path.is_dir() { networks(&path) } else { vec![path] };
    let network = |path: &PathBuf| path.to_string_lossy().trim_end_matches(".gz").ends_with(".onnx");
    paths.into_iter().flat_map(within).filter(network).collect()
}

#[test]
fn networks_of_verification_benchmarks_are_read_and_are_those_of_their_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vnn");
    let paths = networks(&folder);
    if paths.is_empty() {
        println!("{} is not there: nothing was tried", folder.display());
        return;
    }
    let mut worst = 0.0f64;
    for path in &paths {
        let (code, out, err) = run(&[Path::new("inspect"), path, Path::new("--json")]);
        assert_eq!(code, 0, "{}: {err}", path.display());
        let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(report["needs"], serde_json::json!([]), "{}: {out}", path.display());
        let difference = report["self_check"].as_f64().unwrap_or_else(|| panic!("{}: no self-check", path.display()));
        assert!(difference < 1e-4, "{}: {difference}", path.display());
        worst = worst.max(difference);
    }
    println!("{} networks, the largest difference from their own graphs {worst:.1e}", paths.len());
}
