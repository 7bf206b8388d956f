//! A layer of neurons by rule: the one place that lists the rules.

use super::{
    Clip, Curve, Curves, Elu, Lines, Real, Side, Sigmoid, Softplus, Status, Strategy, Tanh,
    rule::{Rule, status},
};

/// The activation of every neuron of a layer.
#[derive(Clone, Debug)]
pub enum Activation {
    /// ReLU, LeakyReLU or ParamRamp.
    Curves(Curves),
    /// A value cut to a range.
    Clip(Clip<f64>),
    /// 1 / (1 + e^(−z)).
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// z from 0 on, scale·(e^z − 1) below.
    Elu(Elu<f64>),
    /// ln(1 + e^z).
    Softplus,
}

/// The same in one precision, neuron by neuron.
#[derive(Clone, Debug)]
pub enum Rules<T> {
    /// See [`Activation::Curves`].
    Curves(Vec<Curve<T>>),
    /// See [`Activation::Clip`].
    Clip(Vec<Clip<T>>),
    /// See [`Activation::Sigmoid`].
    Sigmoid(Vec<Sigmoid>),
    /// See [`Activation::Tanh`].
    Tanh(Vec<Tanh>),
    /// See [`Activation::Elu`].
    Elu(Vec<Elu<T>>),
    /// See [`Activation::Softplus`].
    Softplus(Vec<Softplus>),
}

/// The same expression for the slice of rules that a layer has, whatever they are: it is compiled once for each rule, and chosen once for
/// a layer.
macro_rules! by_rule {
    ($rules:expr, $slice:ident => $body:expr) => {
        match $rules {
            $crate::activation::Rules::Curves($slice) => $body,
            $crate::activation::Rules::Clip($slice) => $body,
            $crate::activation::Rules::Sigmoid($slice) => $body,
            $crate::activation::Rules::Tanh($slice) => $body,
            $crate::activation::Rules::Elu($slice) => $body,
            $crate::activation::Rules::Softplus($slice) => $body,
        }
    };
}
pub(crate) use by_rule;

impl<T: Real> Rules<T> {
    /// A layer of `width` neurons.
    pub fn new(activation: &Activation, width: usize) -> Self {
        match activation {
            Activation::Curves(curves) => Rules::Curves((0..width).map(|index| curves.at(index)).collect()),
            Activation::Clip(clip) => Rules::Clip(vec![Clip { low: T::of(clip.low), high: T::of(clip.high) }; width]),
            Activation::Sigmoid => Rules::Sigmoid(vec![Sigmoid; width]),
            Activation::Tanh => Rules::Tanh(vec![Tanh; width]),
            Activation::Elu(elu) => Rules::Elu(vec![Elu { scale: T::of(elu.scale) }; width]),
            Activation::Softplus => Rules::Softplus(vec![Softplus; width]),
        }
    }
}

/// One neuron's rule, whatever it is: for those who look at single neurons. Layers are computed by [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Neuron {
    /// See [`Activation::Curves`].
    Curve(Curve<f64>),
    /// See [`Activation::Clip`].
    Clip(Clip<f64>),
    /// See [`Activation::Sigmoid`].
    Sigmoid(Sigmoid),
    /// See [`Activation::Tanh`].
    Tanh(Tanh),
    /// See [`Activation::Elu`].
    Elu(Elu<f64>),
    /// See [`Activation::Softplus`].
    Softplus(Softplus),
}

macro_rules! of_neuron {
    ($neuron:expr, $rule:ident => $body:expr) => {
        match $neuron {
            Neuron::Curve($rule) => $body,
            Neuron::Clip($rule) => $body,
            Neuron::Sigmoid($rule) => $body,
            Neuron::Tanh($rule) => $body,
            Neuron::Elu($rule) => $body,
            Neuron::Softplus($rule) => $body,
        }
    };
}

impl Neuron {
    /// Where it bends, for those that are straight between bends; infinite where it does not.
    pub fn bends(&self) -> Option<[f64; 2]> {
        match self {
            Neuron::Curve(curve) => Some([0.0, curve.bend]),
            Neuron::Clip(clip) => Some([clip.low, clip.high]),
            Neuron::Sigmoid(_) | Neuron::Tanh(_) | Neuron::Elu(_) | Neuron::Softplus(_) => None,
        }
    }
}

impl Rule<f64> for Neuron {
    fn value(&self, z: f64) -> f64 {
        of_neuron!(self, rule => Rule::value(rule, z))
    }

    fn slope_at(&self, z: f64) -> f64 {
        of_neuron!(self, rule => rule.slope_at(z))
    }

    fn status(&self, lower: f64, upper: f64) -> Status {
        of_neuron!(self, rule => Rule::<f64>::status(rule, lower, upper))
    }

    fn lines(&self, strategy: Strategy, lower: f64, upper: f64) -> Lines<f64> {
        of_neuron!(self, rule => rule.lines(strategy, lower, upper))
    }

    fn touching(&self, slope: f64, lower: f64, upper: f64, side: Side) -> (f64, f64) {
        of_neuron!(self, rule => rule.touching(slope, lower, upper, side))
    }

    fn choices(&self, lower: f64, upper: f64) -> [[f64; 2]; 2] {
        of_neuron!(self, rule => rule.choices(lower, upper))
    }

    fn lines_gradient(&self, strategy: Strategy, lower: f64, upper: f64, gradient: &Lines<f64>) -> [f64; 3] {
        of_neuron!(self, rule => rule.lines_gradient(strategy, lower, upper, gradient))
    }

    fn parameter_slope_at(&self, z: f64) -> f64 {
        of_neuron!(self, rule => rule.parameter_slope_at(z))
    }

    fn has_parameter(&self) -> bool {
        of_neuron!(self, rule => Rule::<f64>::has_parameter(rule))
    }
}

impl Activation {
    /// One neuron.
    pub fn at(&self, index: usize) -> Neuron {
        match self {
            Activation::Curves(curves) => Neuron::Curve(curves.at(index)),
            Activation::Clip(clip) => Neuron::Clip(*clip),
            Activation::Sigmoid => Neuron::Sigmoid(Sigmoid),
            Activation::Tanh => Neuron::Tanh(Tanh),
            Activation::Elu(elu) => Neuron::Elu(*elu),
            Activation::Softplus => Neuron::Softplus(Softplus),
        }
    }

    /// The status of one neuron whose input lies in `[lower, upper]`.
    pub fn status(&self, index: usize, lower: f64, upper: f64) -> Status {
        status(&self.at(index), lower, upper)
    }

    /// Whether neurons bend twice, and so have six statuses instead of three.
    pub fn has_bend(&self) -> bool {
        match self {
            Activation::Curves(curves) => curves.bend.is_some(),
            Activation::Clip(clip) => clip.has_both(),
            Activation::Sigmoid | Activation::Tanh | Activation::Elu(_) | Activation::Softplus => false,
        }
    }

    /// Where neurons bend twice, the value z of one of them on the scale on which its bends are 0 and 1.
    pub fn between_bends(&self, index: usize, z: f64) -> Option<f64> {
        match self {
            Activation::Curves(curves) => curves.bend.as_ref().map(|bend| z / f64::from(bend[index])),
            Activation::Clip(clip) => clip.has_both().then(|| (z - clip.low) / (clip.high - clip.low)),
            Activation::Sigmoid | Activation::Tanh | Activation::Elu(_) | Activation::Softplus => None,
        }
    }
}
