//! How a search ends.

use serde::{Deserialize, Serialize};

/// An input that is unsafe, as found and replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The input, within its box as exact numbers.
    pub input: Vec<f32>,
    /// The outputs of the file that was asked about, in f64: they satisfy the unsafe condition.
    pub outputs: Vec<f64>,
}

/// Which budget a search without an answer had spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// As many domains as were allowed.
    Domains,
    /// As much memory as was allowed.
    Memory,
    /// Nothing is left to split, but not everything is proved: the unsafe set is touched or missed by no more than rounding.
    Exhausted,
    /// This network is not split yet; bounds and the attack alone leave it open.
    Unsplit,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// No input is unsafe, proved in the sound arithmetic.
    Proved,
    /// One is.
    Counterexample(Counterexample),
    /// Neither is known.
    Unknown {
        /// What was spent.
        why: Why,
        /// The worst bound left open, relative to the unsafe set's limit: not above 0.
        worst: f64,
    },
    /// Neither is known, and the time is up.
    Timeout {
        /// The worst bound left open.
        worst: f64,
    },
}

impl Outcome {
    /// The word that competitions have for it: unsat, sat, unknown or timeout.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Proved => "unsat",
            Outcome::Counterexample(_) => "sat",
            Outcome::Unknown { .. } => "unknown",
            Outcome::Timeout { .. } => "timeout",
        }
    }

    /// What was spent where neither is known: domains, memory, exhausted, unsplit or time.
    pub fn spent(&self) -> Option<&'static str> {
        Some(match self {
            Outcome::Unknown { why: Why::Domains, .. } => "domains",
            Outcome::Unknown { why: Why::Memory, .. } => "memory",
            Outcome::Unknown { why: Why::Exhausted, .. } => "exhausted",
            Outcome::Unknown { why: Why::Unsplit, .. } => "unsplit",
            Outcome::Timeout { .. } => "time",
            Outcome::Proved | Outcome::Counterexample(_) => return None,
        })
    }

    /// The worst bound left open, where neither is known.
    pub fn worst(&self) -> Option<f64> {
        match self {
            Outcome::Unknown { worst, .. } | Outcome::Timeout { worst } => Some(*worst),
            Outcome::Proved | Outcome::Counterexample(_) => None,
        }
    }
}

/// What a search took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Domains bounded in the fast arithmetic.
    pub domains: u64,
    /// Domains that the sound arithmetic closed.
    pub leaves: u64,
    /// Domains that the fast arithmetic believed proved and the sound one did not.
    pub doubted: u64,
}

/// An answer and what it took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// What it took.
    pub spent: Spent,
}
