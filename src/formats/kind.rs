//! What a file is, told from its bytes before anything opens it.

use super::{boundscope, gzip};

/// What a file holds, as far as its first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A network in the project's own format.
    Network,
    /// A network with what a training run needs to go on.
    Checkpoint,
    /// A safetensors file that does not describe its layers.
    Tensors,
    /// ONNX.
    Onnx,
    /// A pickle or an archive of PyTorch.
    Torch,
    /// HDF5 or an archive of Keras.
    Keras,
    /// One NumPy array.
    Npy,
    /// An archive of NumPy arrays.
    Npz,
    /// JSON text.
    Json,
    /// IDX, the format of the MNIST files.
    Idx,
    /// A zip archive of something else.
    Zip,
    /// Packed by gzip, in a build that cannot unpack it.
    Gzip,
    /// No byte at all.
    Empty,
    /// Nothing that is known.
    Unknown,
}

impl Kind {
    /// The kind in words, for "this is …".
    pub fn name(self) -> &'static str {
        match self {
            Kind::Network => "a Boundscope network",
            Kind::Checkpoint => "a Boundscope training checkpoint",
            Kind::Tensors => "a safetensors file without a description of its layers",
            Kind::Onnx => "an ONNX model",
            Kind::Torch => "a PyTorch file",
            Kind::Keras => "a Keras or HDF5 file",
            Kind::Npy => "a NumPy array",
            Kind::Npz => "an archive of NumPy arrays",
            Kind::Json => "JSON text",
            Kind::Idx => "an IDX file of images or labels",
            Kind::Zip => "a zip archive",
            Kind::Gzip => "a gzip file",
            Kind::Empty => "an empty file",
            Kind::Unknown => "no file of a known format",
        }
    }

    /// Whether a network can be read from it.
    pub fn is_network(self) -> bool {
        matches!(self, Kind::Network | Kind::Checkpoint)
    }
}

/// Tells what a file is, gzip or plain. Cheap: of a model only the header is read.
pub fn kind(bytes: &[u8]) -> Kind {
    if bytes.is_empty() {
        return Kind::Empty;
    }
    if !gzip::packed(bytes) {
        return plain(bytes);
    }
    match gzip::head(bytes, 512) {
        None => Kind::Gzip,
        Some(head) if head.is_empty() => Kind::Empty,
        Some(head) => match boundscope::header_end(&head) {
            // The description stands in the header, which may be longer.
            Some(end) => gzip::head(bytes, end).map_or(Kind::Gzip, |head| plain(&head)),
            None => plain(&head),
        },
    }
}

fn plain(bytes: &[u8]) -> Kind {
    let starts = |with: &[u8]| bytes.starts_with(with);
    if boundscope::header_end(bytes).is_some() {
        return match boundscope::described(bytes) {
            (false, _) => Kind::Tensors,
            (true, false) => Kind::Network,
            (true, true) => Kind::Checkpoint,
        };
    }
    if starts(b"\x93NUMPY") {
        return Kind::Npy;
    }
    if starts(b"\x89HDF\r\n\x1a\n") {
        return Kind::Keras;
    }
    if starts(b"PK\x03\x04") {
        return archive(bytes);
    }
    if starts(&[0, 0, 8]) {
        return Kind::Idx;
    }
    match bytes {
        // A pickle of protocol 2 to 5.
        [0x80, 2..=5, ..] => return Kind::Torch,
        // The model's version of the intermediate representation, and a second field.
        [8, 1..=32, 0x12 | 0x1a | 0x22 | 0x2a | 0x32 | 0x3a | 0x42, ..] => return Kind::Onnx,
        _ => {}
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let wide = starts(b"\xff\xfe") || starts(b"\xfe\xff");
    if wide || matches!(text, [b'{' | b'[', ..]) { Kind::Json } else { Kind::Unknown }
}

/// A zip archive by the name of its first entry.
fn archive(bytes: &[u8]) -> Kind {
    let length = bytes.get(26..28).map_or(0, |word| usize::from(u16::from_le_bytes([word[0], word[1]])));
    let name = bytes.get(30..).and_then(|rest| rest.get(..length)).unwrap_or_default();
    let ends = |with: &[u8]| name.ends_with(with);
    if ends(b".npy") {
        Kind::Npz
    } else if ends(b"/data.pkl") || ends(b"/byteorder") || ends(b"/version") || ends(b"/.format_version") {
        Kind::Torch
    } else if name == b"metadata.json" || name == b"config.json" || ends(b".weights.h5") {
        Kind::Keras
    } else {
        Kind::Zip
    }
}
