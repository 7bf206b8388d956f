//! `boundscope convert`: a model in the project's own file format.

use super::{CliError, input};
use crate::formats::write_model;
use std::{fs, io::Write, path::PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A .safetensors file, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// Where to write: .safetensors or .safetensors.gz
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let network = input::network(&arguments.model)?;
    let mut bytes = write_model(&network).map_err(|error| CliError::Format(arguments.model.clone(), error))?;
    let failed = |error| CliError::Read(arguments.out.clone(), error);
    if arguments.out.extension().is_some_and(|extension| extension == "gz") {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&bytes).map_err(failed)?;
        bytes = packer.finish().map_err(failed)?;
    }
    fs::write(&arguments.out, &bytes).map_err(failed)?;
    println!(
        "{}: {} parameters, {} bytes, network {}",
        arguments.out.display(),
        network.parameters(),
        bytes.len(),
        network.hash()
    );
    Ok(())
}
