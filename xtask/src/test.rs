//! `cargo xtask test`: every check there is, in one place, for people and for CI alike.

use crate::{
    page, python, setup,
    shell::{self, Outcome, command, run, say},
    weight,
};
use std::{
    env,
    path::Path,
    process::Command,
    time::{Instant, SystemTime},
};

/// One check.
struct Step {
    name: &'static str,
    about: &'static str,
    /// What it takes on two cores when only the project itself has to be compiled again.
    takes: &'static str,
    /// Belongs to `--quick`.
    quick: bool,
    check: fn(&Path) -> Outcome,
}

// What is cheap and fails often comes first. Clippy and the documentation share what they compile, both kinds of tests do,
// and so do the four programs of the page with `cargo xtask serve`.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the code is formatted",
        takes: "a second",
        quick: true,
        check: |root| cargo(root, &["fmt", "--all", "--check"], &[]),
    },
    Step {
        name: "clippy",
        about: "no warning, all native targets",
        takes: "half a minute",
        quick: true,
        check: |root| clippy(root, &["--workspace", "--all-targets"]),
    },
    Step {
        name: "clippy-library",
        about: "no warning, the library without its default features",
        takes: "ten seconds",
        quick: true,
        check: |root| clippy(root, &["--package", "boundscope", "--lib", "--no-default-features"]),
    },
    Step {
        name: "clippy-web",
        about: "no warning, the page and its workers",
        takes: "half a minute",
        quick: true,
        check: clippy_web,
    },
    Step {
        name: "fast-tests",
        about: "unit tests, and the files of tests/ that take seconds",
        takes: "one to two minutes",
        quick: true,
        check: fast_tests,
    },
    Step {
        name: "doc",
        about: "the documentation builds without a warning",
        takes: "half a minute",
        quick: false,
        check: |root| cargo(root, &["doc", "--locked", "--no-deps", "--workspace"], &[("RUSTDOCFLAGS", "-D warnings")]),
    },
    Step {
        name: "page",
        about: "the page builds",
        takes: "two minutes",
        quick: false,
        check: |root| page::build(root).map(drop),
    },
    Step {
        name: "weight",
        about: "the page is no heavier than recorded",
        takes: "a second",
        quick: false,
        check: |root| weight::check(&root.join("dist")),
    },
    Step {
        name: "slow-tests",
        about: "the files of tests/ that train, attack, search, prove or try every kernel, and the documentation's examples",
        takes: "eight minutes",
        quick: false,
        check: slow_tests,
    },
    Step {
        name: "python",
        about: "the Python package, built, installed into a fresh environment, and held to the command line",
        takes: "three minutes",
        quick: false,
        check: python::check,
    },
    Step {
        name: "e2e",
        about: "the page works in Chromium",
        takes: "six and a half minutes",
        quick: false,
        check: browser_tests,
    },
];

/// The test programs that take seconds; the files of tests/ are modules of `fast` or of `slow`, so that what they share is compiled and
/// linked once.
const FAST: [&str; 5] = ["house", "sentences", "streams", "mutations", "fast"];

/// How tests are run. The Python package has none that run without a Python around it.
pub const TEST: [&str; 5] = ["test", "--locked", "--workspace", "--exclude", "boundscope-python"];

/// Which checks `cargo xtask test` was asked for.
#[derive(Clone, Copy)]
pub enum Choice<'a> {
    Everything,
    /// What fits into three minutes.
    Quick,
    /// One step by name; `tests` are both kinds.
    Only(&'a str),
}

impl Choice<'_> {
    fn takes(self, step: &Step) -> bool {
        match self {
            Choice::Everything => true,
            Choice::Quick => step.quick,
            Choice::Only("tests") => step.name.ends_with("-tests"),
            Choice::Only(name) => step.name == name,
        }
    }
}

/// Runs what was chosen, each step whatever became of those before, and closes with a line that counts them.
pub fn test(root: &Path, choice: Choice) -> Outcome {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| choice.takes(step)).collect();
    if steps.is_empty() {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("--only takes one of {}, or tests for both kinds", names.join(", ")));
    }
    if matches!(choice, Choice::Only("e2e" | "weight")) {
        page::build(root)?;
    }
    let mut results = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let (name, about) = (step.name, step.about);
        say!("\n== {name} ({} of {}): {about}; about {} once warm", index + 1, steps.len(), step.takes);
        let start = Instant::now();
        let outcome = (step.check)(root);
        let seconds = start.elapsed().as_secs_f64();
        match &outcome {
            Ok(()) => say!("== {name}: passed in {seconds:.1} s"),
            Err(message) => say!("== {name}: FAILED in {seconds:.1} s: {message}"),
        }
        results.push((name, seconds, outcome.is_ok()));
    }
    say!("");
    for (name, seconds, passed) in &results {
        say!("{name:<16}{seconds:>8.1} s  {}", if *passed { "passed" } else { "FAILED" });
    }
    let total: f64 = results.iter().map(|(_, seconds, _)| seconds).sum();
    say!("{:<16}{total:>8.1} s", "together");
    if let Choice::Quick = choice {
        let left: Vec<_> = STEPS.iter().filter(|step| !step.quick).map(|step| step.name).collect();
        say!("\nLeft out, and run by `cargo xtask test`: {}.", left.join(", "));
    }
    let passed = results.iter().filter(|(_, _, passed)| *passed).count();
    let failed = results.len() - passed;
    say!("\n{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err("some checks failed; `cargo xtask test --only STEP` runs one".to_owned()) }
}

fn cargo(root: &Path, words: &[&str], variables: &[(&str, &str)]) -> Outcome {
    run(command("cargo", words, root).envs(variables.iter().copied()))
}

fn clippy(root: &Path, what: &[&str]) -> Outcome {
    cargo(root, &[&["clippy", "--quiet", "--locked"], what, &["--", "-D", "warnings"]].concat(), &[])
}

/// The page's programs are built from different features; a lint may see only one of them.
fn clippy_web(root: &Path) -> Outcome {
    ["page", "engine", "reader,prover"].into_iter().try_for_each(|features| clippy_features(root, features))
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
            say!("No clippy for the toolchain {toolchain}: checking with rustc alone.");
            let check = [&["check", "--quiet", "--locked"], &web[..]].concat();
            cargo(root, &check, &[("RUSTUP_TOOLCHAIN", toolchain)])
        }
    }
}

/// Where the random cases of the tests begin: as `PROPTEST_RNG_SEED` says, else the same each time where CI judges a change, so that it is
/// judged by what it changed, and elsewhere new ones each time. It is printed, so that a failure can be had again.
fn seed() -> String {
    let seed =
        env::var("PROPTEST_RNG_SEED").unwrap_or_else(|_| match (env::var_os("CI"), SystemTime::UNIX_EPOCH.elapsed()) {
            (None, Ok(now)) => now.as_secs().to_string(),
            _ => "1".to_owned(),
        });
    say!("Random cases begin at seed {seed}: PROPTEST_RNG_SEED={seed} has them again.");
    seed
}

fn fast_tests(root: &Path) -> Outcome {
    let mut words = [&TEST[..], &["--lib", "--bins"]].concat();
    FAST.iter().for_each(|name| words.extend(["--test", name]));
    cargo(root, &words, &[("PROPTEST_RNG_SEED", &seed())])
}

fn slow_tests(root: &Path) -> Outcome {
    setup::software_vulkan();
    cargo(root, &[&TEST[..], &["--examples", "--test", "slow"]].concat(), &[("PROPTEST_RNG_SEED", &seed())])?;
    cargo(root, &[&TEST[..], &["--doc"]].concat(), &[])
}

fn browser_tests(root: &Path) -> Outcome {
    run(node(root)?.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]))
}

/// Node in tests/e2e, told which browser and which server to use.
pub fn node(root: &Path) -> Outcome<Command> {
    setup::e2e_packages(root)?;
    let chromium = setup::chromium()?;
    let mut node = shell::command("node", &[], &root.join("tests/e2e"));
    node.env("CHROMIUM", chromium).env("XTASK", shell::own_program()?).env("CARGO_MANIFEST_DIR", root.join("xtask"));
    Ok(node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A file that no program names would never run, and say nothing about it.
    #[test]
    fn every_file_of_tests_is_part_of_a_program() {
        let tests = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests"));
        let [fast, slow] =
            ["fast.rs", "slow.rs"].map(|name| fs::read_to_string(tests.join(name)).expect("it is there"));
        for entry in fs::read_dir(tests).expect("the folder is there") {
            let name = entry.expect("the folder can be listed").file_name().to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".rs").filter(|stem| *stem != "slow" && !FAST.contains(stem)) else {
                continue;
            };
            let held = [&fast, &slow].map(|program| program.contains(&format!("#[path = \"{name}\"]\nmod {stem};")));
            assert_eq!(held.iter().filter(|held| **held).count(), 1, "name tests/{name} in fast.rs or in slow.rs");
        }
    }

    #[test]
    fn what_was_chosen_is_what_runs() {
        let names =
            |choice: Choice| STEPS.iter().filter(|step| choice.takes(step)).map(|step| step.name).collect::<Vec<_>>();
        assert_eq!(names(Choice::Everything).len(), STEPS.len());
        assert_eq!(names(Choice::Only("tests")), ["fast-tests", "slow-tests"]);
        assert_eq!(names(Choice::Only("e2e")), ["e2e"]);
        assert!(names(Choice::Only("bogus")).is_empty());
        assert_eq!(names(Choice::Quick), ["fmt", "clippy", "clippy-library", "clippy-web", "fast-tests"]);
    }
}
