//! gzip in and out, with a limit on what unpacks.

use super::{FormatError, malformed};
use std::borrow::Cow;
#[cfg(feature = "gzip")]
use {
    flate2::{Compression, read::GzDecoder, write::GzEncoder},
    std::io::{Read, Write},
};

/// Packs bytes as tightly as gzip can. The same bytes always pack alike: no name and no time goes in.
#[cfg(feature = "gzip")]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory takes every byte")
}

/// Unpacks gzip bytes; bytes that are not gzip pass through as they are.
///
/// # Errors
/// A broken stream, or one that unpacks to more than `limit` bytes; without the feature `gzip` any stream.
pub fn gunzip(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, FormatError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    unpack(bytes, limit).map(Cow::Owned)
}

#[cfg(feature = "gzip")]
fn unpack(bytes: &[u8], limit: usize) -> Result<Vec<u8>, FormatError> {
    let mut out = Vec::new();
    let mut reader = GzDecoder::new(bytes).take(limit as u64 + 1);
    reader.read_to_end(&mut out).map_err(|error| malformed("gzip", error.to_string()))?;
    if out.len() > limit {
        return Err(FormatError::TooLarge { format: "gzip", limit });
    }
    Ok(out)
}

#[cfg(not(feature = "gzip"))]
fn unpack(_: &[u8], _: usize) -> Result<Vec<u8>, FormatError> {
    Err(malformed("gzip", "this build cannot unpack it"))
}

#[cfg(all(test, feature = "gzip"))]
mod tests {
    use super::*;

    #[test]
    fn unpacks_and_passes_plain_bytes_through() {
        assert_eq!(gunzip(&gzip(b"hello"), 10).expect("valid").as_ref(), b"hello");
        assert_eq!(gunzip(b"hello", 1).expect("plain").as_ref(), b"hello");
    }

    #[test]
    fn stops_at_the_limit_and_at_broken_streams() {
        let bomb = gzip(&vec![0; 1 << 20]);
        assert!(matches!(gunzip(&bomb, 1000), Err(FormatError::TooLarge { .. })));
        let mut broken = gzip(b"hello hello hello");
        let middle = broken.len() / 2;
        broken.truncate(middle);
        assert!(matches!(gunzip(&broken, 1000), Err(FormatError::Malformed { .. })));
    }
}
