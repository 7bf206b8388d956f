//! The tree of a search, kept while it grows, and a picture of it that stays small: some domains one by one, all of them by depth.

use super::listener::{Cut, Fate, Made, Tree};
use serde::{Deserialize, Serialize};
use std::{
    collections::BinaryHeap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Most domains that are kept; what comes behind them is counted.
const MOST: usize = 1 << 20;
/// Up to so many inputs the ends of a domain are kept: they can be drawn.
const PLANE: usize = 2;

/// A domain of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its number: greater than that of the domain it is a part of.
    pub id: u32,
    /// The domain that it is a part of, which is in the picture too.
    pub of: Option<u32>,
    /// How many splits lead to it.
    pub depth: u32,
    /// What sets it apart from the domain that it is a part of.
    pub cuts: Vec<Cut>,
    /// Its own worst bound, relative to its limit; −∞ before it is bounded.
    pub bound: f64,
    /// The worst bound of what is open of it: its own where it is not split. Above 0 (∞) where nothing is open.
    pub worst: f64,
    /// Domains that it was split into, and those into, all of them.
    pub below: u32,
    /// Of it and those how many are open and not split.
    pub open: u32,
    /// What became of it; `None` where it is not bounded yet.
    pub fate: Option<Fate>,
    /// Lower ends, then upper ends of its inputs, where there are at most two; else nothing.
    pub ends: Vec<f64>,
}

/// The domains of one depth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Split further.
    pub split: u32,
    /// Proved.
    pub proved: u32,
    /// Open and not split.
    pub open: u32,
}

/// A picture of the tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Some domains by their numbers: with each the one that it is a part of, and all others that that was split into.
    pub nodes: Vec<Node>,
    /// All domains by depth.
    pub levels: Vec<Level>,
    /// Domains that are in neither.
    pub uncounted: u64,
    /// Where a counterexample was found: the domain and those that it is a part of, itself first.
    pub path: Vec<u32>,
    /// The number of the first domain of each part of the question whose search has begun.
    pub parts: Vec<u32>,
}

struct Kept {
    of: Option<u32>,
    depth: u32,
    cuts: Box<[Cut]>,
    bound: f64,
    fate: Option<Fate>,
    split: bool,
    ends: Box<[f64]>,
}

#[derive(Default)]
struct State {
    all: Vec<Kept>,
    uncounted: u64,
    found: Option<u32>,
    parts: Vec<u32>,
}

/// Keeps the tree.
#[derive(Default)]
pub struct Grown(Mutex<State>);

/// What a domain and all below it come to.
#[derive(Clone, Copy)]
struct Sum {
    below: u32,
    open: u32,
    worst: f64,
}

impl Tree for Grown {
    fn made(&self, made: Made<'_>) -> u32 {
        let mut state = self.lock();
        let id = state.all.len();
        let parent = made.of.map(|of| state.all.get(of as usize).map(|parent| parent.depth));
        if id >= MOST || parent == Some(None) {
            state.uncounted += 1;
            return u32::MAX;
        }
        if let Some(parent) = made.of.and_then(|of| state.all.get_mut(of as usize)) {
            parent.split = true;
        }
        let [lower, upper] = made.ends;
        let ends = if lower.len() <= PLANE { [lower, upper].concat() } else { Vec::new() };
        state.all.push(Kept {
            of: made.of,
            depth: parent.flatten().map_or(0, |depth| depth + 1),
            cuts: made.cuts.into(),
            bound: made.bound,
            fate: None,
            split: false,
            ends: ends.into(),
        });
        id as u32
    }

    fn became(&self, domain: u32, fate: Fate) {
        let mut state = self.lock();
        if fate == Fate::Found {
            state.found = Some(domain);
        }
        if let Some(kept) = state.all.get_mut(domain as usize) {
            if let Fate::Open(bound) | Fate::Stuck(bound) = fate {
                kept.bound = bound;
            }
            kept.fate = Some(fate);
        }
    }
}

impl Grown {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked has left whole entries behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The domains that come from now on belong to the next part of the question.
    pub fn part(&self) {
        let mut state = self.lock();
        let first = state.all.len() as u32;
        state.parts.push(first);
    }

    /// A picture of at most `most` domains, beside those where a search starts and those that lead to a counterexample: the domains below
    /// which most was done are opened first.
    pub fn snapshot(&self, most: usize) -> Snapshot {
        let state = self.lock();
        let all = &state.all;
        let mut sums: Vec<Sum> = all.iter().map(own).collect();
        let mut levels: Vec<Level> = Vec::new();
        // A domain comes behind the one that it is a part of.
        for at in (0..all.len()).rev() {
            let (kept, sum) = (&all[at], sums[at]);
            if let Some(of) = kept.of {
                let parent = &mut sums[of as usize];
                parent.below += sum.below + 1;
                parent.open += sum.open;
                parent.worst = parent.worst.min(sum.worst);
            }
            let depth = kept.depth as usize;
            if levels.len() <= depth {
                levels.resize(depth + 1, Level::default());
            }
            let level = &mut levels[depth];
            let count = match kept.fate {
                _ if kept.split => &mut level.split,
                Some(Fate::Proved) => &mut level.proved,
                _ => &mut level.open,
            };
            *count += 1;
        }
        let path: Vec<u32> = std::iter::successors(state.found, |&at| all.get(at as usize)?.of).collect();
        let shown = chosen(all, &sums, &path, most);
        let nodes = (0..all.len()).filter(|&at| shown[at]).map(|at| node(at, &all[at], sums[at])).collect();
        Snapshot { nodes, levels, uncounted: state.uncounted, path, parts: state.parts.clone() }
    }
}

/// What a domain without its parts comes to.
fn own(kept: &Kept) -> Sum {
    let open = !kept.split && kept.fate != Some(Fate::Proved);
    Sum { below: 0, open: u32::from(open), worst: if open { kept.bound } else { f64::INFINITY } }
}

/// Which domains are in the picture.
fn chosen(all: &[Kept], sums: &[Sum], path: &[u32], most: usize) -> Vec<bool> {
    // The parts of each, as a list by the number of what they are parts of.
    let mut starts = vec![0u32; all.len() + 1];
    all.iter().filter_map(|kept| kept.of).for_each(|of| starts[of as usize + 1] += 1);
    (0..all.len()).for_each(|at| starts[at + 1] += starts[at]);
    let mut next = starts.clone();
    let mut parts = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
    for (at, kept) in all.iter().enumerate() {
        if let Some(of) = kept.of {
            parts[next[of as usize] as usize] = at as u32;
            next[of as usize] += 1;
        }
    }
    let parts = |at: usize| &parts[starts[at] as usize..starts[at + 1] as usize];
    let mut shown = vec![false; all.len()];
    let mut count = 0;
    let mut heap = BinaryHeap::new();
    let mut show = |at: usize, heap: &mut BinaryHeap<_>, count: &mut usize| {
        if !std::mem::replace(&mut shown[at], true) {
            *count += 1;
            // Of two below which as much was done the earlier one.
            heap.push((sums[at].below, std::cmp::Reverse(at)));
        }
    };
    (0..all.len()).filter(|&at| all[at].of.is_none()).for_each(|at| show(at, &mut heap, &mut count));
    for &at in path {
        parts(at as usize).iter().for_each(|&part| show(part as usize, &mut heap, &mut count));
    }
    while let Some((below, std::cmp::Reverse(at))) = heap.pop() {
        if below == 0 || count + parts(at).len() > most {
            break;
        }
        parts(at).iter().for_each(|&part| show(part as usize, &mut heap, &mut count));
    }
    shown
}

fn node(at: usize, kept: &Kept, sum: Sum) -> Node {
    Node {
        id: at as u32,
        of: kept.of,
        depth: kept.depth,
        cuts: kept.cuts.to_vec(),
        bound: kept.bound,
        worst: sum.worst,
        below: sum.below,
        open: sum.open,
        fate: kept.fate,
        ends: kept.ends.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(tree: &Grown, of: Option<u32>, bound: f64) -> u32 {
        tree.made(Made { of, cuts: vec![Cut::Clause(0)], bound, ends: [&[0.0], &[1.0]] })
    }

    /// A full tree of this depth, every bound minus its number.
    fn full(depth: u32) -> Grown {
        let tree = Grown::default();
        let mut last = vec![make(&tree, None, -0.0)];
        for _ in 0..depth {
            let parts = last.iter().flat_map(|&of| [of, of]);
            last = parts.map(|of| make(&tree, Some(of), -1.0)).collect();
            last.iter().for_each(|&id| tree.became(id, Fate::Open(-f64::from(id))));
        }
        tree
    }

    #[test]
    fn a_picture_is_a_tree_whose_sums_are_those_of_the_whole() {
        let tree = full(8);
        let all = 511;
        for most in [1, 2, 3, 40, 511, 4000] {
            let picture = tree.snapshot(most);
            assert!(picture.nodes.len() <= most.max(1), "{most}");
            for (place, node) in picture.nodes.iter().enumerate() {
                assert!(place == 0 || picture.nodes[place - 1].id < node.id);
                let parts = picture.nodes.iter().filter(|part| part.of == Some(node.id)).count();
                assert!(parts == 0 || parts == 2, "all parts or none");
                assert!(node.of.is_none_or(|of| picture.nodes.iter().any(|parent| parent.id == of)));
            }
            let root = &picture.nodes[0];
            assert_eq!((root.below, root.open, root.worst), (all - 1, 256, -510.0));
            assert_eq!(picture.levels.iter().map(|level| level.split + level.proved + level.open).sum::<u32>(), all);
            assert_eq!(picture.levels[8], Level { split: 0, proved: 0, open: 256 });
        }
        assert_eq!(tree.snapshot(4000).nodes.len(), all as usize);
    }

    #[test]
    fn what_is_proved_is_not_open_and_a_subtree_is_as_bad_as_its_worst() {
        let tree = full(2);
        // 0 → 1, 2; 1 → 3, 4; 2 → 5, 6.
        tree.became(5, Fate::Proved);
        tree.became(6, Fate::Proved);
        tree.became(3, Fate::Stuck(-0.25));
        let nodes = tree.snapshot(100).nodes;
        let told: Vec<_> = nodes.iter().map(|node| (node.open, node.worst)).collect();
        let closed = (0, f64::INFINITY);
        assert_eq!(told, [(2, -4.0), (2, -4.0), closed, (1, -0.25), (1, -4.0), closed, closed]);
        assert_eq!(nodes[3].fate, Some(Fate::Stuck(-0.25)));
    }

    #[test]
    fn the_way_to_a_counterexample_is_always_there() {
        let tree = full(9);
        tree.became(700, Fate::Found);
        let picture = tree.snapshot(1);
        assert_eq!(picture.path[0], 700);
        assert_eq!(picture.path.len(), 10);
        for id in &picture.path {
            assert!(picture.nodes.iter().any(|node| node.id == *id), "{id}");
        }
        assert!(picture.nodes.len() < 40);
    }

    #[test]
    fn what_nobody_keeps_is_counted() {
        let tree = Grown::default();
        let root = make(&tree, None, -1.0);
        let lost = make(&tree, Some(7), -1.0);
        assert_eq!((root, lost), (0, u32::MAX));
        assert_eq!(make(&tree, Some(lost), -1.0), u32::MAX);
        tree.became(lost, Fate::Proved);
        let picture = tree.snapshot(10);
        assert_eq!((picture.nodes.len(), picture.uncounted), (1, 2));
        assert_eq!(Grown::default().snapshot(10), Snapshot::default());
    }
}
