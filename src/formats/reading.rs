//! What comes of reading a file: a network and what became of it on the way, or a question.

use super::FormatError;
use crate::network::Network;
use std::{fmt, sync::Arc};

/// Files beside the one that is read.
pub trait Files {
    /// The bytes of a file in the same folder, by its path from there; `None` where there is none.
    fn beside(&self, name: &str) -> Option<Vec<u8>>;
}

/// Whether a name is one of a file in the same folder: no path, no drive.
#[cfg(feature = "readers")]
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', ':', '\0']) && name != ".."
}

/// A file alone.
pub struct Alone;

impl Files for Alone {
    fn beside(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

/// The file's own account of its outputs.
pub trait Own: Send + Sync {
    /// The file's outputs for one input, evaluated as the file says, without the network that was made of it; `None` where the format
    /// has no such account.
    ///
    /// # Errors
    /// An input that does not fit.
    fn outputs(&self, input: &[f64]) -> Option<Result<Vec<f64>, FormatError>>;

    /// The file's outputs as they follow from the network's, which are logits where an end was left off.
    ///
    /// # Errors
    /// Outputs that are not the network's.
    fn finish(&self, logits: &[f64]) -> Result<Vec<f64>, FormatError>;
}

/// A file that was read.
pub struct Reading {
    /// The format, in words.
    pub format: &'static str,
    /// The program that wrote it, where the file says.
    pub producer: String,
    /// Facts of the format: a name and a value each.
    pub details: Vec<(String, String)>,
    /// The network.
    pub network: Network,
    /// What was folded, dropped, rounded or guessed, a sentence each.
    pub notes: Vec<String>,
    /// What stands behind the network's outputs in the file and was left off, last first.
    pub left_off: Vec<String>,
    /// The file's own account; `None` where the network is the file.
    pub own: Option<Arc<dyn Own>>,
}

impl fmt::Debug for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reading").field("format", &self.format).field("notes", &self.notes).finish_non_exhaustive()
    }
}

impl Reading {
    /// A file that is the network itself.
    pub fn plain(format: &'static str, network: Network) -> Reading {
        let (details, notes, left_off) = (Vec::new(), Vec::new(), Vec::new());
        Reading { format, producer: String::new(), details, network, notes, left_off, own: None }
    }
}

/// A file that leaves something open.
#[derive(Clone, Debug)]
pub struct Asks {
    /// The format, in words.
    pub format: &'static str,
    /// The program that wrote it, where the file says.
    pub producer: String,
    /// What has to be said: "output", "layers".
    pub needs: Vec<String>,
    /// A guess, in the form in which it may be given.
    pub guess: serde_json::Value,
    /// The question, in words.
    pub why: String,
}

/// What comes of reading a file.
#[derive(Debug)]
pub enum Answer {
    /// A network.
    Network(Box<Reading>),
    /// A question.
    Asks(Asks),
}

/// What a user said about a file that leaves something open.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The output that is the network's.
    pub output: Option<String>,
    /// The description of the layers: what `net.json` holds.
    pub layers: Option<String>,
}
