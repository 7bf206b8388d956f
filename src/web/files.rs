//! What the page and the reader say to each other: one question, one answer, and the reader is gone.

use crate::{
    engine::{Bytes, Floats},
    import::Report,
};
use serde::{Deserialize, Serialize};

/// A file as it was dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Bytes,
}

/// The network that is open: files may hold inputs for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// The shape of one input.
    pub shape: Vec<u32>,
    /// How many inputs are wanted at most.
    pub most: u32,
}

/// From the page: read the first file. The others are what it may point to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// The files.
    pub files: Vec<Dropped>,
    /// The output that is the network's, where somebody has said so.
    pub output: Option<String>,
    /// The layers as JSON, where somebody has said so.
    pub layers: Option<String>,
    /// What the files may hold besides a network.
    pub wanted: Option<Wanted>,
}

/// From the reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// A network.
    Network {
        /// What was read.
        report: Report,
        /// The same network as a file of the project's own.
        file: Bytes,
    },
    /// Inputs for the network that is open.
    Inputs {
        /// Numbers, input after input, rounded once to single precision.
        values: Floats,
        /// The class of each, where a file says so; without inputs, those of inputs from elsewhere.
        labels: Vec<Option<u32>>,
        /// How many there were in the files.
        found: u32,
    },
    /// The file leaves something open.
    Asks {
        /// The format, in words.
        format: String,
        /// The program that wrote it, where the file says.
        producer: String,
        /// What has to be said: "output", "layers", "input_shape", "network".
        needs: Vec<String>,
        /// A guess as JSON, in the form in which it may be given.
        guess: String,
        /// The question, in words.
        why: String,
    },
    /// The file cannot be read.
    Refused {
        /// Why, and what would do.
        why: String,
    },
}
