//! `cargo xtask test`: every check there is, in one place, for people and for CI alike.

use crate::{
    page, setup,
    shell::{self, Outcome, command, run},
    weight,
};
use std::{env, path::Path, process::Command, time::Instant};

/// One check.
struct Step {
    name: &'static str,
    about: &'static str,
    check: fn(&Path) -> Outcome,
}

// Cheap checks first. Clippy and the documentation share what they compile; so do the two programs of the page.
const STEPS: &[Step] = &[
    Step { name: "fmt", about: "the code is formatted", check: |root| cargo(root, &["fmt", "--all", "--check"], &[]) },
    Step {
        name: "clippy",
        about: "no warning, all native targets",
        check: |root| clippy(root, &["--workspace", "--all-targets"]),
    },
    Step {
        name: "clippy-library",
        about: "no warning, the library without its default features",
        check: |root| clippy(root, &["--package", "boundscope", "--lib", "--no-default-features"]),
    },
    Step { name: "clippy-web", about: "no warning, the page and the worker", check: clippy_web },
    Step {
        name: "doc",
        about: "the documentation builds without a warning",
        check: |root| cargo(root, &["doc", "--locked", "--no-deps", "--workspace"], &[("RUSTDOCFLAGS", "-D warnings")]),
    },
    Step { name: "tests", about: "native tests and examples in the documentation", check: native_tests },
    Step { name: "page", about: "the page builds", check: |root| page::build(root).map(drop) },
    Step {
        name: "weight",
        about: "the page is no heavier than recorded",
        check: |root| weight::check(&root.join("dist")),
    },
    Step { name: "e2e", about: "the page works in Chromium", check: browser_tests },
];

/// Runs every step, or the one named, and closes with a line that counts them.
pub fn test(root: &Path, only: Option<&str>) -> Outcome {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| only.is_none_or(|name| name == step.name)).collect();
    if steps.is_empty() {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("--only takes one of {}", names.join(", ")));
    }
    if matches!(only, Some("e2e" | "weight")) {
        page::build(root)?;
    }
    let mut results = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {} ({} of {}): {}", step.name, index + 1, steps.len(), step.about);
        let start = Instant::now();
        let outcome = (step.check)(root);
        let seconds = start.elapsed().as_secs_f64();
        match &outcome {
            Ok(()) => println!("== {}: passed in {seconds:.1} s", step.name),
            Err(message) => println!("== {}: FAILED in {seconds:.1} s: {message}", step.name),
        }
        results.push((step.name, seconds, outcome.is_ok()));
    }
    println!();
    for (name, seconds, passed) in &results {
        println!("{name:<16}{seconds:>8.1} s  {}", if *passed { "passed" } else { "FAILED" });
    }
    let passed = results.iter().filter(|(_, _, passed)| *passed).count();
    let failed = results.len() - passed;
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err("some checks failed; `cargo xtask test --only STEP` runs one".to_owned()) }
}

fn cargo(root: &Path, words: &[&str], variables: &[(&str, &str)]) -> Outcome {
    run(command("cargo", words, root).envs(variables.iter().copied()))
}

fn clippy(root: &Path, what: &[&str]) -> Outcome {
    cargo(root, &[&["clippy", "--quiet", "--locked"], what, &["--", "-D", "warnings"]].concat(), &[])
}

/// The page's program and the engine's are built from different features; a lint may see only one of them.
fn clippy_web(root: &Path) -> Outcome {
    clippy_features(root, "page").and_then(|()| clippy_features(root, "engine"))
}

fn clippy_features(root: &Path, features: &str) -> Outcome {
    let web = [
        "--package",
        "boundscope",
        "--no-default-features",
        "--features",
        features,
        "--target",
        "wasm32-unknown-unknown",
    ];
    match setup::wasm_target(root)? {
        None => clippy(root, &web),
        Some(toolchain) => {
            // Debian's compiler for wasm comes without clippy; rustc's own warnings are better than nothing.
            println!("No clippy for the toolchain {toolchain}: checking with rustc alone.");
            let check = [&["check", "--quiet", "--locked"], &web[..]].concat();
            cargo(root, &check, &[("RUSTUP_TOOLCHAIN", toolchain)])
        }
    }
}

fn native_tests(root: &Path) -> Outcome {
    setup::software_vulkan();
    cargo(root, &["test", "--locked", "--workspace"], &[])
}

fn browser_tests(root: &Path) -> Outcome {
    run(node(root)?.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]))
}

/// Node in tests/e2e, told which browser and which server to use.
pub fn node(root: &Path) -> Outcome<Command> {
    setup::e2e_packages(root)?;
    let chromium = setup::chromium()?;
    let server = env::current_exe().map_err(|error| format!("cannot find xtask's own program: {error}"))?;
    let mut node = shell::command("node", &[], &root.join("tests/e2e"));
    node.env("CHROMIUM", chromium).env("XTASK", server).env("CARGO_MANIFEST_DIR", root.join("xtask"));
    Ok(node)
}
