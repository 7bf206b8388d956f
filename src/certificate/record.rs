//! The tree of a search, kept as it is told: what its certificate is grown from.

use crate::{
    bounds::Choice,
    search::{Cut, Fate, Made, Tree},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A domain.
#[derive(Default)]
struct Kept {
    cuts: Vec<Cut>,
    parts: Vec<u32>,
    walked: Option<(usize, Choice)>,
}

#[derive(Default)]
struct State {
    all: Vec<Kept>,
    /// Domains where the search of a part starts: the part, and the domain.
    roots: Vec<(usize, u32)>,
    part: usize,
}

/// Keeps the tree of a search.
#[derive(Default)]
pub struct Record(Mutex<State>);

/// What a domain was split on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum On {
    Input {
        input: usize,
        at: f64,
    },
    /// An activation, from 0 in the order of the graph.
    Neuron {
        layer: usize,
        neuron: usize,
        at: f64,
    },
}

/// A tree of two sides each: at most the number, at least the number.
pub(super) enum Guide {
    Split(On, Box<[Guide; 2]>),
    /// With the row and the choice of the walk that closed it.
    Leaf(Option<(usize, Choice)>),
}

impl Tree for Record {
    fn made(&self, made: Made<'_>) -> u32 {
        let mut state = self.lock();
        let id = state.all.len() as u32;
        let part = state.part;
        match made.of.and_then(|of| state.all.get_mut(of as usize)) {
            Some(parent) => parent.parts.push(id),
            None => state.roots.push((part, id)),
        }
        state.all.push(Kept { cuts: made.cuts, ..Kept::default() });
        id
    }

    fn became(&self, _: u32, _: Fate) {}

    fn keeps_proof(&self) -> bool {
        true
    }

    fn walked(&self, domain: u32, row: usize, choice: Choice) {
        if let Some(kept) = self.lock().all.get_mut(domain as usize) {
            kept.walked = Some((row, choice));
        }
    }
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked has left whole entries behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The domains that come from now on belong to this part of the question.
    pub fn part(&self, part: usize) {
        self.lock().part = part;
    }

    /// The tree of a clause, taken out of the record; a leaf where nothing was told of it.
    pub(super) fn take(&self, part: usize, clause: usize) -> Guide {
        let mut state = self.lock();
        let is_it =
            |&&(of, root): &&(usize, u32)| of == part && state.all[root as usize].cuts == [Cut::Clause(clause as u32)];
        match state.roots.iter().find(is_it).map(|(_, root)| *root) {
            Some(root) => grown(&mut state.all, root),
            None => Guide::Leaf(None),
        }
    }
}

/// The tree below a domain.
fn grown(all: &mut [Kept], domain: u32) -> Guide {
    let own = &mut all[domain as usize];
    let (parts, walked) = (std::mem::take(&mut own.parts), own.walked.take());
    if parts.is_empty() {
        return Guide::Leaf(walked);
    }
    let parts = parts.into_iter().map(|part| (0, part)).collect();
    sides(all, parts)
}

/// A tree whose leaves are these domains, each apart from the others by its cuts from a place on.
fn sides(all: &mut [Kept], parts: Vec<(usize, u32)>) -> Guide {
    let cut = |all: &[Kept], &(place, part): &(usize, u32)| all[part as usize].cuts.get(place).copied();
    let Some(first) = parts.first().and_then(|first| cut(all, first)) else {
        // All cuts have been looked at: it is one domain.
        return parts.first().map_or(Guide::Leaf(None), |&(_, part)| grown(all, part));
    };
    let on = match first {
        Cut::Input { input, at, .. } => On::Input { input: input as usize, at },
        Cut::Neuron { layer, neuron, at, .. } => On::Neuron { layer: layer as usize, neuron: neuron as usize, at },
        Cut::Clause(_) => return Guide::Leaf(None),
    };
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for part in parts {
        let side = match cut(all, &part) {
            Some(Cut::Input { above, .. } | Cut::Neuron { above, .. }) => above,
            _ => false,
        };
        (if side { &mut above } else { &mut below }).push((part.0 + 1, part.1));
    }
    Guide::Split(on, Box::new([sides(all, below), sides(all, above)]))
}
