//! What a worker does with a batch of boxes: bound them in f32, prove what seems proved in the sound arithmetic, look for
//! counterexamples in the rest, and cut it.

use super::{
    bound::{Bounder, Depth, Found},
    domain::Domain,
    split,
};
use crate::{
    bounds::{BoundsError, Prepared},
    network::{Clause, Network, Part},
    search::{
        Cut, Fate, Tree,
        clauses::clause_gap,
        clip::{self, Plane},
        queue::Done,
        replay::{Judge, Replay},
    },
    tensor::{Backend, Cpu, Sound},
};

/// Rounds of clipping.
const ROUNDS: usize = 3;
/// A clip is proved in the sound arithmetic where it leaves less of the volume than this.
const WORTH: f64 = 0.5;
/// A worker's own copies of the network, on every arithmetic it needs.
pub(super) struct Worker<'a> {
    part: &'a Part,
    groups: Vec<&'a [Clause]>,
    fast: Bounder<Cpu<f32>>,
    sound: Bounder<Sound>,
    plain: Prepared<Cpu<f32>>,
    replay: Replay<'a>,
    tree: Option<&'a dyn Tree>,
    depth: Depth,
}

/// What is left of a domain.
struct Left {
    lower: Vec<f64>,
    upper: Vec<f64>,
    open: u64,
    bound: f64,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        network: &Network,
        part: &'a Part,
        groups: Vec<&'a [Clause]>,
        judge: &'a dyn Judge,
        tree: Option<&'a dyn Tree>,
        depth: Depth,
    ) -> Self {
        Worker {
            part,
            fast: Bounder::new(Prepared::new(Cpu::new(), network), &groups),
            sound: Bounder::new(Prepared::new(Sound, network), &groups),
            plain: Prepared::new(Cpu::new(), network),
            replay: Replay::new(network, judge),
            groups,
            tree,
            depth,
        }
    }

    /// Works on a batch of one group.
    ///
    /// # Errors
    /// Only a device that fails; the CPU does not.
    pub(super) fn work(&self, batch: Vec<Domain>) -> Result<Done<Domain>, BoundsError> {
        let mut done = Done::default();
        done.spent.domains = batch.len() as u64;
        let group = batch[0].group;
        let clauses = self.groups[group];
        let refs: Vec<&Domain> = batch.iter().collect();
        let found = self.fast.bound(group, &refs, self.depth)?;
        let rows = clauses.iter().map(Vec::len).sum::<usize>();
        let inputs = self.part.lower.len();
        let left: Vec<Option<Left>> = (batch.iter().enumerate())
            .map(|(at, domain)| self.remains(domain, clauses, &item(&found, at, rows, inputs)))
            .collect();
        let promising = |at: &usize| match &left[*at] {
            None => true,
            Some(left) => volume(&left.lower, &left.upper, &batch[*at]) < WORTH,
        };
        let chosen: Vec<usize> = (0..batch.len()).filter(promising).collect();
        let refs: Vec<&Domain> = chosen.iter().map(|&at| &batch[at]).collect();
        let proof = if refs.is_empty() { None } else { Some(self.sound.bound(group, &refs, self.depth)?) };
        let mut open: Vec<(usize, Domain)> = Vec::new();
        for (at, domain) in batch.iter().enumerate() {
            let mut rest = domain.clone();
            if let (Ok(place), Some(proof)) = (chosen.binary_search(&at), &proof) {
                match self.remains(domain, clauses, &item(proof, place, rows, inputs)) {
                    None => {
                        done.spent.leaves += 1;
                        done.share += domain.share;
                        self.tell(domain.number, Fate::Proved);
                        continue;
                    }
                    Some(kept) => {
                        done.spent.doubted += u64::from(left[at].is_none());
                        (rest.lower, rest.upper, rest.open) = (kept.lower, kept.upper, kept.open);
                        rest.bound = rest.bound.max(kept.bound);
                    }
                }
            } else if let Some(left) = &left[at] {
                rest.bound = rest.bound.max(left.bound);
            }
            self.tell(rest.number, Fate::Open(rest.bound.min(0.0)));
            open.push((at, rest));
        }
        if let Some(point) = self.probe(&open, clauses, &found, rows)? {
            done.found = Some(point);
            return Ok(done);
        }
        for (at, domain) in open {
            let own = item(&found, at, rows, inputs);
            let rows = rows_of(clauses, domain.open).map(|row| &own.rows[row * inputs..][..inputs]);
            match split::edge(&domain, rows).and_then(|edge| Some((edge, domain.halves(edge)?))) {
                Some((edge, mut halves)) => {
                    let at = halves[0].upper[edge];
                    for (half, above) in halves.iter_mut().zip([false, true]) {
                        half.told(self.tree, Some(domain.number), vec![Cut::Input { input: edge as u32, at, above }]);
                    }
                    done.open.extend(halves);
                }
                None => {
                    // A point: the sound walk over it was the last word.
                    let bound = domain.bound.min(0.0);
                    self.tell(domain.number, Fate::Stuck(bound));
                    done.stuck = Some(done.stuck.map_or(bound, |before: f64| before.min(bound)));
                }
            }
        }
        Ok(done)
    }

    /// What is left of a domain by what a walk over its box says; where boxes are split only, all of it or nothing.
    fn remains(&self, domain: &Domain, clauses: &[Clause], item: &Item<'_>) -> Option<Left> {
        if !self.tree.is_some_and(Tree::keeps_proof) {
            return remains(domain, clauses, item);
        }
        let (lower, upper, open) = (domain.lower.clone(), domain.upper.clone(), domain.open);
        let bound = clause_gap(&clauses[0], item.least);
        (bound <= 0.0).then_some(Left { lower, upper, open, bound })
    }

    fn tell(&self, domain: u32, fate: Fate) {
        if let Some(tree) = self.tree {
            tree.became(domain, fate);
        }
    }

    /// Evaluates the corner where the worst open row is least, and the centre, of every open domain.
    fn probe(
        &self,
        open: &[(usize, Domain)],
        clauses: &[Clause],
        found: &Found,
        rows: usize,
    ) -> Result<Option<crate::search::Counterexample>, BoundsError> {
        if open.is_empty() || !self.part.has_points() {
            return Ok(None);
        }
        let inputs = self.part.lower.len();
        let mut points: Vec<f32> = Vec::with_capacity(2 * open.len() * inputs);
        for (at, domain) in open {
            let own = item(found, *at, rows, inputs);
            let worst = rows_of(clauses, domain.open)
                .max_by(|&a, &b| own.least[a].total_cmp(&own.least[b]))
                .map(|row| &own.rows[row * inputs..][..inputs]);
            let within =
                |place: usize, x: f64| (x as f32).clamp(self.part.points[0][place], self.part.points[1][place]);
            for place in 0..inputs {
                let (low, high) = (domain.lower[place], domain.upper[place]);
                let end = if worst.is_some_and(|row| row[place] < 0.0) { high } else { low };
                points.push(within(place, end));
            }
            for place in 0..inputs {
                points.push(within(place, domain.lower[place] / 2.0 + domain.upper[place] / 2.0));
            }
        }
        let count = points.len() / inputs;
        let backend = self.plain.backend();
        let wide: Vec<f64> = points.iter().map(|&x| f64::from(x)).collect();
        let (_, outputs) = self.plain.values(&backend.upload([count, 1, inputs], &wide));
        let outputs = crate::pulse::at_once(backend.read(&outputs))?;
        let classes = self.plain.classes();
        for (place, (point, outputs)) in points.chunks(inputs).zip(outputs.chunks(classes)).enumerate() {
            if self.part.is_unsafe(outputs)
                && let Some(found) = self.replay.confirm(self.part, point)
            {
                // Two points of each.
                self.tell(open[place / 2].1.number, Fate::Found);
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// What was found of one box.
struct Item<'a> {
    rows: &'a [f64],
    least: &'a [f64],
}

fn item(found: &Found, at: usize, rows: usize, inputs: usize) -> Item<'_> {
    Item { rows: &found.rows[at * rows * inputs..][..rows * inputs], least: &found.least[at * rows..][..rows] }
}

/// The rows of open clauses, by their place among all rows of the group.
fn rows_of(clauses: &[Clause], open: u64) -> impl Iterator<Item = usize> + Clone + '_ {
    let mut start = 0;
    let spans = clauses.iter().enumerate().map(move |(clause, rows)| {
        let span = start..start + rows.len();
        start = span.end;
        (clause, span)
    });
    spans.filter(move |(clause, _)| open >> clause & 1 == 1).flat_map(|(_, span)| span)
}

/// What is left of a domain by what a walk over its box says: clauses that hold nowhere are closed, and the box shrinks to where some
/// open clause may hold. `None` where nothing is left. It is as true as the walk is.
fn remains(domain: &Domain, clauses: &[Clause], item: &Item<'_>) -> Option<Left> {
    let inputs = domain.lower.len();
    let (mut open, mut bound, mut start) = (0u64, f64::INFINITY, 0);
    let mut hull: Option<(Vec<f64>, Vec<f64>)> = None;
    for (place, clause) in clauses.iter().enumerate() {
        let span = start..start + clause.len();
        start = span.end;
        if !domain.has(place) {
            continue;
        }
        let gap = clause_gap(clause, &item.least[span.clone()]);
        if gap > 0.0 {
            continue;
        }
        let planes: Vec<Plane<'_>> = span
            .zip(clause)
            .map(|(at, row)| Plane {
                rows: &item.rows[at * inputs..][..inputs],
                least: item.least[at],
                limit: row.limit,
            })
            .collect();
        let Some((low, high)) = clip::rounds(&domain.lower, &domain.upper, &planes, ROUNDS) else { continue };
        if pairs_exclude(&planes, (&domain.lower, &domain.upper), (&low, &high)) {
            continue;
        }
        open |= 1 << place;
        bound = bound.min(gap);
        hull = Some(match hull {
            None => (low, high),
            Some((mut lower, mut upper)) => {
                lower.iter_mut().zip(low).for_each(|(end, other)| *end = end.min(other));
                upper.iter_mut().zip(high).for_each(|(end, other)| *end = end.max(other));
                (lower, upper)
            }
        });
    }
    hull.map(|(lower, upper)| Left { lower, upper, open, bound })
}

/// Whether two rows of a clause exclude each other in what the clips left.
fn pairs_exclude(planes: &[Plane<'_>], old: (&[f64], &[f64]), (low, high): (&[f64], &[f64])) -> bool {
    if planes.len() < 2 {
        return false;
    }
    let within = planes.iter().map(|plane| Plane { least: clip::least_within(plane, old, (low, high)), ..*plane });
    let planes: Vec<Plane<'_>> = within.collect();
    planes.iter().enumerate().any(|(at, plane)| {
        let others = planes[at + 1..].iter();
        others.clone().any(|other| clip::complete(plane, other, low, high) > plane.limit)
    })
}

/// How much of a domain's volume is left; edges without width count as whole.
fn volume(lower: &[f64], upper: &[f64], domain: &Domain) -> f64 {
    let edges = lower.iter().zip(upper).zip(domain.lower.iter().zip(&domain.upper));
    edges.map(|((l, u), (l0, u0))| if u0 > l0 { (u - l) / (u0 - l0) } else { 1.0 }).product()
}
