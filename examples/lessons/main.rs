//! Writes lessons/*/answers.json, every number that a lesson shows: `cargo run --release --example lessons`, from the project's folder,
//! whenever a lesson.json, a network that is offered or a bound changes (a test says so). With `-- --keys NN-name` it prints one lesson's
//! marks and values in place of writing, for whoever writes a lesson.

mod answers;
mod number;
mod shipped;
mod small;
mod truth;

use std::{error::Error, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lessons: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> Result<(), Box<dyn Error>> {
    let root = Path::new(".");
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = words.as_slice()
        && flag == "--keys"
    {
        for (key, value) in answers::of(root, &root.join("lessons").join(name))? {
            println!("{{{key}}} {value}");
        }
        return Ok(());
    }
    if !words.is_empty() {
        return Err("takes nothing, or --keys and the name of a lesson's folder".into());
    }
    for folder in answers::folders(root)? {
        let answers = answers::of(root, &folder)?;
        let path = folder.join("answers.json");
        fs::write(&path, answers::written(&answers)?)?;
        println!("{}: {} numbers", path.display(), answers.len());
    }
    Ok(())
}
