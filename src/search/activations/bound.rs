//! Bounds of a batch of domains.

use super::{
    domain::{Decision, Domain, Ends, Inner, Saved},
    layers::Layer,
};
use crate::{
    bounds::{Ascended, BoundsError, Choice, Climb, Decided, Prepared, Ranges, Start, Strategy},
    network::{Clause, Part},
    pulse::Pulse,
    tensor::{Backend, Ball, Pair, Steerable},
};

/// A domain to be bounded: what is decided in it, and where its slopes start.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) decisions: &'a [Decision],
    pub(super) inner: Option<&'a Inner>,
    pub(super) start: &'a Saved,
}

impl<'a> From<&'a Domain> for Asked<'a> {
    fn from(domain: &'a Domain) -> Self {
        Asked { decisions: &domain.decisions, inner: domain.inner.as_deref(), start: &domain.start }
    }
}

/// What one walk says of a clause's rows in each domain.
pub(super) struct Proof {
    /// Least values, `[domain][row]`.
    pub(super) least: Vec<f64>,
    /// Coefficients of the functions below the rows, `[domain][row][input]`.
    pub(super) rows: Vec<f64>,
    /// What the walk was steered by.
    pub(super) choice: Choice,
}

/// A part of a question on a backend.
pub(super) struct Bounder<'a, B: Steerable> {
    pub(super) prepared: Prepared<B>,
    part: &'a Part,
    layers: &'a [Layer],
    /// What holds over the whole region.
    ends: &'a Ends,
    /// Ranges of what no activation reads.
    base: Ranges<B>,
    /// Which ends of an inner box's ranges are this arithmetic's.
    of: fn(&Inner) -> &Ends,
}

impl<'a, B: Steerable> Bounder<'a, B> {
    pub(super) async fn new(
        prepared: Prepared<B>,
        part: &'a Part,
        layers: &'a [Layer],
        ends: &'a Ends,
        of: fn(&Inner) -> &Ends,
    ) -> Result<Self, BoundsError> {
        let ball = ball(prepared.backend(), [&part.lower, &part.upper].map(|end| &end[..]));
        let base = prepared.refined(&ball, Strategy::Tight);
        Ok(Bounder { prepared, part, layers, ends, base, of })
    }

    /// The rows of a clause, `[1, rows, outputs]`.
    pub(super) fn rows(&self, clause: &Clause) -> B::Tensor {
        let classes = self.prepared.classes();
        let rows: Vec<f64> = clause.iter().flat_map(|row| row.dense(classes)).collect();
        self.prepared.backend().upload([1, clause.len(), classes], &rows)
    }

    /// Climbs from where the domains start: lower bounds of a clause's rows in each of them. `ends` says where that is enough.
    ///
    /// # Errors
    /// A device that fails, or a cancelled pulse.
    pub(super) async fn bound(
        &self,
        clause: &Clause,
        domains: &[Asked<'_>],
        climb: &Climb,
        pulse: &impl Pulse,
        mut ends: impl FnMut(&[f64]) -> bool,
    ) -> Result<Ascended, BoundsError> {
        let widths: Vec<usize> = self.layers.iter().map(|layer| layer.width).collect();
        let decided = self.decided(domains);
        let some: Vec<bool> = decided.iter().map(Option::is_some).collect();
        let starts = domains.iter().map(|domain| domain.start);
        let choice = Saved::joined(starts, clause.len(), &widths, &some);
        let start = Start { choice, lower: vec![f64::NEG_INFINITY; domains.len() * clause.len()], decided: &decided };
        let (ball, ranges) = (self.ball(domains), self.ranges(domains));
        let asked = (&ball, &ranges, None);
        self.prepared.ascend(asked, &self.rows(clause), start, climb, pulse, |step| ends(step.lower)).await
    }

    /// The same by one walk with exactly this choice.
    ///
    /// # Errors
    /// A device that fails.
    pub(super) async fn proves(
        &self,
        clause: &Clause,
        domains: &[Asked<'_>],
        choice: &Choice,
    ) -> Result<Proof, BoundsError> {
        let decided = self.decided(domains);
        let (ball, ranges) = (self.ball(domains), self.ranges(domains));
        let settled = self.prepared.settled(choice.clone(), &ranges, [domains.len(), clause.len()]).await?;
        let steering = self.prepared.steering(&settled, &decided, [domains.len(), clause.len()]);
        let steered = self.prepared.steered(&ball, &ranges, None, &self.rows(clause), &steering);
        let backend = self.prepared.backend();
        let (least, rows) = (backend.read(&steered.lower).await?, backend.read(&steered.reached).await?);
        Ok(Proof { least, rows, choice: settled })
    }

    /// The ranges of one domain: those of its box, with the decisions put in; and whether every decision leaves something of its range. Where
    /// one does not, the domain holds no input, as far as this arithmetic tells, and the range ends up as the decision's own point.
    pub(super) fn ends(&self, domain: &Asked<'_>) -> (Ends, bool) {
        let mut ends = domain.inner.map_or(self.ends, self.of).clone();
        let mut fits = true;
        for decision in domain.decisions {
            let [lower, upper] = &mut ends[self.layers[decision.layer].range];
            let (low, high) = (&mut lower[decision.neuron], &mut upper[decision.neuron]);
            *(if decision.above { &mut *low } else { &mut *high }) =
                if decision.above { low.max(decision.at) } else { high.min(decision.at) };
            if *low > *high {
                (*low, *high, fits) = (decision.at, decision.at, false);
            }
        }
        (ends, fits)
    }

    /// A domain's box.
    pub(super) fn own_box<'d>(&'d self, domain: &'d Domain) -> [&'d [f64]; 2] {
        domain.inner.as_deref().map_or([&self.part.lower, &self.part.upper], |inner| [&inner.lower, &inner.upper])
    }

    fn ball(&self, domains: &[Asked<'_>]) -> Ball<B::Tensor> {
        let mut ends = [Vec::new(), Vec::new()];
        for domain in domains {
            let own = domain.inner.map_or([&self.part.lower, &self.part.upper], |inner| [&inner.lower, &inner.upper]);
            ends.iter_mut().zip(own).for_each(|(all, own)| all.extend_from_slice(own));
        }
        let backend = self.prepared.backend();
        let [lower, upper] = ends.map(|end| backend.upload([domains.len(), 1, self.part.lower.len()], &end));
        Ball::Box { lower, upper }
    }

    fn ranges(&self, domains: &[Asked<'_>]) -> Ranges<B> {
        let backend = self.prepared.backend();
        let each: Vec<Ends> = domains.iter().map(|domain| self.ends(domain).0).collect();
        let layers = (0..self.ends.len()).map(|layer| {
            let width = self.ends[layer][0].len();
            let end = |end: usize| {
                let values: Vec<f64> = each.iter().flat_map(|ends| ends[layer][end].iter().copied()).collect();
                backend.upload([domains.len(), 1, width], &values)
            };
            Pair { lower: end(0), upper: end(1) }
        });
        self.prepared.ranges_from(&self.base, layers.collect(), Strategy::Tight)
    }

    fn decided(&self, domains: &[Asked<'_>]) -> Vec<Option<Decided>> {
        let mut all: Vec<Option<Decided>> = self.layers.iter().map(|_| None).collect();
        for (place, domain) in domains.iter().enumerate() {
            for decision in domain.decisions {
                let width = self.layers[decision.layer].width;
                let decided = all[decision.layer].get_or_insert_with(|| Decided {
                    signs: vec![0.0; domains.len() * width],
                    at: vec![0.0; domains.len() * width],
                });
                let at = place * width + decision.neuron;
                decided.signs[at] = if decision.above { 1.0 } else { -1.0 };
                decided.at[at] = decision.at;
            }
        }
        all
    }
}

/// A box on a backend.
pub(super) fn ball<B: Backend>(backend: &B, [lower, upper]: [&[f64]; 2]) -> Ball<B::Tensor> {
    let end = |end: &[f64]| backend.upload([1, 1, end.len()], end);
    Ball::Box { lower: end(lower), upper: end(upper) }
}

/// Ranges over a box by CROWN with both kinds of lines and by intervals: the tightest ends of all.
///
/// # Errors
/// A device that fails.
pub(super) async fn ends_over<B: Steerable>(prepared: &Prepared<B>, ends: [&[f64]; 2]) -> Result<Ends, BoundsError> {
    let ball = ball(prepared.backend(), ends);
    let [one, other] = [Strategy::Tight, Strategy::Adaptive].map(|strategy| prepared.refined(&ball, strategy));
    let met = prepared.intersected(&one, &other).await?;
    let mut all = Vec::new();
    for range in prepared.layer_ranges(&met) {
        let backend = prepared.backend();
        all.push([backend.read(&range.lower).await?, backend.read(&range.upper).await?]);
    }
    Ok(all)
}
