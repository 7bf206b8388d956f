//! gzip in and out, with a limit on what unpacks.

use super::{FormatError, malformed};
use std::borrow::Cow;
#[cfg(feature = "gzip")]
use {
    flate2::{Compression, bufread::GzDecoder, write::GzEncoder},
    std::io::{Read, Write},
};

/// Packs bytes as tightly as gzip can. The same bytes always pack alike: no name and no time goes in.
#[cfg(feature = "gzip")]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory takes every byte")
}

/// Whether bytes begin as gzip's do.
pub(super) fn packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks gzip bytes, all members one after the other; bytes that are not gzip pass through as they are.
///
/// # Errors
/// A broken stream, bytes behind its end, gzip within gzip, or more than `limit` bytes unpacked; without the feature `gzip` any
/// stream.
pub fn gunzip(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, FormatError> {
    if !packed(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let unpacked = unpack(bytes, limit)?;
    if packed(&unpacked) {
        return Err(malformed("gzip", "it holds another gzip file; unpack it once"));
    }
    Ok(Cow::Owned(unpacked))
}

#[cfg(feature = "gzip")]
fn unpack(bytes: &[u8], limit: usize) -> Result<Vec<u8>, FormatError> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while packed(rest) {
        let mut member = GzDecoder::new(rest);
        // Never more than the limit and one byte, over all members.
        let left = (limit + 1).saturating_sub(out.len());
        (&mut member).take(left as u64).read_to_end(&mut out).map_err(|error| malformed("gzip", error.to_string()))?;
        if out.len() > limit {
            return Err(FormatError::TooLarge { format: "gzip", limit });
        }
        rest = member.into_inner();
    }
    if !rest.is_empty() {
        let why =
            format!("{} bytes that are not gzip follow its end, at byte {}", rest.len(), bytes.len() - rest.len());
        return Err(malformed("gzip", why));
    }
    Ok(out)
}

#[cfg(not(feature = "gzip"))]
fn unpack(_: &[u8], _: usize) -> Result<Vec<u8>, FormatError> {
    Err(malformed("gzip", "this build cannot unpack it; unpack the file first, as gunzip does"))
}

/// At most the first `length` bytes of what gzip bytes unpack to, as many as a broken stream gives; `None` in a build that cannot
/// unpack.
#[cfg(feature = "gzip")]
pub(super) fn head(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let _ = flate2::bufread::MultiGzDecoder::new(bytes).take(length as u64).read_to_end(&mut out);
    Some(out)
}

#[cfg(not(feature = "gzip"))]
pub(super) fn head(_: &[u8], _: usize) -> Option<Vec<u8>> {
    None
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

    #[test]
    fn members_are_read_one_after_the_other() {
        let two = [gzip(b"hello "), gzip(b""), gzip(b"world")].concat();
        assert_eq!(gunzip(&two, 11).expect("valid").as_ref(), b"hello world");
        assert!(matches!(gunzip(&two, 10), Err(FormatError::TooLarge { .. })), "the limit holds over all members");
        let cut = &two[..two.len() - 3];
        assert!(matches!(gunzip(cut, 100), Err(FormatError::Malformed { .. })));
    }

    #[test]
    fn what_follows_the_end_is_refused_by_its_place() {
        let whole = gzip(b"hello");
        let message = gunzip(&[&whole[..], b"not gzip"].concat(), 100).expect_err("more").to_string();
        assert!(message.contains("8 bytes") && message.contains(&format!("byte {}", whole.len())), "{message}");
        let message = gunzip(&gzip(&whole), 100).expect_err("twice").to_string();
        assert!(message.contains("another gzip"), "{message}");
    }
}
