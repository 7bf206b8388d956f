//! `cargo xtask figures`: the paper's figures of neuron statuses, drawn for the project's own networks.

use crate::shell::{self, Outcome, run};
use std::path::Path;

/// Where the figures go, and how many images they are a mean of, unless an option says otherwise.
const FOLDER: &str = "docs/figures";
const COUNT: &str = "1000";

/// Builds the command line in release and has it draw.
pub fn draw(root: &Path, options: &[&str]) -> Outcome {
    let words = words(options)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let cargo = ["run", "--release", "--locked", "--quiet", "--bin", "boundscope", "--", "figures"];
    run(&mut shell::command("cargo", &[&cargo[..], &words].concat(), root))
}

/// The command line's own words for `[--epsilon LIST] [--count N] [--out FOLDER] [MODEL ...]`.
fn words(options: &[&str]) -> Outcome<Vec<String>> {
    let (mut count, mut out, mut words) = (COUNT, FOLDER, Vec::new());
    let mut options = options.iter();
    while let Some(&option) = options.next() {
        let mut value = || options.next().copied().ok_or_else(|| format!("{option} needs a value"));
        match option {
            "--count" => count = value()?,
            "--out" => out = value()?,
            "--epsilon" => words.extend([option.to_owned(), value()?.to_owned()]),
            _ if option.starts_with('-') => {
                return Err(format!(
                    "figures does not know `{option}`; it takes --epsilon LIST, --count IMAGES, --out FOLDER and models"
                ));
            }
            model => words.push(model.to_owned()),
        }
    }
    words.extend(["--data".to_owned(), format!("mnist-test:{count}"), "--out".to_owned(), out.to_owned()]);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_the_command_lines() {
        let joined = |options: &[&str]| words(options).map(|words| words.join(" "));
        assert_eq!(joined(&[]), Ok("--data mnist-test:1000 --out docs/figures".to_owned()));
        assert_eq!(
            joined(&["a.gz", "--epsilon", "0.1,0.2", "--count", "5", "--out", "x"]),
            Ok("a.gz --epsilon 0.1,0.2 --data mnist-test:5 --out x".to_owned())
        );
        assert!(joined(&["--count"]).is_err_and(|error| error.contains("--count")));
        assert!(joined(&["--bogus"]).is_err_and(|error| error.contains("--bogus")));
    }
}
