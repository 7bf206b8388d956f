//! `boundscope convert`: a model in the project's own file format, or as ONNX.

use super::{common::CliError, kinds::Kind, model, output, say::say};
use crate::{formats::onnx_rounded, network::Network};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A model file of any format that is read, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// Where to write: .safetensors, .safetensors.gz or .onnx
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let out = &arguments.out;
    let kind = Kind::of(out)?;
    output::check(out)?;
    let network = model::network(&arguments.model)?;
    let bytes = kind.bytes(&network).map_err(|error| CliError::Format(arguments.model.clone(), error))?;
    output::write(out, &bytes)?;
    say!("{}: {} parameters, {} bytes, network {}", out.display(), network.parameters(), bytes.len(), network.hash())?;
    if kind == Kind::Onnx { say_onnx(&network) } else { Ok(()) }
}

/// What an ONNX file is, and where it is not the very network.
fn say_onnx(network: &Network) -> Result<(), CliError> {
    say!("ONNX opset 13, standard operators; \"input\" and \"logits\" have a batch of any size in front")?;
    let rounded = onnx_rounded(network);
    if rounded.is_empty() {
        say!("every number is exact: what is certified of the network holds for the file, in real arithmetic")?;
        return Ok(());
    }
    for r in &rounded {
        say!("layer {} ({}): {} = {} is rounded to f32, {}", r.layer, r.op, r.setting, r.value, f64::from(r.written))?;
    }
    say!("every other number is exact; a certificate of the network does not cover these roundings")
}
