//! Activations: values of exact numbers, and whether a line stays on its side of the curve over a range.

use super::{
    dyadic::Dyadic,
    line::Line,
    s_shaped::{Curve, stays_below, value},
};

/// The activation of a layer.
pub(super) enum Rule {
    /// slope·z below 0, z up to the bend, slope·z + (1 − slope)·bend beyond it; one bend per neuron where there are any.
    Bent { slope: f64, bend: Option<Vec<f32>> },
    /// z cut to a range; an end may be infinite.
    Clip { low: f64, high: f64 },
    /// 1 / (1 + e^(−z)).
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
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
            Rule::Sigmoid | Rule::Tanh => Vec::new(),
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
            Rule::Sigmoid => return value(Curve::Sigmoid, z),
            Rule::Tanh => return value(Curve::Tanh, z),
        };
        [exact.clone(), exact]
    }

    /// Whether the line is nowhere above σ over [lower, upper] (or nowhere below it). Where σ is straight between bends, their places and the ends
    /// decide.
    pub(super) fn holds(&self, neuron: usize, line: &Line, below: bool, lower: &Dyadic, upper: &Dyadic) -> bool {
        let curve = match self {
            Rule::Sigmoid => Curve::Sigmoid,
            Rule::Tanh => Curve::Tanh,
            Rule::Bent { .. } | Rule::Clip { .. } => {
                let inside = self.bends(neuron).into_iter().filter(|bend| lower < bend && bend < upper);
                return inside.chain([lower.clone(), upper.clone()]).all(|z| {
                    let [value, _] = self.around(neuron, &z);
                    let line = line.at(&z);
                    if below { line <= value } else { line >= value }
                });
            }
        };
        if below {
            return stays_below(curve, line, lower, upper);
        }
        // Turned round 0 the curve is itself: σ(v) ≤ s·v + t is c − σ(w) ≤ −s·w + t for w = −v, with c = σ(−v) + σ(v).
        let whole = Dyadic::integer(match curve {
            Curve::Sigmoid => 1,
            Curve::Tanh => 0,
        });
        let turned = Line { slope: line.slope.clone(), intercept: &whole - &line.intercept };
        stays_below(curve, &turned, &-upper, &-lower)
    }
}
