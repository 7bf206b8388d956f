//! Activations: values of exact numbers, which lines stay on their side of the curve over a range, and slopes worth trying.

use super::{
    curved::{self, Curve},
    dyadic::Dyadic,
    line::Line,
};

/// The activation of a layer.
pub(super) enum Rule {
    /// slope·z below 0, z up to the bend, slope·z + (1 − slope)·bend beyond it; one bend per neuron where there are any.
    Bent { slope: f64, bend: Option<Vec<f32>> },
    /// z cut to a range; an end may be infinite.
    Clip { low: f64, high: f64 },
    /// Straight nowhere, or from 0 on alone.
    Curved(Curve),
}

impl Rule {
    fn bends(&self, neuron: usize) -> Vec<Dyadic> {
        match self {
            Rule::Bent { bend, .. } => {
                let bend = bend.as_ref().map(|bend| Dyadic::of(f64::from(bend[neuron])));
                std::iter::once(Dyadic::zero()).chain(bend).collect()
            }
            Rule::Clip { low, high } => {
                [*low, *high].into_iter().filter(|end| end.is_finite()).map(Dyadic::of).collect()
            }
            Rule::Curved(_) => Vec::new(),
        }
    }

    /// Numbers around σ(z): the same number twice where it is exact.
    pub(super) fn around(&self, neuron: usize, z: &Dyadic) -> [Dyadic; 2] {
        let exact = match self {
            Rule::Bent { slope, bend } => {
                let slope = Dyadic::of(*slope);
                let bend = bend.as_ref().map(|bend| Dyadic::of(f64::from(bend[neuron])));
                match bend {
                    _ if z.is_negative() => &slope * z,
                    // bend + slope·(z − bend)
                    Some(bend) if *z > bend => &bend + &(&slope * &(z - &bend)),
                    _ => z.clone(),
                }
            }
            Rule::Clip { low, high } => {
                let raised = if low.is_finite() { Dyadic::of(*low).max(z.clone()) } else { z.clone() };
                if high.is_finite() { Dyadic::of(*high).min(raised) } else { raised }
            }
            Rule::Curved(curve) => return curved::value(*curve, z),
        };
        [exact.clone(), exact]
    }

    /// Whether the line is nowhere above σ over [lower, upper] (or nowhere below it).
    pub(super) fn holds(&self, neuron: usize, line: &Line, below: bool, lower: &Dyadic, upper: &Dyadic) -> bool {
        let most = self.intercept(neuron, &line.slope, below, lower, upper);
        if below { line.intercept <= most } else { line.intercept >= most }
    }

    /// An intercept with which a line of this slope is nowhere above σ over [lower, upper] (or nowhere below it); where σ is straight between bends,
    /// the best, since their places and the ends decide.
    pub(super) fn intercept(
        &self,
        neuron: usize,
        slope: &Dyadic,
        below: bool,
        lower: &Dyadic,
        upper: &Dyadic,
    ) -> Dyadic {
        if let Rule::Curved(curve) = self {
            return curved::intercept(*curve, slope, below, lower, upper);
        }
        let gap = |z: &Dyadic| &self.around(neuron, z)[0] - &(slope * z);
        let (low, high) = (gap(lower), gap(upper));
        let start = if below { low.min(high) } else { low.max(high) };
        self.within(neuron, lower, upper).fold(start, |found, z| {
            let gap = gap(&z);
            if below { found.min(gap) } else { found.max(gap) }
        })
    }

    /// Bends strictly between two numbers.
    fn within(&self, neuron: usize, lower: &Dyadic, upper: &Dyadic) -> impl Iterator<Item = Dyadic> {
        self.bends(neuron).into_iter().filter(move |bend| lower < bend && bend < upper)
    }

    /// Whether σ is straight over a range.
    pub(super) fn straight(&self, neuron: usize, lower: &Dyadic, upper: &Dyadic) -> bool {
        match self {
            Rule::Curved(curve) => lower >= upper || curve.straight_from(lower),
            Rule::Bent { .. } | Rule::Clip { .. } => self.within(neuron, lower, upper).next().is_none(),
        }
    }

    /// Where a neuron that is not straight over a range may be decided on: at a bend, or in the middle where the curve has none.
    pub(super) fn bend(&self, neuron: usize, lower: &Dyadic, upper: &Dyadic) -> Option<f64> {
        match self {
            Rule::Curved(_) => (!self.straight(neuron, lower, upper)).then(|| (lower + upper).times_power(-1).near()),
            Rule::Bent { .. } | Rule::Clip { .. } => self.within(neuron, lower, upper).next().map(|bend| bend.near()),
        }
    }

    /// Nearly σ'(z).
    fn steepness(&self, neuron: usize, z: &Dyadic) -> f64 {
        match self {
            Rule::Bent { slope, bend } => {
                let beyond = bend.as_ref().is_some_and(|bend| *z > Dyadic::of(f64::from(bend[neuron])));
                if z.is_negative() || beyond { *slope } else { 1.0 }
            }
            Rule::Clip { low, high } => {
                let outside = |end: &f64, z: &Dyadic, above: bool| {
                    end.is_finite() && if above { *z > Dyadic::of(*end) } else { *z < Dyadic::of(*end) }
                };
                if outside(low, z, false) || outside(high, z, true) { 0.0 } else { 1.0 }
            }
            Rule::Curved(curve) => curve.steepness(z.near()),
        }
    }

    /// Slopes worth trying over a range: those of σ between its bends (at the ends and in the middle, where it has none), and the chord's. Where σ
    /// is straight, its own.
    pub(super) fn slopes(&self, neuron: usize, lower: &Dyadic, upper: &Dyadic) -> Vec<f64> {
        let middle = |a: &Dyadic, b: &Dyadic| (a + b).times_power(-1);
        let mut points = match self {
            Rule::Curved(_) => vec![lower.clone(), middle(lower, upper), upper.clone()],
            Rule::Bent { .. } | Rule::Clip { .. } => {
                let mut bends: Vec<Dyadic> = self.within(neuron, lower, upper).collect();
                bends.sort();
                let starts = std::iter::once(lower.clone()).chain(bends.iter().cloned());
                let stops = bends.iter().cloned().chain([upper.clone()]);
                starts.zip(stops).map(|(from, to)| middle(&from, &to)).collect()
            }
        };
        if self.straight(neuron, lower, upper) {
            points.truncate(1);
        }
        let mut slopes: Vec<f64> = points.iter().map(|z| self.steepness(neuron, z)).collect();
        if slopes.len() > 1 {
            let [low, high] = [lower, upper].map(|z| self.around(neuron, z)[0].near());
            let chord = (high - low) / (upper.near() - lower.near());
            slopes.extend(Some(chord).filter(|chord| chord.is_finite()));
        }
        slopes
    }
}
