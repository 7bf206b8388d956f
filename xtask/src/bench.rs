//! `cargo xtask bench`: what a visitor downloads and waits for, and how fast others are; measured and not tested.

use crate::{
    page, setup,
    shell::{self, Outcome, run, say},
    test,
};
use std::path::Path;

/// Times the methods natively, then measures the page.
pub fn everything(root: &Path) -> Outcome {
    run(&mut shell::command("cargo", &["run", "--release", "--locked", "--quiet", "--", "bench"], root))?;
    say!("");
    browser(root)
}

/// Builds the page and measures it in Chromium; the table goes to the terminal and the figures to target/bench-browser.json.
pub fn browser(root: &Path) -> Outcome {
    page::build(root)?;
    let report = shell::target_dir(root).join("bench-browser.json");
    run(test::node(root)?.arg("bench.mjs").arg(&report))?;
    say!("The same figures as JSON: {}", report.display());
    Ok(())
}

/// Measures what a move of ε costs the page; the table goes to the terminal and the figures to target/bench-speed.json.
pub fn speed(root: &Path, build: bool) -> Outcome {
    if build {
        page::build(root)?;
    }
    let report = shell::target_dir(root).join("bench-speed.json");
    run(test::node(root)?.arg("speed.mjs").arg(&report))?;
    say!("The same figures as JSON: {}", report.display());
    Ok(())
}

/// Pictures of the page, for eyes: every width, theme and way of showing it, into a folder.
pub fn shots(root: &Path, options: &[&str]) -> Outcome {
    let (ours, theirs): (Vec<&str>, Vec<&str>) = options.iter().partition(|option| **option == "--no-build");
    let folder = match theirs[..] {
        [] => shell::target_dir(root).join("shots"),
        [folder] if !folder.starts_with('-') => root.join(folder),
        _ => return Err("shots takes a folder and --no-build".into()),
    };
    if ours.is_empty() {
        page::build(root)?;
    }
    run(test::node(root)?.arg("shots.mjs").arg(&folder))?;
    say!("The pictures are in {}", folder.display());
    Ok(())
}

/// Has Lighthouse judge the page; the table goes to the terminal and the figures to target/lighthouse.json.
pub fn lighthouse(root: &Path, build: bool) -> Outcome {
    if build {
        page::build(root)?;
    }
    setup::lighthouse_packages(root)?;
    let report = shell::target_dir(root).join("lighthouse.json");
    run(test::node(root)?.arg("lighthouse/run.mjs").arg(&report))?;
    say!("\nThe same figures as JSON: {}", report.display());
    Ok(())
}

/// Times training steps in Chromium beside TensorFlow.js; the figures go to target/bench-peers.json too.
pub fn peers(root: &Path, options: &[&str]) -> Outcome {
    let (ours, theirs): (Vec<&str>, Vec<&str>) = options.iter().partition(|option| **option == "--no-build");
    if let Some(unknown) = theirs.iter().find(|option| !["--json", "--no-gpu"].contains(option)) {
        return Err(format!("bench --peers does not know `{unknown}`; it takes --json, --no-gpu and --no-build"));
    }
    if ours.is_empty() {
        page::build(root)?;
    }
    setup::peer_packages(root)?;
    let report = shell::target_dir(root).join("bench-peers.json");
    run(test::node(root)?.arg("peers/bench.mjs").arg(&report).args(&theirs))?;
    if !theirs.contains(&"--json") {
        say!("The same figures as JSON: {}", report.display());
    }
    Ok(())
}
