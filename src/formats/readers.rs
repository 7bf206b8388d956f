//! The formats that networks are read from. A format is a folder beside this file with a function from unpacked bytes to an [`Answer`],
//! a line in [`READERS`] and a kind that [`super::kind()`] tells by the first bytes.

use super::{
    FormatError, Kind, LIMIT, boundscope, gunzip,
    kind::kind,
    reading::{Alone, Answer, Choice, Files, Reading},
};
#[cfg(feature = "readers")]
use super::{json, keras, onnx, torch, weights::named};
use crate::network::Network;

/// A format that networks are read from.
struct Reader {
    /// Its name in errors; empty where another line's speaks for it.
    name: &'static str,
    /// The kinds of file it reads.
    kinds: &'static [Kind],
    /// From unpacked bytes, files beside them and what the user said to a network or a question. Its errors name the layer, the node or
    /// the byte, what stands there and what would do.
    read: fn(&[u8], &dyn Files, &Choice) -> Result<Answer, FormatError>,
}

const READERS: &[Reader] = &[
    Reader {
        name: "safetensors files that describe their layers",
        // Tensors alone are read too, to say what they lack.
        #[cfg(not(feature = "readers"))]
        kinds: &[Kind::Network, Kind::Checkpoint, Kind::Tensors],
        #[cfg(feature = "readers")]
        kinds: &[Kind::Network, Kind::Checkpoint],
        read: own,
    },
    #[cfg(feature = "readers")]
    Reader { name: "ONNX", kinds: &[Kind::Onnx], read: onnx::read },
    #[cfg(feature = "readers")]
    Reader { name: "PyTorch", kinds: &[Kind::Torch], read: torch::read },
    #[cfg(feature = "readers")]
    Reader { name: "Keras", kinds: &[Kind::Keras], read: keras::read },
    #[cfg(feature = "readers")]
    Reader { name: "safetensors with a layout", kinds: &[Kind::Tensors], read: named::tensors },
    #[cfg(feature = "readers")]
    Reader { name: "npz and npy with a layout", kinds: &[Kind::Npz], read: named::npz },
    #[cfg(feature = "readers")]
    Reader { name: "", kinds: &[Kind::Npy], read: named::npy },
    #[cfg(feature = "readers")]
    Reader { name: "", kinds: &[Kind::Json], read: json::read },
];

/// The project's own format.
fn own(bytes: &[u8], _: &dyn Files, _: &Choice) -> Result<Answer, FormatError> {
    let network = boundscope::read(bytes)?;
    Ok(Answer::Network(Box::new(Reading::plain("Boundscope safetensors", network))))
}

/// Reads a file of any format that is known, gzip or plain: a network and what became of it on the way, or what the file leaves open.
/// `files` gives those beside it, `choice` what the user said to an earlier question.
///
/// # Errors
/// [`FormatError::NoNetwork`] for a file of another kind; else what the format's reader finds wrong.
pub fn read_file(bytes: &[u8], files: &dyn Files, choice: &Choice) -> Result<Answer, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let found = kind(&bytes);
    match READERS.iter().find(|reader| reader.kinds.contains(&found)) {
        Some(reader) => (reader.read)(&bytes, files, choice),
        None => {
            let known =
                READERS.iter().map(|reader| reader.name).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
            Err(FormatError::NoNetwork { found, known })
        }
    }
}

/// Reads a network from a file of any format that is known, gzip or plain.
///
/// # Errors
/// As for [`read_file`], and [`FormatError::Asks`] for a file that leaves something open.
pub fn read_model(bytes: &[u8]) -> Result<Network, FormatError> {
    match read_file(bytes, &Alone, &Choice::default())? {
        Answer::Network(reading) => Ok(reading.network),
        Answer::Asks(asks) => Err(FormatError::Asks { needs: asks.needs.join(" and "), why: asks.why }),
    }
}
