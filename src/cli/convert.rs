//! `boundscope convert`: a model in the project's own file format, or as ONNX.

use super::{CliError, input, output};
use crate::{
    formats::{FormatError, gzip, onnx_rounded, write_model, write_onnx},
    network::Network,
};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A .safetensors file, or a folder with net.json and model.safetensors
    model: PathBuf,
    /// Where to write: .safetensors, .safetensors.gz or .onnx
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let out = &arguments.out;
    let packed = ends_in(out, "gz");
    if packed && ends_in(Path::new(out.file_stem().unwrap_or_default()), "onnx") {
        let why = format!("{}: ONNX tools read no gzip; leave out the .gz", out.display());
        return Err(CliError::Usage(why));
    }
    let onnx = ends_in(out, "onnx");
    let network = input::network(&arguments.model)?;
    let wrong = |error: FormatError| CliError::Format(arguments.model.clone(), error);
    let mut bytes = if onnx { write_onnx(&network) } else { write_model(&network) }.map_err(wrong)?;
    if packed {
        bytes = gzip(&bytes);
    }
    output::write(out, &bytes)?;
    println!(
        "{}: {} parameters, {} bytes, network {}",
        out.display(),
        network.parameters(),
        bytes.len(),
        network.hash()
    );
    if onnx {
        say_onnx(&network);
    }
    Ok(())
}

fn ends_in(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

/// What an ONNX file is, and where it is not the very network.
fn say_onnx(network: &Network) {
    println!("ONNX opset 13, standard operators; \"input\" and \"logits\" have a batch of any size in front");
    let rounded = onnx_rounded(network);
    if rounded.is_empty() {
        println!("every number is exact: what is certified of the network holds for the file, in real arithmetic");
        return;
    }
    for r in &rounded {
        println!(
            "layer {} ({}): {} = {} is rounded to f32, {}",
            r.layer,
            r.op,
            r.setting,
            r.value,
            f64::from(r.written)
        );
    }
    println!("every other number is exact; a certificate of the network does not cover these roundings");
}
