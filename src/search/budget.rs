//! What a search may spend, and what it tells on the way.

use serde::{Deserialize, Serialize};

/// Limits of a search, and how it reads the time.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    /// Seconds on `clock` at which the search ends.
    pub until: f64,
    /// Seconds since some start: a search knows no clock of its own, since browsers have another.
    pub clock: &'a (dyn Fn() -> f64 + Sync),
    /// Most domains to bound.
    pub domains: u64,
    /// Most bytes that open domains may take.
    pub bytes: usize,
    /// Cores to work on, natively; 1 elsewhere.
    pub threads: usize,
    /// What the search may split.
    pub splits: Splits,
}

/// What a search splits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Splits {
    /// Nothing: what one walk and the attack leave open stays open.
    Nothing,
    /// The input where it has few elements, activations elsewhere.
    #[default]
    Chosen,
    /// The input.
    Inputs,
    /// Activations, and the input where none is left to split.
    Activations,
}

impl Budget<'_> {
    /// Whether the time is up.
    pub fn late(&self) -> bool {
        (self.clock)() >= self.until
    }
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Domains bounded.
    pub bounded: u64,
    /// Domains closed: proved, empty, or split.
    pub closed: u64,
    /// Domains that wait.
    pub open: u64,
    /// Share of the region that is proved, where it is known: 0 to 1.
    pub share: f64,
    /// The worst bound among the open ones, above the unsafe set's limit where it is above 0.
    pub worst: f64,
}
