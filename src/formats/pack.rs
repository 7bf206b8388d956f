//! Several files as one: a zip archive, written.

use super::{FormatError, malformed};
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// An archive that is being written. Each file is packed as it comes, so that the plain ones need not be held.
pub struct Packing(ZipWriter<Cursor<Vec<u8>>>);

impl Default for Packing {
    fn default() -> Self {
        Packing(ZipWriter::new(Cursor::default()))
    }
}

impl Packing {
    /// Adds a file.
    ///
    /// # Errors
    /// A name that stands in it already, and an archive that has no room.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), FormatError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.0.start_file(name, options).map_err(|error| malformed("zip", format!("{name}: {error}")))?;
        self.0.write_all(bytes).map_err(|error| malformed("zip", format!("{name}: {error}")))
    }

    /// The archive.
    ///
    /// # Errors
    /// One that has no room for its directory.
    pub fn finish(self) -> Result<Vec<u8>, FormatError> {
        self.0.finish().map(Cursor::into_inner).map_err(|error| malformed("zip", error.to_string()))
    }
}

#[cfg(all(test, feature = "readers"))]
mod tests {
    use super::*;
    use crate::formats::archive::Archive;

    #[test]
    fn what_is_packed_is_unpacked_the_same() {
        let mut packing = Packing::default();
        let long = vec![7; 50_000];
        packing.add("a.json", b"{}").unwrap();
        packing.add("b.json", &long).unwrap();
        assert!(packing.add("a.json", b"").is_err(), "a name stands once");
        let bytes = packing.finish().unwrap();
        assert!(bytes.len() < 1000);
        let mut archive = Archive::open("zip", &bytes).unwrap();
        assert_eq!(archive.names(), ["a.json", "b.json"]);
        assert_eq!((archive.read("a.json").unwrap(), archive.read("b.json").unwrap()), (b"{}".to_vec(), long));
    }
}
