//! `split PROGRAM FOLDER NAME`: cuts a program at the functions marked `wasm_split` into FOLDER/NAME.wasm, one file for each
//! part that is fetched later, and the script that fetches them.
//!
//! It reads the linker's relocations, so the program is linked with `--emit-relocs`; wasm-bindgen comes after it. A program of
//! its own, so that `cargo xtask` itself stays quick to compile.

use std::{fs, path::Path, process::ExitCode};
use wasm_split_cli_support::{Options, transform};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.as_slice() {
        [program, folder, name] => split(Path::new(program), Path::new(folder), name),
        _ => Err("Usage: split PROGRAM FOLDER NAME".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("split: {message}");
            ExitCode::FAILURE
        }
    }
}

fn split(program: &Path, folder: &Path, name: &str) -> Result<(), String> {
    let bytes = fs::read(program).map_err(|error| format!("cannot read {}: {error}", program.display()))?;
    let (main, script) = (folder.join(format!("{name}.wasm")), format!("./{name}.js"));
    let mut options = Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = &script;
    transform(options).map(drop).map_err(|error| format!("cannot split {}: {error:#}", program.display()))
}
