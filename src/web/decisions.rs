//! What the page and the prover say to each other about a decision: one question, news of how far it is, one answer, and the prover is
//! gone. Between batches of domains it listens whether it is to wait.

use super::{closings::Close, proofs::Prove};
use crate::{
    engine::{Bytes, Floats},
    search::{Answer, Progress, Snapshot},
};
use serde::{Deserialize, Serialize};

/// From the page: the first says what the prover is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// Make certificates.
    Prove(Prove),
    /// Decide a question.
    Decide(Decide),
    /// Decide how far proof reaches.
    Close(Close),
    /// Let the decision wait, or go on.
    Pause(bool),
}

/// A question about a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decide {
    /// The network as a file of the project's own.
    pub file: Bytes,
    /// What was left off behind the outputs.
    pub left_off: Vec<String>,
    /// What is asked.
    pub asked: Asked,
    /// Seconds at work after which the time is up.
    pub seconds: f64,
    /// Most domains that are told of one by one.
    pub nodes: u32,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Asked {
    /// Whether an input within ε of an image in ℓ∞, cut to a range, is given another class.
    Around {
        /// The image, as the network takes it.
        image: Floats,
        /// The class.
        label: u32,
        /// ε, 0 or more.
        epsilon: f64,
        /// The range.
        clip: Option<[f64; 2]>,
    },
    /// What a file in VNN-LIB asks, plain or gzip.
    File(Bytes),
}

/// From the prover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decided {
    /// The question is understood, and is looked into now.
    Understood {
        /// The question in words, a sentence for each part.
        words: Vec<String>,
        /// The clauses of each part in words.
        clauses: Vec<Vec<String>>,
    },
    /// How far it is.
    Progress {
        /// How far the part is that is searched.
        progress: Progress,
        /// The tree.
        tree: Snapshot,
        /// Seconds at work.
        seconds: f64,
    },
    /// It waits, or goes on.
    Paused(bool),
    /// The answer.
    Answer {
        /// The answer.
        answer: Answer,
        /// The lower and upper ends of the inputs in the part that a counterexample is of; else nothing.
        ends: [Vec<f64>; 2],
        /// The tree.
        tree: Snapshot,
        /// Seconds at work.
        seconds: f64,
    },
    /// The question cannot be read, or not be asked of this network.
    Refused {
        /// Why.
        why: String,
    },
}
