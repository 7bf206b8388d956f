//! What kind of file a name asks for, and a model's name without its endings.

use super::{common::CliError, output};
use crate::{
    formats::{FormatError, gzip, write_model, write_onnx},
    network::Network,
};
use std::path::Path;

/// The kinds of model files that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The project's own file.
    Model,
    /// The same, packed.
    PackedModel,
    /// ONNX.
    Onnx,
}

/// Endings of model files; the longer ones first, where one is the end of another.
const ENDINGS: [(&str, Kind); 3] =
    [(".safetensors.gz", Kind::PackedModel), (".safetensors", Kind::Model), (".onnx", Kind::Onnx)];

/// A name without an ending, and what the ending says, in whatever case it is written.
fn split(name: &str) -> Option<(&str, Kind)> {
    ENDINGS.into_iter().find_map(|(ending, kind)| {
        let (start, end) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
        end.eq_ignore_ascii_case(ending).then_some((start, kind))
    })
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A model file's name without its endings: NAME of NAME.safetensors.gz.
pub(super) fn stem(model: &Path) -> String {
    let name = name(model);
    split(&name).map_or(name.as_str(), |(start, _)| start).to_owned()
}

impl Kind {
    /// The kind that a file's name asks for; where it says nothing, the name behind its links. Devices and FIFOs without an ending
    /// take the project's own.
    ///
    /// # Errors
    /// Other endings, with the ones that can be written.
    pub(super) fn of(path: &Path) -> Result<Kind, CliError> {
        let kind = |path: &Path| split(&name(path)).map(|(_, kind)| kind);
        if let Some(kind) = kind(path).or_else(|| kind(&output::behind_links(path))) {
            return Ok(kind);
        }
        if output::is_stream(path) && path.extension().is_none() {
            return Ok(Kind::Model);
        }
        if name(path).to_ascii_lowercase().ends_with(".onnx.gz") {
            return Err(CliError::Usage(format!("{}: ONNX tools read no gzip; leave out the .gz", path.display())));
        }
        let why = "the ending says what is written: .safetensors, .safetensors.gz or .onnx";
        Err(CliError::Usage(format!("{}: no such kind of model file; {why}", path.display())))
    }

    /// The file's bytes.
    pub(super) fn bytes(self, network: &Network) -> Result<Vec<u8>, FormatError> {
        match self {
            Kind::Model => write_model(network),
            Kind::PackedModel => write_model(network).map(|bytes| gzip(&bytes)),
            Kind::Onnx => write_onnx(network),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_read_in_any_case_and_taken_off_once() {
        let of = |name: &str| Kind::of(Path::new(name)).ok();
        assert_eq!([of("a/x.safetensors"), of("x.ONNX")], [Some(Kind::Model), Some(Kind::Onnx)]);
        assert_eq!([of("x.SafeTensors.GZ"), of("x.npz.safetensors.gz")], [Some(Kind::PackedModel); 2]);
        for bad in ["x.npz", "x", "x.pt", "x.gz", "x.onnx.gz", "x.safetensors.zip", "safetensors", "x.safetensors/.."] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!([stem(Path::new("a/x.safetensors.gz")), stem(Path::new("x.SAFETENSORS"))], ["x", "x"]);
        assert_eq!([stem(Path::new("x.gz.safetensors")), stem(Path::new("x.onnx"))], ["x.gz", "x"]);
        assert_eq!([stem(Path::new("folder")), stem(Path::new("ö.onnx"))], ["folder", "ö"]);
    }
}
