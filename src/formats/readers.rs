//! The formats that networks are read from. A format is a folder beside this file with a function from unpacked bytes to a network,
//! a line in [`READERS`] and a kind that [`super::kind()`] tells by the first bytes.

use super::{FormatError, Kind, LIMIT, boundscope, gunzip, kind::kind};
use crate::network::Network;

/// A format that networks are read from.
struct Reader {
    /// Its name in errors.
    name: &'static str,
    /// The kinds of file it reads.
    kinds: &'static [Kind],
    /// From unpacked bytes to a network. Its errors name the layer or the byte, what stands there and what would do.
    read: fn(&[u8]) -> Result<Network, FormatError>,
}

const READERS: [Reader; 1] = [Reader {
    name: "safetensors files that describe their layers",
    // Tensors alone are read too, to say what they lack.
    kinds: &[Kind::Network, Kind::Checkpoint, Kind::Tensors],
    read: boundscope::read,
}];

/// Reads a network from a file of any format that is known, gzip or plain.
///
/// # Errors
/// [`FormatError::NoNetwork`] for a file of another kind; else what the format's reader finds wrong.
pub fn read_model(bytes: &[u8]) -> Result<Network, FormatError> {
    let bytes = gunzip(bytes, LIMIT)?;
    let found = kind(&bytes);
    match READERS.iter().find(|reader| reader.kinds.contains(&found)) {
        Some(reader) => (reader.read)(&bytes),
        None => Err(FormatError::NoNetwork { found, known: READERS.each_ref().map(|reader| reader.name).join(", ") }),
    }
}
