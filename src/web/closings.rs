//! What the page and the prover say to each other about the radius of an image, decided: one question, what is known as it grows, and the
//! prover is gone.

use crate::{
    engine::{Bytes, Floats},
    search::{Closing, Progress},
};
use serde::{Deserialize, Serialize};

/// From the page: how far proof reaches, first by α-CROWN, then by search, until a counterexample is met. In ℓ∞.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Close {
    /// The network as a file of the project's own.
    pub file: Bytes,
    /// The image, as the network takes it.
    pub image: Floats,
    /// The class that is to stay.
    pub label: u32,
    /// The range that the region is cut to.
    pub clip: Option<[f64; 2]>,
    /// An ε that a method proved, in the sound arithmetic and for the same range.
    pub proved: Option<f64>,
    /// The largest ε that is asked about, above 0: where an attack broke the image, or the end of the axis.
    pub largest: f64,
    /// Seconds for α-CROWN, and for all.
    pub seconds: [f64; 2],
}

/// From the prover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Closed {
    /// α-CROWN is at it.
    Optimising {
        /// The share of its questions that is answered, in [0, 1].
        done: f64,
        /// Seconds at work.
        seconds: f64,
    },
    /// The radius by α-CROWN, in the sound arithmetic.
    Optimised {
        /// The largest ε that it proved; `None` where its time ran out.
        proved: Option<f64>,
        /// Seconds that it took.
        seconds: f64,
    },
    /// What is known by searching.
    Known {
        /// All of it.
        known: Closing,
        /// Seconds at work, α-CROWN's among them.
        seconds: f64,
    },
    /// How far the search is about the ε that is asked about.
    Searching {
        /// How far.
        progress: Progress,
        /// Seconds at work.
        seconds: f64,
    },
    /// It is over: proof and counterexample have met, or the time is up.
    Done {
        /// All that is known.
        known: Closing,
        /// Seconds at work.
        seconds: f64,
    },
    /// The question cannot be asked of this network.
    Refused {
        /// Why.
        why: String,
    },
}
