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
    /// A TensorFlow graph, alone or in a SavedModel.
    TensorFlow,
    /// TensorFlow Lite, or ONNX Runtime's own format.
    FlatBuffer,
    /// GGUF.
    Gguf,
    /// MATLAB's matrices.
    Matlab,
    /// A web page.
    Page,
    /// What stands for a large file where Git LFS did not fetch it.
    Pointer,
    /// ONNX written as text.
    Text,
    /// VNN-LIB: a question about a network.
    Query,
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
            Kind::TensorFlow => {
                "a TensorFlow graph (export ONNX: python -m tf2onnx.convert --saved-model DIR --output model.onnx)"
            }
            Kind::FlatBuffer => "a TFLite or ORT file (export ONNX from the model it was made of)",
            Kind::Gguf => "a GGUF file (export ONNX from the model it was made of)",
            Kind::Matlab => "a MATLAB file (save the weights with numpy.savez, or export ONNX with exportONNXNetwork)",
            Kind::Page => "a web page (the download went wrong: fetch the file itself)",
            Kind::Pointer => "a Git LFS pointer, not the file itself (fetch it: git lfs pull)",
            Kind::Text => "ONNX written as text (save the binary form: onnx.save(model, \"model.onnx\"))",
            Kind::Query => {
                "a VNN-LIB query, a question about a network (`boundscope verify` takes it with the network, and so does the page once that is open)"
            }
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
    if starts(b"GGUF") {
        return Kind::Gguf;
    }
    if starts(b"MATLAB ") {
        return Kind::Matlab;
    }
    if starts(b"version https://git-lfs") {
        return Kind::Pointer;
    }
    if matches!(bytes.get(4..8), Some(b"TFL3" | b"ORTM")) {
        return Kind::FlatBuffer;
    }
    if starts(b"ir_version:") {
        return Kind::Text;
    }
    if starts(&[0, 0, 8]) {
        return Kind::Idx;
    }
    // Before ONNX, whose bytes may begin with a parenthesis too.
    if [&b"(declare-"[..], b"(vnnlib-version", b"(assert", b"(set-"].iter().any(|with| starts(with)) {
        return Kind::Query;
    }
    match bytes {
        // A pickle of protocol 2 to 5.
        [0x80, 2..=5, ..] => return Kind::Torch,
        _ if tensorflow(bytes) => return Kind::TensorFlow,
        _ if model(bytes) => return Kind::Onnx,
        _ => {}
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let tag = text.get(..9).unwrap_or(text).to_ascii_lowercase();
    if tag.starts_with(b"<!doctype") || tag.starts_with(b"<html") || tag.starts_with(b"<?xml") {
        return Kind::Page;
    }
    if text.starts_with(b";") {
        return Kind::Query;
    }
    let wide = starts(b"\xff\xfe") || starts(b"\xfe\xff");
    if wide || matches!(text, [b'{' | b'[', ..]) { Kind::Json } else { Kind::Unknown }
}

/// Whether bytes begin as a SavedModel does (its schema's version 1, then a graph of any length where ONNX has a short text), or as a
/// GraphDef (a node, whose first field is its name and second its operator).
fn tensorflow(bytes: &[u8]) -> bool {
    let long = |rest: &[u8]| varint(rest).is_some_and(|(length, _)| length > 1000);
    match bytes {
        [8, 1, 0x12, rest @ ..] => long(rest),
        [0x0a, rest @ ..] => {
            let node = varint(rest).and_then(|(length, rest)| rest.get(..usize::try_from(length).ok()?));
            let Some([0x0a, name @ ..]) = node else { return false };
            let after = varint(name).and_then(|(length, rest)| rest.get(usize::try_from(length).ok()?..));
            matches!(after, Some([0x12, ..]))
        }
        _ => false,
    }
}

/// Whether bytes begin as a `ModelProto` does, whose fields may stand in any order: the version of its structure, texts about itself, its
/// graph, its operator sets. Bytes cut short count as what they begin as.
fn model(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut fields = 0;
    // Two fields are enough to tell, and one that fills the file.
    while fields < 2 && !rest.is_empty() {
        let Some((key, after)) = varint(rest) else { return fields > 0 };
        match (key >> 3, key & 7) {
            (1 | 5, 0) => match varint(after) {
                Some((value, end)) if key >> 3 == 5 || value <= 1000 => rest = end,
                _ => return fields > 0,
            },
            (2..=4 | 6..=8 | 14 | 20 | 25, 2) => match varint(after) {
                Some((length, end)) => match usize::try_from(length).ok().and_then(|length| end.get(length..)) {
                    Some(end) => rest = end,
                    None => return fields > 0,
                },
                None => return fields > 0,
            },
            // Fields of another version of the format, once it is clear what this is.
            _ => return fields > 0,
        }
        fields += 1;
    }
    fields > 0
}

/// A number of protobuf, seven bits to a byte, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)? + 1;
    let value = bytes[..length]
        .iter()
        .enumerate()
        .fold(0u64, |value, (at, byte)| value | u64::from(byte & 0x7f).wrapping_shl(7 * at as u32));
    Some((value, &bytes[length..]))
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
