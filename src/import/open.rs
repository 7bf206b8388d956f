//! A model where it lies: a file with what stands beside it, or a folder.

use crate::formats::{Answer, Choice, Files, FormatError, LIMIT, Reading, read_file, read_json_model};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

/// Why a model cannot be had from where it lies.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system does not give the file.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Read(PathBuf, std::io::Error),
    /// It is not what it should be.
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    Format(PathBuf, FormatError),
}

/// The folder that a model stands in.
struct Beside(PathBuf);

impl Files for Beside {
    fn beside(&self, name: &str) -> Option<Vec<u8>> {
        let file = fs::File::open(self.0.join(name)).ok()?;
        let found = file.metadata().ok()?;
        if !found.is_file() || found.len() > LIMIT as u64 {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(LIMIT as u64).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// Reads a file, up to the largest that any format may be.
///
/// # Errors
/// [`OpenError`].
pub fn read(path: &Path) -> Result<Vec<u8>, OpenError> {
    let wrong = |error| OpenError::Read(path.to_owned(), error);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(wrong)?;
    let limit = LIMIT as u64;
    // A size that is known is refused before anything is read.
    let known = file.metadata().map_err(wrong)?.len();
    if known <= limit {
        file.take(limit + 1).read_to_end(&mut bytes).map_err(wrong)?;
    }
    if known.max(bytes.len() as u64) > limit {
        return Err(OpenError::Format(path.to_owned(), FormatError::TooLarge { format: "model", limit: LIMIT }));
    }
    Ok(bytes)
}

/// Reads a model: a file of any format, or a folder with net.json and model.safetensors. A network, or what it leaves open.
///
/// # Errors
/// [`OpenError`].
pub fn open(path: &Path, choice: &Choice) -> Result<Answer, OpenError> {
    let wrong = |error| OpenError::Format(path.to_owned(), error);
    if path.is_dir() {
        let description = path.join("net.json");
        let network = read_json_model(&read(&description)?, &read(&path.join("model.safetensors"))?);
        let reading = Reading::plain("net.json and safetensors", network.map_err(wrong)?);
        return Ok(Answer::Network(Box::new(reading)));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    read_file(&read(path)?, &Beside(folder.to_owned()), choice).map_err(wrong)
}
