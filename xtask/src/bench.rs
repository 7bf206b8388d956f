//! `cargo xtask bench --browser`: what a visitor downloads and waits for, measured and not tested.

use crate::{
    page,
    shell::{self, Outcome, run},
    test,
};
use std::path::Path;

/// Times the methods natively, then measures the page.
pub fn everything(root: &Path) -> Outcome {
    run(&mut shell::command("cargo", &["run", "--release", "--locked", "--quiet", "--", "bench"], root))?;
    println!();
    browser(root)
}

/// Builds the page and measures it in Chromium; the table goes to the terminal and the figures to target/bench-browser.json.
pub fn browser(root: &Path) -> Outcome {
    page::build(root)?;
    let report = shell::target_dir(root).join("bench-browser.json");
    run(test::node(root)?.arg("bench.mjs").arg(&report))?;
    println!("The same figures as JSON: {}", report.display());
    Ok(())
}
