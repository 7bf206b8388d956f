//! Zip archives: entries by name, unpacked within a limit.

use super::{FormatError, malformed};
use std::io::{Cursor, Read};
use zip::{
    ZipArchive,
    read::{ArchiveOffset, Config},
};

/// Most entries of an archive.
const ENTRIES: usize = 100_000;

/// An archive in memory.
pub struct Archive<'a> {
    format: &'static str,
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    left: usize,
}

impl<'a> Archive<'a> {
    /// Opens an archive; `format` is the word for errors. All entries together unpack to 16 times the file at most.
    ///
    /// # Errors
    /// Bytes that are no zip archive.
    pub fn open(format: &'static str, bytes: &'a [u8]) -> Result<Archive<'a>, FormatError> {
        // Where nothing stands in front of the archive, its directory is where it says; looking for it may find another entry's header.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let zip = ZipArchive::with_config(config, Cursor::new(bytes)).or_else(|_| ZipArchive::new(Cursor::new(bytes)));
        let zip =
            zip.map_err(|error| malformed(format, format!("its zip archive is damaged or cut short: {error}")))?;
        if zip.len() > ENTRIES {
            return Err(malformed(
                format,
                format!("its zip archive has {} entries; at most {ENTRIES} are read", zip.len()),
            ));
        }
        Ok(Archive { format, zip, left: (16 * bytes.len()).max(1 << 16) })
    }

    /// Names of all entries; one that is no text is none that is looked for.
    pub fn names(&self) -> Vec<String> {
        self.zip.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect()
    }

    /// Unpacks an entry.
    ///
    /// # Errors
    /// One that is not there, is damaged, or unpacks to too much.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, FormatError> {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        let bad = |why: String| malformed(self.format, format!("the entry \"{shown}\" of its zip archive {why}"));
        let entry = self.zip.by_name(name).map_err(|error| bad(format!("cannot be read: {error}")))?;
        let mut bytes = Vec::new();
        let read = entry.take(self.left as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| bad(format!("is damaged: {error}")))?;
        self.left = self
            .left
            .checked_sub(bytes.len())
            .ok_or_else(|| bad("unpacks to far more than the file holds, as no weights do; it is not read".into()))?;
        Ok(bytes)
    }
}
