//! A domain: decisions about neurons, and a box of its own where the input was split too.

use crate::{
    bounds::{Choice, LayerChoice},
    search::{Cut, Made, Tree},
};
use std::sync::Arc;

/// A decision about one neuron: z ≥ p or z ≤ p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decision {
    /// The activation layer.
    pub(super) layer: usize,
    /// The neuron.
    pub(super) neuron: usize,
    /// p.
    pub(super) at: f64,
    /// Whether z ≥ p.
    pub(super) above: bool,
}

impl Decision {
    /// The same as who draws the tree is told.
    pub(super) fn cut(&self) -> Cut {
        Cut::Neuron { layer: self.layer as u32, neuron: self.neuron as u32, at: self.at, above: self.above }
    }
}

/// A box within the region's, and the ranges that hold over it, in the fast and in the sound arithmetic.
#[derive(Clone, Debug)]
pub(super) struct Inner {
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) fast: Ends,
    pub(super) sound: Ends,
    /// Whether the input was split on the way, because no neuron was left.
    pub(super) halved: bool,
    /// How many of the domain's decisions the ranges already take into account.
    pub(super) applied: usize,
}

/// Linear functions of the input below a clause's rows over a box in which a domain lies, found in the sound arithmetic. They hold where all of the
/// domain's decisions do.
#[derive(Debug)]
pub(super) struct Planes {
    /// The box.
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    /// Coefficients, `[rows][inputs]`.
    pub(super) rows: Vec<f64>,
    /// At most the least value over the box, a number for each row.
    pub(super) least: Vec<f64>,
}

/// Ranges of pre-activations on the host: lower and upper ends of each layer.
pub(super) type Ends = Vec<[Vec<f64>; 2]>;

/// A part of the region that waits to be split.
#[derive(Clone)]
pub(super) struct Domain {
    /// The clause that is asked about.
    pub(super) clause: usize,
    /// Whether it is a root that was not bounded with its own clause alone yet.
    pub(super) fresh: bool,
    /// What is decided.
    pub(super) decisions: Vec<Decision>,
    /// A box of its own; without, the region's.
    pub(super) inner: Option<Arc<Inner>>,
    /// What its parent's or its own walk ended with; none where nobody asks for it.
    pub(super) planes: Option<Arc<Planes>>,
    /// Slopes and multipliers that gave its bound: where its children start.
    pub(super) start: Arc<Saved>,
    /// Neurons worth splitting, by layer and neuron, the most promising first.
    pub(super) candidates: Vec<(usize, usize)>,
    /// The input's edge worth splitting, where no neuron is left.
    pub(super) edge: usize,
    /// The clause's bound, relative to its limit.
    pub(super) bound: f64,
    /// Share of the search that it stands for: halved at each split.
    pub(super) share: f64,
    /// Its number in the tree, where somebody is told of that.
    pub(super) number: u32,
}

impl Domain {
    /// The whole region for one clause. What was found so far proves nothing, so that its bound is not above 0.
    pub(super) fn root(clause: usize, start: Arc<Saved>, gap: f64) -> Self {
        Domain {
            clause,
            fresh: true,
            decisions: Vec::new(),
            inner: None,
            planes: None,
            start,
            candidates: Vec::new(),
            edge: 0,
            bound: gap.min(0.0),
            share: 1.0,
            number: 0,
        }
    }

    /// Tells that it was made, of another or as a root. `region` is the whole region's ends.
    pub(super) fn told(&mut self, tree: &dyn Tree, of: Option<u32>, cuts: Vec<Cut>, region: [&[f64]; 2]) {
        let ends = self.inner.as_deref().map_or(region, |inner| [&inner.lower[..], &inner.upper[..]]);
        self.number = tree.made(Made { of, cuts, bound: self.bound, ends });
    }

    /// Bytes it takes while it waits; what is shared with its sibling counts half.
    pub(super) fn bytes(&self) -> usize {
        let ends = |ends: &Ends| ends.iter().flatten().map(|end| size_of_val(&end[..])).sum::<usize>();
        let inner = self
            .inner
            .as_deref()
            .map_or(0, |inner| 2 * size_of_val(&inner.lower[..]) + ends(&inner.fast) + ends(&inner.sound));
        let planes = self
            .planes
            .as_deref()
            .map_or(0, |planes| 2 * size_of_val(&planes.lower[..]) + size_of_val(&planes.rows[..]));
        size_of::<Self>()
            + inner
            + planes / 2
            + size_of_val(&self.decisions[..])
            + size_of_val(&self.candidates[..])
            + self.start.bytes() / 2
    }
}

/// A [`Choice`] kept small, for a clause's rows: in f32, and without what was 0 everywhere.
#[derive(Debug)]
pub(super) struct Saved(Vec<Option<[Vec<f32>; 3]>>);

impl Saved {
    /// Nothing.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Saved(Vec::new())
    }

    /// Row `rows` of a batch's choice, layers of these widths.
    pub(super) fn new(choice: &Choice, rows: std::ops::Range<usize>, widths: &[usize]) -> Self {
        let layers = choice.layers.iter().zip(widths);
        Saved(
            layers
                .map(|(layer, width)| {
                    let range = rows.start * width..rows.end * width;
                    let part = |all: &[f64]| -> Vec<f32> {
                        let own = all.get(range.clone()).unwrap_or_default();
                        let any = own.iter().any(|&value| value != 0.0);
                        if any { own.iter().map(|&value| value as f32).collect() } else { Vec::new() }
                    };
                    layer.as_ref().map(|layer| [part(&layer.below), part(&layer.above), part(&layer.multipliers)])
                })
                .collect(),
        )
    }

    fn bytes(&self) -> usize {
        self.0.iter().flatten().flatten().map(|part| size_of_val(&part[..])).sum()
    }

    /// Several put side by side again: `rows` rows each, layers of these widths, multipliers where `decided` says so.
    pub(super) fn joined<'a>(
        all: impl Iterator<Item = &'a Saved> + Clone,
        rows: usize,
        widths: &[usize],
        decided: &[bool],
    ) -> Choice {
        let layers = widths.iter().enumerate().map(|(place, width)| {
            let join = |part: usize| -> Vec<f64> {
                let mut joined = Vec::new();
                for saved in all.clone() {
                    match &saved.0[place] {
                        Some(parts) if !parts[part].is_empty() => {
                            joined.extend(parts[part].iter().map(|&value| f64::from(value)));
                        }
                        _ => joined.resize(joined.len() + rows * width, 0.0),
                    }
                }
                joined
            };
            let passed = all.clone().any(|saved| saved.0[place].is_some());
            passed.then(|| LayerChoice {
                below: join(0),
                above: join(1),
                multipliers: if decided[place] { join(2) } else { Vec::new() },
            })
        });
        Choice { layers: layers.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_comes_back() {
        let layer = |below: [f64; 4], multipliers: Vec<f64>| LayerChoice {
            below: below.to_vec(),
            above: vec![0.0; 4],
            multipliers,
        };
        let choice = Choice { layers: vec![Some(layer([0.5, 1.0, 0.25, 0.0], vec![0.0, 2.0, 0.0, 0.0])), None] };
        let parts = [0..1, 1..2].map(|rows| Saved::new(&choice, rows, &[2, 3]));
        assert_eq!(Saved::joined(parts.iter(), 1, &[2, 3], &[true, false]), choice);
        let without = Saved::joined(parts.iter(), 1, &[2, 3], &[false, false]);
        assert_eq!(without.layers[0], Some(layer([0.5, 1.0, 0.25, 0.0], Vec::new())));
    }
}
