//! What is worked out: a network of a few neurons, a point, ε, and by which method.

use super::{
    fraction::{Fraction, TooLarge},
    lines::{Bent, Range},
};
use crate::activation::Strategy;

/// Neurons of a network at most, outputs among them.
pub const MOST_NEURONS: usize = 12;
/// Neurons of a layer, and inputs, at most.
pub const MOST_WIDE: usize = 5;
/// Affine layers at most.
const MOST_LAYERS: usize = 4;

/// z = Wa + b.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    /// A row of weights for each neuron.
    pub weights: Vec<Vec<Fraction>>,
    /// A bias for each.
    pub biases: Vec<Fraction>,
}

/// Dense layers with one activation between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// The layers.
    pub layers: Vec<Layer>,
    /// What stands between them.
    pub activation: Bent,
}

/// How the bounds are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// The network at the point itself.
    Point,
    /// Intervals.
    #[default]
    Ibp,
    /// Intervals, and a walk back from the last layer.
    CrownIbp,
    /// Linear bounds pushed forward.
    Lbp,
    /// Linear bounds pushed forward, and a walk back from the last layer.
    CrownLbp,
    /// Walks back from every layer.
    Crown,
    /// CROWN with a lower slope of one's own for one neuron.
    Alpha,
    /// CROWN on both sides of a bend of one neuron.
    Split,
}

impl Method {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Method; 8] = [
        Method::Point,
        Method::Ibp,
        Method::CrownIbp,
        Method::Lbp,
        Method::CrownLbp,
        Method::Crown,
        Method::Alpha,
        Method::Split,
    ];

    /// The word that a link has for it.
    pub fn word(self) -> &'static str {
        match self {
            Method::Point => "point",
            Method::Ibp => "ibp",
            Method::CrownIbp => "crown-ibp",
            Method::Lbp => "lbp",
            Method::CrownLbp => "crown-lbp",
            Method::Crown => "crown",
            Method::Alpha => "alpha",
            Method::Split => "split",
        }
    }

    /// Whether lines are chosen.
    pub fn uses_lines(self) -> bool {
        !matches!(self, Method::Point | Method::Ibp)
    }

    /// Whether it is about one neuron.
    pub fn picks(self) -> bool {
        matches!(self, Method::Alpha | Method::Split)
    }
}

/// What one may choose about one neuron.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// Hidden layer and neuron, from 0.
    pub neuron: (usize, usize),
    /// The slope of its line below.
    pub slope: Fraction,
}

impl Default for Choice {
    fn default() -> Self {
        Choice { neuron: (0, 0), slope: Fraction::ONE }
    }
}

/// All that is set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exercise {
    /// The network.
    pub network: Network,
    /// x₀.
    pub point: Vec<Fraction>,
    /// ε of the box around it.
    pub epsilon: Fraction,
    /// The class that shall stay the largest, from 0.
    pub label: usize,
    /// By which method.
    pub method: Method,
    /// How lines are chosen.
    pub lines: Strategy,
    /// One neuron, where the method is about one.
    pub choice: Choice,
}

/// Why numbers make no network that can be worked out here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNetwork {
    /// Rows, biases and widths do not belong together.
    #[error("rows, biases and widths do not belong together")]
    Shape,
    /// More neurons, wider or deeper than can be drawn.
    #[error("more neurons than can be drawn")]
    Large,
    /// The activation falls somewhere, or has no steep piece.
    #[error("an activation that is none")]
    Activation,
    /// There is no such class or neuron.
    #[error("no such class or neuron")]
    Missing,
    /// ε below 0, or a slope outside [0, 1].
    #[error("ε below 0, or a slope outside [0, 1]")]
    Outside,
}

impl Network {
    /// Inputs, then the neurons of each layer.
    pub fn widths(&self) -> Vec<usize> {
        let inputs = self.layers.first().and_then(|layer| layer.weights.first()).map_or(0, Vec::len);
        std::iter::once(inputs).chain(self.layers.iter().map(|layer| layer.biases.len())).collect()
    }

    /// The number of hidden layers.
    pub fn hidden(&self) -> usize {
        self.layers.len().saturating_sub(1)
    }

    /// Numbers of the last layer.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.biases.len())
    }
}

/// Whether widths, inputs first, are those of a network that can be drawn.
fn drawable(widths: &[usize]) -> bool {
    let fits = |width: &usize| (1..=MOST_WIDE).contains(width);
    (2..=MOST_LAYERS + 1).contains(&widths.len())
        && widths.iter().all(fits)
        && widths[1..].iter().sum::<usize>() <= MOST_NEURONS
}

impl Exercise {
    /// Whether all of it belongs together.
    ///
    /// # Errors
    /// What does not.
    pub fn checked(self) -> Result<Self, NoNetwork> {
        let widths = self.network.widths();
        for (layer, inputs) in self.network.layers.iter().zip(&widths) {
            let even = layer.weights.iter().all(|row| row.len() == *inputs);
            if layer.weights.len() != layer.biases.len() || !even {
                return Err(NoNetwork::Shape);
            }
        }
        if self.point.len() != widths[0] {
            return Err(NoNetwork::Shape);
        }
        if !drawable(&widths) {
            return Err(NoNetwork::Large);
        }
        let Bent { slope, low, high } = self.network.activation;
        if slope.negative() || slope >= Fraction::ONE || high.is_some_and(|high| high <= low) {
            return Err(NoNetwork::Activation);
        }
        let (layer, index) = self.choice.neuron;
        let picked = layer < self.network.hidden() && index < widths[layer + 1];
        if self.label >= self.network.outputs() || (self.method.picks() && !picked) {
            return Err(NoNetwork::Missing);
        }
        if self.epsilon.negative() || self.choice.slope.negative() || self.choice.slope > Fraction::ONE {
            return Err(NoNetwork::Outside);
        }
        Ok(self)
    }

    /// The region: a range for each input.
    ///
    /// # Errors
    /// The digits do not suffice.
    pub fn region(&self) -> Result<Vec<Range>, TooLarge> {
        let around = |&x: &Fraction| Ok(Range { lower: x.minus(self.epsilon)?, upper: x.plus(self.epsilon)? });
        self.point.iter().map(around).collect()
    }
}

/// The same exercise with other widths, inputs first: what both have stays, the rest is 0.
///
/// # Errors
/// That would be no network that can be drawn.
pub fn resized(exercise: &Exercise, widths: &[usize]) -> Result<Exercise, NoNetwork> {
    if !drawable(widths) {
        return Err(NoNetwork::Large);
    }
    let old = &exercise.network.layers;
    let pairs = widths.iter().zip(&widths[1..]);
    let layers = pairs.enumerate().map(|(at, (&inputs, &outputs))| {
        // The last layer stays the last.
        let from = if at + 2 == widths.len() { old.last() } else { old.get(at).filter(|_| at + 1 < old.len()) };
        let weight = |row: usize, column: usize| {
            let kept = from.and_then(|layer| layer.weights.get(row)?.get(column).copied());
            kept.unwrap_or(Fraction::ZERO)
        };
        let bias = |row: usize| from.and_then(|layer| layer.biases.get(row).copied()).unwrap_or(Fraction::ZERO);
        Layer {
            weights: (0..outputs).map(|row| (0..inputs).map(|column| weight(row, column)).collect()).collect(),
            biases: (0..outputs).map(bias).collect(),
        }
    });
    let network = Network { layers: layers.collect(), activation: exercise.network.activation };
    let mut point = exercise.point.clone();
    point.resize(widths[0], Fraction::ZERO);
    let picked = exercise.choice.neuron;
    let there = picked.0 < network.hidden() && picked.1 < widths[picked.0 + 1];
    let choice = Choice { neuron: if there { picked } else { (0, 0) }, ..exercise.choice };
    let label = exercise.label.min(network.outputs() - 1);
    let method = if exercise.method.picks() && network.hidden() == 0 { Method::Crown } else { exercise.method };
    Exercise { network, point, label, choice, method, ..exercise.clone() }.checked()
}
