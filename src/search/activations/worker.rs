//! What becomes of a batch of domains: split, bounded, proved or kept, and looked at for counterexamples.

use super::{
    bound::{Asked, Bounder, Proof},
    domain::{Decision, Domain, Planes, Saved},
    score::{Met, candidates},
    setting::Setting,
    split,
};
use crate::{
    bounds::{Ascended, BoundsError, Climb, Prepared},
    network::Clause,
    pulse::Pulse,
    search::{Counterexample, Cut, Fate, clauses::clause_gap, queue::Done, replay::Replay},
    tensor::{Backend, Cpu, Sound},
};
use std::sync::Arc;

/// Children bounded together.
pub(super) const BATCH: usize = 128;

/// One core's work.
pub(super) struct Worker<'a> {
    setting: &'a Setting<'a>,
    fast: Bounder<'a, Cpu<f32>>,
    sound: Bounder<'a, Sound>,
    replay: Replay<'a>,
}

impl<'a> Worker<'a> {
    pub(super) async fn new(setting: &'a Setting<'a>) -> Result<Self, BoundsError> {
        let (network, part) = (setting.network, setting.part);
        Ok(Worker {
            fast: Bounder::new(Prepared::new(Cpu::new(), network), part, &setting.layers, &setting.fast, |inner| {
                &inner.fast
            })
            .await?,
            sound: Bounder::new(Prepared::new(Sound, network), part, &setting.layers, &setting.sound, |inner| {
                &inner.sound
            })
            .await?,
            replay: Replay::new(network, setting.judge),
            setting,
        })
    }

    /// Works on a batch of one clause: at most `BATCH` children come of it.
    ///
    /// # Errors
    /// A device that fails, or a cancelled pulse.
    pub(super) async fn work(&self, mut batch: Vec<Domain>, pulse: &impl Pulse) -> Result<Done<Domain>, BoundsError> {
        let setting = self.setting;
        let clause = &setting.part.clauses[batch[0].clause];
        let mut done = Done::default();
        if batch.iter().any(|domain| domain.fresh) {
            batch.iter_mut().for_each(|domain| domain.fresh = false);
            self.bound(clause, &batch, &mut done, pulse).await?;
            return Ok(done);
        }
        done.spent.domains += split::order(&self.fast, &setting.layers, clause, &mut batch).await?;
        pulse.tick().await?;
        let levels = (BATCH / batch.len()).max(2).ilog2().min(LEVELS) as usize;
        let mut children = Vec::new();
        let region = [&setting.part.lower[..], &setting.part.upper[..]];
        for domain in batch {
            let (ends, _) = self.fast.ends(&Asked::from(&domain));
            let first = children.len();
            let (of, known, edge) = (domain.number, domain.decisions.len(), domain.edge);
            if domain.candidates.iter().any(|&candidate| split::sides(&setting.layers, &ends, candidate).is_some()) {
                children.extend(split::children(&setting.layers, &ends, domain, levels));
            } else {
                match split::halves(&self.fast.prepared, &self.sound.prepared, region, &domain).await? {
                    Some(halves) => children.extend(halves),
                    None => {
                        setting.tell(of, Fate::Stuck(domain.bound));
                        done.stuck = Some(done.stuck.map_or(domain.bound, |before: f64| before.min(domain.bound)));
                    }
                }
            }
            let Some(tree) = setting.tree else { continue };
            for (place, part) in children[first..].iter_mut().enumerate() {
                let decided = part.decisions[known..].iter().map(Decision::cut).collect::<Vec<_>>();
                let cuts = if decided.is_empty() { half(part, edge, place == 1) } else { decided };
                part.told(tree, Some(of), cuts, region);
            }
        }
        let count = children.len();
        let ends = [&setting.fast, &setting.sound];
        children.retain_mut(|child| {
            let left = setting.linear.narrow(&setting.layers, clause, ends, child);
            if !left {
                // No input is in it: a leaf without a walk.
                done.spent.leaves += 1;
                done.share += child.share;
                setting.tell(child.number, Fate::Proved);
                self.tell_start(clause, child);
            }
            left
        });
        done.spent.domains += (count - children.len()) as u64;
        for part in children.chunks(BATCH) {
            self.bound(clause, part, &mut done, pulse).await?;
            if done.found.is_some() {
                break;
            }
        }
        Ok(done)
    }

    /// Bounds domains, closes those that the sound arithmetic closes, and keeps the others.
    pub(super) async fn bound(
        &self,
        clause: &Clause,
        domains: &[Domain],
        done: &mut Done<Domain>,
        pulse: &impl Pulse,
    ) -> Result<(), BoundsError> {
        let rows = clause.len();
        let asked: Vec<Asked<'_>> = domains.iter().map(Asked::from).collect();
        let all_closed = |least: &[f64]| least.chunks(rows).all(|least| clause_gap(clause, least) > 0.0);
        // Where the input is split too, little is left to decide: multipliers may have far to go.
        let halved = domains.iter().any(|domain| domain.inner.as_deref().is_some_and(|inner| inner.halved));
        let climb = if halved { FAR } else { self.setting.climb };
        let found = self.fast.bound(clause, &asked, &climb, pulse, all_closed).await?;
        done.spent.domains += domains.len() as u64;
        let gaps: Vec<f64> = found.lower.chunks(rows).map(|least| clause_gap(clause, least)).collect();
        let widths: Vec<usize> = self.setting.layers.iter().map(|layer| layer.width).collect();
        let saved: Vec<Arc<Saved>> = (0..domains.len())
            .map(|at| Arc::new(Saved::new(&found.choice, at * rows..(at + 1) * rows, &widths)))
            .collect();
        // A domain that the sound ranges leave empty holds no input at all. They are asked where the fast ones say so.
        let empty = |asked: &Asked<'_>| !self.fast.ends(asked).1 && !self.sound.ends(asked).1;
        let mut proved: Vec<bool> = asked.iter().map(empty).collect();
        // Where the walk's function narrows the children it is worth a walk also of those that stay open.
        let all = self.setting.linear.any();
        let walked: Vec<usize> = (0..domains.len()).filter(|&at| !proved[at] && (all || gaps[at] > 0.0)).collect();
        let mut planes: Vec<Option<Arc<Planes>>> = vec![None; domains.len()];
        if !walked.is_empty() {
            let asked: Vec<Asked<'_>> = walked.iter().map(|&at| Asked { start: &saved[at], ..asked[at] }).collect();
            let proof = self.sound_bounds(clause, &asked).await?;
            let found = proof.least.chunks(rows).zip(proof.rows.chunks(proof.rows.len() / asked.len()));
            for (place, (&at, (least, functions))) in walked.iter().zip(found).enumerate() {
                proved[at] = clause_gap(clause, least) > 0.0;
                if let (true, Some(tree)) = (proved[at], self.setting.tree.filter(|tree| tree.keeps_proof())) {
                    let row = worst_row(clause, least);
                    tree.walked(domains[at].number, row, proof.choice.row(place * rows + row, &widths));
                }
                done.spent.doubted += u64::from(!proved[at] && gaps[at] > 0.0);
                planes[at] = (all && !proved[at]).then(|| {
                    let [lower, upper] = self.fast.own_box(&domains[at]).map(<[f64]>::to_vec);
                    Arc::new(Planes { lower, upper, rows: functions.to_vec(), least: least.to_vec() })
                });
            }
        }
        if let Some(point) = self.probe(&found, rows, domains, &proved).await? {
            done.found = Some(point);
            return Ok(());
        }
        for (at, domain) in domains.iter().enumerate() {
            if proved[at] {
                done.spent.leaves += 1;
                done.share += domain.share;
                self.setting.tell(domain.number, Fate::Proved);
                continue;
            }
            let mut open = domain.clone();
            open.start = saved[at].clone();
            open.planes = planes[at].take();
            // What the sound arithmetic did not confirm is not closed, whatever the fast one says.
            open.bound = domain.bound.max(gaps[at].min(0.0));
            self.setting.tell(open.number, Fate::Open(open.bound));
            self.rank(&mut open, &found, at * rows + worst_row(clause, &found.lower[at * rows..][..rows]));
            done.open.push(open);
        }
        Ok(())
    }

    /// Tells what steers the walk that a domain would have started with: it was closed before there was one.
    fn tell_start(&self, clause: &Clause, domain: &Domain) {
        let (Some(tree), Some(planes)) = (self.setting.tree.filter(|tree| tree.keeps_proof()), &domain.planes) else {
            return;
        };
        let widths: Vec<usize> = self.setting.layers.iter().map(|layer| layer.width).collect();
        let mut some = vec![false; widths.len()];
        domain.decisions.iter().for_each(|decision| some[decision.layer] = true);
        let choice = Saved::joined(std::iter::once(&*domain.start), clause.len(), &widths, &some);
        let row = worst_row(clause, &planes.least);
        tree.walked(domain.number, row, choice.row(row, &widths));
    }

    async fn sound_bounds(&self, clause: &Clause, asked: &[Asked<'_>]) -> Result<Proof, BoundsError> {
        let widths: Vec<usize> = self.setting.layers.iter().map(|layer| layer.width).collect();
        let mut some = vec![false; widths.len()];
        asked.iter().flat_map(|asked| asked.decisions).for_each(|decision| some[decision.layer] = true);
        let choice = Saved::joined(asked.iter().map(|asked| asked.start), clause.len(), &widths, &some);
        self.sound.proves(clause, asked, &choice).await
    }

    /// Finds a domain's candidates and its edge by what the walk of its row met.
    fn rank(&self, domain: &mut Domain, found: &Ascended, row: usize) {
        let layers = &self.setting.layers;
        let (ends, _) = self.fast.ends(&Asked::from(&*domain));
        let own = |all: &'_ [f64], width: usize| -> std::ops::Range<usize> {
            if all.is_empty() { 0..0 } else { row * width..(row + 1) * width }
        };
        let cut = |all: &[Vec<f64>]| -> Vec<std::ops::Range<usize>> {
            all.iter().zip(layers).map(|(all, layer)| own(all, layer.width)).collect()
        };
        let (above, values) = (cut(&found.above), cut(&found.values));
        let met = Met {
            ranges: layers.iter().map(|layer| &ends[layer.range]).collect(),
            above: found.above.iter().zip(above).map(|(all, range)| &all[range]).collect(),
            values: found.values.iter().zip(values).map(|(all, range)| &all[range]).collect(),
            slopes: found
                .choice
                .layers
                .iter()
                .zip(layers)
                .map(|(layer, facts)| {
                    let none: [&[f64]; 2] = [&[], &[]];
                    layer.as_ref().map_or(none, |layer| {
                        [&layer.below, &layer.above].map(|all| &all[row * facts.width..(row + 1) * facts.width])
                    })
                })
                .collect(),
        };
        domain.candidates = candidates(layers, &met);
        if domain.candidates.is_empty() {
            let (lower, upper) = domain
                .inner
                .as_deref()
                .map_or((&self.setting.part.lower, &self.setting.part.upper), |inner| (&inner.lower, &inner.upper));
            let widest = (0..lower.len()).max_by(|&a, &b| (upper[a] - lower[a]).total_cmp(&(upper[b] - lower[b])));
            domain.edge = widest.unwrap_or(0);
        }
    }

    /// Evaluates the corners of the domains that are open.
    async fn probe(
        &self,
        found: &Ascended,
        rows: usize,
        domains: &[Domain],
        proved: &[bool],
    ) -> Result<Option<Counterexample>, BoundsError> {
        let part = self.setting.part;
        let inputs = part.lower.len();
        let open = (0..domains.len()).filter(|&at| !proved[at]);
        let corners =
            open.clone().flat_map(|at| found.corner[at * rows * inputs..(at + 1) * rows * inputs].chunks(inputs));
        let points: Vec<f32> = corners
            .flat_map(|corner| corner.iter().enumerate())
            .map(|(place, &x)| (x as f32).clamp(part.points[0][place], part.points[1][place]))
            .collect();
        if points.is_empty() || !part.has_points() {
            return Ok(None);
        }
        let backend = self.fast.prepared.backend();
        let wide: Vec<f64> = points.iter().map(|&x| f64::from(x)).collect();
        let count = points.len() / inputs;
        let (_, outputs) = self.fast.prepared.values(&backend.upload([count, 1, inputs], &wide));
        let outputs = backend.read(&outputs).await?;
        let classes = self.fast.prepared.classes();
        for (place, (point, outputs)) in points.chunks(inputs).zip(outputs.chunks(classes)).enumerate() {
            if part.is_unsafe(outputs)
                && let Some(found) = self.replay.confirm(part, point)
            {
                // One corner for each row.
                if let Some(at) = open.clone().nth(place / rows) {
                    self.setting.tell(domains[at].number, Fate::Found);
                }
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// What sets one half of a box apart: where it was cut.
fn half(half: &Domain, edge: usize, above: bool) -> Vec<Cut> {
    let at = half.inner.as_ref().map(|inner| if above { inner.lower[edge] } else { inner.upper[edge] });
    at.map(|at| Cut::Input { input: edge as u32, at, above }).into_iter().collect()
}

/// Steps of α-CROWN before anything is split.
pub(super) const ROOT_STEPS: usize = 50;
/// Most levels of splits at once.
const LEVELS: u32 = 3;

/// The row of a clause that is nearest to being proved.
fn worst_row(clause: &Clause, least: &[f64]) -> usize {
    let gap = |row: usize| crate::search::clauses::gap(&clause[row], least[row]);
    (0..clause.len()).max_by(|&a, &b| gap(a).total_cmp(&gap(b))).unwrap_or(0)
}

/// How domains with a box of their own are climbed.
const FAR: Climb = Climb { steps: 40, slopes: 0.05, multipliers: 0.3, decay: 0.98 };

/// How domains are climbed.
pub(super) fn climb() -> Climb {
    Climb { steps: 20, slopes: 0.05, multipliers: 0.05, decay: 0.98 }
}
