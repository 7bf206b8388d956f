//! What the page and the prover say to each other: one question, news of how far it is, one answer, and the prover is gone.

use crate::{
    bounds::{Method, Norm, Strategy},
    engine::{Bytes, Floats},
};
use serde::{Deserialize, Serialize};

/// From the page: make certificates of what is claimed about a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prove {
    /// The network as a file of the project's own.
    pub file: Bytes,
    /// The format that it was read from, in words.
    pub format: String,
    /// What was folded, dropped, rounded or guessed, a sentence each.
    pub notes: Vec<String>,
    /// What was left off behind the outputs.
    pub left_off: Vec<String>,
    /// The norm that measures ε.
    pub norm: Norm,
    /// The range that the region is cut to, ℓ∞ only.
    pub clip: Option<[f64; 2]>,
    /// How bounding lines are chosen.
    pub lines: Strategy,
    /// What is claimed.
    pub claims: Vec<Claim>,
}

/// A claim: no input within ε of the image gets another class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// What its file is to be called, without an end; no other claim's.
    pub name: String,
    /// The image, as the network takes it.
    pub image: Floats,
    /// The class.
    pub label: u32,
    /// ε, 0 or more.
    pub epsilon: f64,
    /// The methods, in the order in which they are tried.
    pub methods: Vec<Method>,
}

/// From the prover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Proof {
    /// How far it is.
    Progress {
        /// The claim it is at.
        claim: u32,
        /// The method.
        method: Method,
        /// The share of the checker's part that is done, 0 while it proves.
        done: f64,
    },
    /// All claims were tried.
    Done {
        /// Claims that have a certificate now, and the method that proved each.
        made: Vec<(u32, Method)>,
        /// Claims that a method proved in a way that no certificate can show, and what the checker says of it.
        unmade: Vec<(u32, String)>,
        /// One claim's certificate; an archive of them where several were asked for; nothing where none was made.
        file: Bytes,
    },
    /// The question cannot be answered.
    Refused {
        /// Why.
        why: String,
    },
}
