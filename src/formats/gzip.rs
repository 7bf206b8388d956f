//! gzip, with a limit on what comes out.

use super::{FormatError, malformed};
use std::{borrow::Cow, io::Read};

/// Unpacks gzip bytes; bytes that are not gzip pass through as they are.
///
/// # Errors
/// A broken stream, or one that unpacks to more than `limit` bytes.
pub fn gunzip(bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, FormatError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut out = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes).take(limit as u64 + 1);
    reader.read_to_end(&mut out).map_err(|error| malformed("gzip", error.to_string()))?;
    if out.len() > limit {
        return Err(FormatError::TooLarge { format: "gzip", limit });
    }
    Ok(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(bytes).expect("writes to memory");
        writer.finish().expect("writes to memory")
    }

    #[test]
    fn unpacks_and_passes_plain_bytes_through() {
        assert_eq!(gunzip(&pack(b"hello"), 10).expect("valid").as_ref(), b"hello");
        assert_eq!(gunzip(b"hello", 1).expect("plain").as_ref(), b"hello");
    }

    #[test]
    fn stops_at_the_limit_and_at_broken_streams() {
        let bomb = pack(&vec![0; 1 << 20]);
        assert!(matches!(gunzip(&bomb, 1000), Err(FormatError::TooLarge { .. })));
        let mut broken = pack(b"hello hello hello");
        let middle = broken.len() / 2;
        broken.truncate(middle);
        assert!(matches!(gunzip(&broken, 1000), Err(FormatError::Malformed { .. })));
    }
}
