//! `seeds FOLDER`: the files that each reader takes, in a folder a reader.

use boundscope_fuzz::{TARGETS, write_seeds};
use std::{env, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("seeds needs a folder");
        return ExitCode::FAILURE;
    };
    for (target, reader) in TARGETS {
        if let Err(error) = write_seeds(reader, &folder.join(target)) {
            eprintln!("cannot write seeds of {target}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
