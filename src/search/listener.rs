//! Who hears of a search while it works: how far it is and, where anybody wants to know, what becomes of every domain.

use super::Progress;
use crate::bounds::Choice;
use serde::{Deserialize, Serialize};

/// Hears of a search. A function of the progress is one; what else is told is then not even put together.
pub trait Listener: Sync {
    /// How far the search of a part of the question is.
    fn progress(&self, progress: &Progress);

    /// The part of the question whose search begins, from 0.
    fn part(&self, _part: usize) {}

    /// Who is told of every domain.
    fn tree(&self) -> Option<&dyn Tree> {
        None
    }
}

impl<F: Fn(&Progress) + Sync> Listener for F {
    fn progress(&self, progress: &Progress) {
        self(progress);
    }
}

/// Is told of the domains of a search, by all of its workers.
pub trait Tree: Sync {
    /// A domain was made. Answers with the number that it goes by from now on.
    fn made(&self, made: Made<'_>) -> u32;

    /// What became of a domain; of one that is split, its parts are made behind it.
    fn became(&self, domain: u32, fate: Fate);

    /// Whether the tree is to be a proof that others can follow: each clause then has a tree of its own, boxes are split and not clipped, and the walks that
    /// close domains are told.
    fn keeps_proof(&self) -> bool {
        false
    }

    /// The walk in the sound arithmetic that closed a domain of decided neurons: the clause's row that lies above its limit, and what steered it, for that
    /// row alone. Nothing is told of a domain in which decisions leave no input.
    fn walked(&self, _domain: u32, _row: usize, _choice: Choice) {}
}

/// A domain as it was made.
#[derive(Clone, Debug)]
pub struct Made<'a> {
    /// The domain that it is a part of; `None` for one where a search starts.
    pub of: Option<u32>,
    /// What sets it apart from that.
    pub cuts: Vec<Cut>,
    /// The worst bound known of it, relative to its limit; −∞ where none is.
    pub bound: f64,
    /// Lower and upper ends of its inputs.
    pub ends: [&'a [f64]; 2],
}

/// What sets a domain apart from the one that it is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cut {
    /// It is about this clause of the unsafe set, counted from 0 in the part of the question.
    Clause(u32),
    /// One input is at most, or at least, a number.
    Input {
        /// Which, from 0.
        input: u32,
        /// The number.
        at: f64,
        /// Whether at least.
        above: bool,
    },
    /// What a neuron is given, before its activation, is at most or at least a number.
    Neuron {
        /// The activation layer, from 0 in the order of the network's graph.
        layer: u32,
        /// Which neuron, from 0.
        neuron: u32,
        /// The number.
        at: f64,
        /// Whether at least.
        above: bool,
    },
}

/// What became of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    /// It was bounded, and is open: its worst bound, relative to its limit, not above 0.
    Open(f64),
    /// The sound arithmetic closed it.
    Proved,
    /// It is open, with this bound, and cannot be split any more.
    Stuck(f64),
    /// A counterexample was found in it.
    Found,
}
